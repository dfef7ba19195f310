#!/usr/bin/env python3
"""Tests of edgenn_weights.py; run this file, or `python3 -m unittest` in this folder. Needs numpy only."""

import json
import os
import struct
import sys
import tempfile
import unittest
import zlib
from unittest import mock

import numpy as np

import edgenn_weights as ew

FINGERPRINT = 0x0123456789ABCDEF
CONV_DIMS = (3, 2, 2, 1)
DENSE_DIMS = (5, 12)

FIELDS = {
    "name": "tiny",
    "fingerprint": f"0x{FINGERPRINT:016x}",
    "inputs": [[3, 3, 1]],
    "outputs": [[1, 1, 5]],
    "weight_count": 12 + 3 + 60 + 5,
    "tensors": [
        {"node": 1, "layer": "conv2d", "tensor": "kernel", "dims": list(CONV_DIMS)},
        {"node": 1, "layer": "conv2d", "tensor": "bias", "dims": [3]},
        {"node": 2, "layer": "dense", "tensor": "kernel", "dims": list(DENSE_DIMS)},
        {"node": 2, "layer": "dense", "tensor": "bias", "dims": [5]},
    ],
}
TINY = ew.Description.from_json(json.dumps(FIELDS))
SHAPES = [spec.dims for spec in TINY.tensors]


def random_tensors():
    generator = np.random.default_rng(7)
    return [generator.standard_normal(dims).astype(np.float32) for dims in SHAPES]


def random_pair():
    generator = np.random.default_rng(8)
    return ew.GoldenPair(
        [generator.random((3, 3, 1), dtype=np.float32)], [generator.random((1, 1, 5), dtype=np.float32)]
    )


def with_crc(blob):
    """The same bytes with a right CRC, so that a test meets the check it is about and not that of the CRC."""
    zeroed = blob[:36] + bytes(4) + blob[40:]
    return blob[:36] + struct.pack("<I", zlib.crc32(zeroed)) + blob[40:]


def patched(blob, offset, replacement):
    return with_crc(blob[:offset] + replacement + blob[offset + len(replacement) :])


class Layout(unittest.TestCase):
    def test_header_and_sections_lie_at_their_offsets(self):
        tensors, pair = random_tensors(), random_pair()
        blob = ew.encode(TINY, tensors, "fp16", pair)
        self.assertEqual(blob[:8], bytes([0x89, 0x45, 0x44, 0x47, 0x45, 0x4E, 0x4E, 0x0A]))
        self.assertEqual(struct.unpack_from("<II", blob, 8), (1, 2))
        self.assertEqual(struct.unpack_from("<Q", blob, 16), (FINGERPRINT,))
        self.assertEqual(struct.unpack_from("<III", blob, 24), (80, 9, 5))
        self.assertEqual(struct.unpack_from("<Q", blob, 40), (len(blob),))
        self.assertEqual(blob[48:64], bytes(16))
        # 160 bytes of weights end at 224, 36 of input at 292, 20 of output at 340.
        self.assertEqual(len(blob), 384)
        self.assertEqual(blob[64:224], b"".join(tensor.astype("<f2").tobytes() for tensor in tensors))
        self.assertEqual(blob[224:256], bytes(32))
        self.assertEqual(blob[256:292], pair.inputs[0].astype("<f4").tobytes())
        self.assertEqual(blob[292:320], bytes(28))
        self.assertEqual(blob[320:340], pair.outputs[0].astype("<f4").tobytes())
        self.assertEqual(blob[340:384], bytes(44))

    def test_fp32_has_its_own_code_and_size(self):
        blob = ew.encode(TINY, random_tensors(), "fp32")
        self.assertEqual(struct.unpack_from("<I", blob, 12), (1,))
        self.assertEqual(len(blob), 64 + 320)

    def test_no_padding_where_none_is_needed(self):
        spec = ew.TensorSpec(1, "dense", "kernel", (4, 8))
        description = ew.Description("one", 1, ((1,),), ((1,),), (spec,))
        blob = ew.encode(description, [np.ones((4, 8), np.float32)], "fp16")
        self.assertEqual(len(blob), 128)

    def test_without_golden_pair_its_sections_are_absent(self):
        blob = ew.encode(TINY, random_tensors(), "fp16")
        self.assertEqual(struct.unpack_from("<II", blob, 28), (0, 0))
        self.assertEqual(len(blob), 64 + 192)

    def test_graph_without_weights(self):
        description = ew.Description("none", 1, ((2,),), ((2,),), ())
        self.assertEqual(len(ew.encode(description, [])), 64)
        blob = ew.encode(description, [], golden=ew.GoldenPair([np.zeros(2)], [np.ones(2)]))
        self.assertEqual(ew.decode(blob).golden_output.tolist(), [1.0, 1.0])

    def test_crc_is_zlibs_with_its_own_bytes_as_zero(self):
        blob = ew.encode(TINY, random_tensors(), "fp16", random_pair())
        stored = struct.unpack_from("<I", blob, 36)[0]
        self.assertEqual(stored, zlib.crc32(blob[:36] + bytes(4) + blob[40:]))

    def test_tensors_are_stored_in_c_order_whatever_their_strides(self):
        tensors = random_tensors()
        turned = [np.asfortranarray(tensor) for tensor in tensors]
        self.assertEqual(ew.encode(TINY, turned), ew.encode(TINY, tensors))


class RoundTrip(unittest.TestCase):
    def test_fp32_keeps_every_bit(self):
        tensors, pair = random_tensors(), random_pair()
        weights = ew.decode(ew.encode(TINY, tensors, "fp32", pair), TINY)
        self.assertEqual(weights.storage, "fp32")
        self.assertEqual(weights.fingerprint, FINGERPRINT)
        for got, expected in zip(weights.tensors(SHAPES), tensors):
            np.testing.assert_array_equal(got, expected)
        np.testing.assert_array_equal(weights.golden_input, pair.inputs[0].ravel())
        np.testing.assert_array_equal(weights.golden_output, pair.outputs[0].ravel())

    def test_fp16_gives_the_rounded_values(self):
        tensors = random_tensors()
        weights = ew.decode(ew.encode(TINY, tensors, "fp16"), TINY)
        self.assertEqual(weights.storage, "fp16")
        self.assertIsNone(weights.golden_input)
        self.assertIsNone(weights.golden_output)
        for got, expected in zip(weights.tensors(SHAPES), tensors):
            self.assertEqual(got.dtype, np.float32)
            np.testing.assert_array_equal(got, expected.astype(np.float16).astype(np.float32))

    def test_fp16_rounds_to_nearest_even_once(self):
        # A tie goes to the even neighbour. The third lies just above a tie in fp64 but on it in fp32.
        values = np.array([1 + 2**-11, 1 + 3 * 2**-11, 1 + 2**-11 + 2**-40, 65519.0], np.float64)
        spec = ew.TensorSpec(1, "dense", "bias", (4,))
        description = ew.Description("four", 1, ((1,),), ((1,),), (spec,))
        got = ew.decode(ew.encode(description, [values])).values
        self.assertEqual(got.tolist(), [1.0, 1 + 2**-9, 1 + 2**-10, 65504.0])

    def test_several_inputs_and_outputs_follow_each_other(self):
        description = ew.Description("two", 1, ((2,), (1,)), ((1,), (2,)), ())
        pair = ew.GoldenPair([np.array([1.0, 2.0]), np.array([3.0])], [np.array([4.0]), np.array([5.0, 6.0])])
        weights = ew.decode(ew.encode(description, [], golden=pair))
        self.assertEqual(weights.golden_input.tolist(), [1.0, 2.0, 3.0])
        self.assertEqual(weights.golden_output.tolist(), [4.0, 5.0, 6.0])

    def test_file_on_disk(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "tiny.edgenn")
            size = ew.write(path, TINY, random_tensors(), "fp16", random_pair())
            self.assertEqual(size, os.path.getsize(path))
            self.assertEqual(size % 64, 0)
            last = random_tensors()[3].astype(np.float16).astype(np.float32)
            np.testing.assert_array_equal(ew.read(path, TINY).tensors(SHAPES)[3], last)


class WriterRefuses(unittest.TestCase):
    def refused(self, message, tensors, storage="fp16", golden=None):
        with self.assertRaisesRegex(ValueError, message):
            ew.encode(TINY, tensors, storage, golden)

    def changed(self, index, value):
        tensors = random_tensors()
        tensors[index].flat[0] = value
        return tensors

    def test_wrong_dims(self):
        tensors = random_tensors()
        tensors[2] = tensors[2].T
        self.refused(r"node 2 dense kernel: dims are \[12, 5\], expected \[5, 12\]", tensors)

    def test_wrong_rank_with_the_right_number_of_elements(self):
        tensors = random_tensors()
        tensors[0] = tensors[0].reshape(3, 4)
        self.refused(r"node 1 conv2d kernel: dims are \[3, 4\], expected \[3, 2, 2, 1\]", tensors)

    def test_wrong_number_of_tensors(self):
        self.refused("tensors: 3 arrays, expected 4", random_tensors()[:3])
        self.refused("tensors: 5 arrays, expected 4", random_tensors() + [np.zeros(1, np.float32)])

    def test_nan_and_infinity(self):
        for storage in ("fp16", "fp32"):
            for value in (np.nan, np.inf, -np.inf):
                self.refused("node 1 conv2d bias: holds NaN or infinity", self.changed(1, value), storage)

    def test_fp16_overflow(self):
        self.refused("node 1 conv2d bias: magnitude 65520 is out of range of fp16", self.changed(1, 65520.0))
        self.refused("out of range of fp16", self.changed(1, -1e9))
        ew.encode(TINY, self.changed(1, 1e9), "fp32")

    def test_fp32_overflow(self):
        tensors = random_tensors()
        tensors[3] = np.full(5, 1e300)
        self.refused("node 2 dense bias: magnitude 1e.300 is out of range of fp32", tensors, "fp32")

    def test_integers(self):
        tensors = random_tensors()
        tensors[3] = np.zeros(5, np.int32)
        self.refused("node 2 dense bias: elements are int32, expected floating point", tensors)

    def test_unknown_storage(self):
        self.refused("storage is 'bf16', expected one of fp32, fp16", random_tensors(), "bf16")

    def test_golden_pair_that_does_not_fit(self):
        good = random_pair()
        flat = ew.GoldenPair([good.inputs[0].ravel()], good.outputs)
        self.refused(r"golden input 0: dims are \[9\], expected \[3, 3, 1\]", random_tensors(), golden=flat)
        few = ew.GoldenPair(good.inputs, [])
        self.refused("golden output: 0 arrays, expected 1", random_tensors(), golden=few)
        bad = ew.GoldenPair(good.inputs, [np.full((1, 1, 5), np.nan)])
        self.refused("golden output 0: holds NaN or infinity", random_tensors(), golden=bad)


class ReaderRefuses(unittest.TestCase):
    def setUp(self):
        self.blob = ew.encode(TINY, random_tensors(), "fp16", random_pair())

    def refused(self, message, blob, description=None):
        with self.assertRaisesRegex(ValueError, message):
            ew.decode(blob, description)

    def test_every_truncation(self):
        for size in range(len(self.blob)):
            self.refused("bytes, expected", self.blob[:size])

    def test_trailing_bytes(self):
        self.refused("448 bytes, expected 384", self.blob + bytes(64))

    def test_every_flipped_byte(self):
        for offset in range(len(self.blob)):
            blob = bytearray(self.blob)
            blob[offset] ^= 0x10
            with self.assertRaises(ValueError, msg=f"byte {offset}"):
                ew.decode(bytes(blob))

    def test_fields(self):
        self.refused("magic is 89 45 44 47 45 4e 4e 0d, expected 89 45", patched(self.blob, 7, b"\r"))
        self.refused("version is 2, expected 1", patched(self.blob, 8, b"\2"))
        self.refused("storage is 3, expected one of", patched(self.blob, 12, b"\3"))
        self.refused("reserved bytes are not zero", patched(self.blob, 63, b"\1"))
        self.refused("384 bytes, expected 4294967680 as", patched(self.blob, 44, b"\1"))
        self.refused("CRC-32 is", self.blob[:100] + b"\0\0" + self.blob[102:])

    def test_counts_that_disagree_with_the_size(self):
        huge = struct.pack("<I", 2**32 - 1)
        for offset in (24, 28, 32):
            self.refused("384 bytes, expected .* for the counts", patched(self.blob, offset, huge))

    def test_half_a_golden_pair(self):
        self.refused("one half is absent", patched(self.blob, 28, bytes(4)))
        self.refused("one half is absent", patched(self.blob, 32, bytes(4)))

    def test_padding(self):
        for offset in (224, 255, 292, 383):
            self.refused("padding at offset .* is not zero", patched(self.blob, offset, b"\1"))

    def test_nan(self):
        self.refused("NaN or infinity in the section at offset 64", patched(self.blob, 64, b"\x00\x7e"))
        self.refused("NaN or infinity in the section at offset 320", patched(self.blob, 320, b"\0\0\x80\x7f"))

    def test_another_graph(self):
        other = dict(FIELDS, fingerprint="0x1")
        self.refused(
            "fingerprint is 0x0123456789abcdef, expected 0x0000000000000001 of tiny",
            self.blob,
            ew.Description.from_json(json.dumps(other)),
        )

    def test_tensors_that_do_not_use_up_the_values(self):
        with self.assertRaisesRegex(ValueError, "80 weights, expected 12"):
            ew.decode(self.blob).tensors([CONV_DIMS])

    def test_message_names_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "cut.edgenn")
            with open(path, "wb") as file:
                file.write(self.blob[:-1])
            with self.assertRaisesRegex(ValueError, "cut.edgenn: 383 bytes, expected 384"):
                ew.read(path)


class Descriptions(unittest.TestCase):
    def refused(self, message, **changes):
        with self.assertRaisesRegex(ValueError, message):
            ew.Description.from_json(json.dumps(dict(FIELDS, **changes)))

    def test_fields_are_taken_over(self):
        self.assertEqual(TINY.name, "tiny")
        self.assertEqual(TINY.fingerprint, FINGERPRINT)
        self.assertEqual(TINY.inputs, ((3, 3, 1),))
        self.assertEqual(TINY.outputs, ((1, 1, 5),))
        self.assertEqual(TINY.weight_count, 80)
        self.assertEqual(str(TINY.tensors[2]), "node 2 dense kernel")

    def test_refusals(self):
        self.refused("weight_count is 81, its tensors have 80", weight_count=81)
        self.refused("fingerprint is 1, expected a string", fingerprint=1)
        self.refused("malformed", fingerprint="0xyz")
        self.refused("does not fit in 64 bits", fingerprint="0x1" + "0" * 16)
        self.refused("dims of an input are", inputs=[[3, 0, 1]])
        self.refused("dims of an output are", outputs=[7])
        self.refused("field 'dims' is missing", tensors=[{"node": 1, "layer": "dense", "tensor": "bias"}])
        self.refused("malformed", tensors=None)
        with self.assertRaisesRegex(ValueError, "not JSON"):
            ew.Description.from_json("lenet5")
        with self.assertRaisesRegex(ValueError, "malformed"):
            ew.Description.from_json("[]")

    def program(self, folder, body):
        path = os.path.join(folder, "describe")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!{sys.executable}\n{body}\n")
        os.chmod(path, 0o755)
        return path

    def test_program(self):
        with tempfile.TemporaryDirectory() as folder:
            body = f"import sys, json; print(json.dumps(dict({FIELDS!r}, name=sys.argv[1])))"
            path = self.program(folder, body)
            self.assertEqual(ew.describe(path, "tiny"), TINY)
            path = self.program(folder, f"import json; print(json.dumps({FIELDS!r}))")
            with self.assertRaisesRegex(ValueError, "describes 'tiny', expected 'other'"):
                ew.describe(path, "other")
            path = self.program(folder, "import sys; sys.exit('no such network')")
            with self.assertRaisesRegex(ValueError, "exit status 1: no such network"):
                ew.describe(path, "tiny")
            with self.assertRaisesRegex(ValueError, "cannot be run"):
                ew.describe(os.path.join(folder, "absent"), "tiny")


class NothingHalfWritten(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "tiny.edgenn")

    def test_refused_tensors_leave_the_folder_as_it_was(self):
        with self.assertRaises(ValueError):
            ew.write(self.path, TINY, random_tensors()[:1])
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_failure_while_writing_keeps_the_old_file(self):
        ew.write(self.path, TINY, random_tensors(), "fp32")
        with open(self.path, "rb") as file:
            before = file.read()
        for step in ("fsync", "replace"):
            with mock.patch.object(ew.os, step, side_effect=OSError("disk is full")):
                with self.assertRaisesRegex(OSError, "disk is full"):
                    ew.write(self.path, TINY, random_tensors(), "fp16")
            self.assertEqual(os.listdir(self.folder.name), ["tiny.edgenn"])
            with open(self.path, "rb") as file:
                self.assertEqual(file.read(), before)

    def test_overwriting_leaves_only_the_new_file(self):
        ew.write(self.path, TINY, random_tensors(), "fp32")
        ew.write(self.path, TINY, random_tensors(), "fp16")
        self.assertEqual(os.listdir(self.folder.name), ["tiny.edgenn"])
        self.assertEqual(ew.read(self.path).storage, "fp16")

    def test_missing_folder(self):
        with self.assertRaises(FileNotFoundError):
            ew.write(os.path.join(self.folder.name, "absent", "tiny.edgenn"), TINY, random_tensors())
        self.assertEqual(os.listdir(self.folder.name), [])


if __name__ == "__main__":
    unittest.main()
