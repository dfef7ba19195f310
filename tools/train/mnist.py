"""MNIST for the training programs: reads its idx files, and distorts digits at random.

The environment variable EDGENN_DATA_DIR names the folder that holds mnist/ with its four idx files.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from typing import Tuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 28
CLASSES = 10
PIXEL_SCALE = 1.0 / 256.0


class InputError(Exception):
    """Something that the user gave is missing or malformed; the message says what was found and expected."""


def read_idx(path: str, expected: Tuple[int, ...]) -> np.ndarray:
    """Reads a gzipped idx file of bytes whose dims must be `expected`."""
    size = math.prod(expected)
    header = struct.Struct(f">HBB{len(expected)}I")
    try:
        with gzip.open(path, "rb") as file:
            # One byte more than expected tells a longer file, without unpacking whatever it holds.
            blob = file.read(header.size + size + 1)
    except FileNotFoundError:
        raise InputError(f"{path}: missing") from None
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: not a readable gzip file: {error}") from None
    if len(blob) < header.size:
        raise InputError(f"{path}: {len(blob)} bytes, expected an idx header of {header.size}")
    zero, kind, rank, *dims = header.unpack_from(blob)
    if (zero, kind, rank) != (0, 8, len(expected)):
        raise InputError(f"{path}: idx magic is {blob[:4].hex(' ')}, expected 00 00 08 {len(expected):02x}")
    if tuple(dims) != expected:
        raise InputError(f"{path}: dims are {dims}, expected {list(expected)}")
    found = len(blob) - header.size
    if found != size:
        count = f"more than {size}" if found > size else found
        raise InputError(f"{path}: {count} elements, expected {size}")
    return np.frombuffer(blob, np.uint8, size, header.size).reshape(expected)


def load_digits(part: str, count: int) -> Tuple[Tensor, Tensor]:
    """Images [count, 1, 28, 28] as grey level / 256 and labels of 'train' or 't10k'."""
    folder = os.environ.get("EDGENN_DATA_DIR")
    if not folder:
        raise InputError("EDGENN_DATA_DIR is not set; it must name the folder that holds mnist/")
    images_path = os.path.join(folder, "mnist", f"{part}-images-idx3-ubyte.gz")
    labels_path = os.path.join(folder, "mnist", f"{part}-labels-idx1-ubyte.gz")
    images = read_idx(images_path, (count, SIDE, SIDE))
    labels = read_idx(labels_path, (count,))
    if labels.max() >= CLASSES:
        raise InputError(f"{labels_path}: label {labels.max()}, expected 0 to {CLASSES - 1}")
    pixels = torch.from_numpy(images.astype(np.float32) * np.float32(PIXEL_SCALE)).unsqueeze(1)
    return pixels, torch.from_numpy(labels.astype(np.int64))


def load_test_digits() -> Tuple[Tensor, Tensor]:
    return load_digits("t10k", 10_000)


class Augmentation:
    """Random distortions of a batch of digits, drawn from a generator of their own.

    Ranges are moderate: a digit stays inside its frame and keeps its class.
    """

    unchanged_share = 0.1
    rotation = math.radians(12)
    log_scale = math.log(1.15)
    shear = 0.2
    shift_pixels = 2.0
    elastic_grid = 7
    elastic_pixels = 0.7
    thinning = 0.35
    thickening = 0.5

    def __init__(self, generator: torch.Generator) -> None:
        self.generator = generator

    def uniform(self, *shape: int) -> Tensor:
        """Uniform in [-1, 1)."""
        return torch.rand(shape, generator=self.generator) * 2 - 1

    def __call__(self, images: Tensor) -> Tensor:
        count = len(images)
        # Warping blurs a little; some digits stay as they are, since those to be read are not blurred.
        strength = (torch.rand(count, generator=self.generator) >= self.unchanged_share).float()
        thicker_or_thinner = self.stroke(images, strength)
        positions = self.grid(count, strength)
        return F.grid_sample(thicker_or_thinner, positions, mode="bilinear", align_corners=False)

    def stroke(self, images: Tensor, strength: Tensor) -> Tensor:
        """Moves each image some way towards its 3x3 maximum (thicker) or minimum (thinner)."""
        amount = self.uniform(len(images)) * strength
        amount = torch.where(amount > 0, amount * self.thickening, amount * self.thinning).view(-1, 1, 1, 1)
        sign = torch.where(amount > 0, 1.0, -1.0)
        extreme = F.max_pool2d(images * sign, 3, 1, 1) * sign
        return images + amount.abs() * (extreme - images)

    def grid(self, count: int, strength: Tensor) -> Tensor:
        """Sampling positions: an affine map about the centre plus a smooth random displacement."""
        angle = self.uniform(count) * self.rotation * strength
        scale = torch.exp(self.uniform(2, count) * self.log_scale * strength)
        shear = self.uniform(count) * self.shear * strength
        # Positions run from -1 to 1, so a pixel is 2 / 28 of them.
        pixel = 2.0 / SIDE
        shift = self.uniform(2, count) * self.shift_pixels * pixel * strength
        cosine, sine = torch.cos(angle), torch.sin(angle)
        rows = [
            torch.stack([cosine * scale[0], (cosine * shear - sine) * scale[1], shift[0]], 1),
            torch.stack([sine * scale[0], (sine * shear + cosine) * scale[1], shift[1]], 1),
        ]
        affine = F.affine_grid(torch.stack(rows, 1), [count, 1, SIDE, SIDE], align_corners=False)
        coarse = torch.randn(count, 2, self.elastic_grid, self.elastic_grid, generator=self.generator)
        smooth = F.interpolate(coarse, (SIDE, SIDE), mode="bicubic", align_corners=True)
        displacement = smooth.permute(0, 2, 3, 1) * (self.elastic_pixels * pixel)
        return affine + displacement * strength.view(-1, 1, 1, 1)
