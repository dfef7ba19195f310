"""Writes and reads edgenn's weights files (format version 1). Needs numpy only.

Layout, everything little-endian:

    offset  size  field
         0     8  magic: 89 45 44 47 45 4E 4E 0A  (0x89 "EDGENN" "\\n")
         8     4  u32 version: 1
        12     4  u32 storage: 1 = fp32, 2 = fp16 (IEEE binary16, round to nearest even)
        16     8  u64 fingerprint of the graph
        24     4  u32 weight_count: elements of all tensors together
        28     4  u32 input_count: elements of the golden input, 0 = no golden pair
        32     4  u32 output_count: elements of the golden output, 0 = no golden pair
        36     4  u32 crc32: zlib's CRC-32 of the whole file, these four bytes taken as zero
        40     8  u64 file_bytes: size of the whole file
        48    16  reserved, zero
        64     -  weights in the storage type, tensors in graph order, no gap between them
                  zero bytes up to a multiple of 64
                  golden input, fp32, all inputs in order, zero bytes up to a multiple of 64
                  golden output, fp32, all outputs in order, zero bytes up to a multiple of 64

Without a golden pair its two sections are absent. The file is always a multiple of 64 bytes long.

The file does not repeat the shapes: the graph has them, and the fingerprint says which graph. So the
writer takes a `Description`, which a C++ program prints from the very graph that will load the file.
"""

from __future__ import annotations

import json
import math
import os
import struct
import subprocess
import zlib
from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

import numpy as np

MAGIC = b"\x89EDGENN\n"
VERSION = 1
STORAGE_CODES = {"fp32": 1, "fp16": 2}
STORAGE_TYPES = {"fp32": np.dtype("<f4"), "fp16": np.dtype("<f2")}
ALIGNMENT = 64

_HEADER = struct.Struct("<8sIIQIIIIQ16s")
_CRC_OFFSET = 36
_CRC_BYTES = 4
assert _HEADER.size == ALIGNMENT

Dims = Tuple[int, ...]


class WeightsError(ValueError):
    """A description, a tensor or a file that does not fit; the message says what was found and expected."""


@dataclass(frozen=True)
class TensorSpec:
    """One weight tensor of a graph: `node` and `layer` own it, `dims` are in edgenn's canonical order."""

    node: int
    layer: str
    tensor: str
    dims: Dims

    def __str__(self) -> str:
        return f"node {self.node} {self.layer} {self.tensor}"


@dataclass(frozen=True)
class Description:
    """What a weights file must fit: the graph's name, fingerprint, inputs, outputs and tensors in order."""

    name: str
    fingerprint: int
    inputs: Tuple[Dims, ...]
    outputs: Tuple[Dims, ...]
    tensors: Tuple[TensorSpec, ...]

    @property
    def weight_count(self) -> int:
        return sum(math.prod(spec.dims) for spec in self.tensors)

    @staticmethod
    def from_json(text: str) -> "Description":
        """Parses what `edgenn-describe NETWORK` prints."""
        try:
            fields = json.loads(text)
        except ValueError as error:
            raise WeightsError(f"description: not JSON: {error}") from None
        try:
            digits = fields["fingerprint"]
            if not isinstance(digits, str) or not digits.startswith("0x"):
                raise WeightsError(f"description: fingerprint is {digits!r}, expected a string '0x...'")
            description = Description(
                name=fields["name"],
                fingerprint=int(digits, 16),
                inputs=tuple(_dims(dims, "an input") for dims in fields["inputs"]),
                outputs=tuple(_dims(dims, "an output") for dims in fields["outputs"]),
                tensors=tuple(
                    TensorSpec(spec["node"], spec["layer"], spec["tensor"], _dims(spec["dims"], "a tensor"))
                    for spec in fields["tensors"]
                ),
            )
            stated = fields["weight_count"]
        except KeyError as error:
            raise WeightsError(f"description: field {error} is missing") from None
        except WeightsError:
            raise
        except (TypeError, ValueError) as error:
            raise WeightsError(f"description: malformed: {error}") from None
        if not 0 <= description.fingerprint < 2**64:
            raise WeightsError(f"description: fingerprint {digits} does not fit in 64 bits")
        counted = description.weight_count
        if stated != counted:
            raise WeightsError(f"description: weight_count is {stated}, its tensors have {counted} elements")
        return description


def describe(program: str, network: str) -> Description:
    """Runs `program network`, which prints the description of that network as JSON."""
    try:
        result = subprocess.run([program, network], check=False, capture_output=True, text=True)
    except OSError as error:
        raise WeightsError(f"{program}: cannot be run: {error.strerror}") from None
    if result.returncode != 0:
        said = " ".join(result.stderr.split()) or "it printed no message"
        raise WeightsError(f"{program} {network}: exit status {result.returncode}: {said}")
    description = Description.from_json(result.stdout)
    if description.name != network:
        raise WeightsError(f"{program} {network}: describes {description.name!r}, expected {network!r}")
    return description


@dataclass(frozen=True)
class GoldenPair:
    """An input of the network and the output that it must give, one array for each input and output."""

    inputs: Sequence[np.ndarray]
    outputs: Sequence[np.ndarray]


@dataclass(frozen=True)
class Weights:
    """The content of a file. `values` are all weights in graph order, widened to fp32."""

    storage: str
    fingerprint: int
    values: np.ndarray
    golden_input: Optional[np.ndarray]
    golden_output: Optional[np.ndarray]

    def tensors(self, shapes: Sequence[Dims]) -> List[np.ndarray]:
        """Cuts the values into tensors of these dims, which must use up every value."""
        expected = sum(math.prod(dims) for dims in shapes)
        if self.values.size != expected:
            raise WeightsError(f"{self.values.size} weights, expected {expected}")
        pieces = []
        begin = 0
        for dims in shapes:
            end = begin + math.prod(dims)
            pieces.append(self.values[begin:end].reshape(dims))
            begin = end
        return pieces


def encode(
    description: Description,
    tensors: Sequence[np.ndarray],
    storage: str = "fp16",
    golden: Optional[GoldenPair] = None,
) -> bytes:
    """The bytes of a weights file. Raises WeightsError where a tensor does not fit the description."""
    if storage not in STORAGE_CODES:
        raise WeightsError(f"storage is {storage!r}, expected one of {', '.join(STORAGE_CODES)}")
    specs = [(str(spec), spec.dims) for spec in description.tensors]
    weights = _elements("tensors", tensors, specs, storage)
    body = _padded(weights)
    input_count = output_count = 0
    if golden is not None:
        golden_input = _golden("golden input", golden.inputs, description.inputs)
        golden_output = _golden("golden output", golden.outputs, description.outputs)
        input_count = len(golden_input) // 4
        output_count = len(golden_output) // 4
        # Counts of zero mean "no pair", so an empty one could not be told from none.
        if input_count == 0 or output_count == 0:
            raise WeightsError("golden pair: an input and an output are needed, the graph lacks one")
        body += _padded(golden_input) + _padded(golden_output)
    counts = {"weights": description.weight_count, "inputs": input_count, "outputs": output_count}
    for what, count in counts.items():
        if count >= 2**32:
            raise WeightsError(f"{count} {what} do not fit in 32 bits")

    def header(crc: int) -> bytes:
        return _HEADER.pack(
            MAGIC,
            VERSION,
            STORAGE_CODES[storage],
            description.fingerprint,
            description.weight_count,
            input_count,
            output_count,
            crc,
            _HEADER.size + len(body),
            bytes(16),
        )

    return header(zlib.crc32(header(0) + body)) + body


def write(
    path: str,
    description: Description,
    tensors: Sequence[np.ndarray],
    storage: str = "fp16",
    golden: Optional[GoldenPair] = None,
) -> int:
    """Writes a weights file and returns its size. `path` holds the whole new file or stays as it was."""
    blob = encode(description, tensors, storage, golden)
    write_whole(path, blob)
    return len(blob)


def write_whole(path: str, blob: bytes) -> None:
    """Writes a neighbour of `path` and renames it, so that no reader ever meets half a file."""
    folder, name = os.path.split(os.path.abspath(path))
    neighbour = os.path.join(folder, f".{name}.{os.getpid()}.tmp")
    try:
        with open(neighbour, "xb") as file:
            file.write(blob)
            file.flush()
            os.fsync(file.fileno())
        os.replace(neighbour, path)
    except BaseException:
        if os.path.exists(neighbour):
            os.unlink(neighbour)
        raise


def decode(blob: bytes, description: Optional[Description] = None) -> Weights:
    """Checks every byte of a weights file and returns its content; with a description, that it fits."""
    if len(blob) < _HEADER.size:
        raise WeightsError(f"{len(blob)} bytes, expected a header of {_HEADER.size}")
    magic, version, code, fingerprint, *counts, crc, file_bytes, reserved = _HEADER.unpack_from(blob)
    weight_count, input_count, output_count = counts
    if magic != MAGIC:
        raise WeightsError(f"magic is {magic.hex(' ')}, expected {MAGIC.hex(' ')}")
    if version != VERSION:
        raise WeightsError(f"version is {version}, expected {VERSION}")
    if file_bytes != len(blob):
        raise WeightsError(f"{len(blob)} bytes, expected {file_bytes} as the header says")
    computed = zlib.crc32(blob[:_CRC_OFFSET] + bytes(_CRC_BYTES) + blob[_CRC_OFFSET + _CRC_BYTES :])
    if crc != computed:
        raise WeightsError(f"CRC-32 is {crc:08x}, but the bytes give {computed:08x}")
    names = [name for name, known in STORAGE_CODES.items() if known == code]
    if not names:
        raise WeightsError(f"storage is {code}, expected one of {sorted(STORAGE_CODES.values())}")
    if reserved != bytes(16):
        raise WeightsError("reserved bytes are not zero")
    if (input_count == 0) != (output_count == 0):
        raise WeightsError(f"golden pair of {input_count} and {output_count} elements: one half is absent")
    storage = STORAGE_TYPES[names[0]]
    float32 = STORAGE_TYPES["fp32"]
    sections = [(weight_count, storage), (input_count, float32), (output_count, float32)]
    expected = _HEADER.size + sum(_round_up(count * kind.itemsize) for count, kind in sections)
    if expected != file_bytes:
        raise WeightsError(f"{file_bytes} bytes, expected {expected} for the counts in the header")
    arrays = []
    begin = _HEADER.size
    for count, kind in sections:
        end = begin + count * kind.itemsize
        padded_end = begin + _round_up(count * kind.itemsize)
        if any(blob[end:padded_end]):
            raise WeightsError(f"padding at offset {end} is not zero")
        values = np.frombuffer(blob, kind, count, begin).astype(np.float32)
        if not np.all(np.isfinite(values)):
            raise WeightsError(f"NaN or infinity in the section at offset {begin}")
        arrays.append(values)
        begin = padded_end
    if description is not None:
        if fingerprint != description.fingerprint:
            raise WeightsError(
                f"fingerprint is 0x{fingerprint:016x}, expected 0x{description.fingerprint:016x}"
                f" of {description.name}"
            )
        expected = description.weight_count
        if weight_count != expected:
            raise WeightsError(f"{weight_count} weights, expected {expected} of {description.name}")
    values, golden_input, golden_output = arrays
    if input_count == 0:
        return Weights(names[0], fingerprint, values, None, None)
    return Weights(names[0], fingerprint, values, golden_input, golden_output)


def read(path: str, description: Optional[Description] = None) -> Weights:
    """Reads a weights file; a message about its content starts with the path."""
    with open(path, "rb") as file:
        blob = file.read()
    try:
        return decode(blob, description)
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from None


def _dims(value: object, what: str) -> Dims:
    # A bool is an int to Python, hence the exact type.
    if not isinstance(value, list) or not value or not all(type(x) is int and x > 0 for x in value):
        raise WeightsError(f"description: dims of {what} are {value!r}, expected a list of positive integers")
    return tuple(value)


def _golden(what: str, arrays: Sequence[np.ndarray], shapes: Sequence[Dims]) -> bytes:
    specs = [(f"{what} {index}", dims) for index, dims in enumerate(shapes)]
    return _elements(what, arrays, specs, "fp32")


def _elements(
    what: str, arrays: Sequence[np.ndarray], specs: Sequence[Tuple[str, Dims]], storage: str
) -> bytes:
    """The elements of all arrays in the storage type, after checks of number, dims and range."""
    if len(arrays) != len(specs):
        raise WeightsError(f"{what}: {len(arrays)} arrays, expected {len(specs)}")
    pieces = []
    for (name, dims), array in zip(specs, arrays):
        array = np.asarray(array)
        if array.dtype.kind != "f":
            raise WeightsError(f"{name}: elements are {array.dtype}, expected floating point")
        if array.shape != dims:
            raise WeightsError(f"{name}: dims are {list(array.shape)}, expected {list(dims)}")
        if not np.all(np.isfinite(array)):
            raise WeightsError(f"{name}: holds NaN or infinity")
        # One conversion from the given type: a detour over fp32 would round a double twice.
        with np.errstate(over="ignore", under="ignore"):
            stored = array.astype(STORAGE_TYPES[storage])
        if not np.all(np.isfinite(stored)):
            largest = float(np.max(np.abs(array)))
            raise WeightsError(f"{name}: magnitude {largest:g} is out of range of {storage}")
        pieces.append(stored.tobytes(order="C"))
    return b"".join(pieces)


def _round_up(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _padded(blob: bytes) -> bytes:
    return blob + bytes(_round_up(len(blob)) - len(blob))
