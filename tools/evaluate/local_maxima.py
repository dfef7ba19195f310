"""The local maxima of score maps of several scales, and greedy suppression of boxes: what
include/edgenn/vision/peaks.hpp defines, with numpy."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass
class Map:
    """score_map of vision/peaks.hpp, with its scores. Origins and strides are (row, column)."""

    scores: np.ndarray
    origin: tuple
    stride: tuple
    box_height: float
    row_reach: int
    column_reach: int

    def pooled(self):
        """The maximum over the window of every cell, and of those so far outside that their window has a
        cell."""
        rows, columns = self.row_reach, self.column_reach
        height, width = self.scores.shape
        lines = np.full((height, width + 2 * columns), -np.inf, np.float32)
        for shift in range(2 * columns + 1):
            np.maximum(lines[:, shift : shift + width], self.scores, out=lines[:, shift : shift + width])
        result = np.full((height + 2 * rows, lines.shape[1]), -np.inf, np.float32)
        for shift in range(2 * rows + 1):
            np.maximum(result[shift : shift + height], lines, out=result[shift : shift + height])
        return result

    def nearest(self, other, axis, cells):
        """For cells of this map's axis, those of the other map with the nearest centres; maybe outside it."""
        centres = self.origin[axis] + self.stride[axis] * cells
        return np.floor((centres - other.origin[axis]) / other.stride[axis] + 0.5).astype(int)

    def centre(self, row, column):
        """y and x of a cell's box."""
        return self.origin[0] + self.stride[0] * row, self.origin[1] + self.stride[1] * column

    def window(self, row, column):
        return [
            (r, c)
            for r in range(max(row - self.row_reach, 0), min(row + self.row_reach + 1, self.scores.shape[0]))
            for c in range(
                max(column - self.column_reach, 0), min(column + self.column_reach + 1, self.scores.shape[1])
            )
        ]


def pooled_at(other, pooled, rows, columns):
    """pooled at all pairs of rows and columns of the map other; -inf further outside."""
    i, j = rows + other.row_reach, columns + other.column_reach
    values = pooled[np.clip(i, 0, pooled.shape[0] - 1)][:, np.clip(j, 0, pooled.shape[1] - 1)].copy()
    values[(i < 0) | (i >= pooled.shape[0])] = -np.inf
    values[:, (j < 0) | (j >= pooled.shape[1])] = -np.inf
    return values


def find_peaks(maps, threshold, support, reach=1e9):
    """Rows y, x of the centre, height, score: the local maxima over scale, row and column, refined by one
    step of mean shift. Best first."""
    for each in maps:
        each.scores = np.where(np.isnan(each.scores), -np.inf, each.scores).astype(np.float32)
    pooled = [each.pooled() for each in maps]
    found = []
    for scale, here in enumerate(maps):
        highest = pooled[scale][
            here.row_reach : here.row_reach + here.scores.shape[0],
            here.column_reach : here.column_reach + here.scores.shape[1],
        ]
        rows, columns = np.arange(here.scores.shape[0]), np.arange(here.scores.shape[1])
        for other in (scale - 1, scale + 1):
            if 0 <= other < len(maps):
                there = maps[other]
                highest = np.maximum(
                    highest,
                    pooled_at(
                        there, pooled[other], here.nearest(there, 0, rows), here.nearest(there, 1, columns)
                    ),
                )
        for row, column in zip(*np.nonzero((here.scores >= highest) & (here.scores > threshold))):
            peak = refined(maps, scale, int(row), int(column), support, reach)
            if peak is not None:
                found.append(peak)
    return np.array(sorted(found, key=lambda peak: -peak[3]), float).reshape(-1, 4)


def refined(maps, scale, row, column, support, reach):
    """y, x, height, score of a local maximum; None if an equal one comes before it in its window."""
    here = maps[scale]
    best = here.scores[row, column]
    here_y, here_x = here.centre(row, column)
    total, sums = 0.0, np.zeros(3)
    for index in range(max(scale - 1, 0), min(scale + 2, len(maps))):
        there = maps[index]
        centre = (
            (row, column)
            if index == scale
            else (
                int(here.nearest(there, 0, np.array([row]))[0]),
                int(here.nearest(there, 1, np.array([column]))[0]),
            )
        )
        for cell in there.window(*centre):
            score = there.scores[cell]
            if score == best and (index, *cell) < (scale, row, column):
                return None
            weight = float(score) - (float(best) - support)
            y, x = there.centre(*cell)
            is_near = max(abs(y - here_y), abs(x - here_x)) <= reach * here.box_height
            if weight > 0 and is_near:
                total += weight
                sums += weight * np.array([y, x, math.log2(there.box_height)])
    if total > 0:
        return [sums[0] / total, sums[1] / total, 2 ** (sums[2] / total), float(best)]
    return [here_y, here_x, here.box_height, float(best)]


def suppressed(boxes, limit):
    """Greedy, best first: boxes that overlap a better one by more than limit of their union go."""
    kept = []
    for box in boxes[np.argsort(-boxes[:, 4], kind="stable")]:
        for other in kept:
            width = min(box[0] + box[2], other[0] + other[2]) - max(box[0], other[0])
            height = min(box[1] + box[3], other[1] + other[3]) - max(box[1], other[1])
            common = max(width, 0) * max(height, 0)
            if common > limit * (box[2] * box[3] + other[2] * other[3] - common):
                break
        else:
            kept.append(box)
    return np.array(kept).reshape(-1, 5)
