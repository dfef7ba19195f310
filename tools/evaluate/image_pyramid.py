"""Photos in other sizes: on a canvas, and as the levels of a pyramid. What include/edgenn/vision/pyramid.hpp
and resampling.hpp define, with matrices; numpy only. Images are float32, height x width x channels."""

import math
from dataclasses import dataclass

import numpy as np


def area_weights(source, start, length, outputs):
    """The matrix, outputs x source, of an exact box filter over [start, start + length) with zeros beyond."""
    edges = start + length * np.arange(outputs + 1) / outputs
    low = np.maximum(edges[:-1, None], np.arange(source)[None])
    high = np.minimum(edges[1:, None], np.arange(1, source + 1)[None])
    return (np.maximum(high - low, 0) * (outputs / length)).astype(np.float32)


def linear_weights(source, start, length, outputs, zeros_beyond=False):
    """The matrix, outputs x source, of linear interpolation over [start, start + length) with half-pixel
    centres; beyond the edge lies the nearest pixel, or zeros."""
    centres = start + (np.arange(outputs) + 0.5) * length / outputs - 0.5
    below = np.floor(centres).astype(int)
    matrix = np.zeros((outputs, source), np.float32)
    rows = np.arange(outputs)
    for pixel, weight in ((below, 1 - (centres - below)), (below + 1, centres - below)):
        if zeros_beyond:
            weight = np.where((pixel >= 0) & (pixel < source), weight, 0)
        np.add.at(matrix, (rows, np.clip(pixel, 0, source - 1)), weight)
    return matrix


def separable(rows, columns, image):
    """rows x image x columns^T for each channel"""
    height, width, channels = image.shape
    down = (rows @ image.reshape(height, width * channels)).reshape(len(rows), width, channels)
    return np.ascontiguousarray(np.einsum("hwc,ow->hoc", down, columns, optimize=True))


@dataclass(frozen=True)
class Canvas:
    """Where a photo lies on an image of a fixed size: as large as fits, in the middle, at the lower edge."""

    height: int
    width: int

    def shown(self, photo):
        return min(1.0, self.width / photo.shape[1], self.height / photo.shape[0])

    def place(self, photo):
        """The canvas, and left, top and both scales of the photo on it."""
        rows, columns = photo.shape[:2]
        fit = min(self.width / columns, self.height / rows)
        height = min(max(math.floor(fit * rows + 0.5), 1), self.height)
        width = min(max(math.floor(fit * columns + 0.5), 1), self.width)
        if min(height / rows, width / columns) < 1:
            matrices = area_weights(rows, 0, rows, height), area_weights(columns, 0, columns, width)
        else:
            matrices = linear_weights(rows, 0, rows, height), linear_weights(columns, 0, columns, width)
        result = np.zeros((self.height, self.width, 3), np.float32)
        left, top = (self.width - width) // 2, self.height - height
        result[top:, left : left + width] = np.floor(separable(*matrices, photo.astype(np.float32)) + 0.5)
        return result, left, top, width / columns, height / rows


def best_canvas(photo, canvases):
    """The one on which the photo is shrunk least; among those the smallest."""
    return max(canvases, key=lambda canvas: (canvas.shown(photo), -canvas.height * canvas.width))


@dataclass(frozen=True)
class Levels:
    """The sizes of the pyramid of an image, padded (with rows below it that hold zeros) x width pixels; see
    vision/pyramid.hpp."""

    padded: int
    width: int
    scale: float
    per_octave: int = 7

    def side(self, image, level):
        first = 2 * int(image * float(np.float32(self.scale)) / 2 + 0.5)
        return max(1, int(first * 2 ** (-level / self.per_octave) + 0.5))

    def size(self, level):
        return self.side(self.padded, level), self.side(self.width, level)

    def level(self, image, level):
        rows, columns = self.size(level)
        return separable(
            area_weights(image.shape[0], 0, self.padded, rows),
            area_weights(image.shape[1], 0, self.width, columns),
            image,
        )
