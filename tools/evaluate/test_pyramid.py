#!/usr/bin/env python3
"""Tests of the parts of the pyramid detector that need numpy only; run this file."""

import unittest

import numpy as np

from image_pyramid import Canvas, Levels, area_weights, best_canvas, linear_weights, separable
from local_maxima import Map, find_peaks, suppressed


class Sizes(unittest.TestCase):
    def test_levels_of_640_x_480_padded_to_640_x_960(self):
        levels = Levels(960, 640, 32 * 0.966 / 78)
        self.assertEqual(
            [levels.size(k) for k in range(12)],
            [
                (380, 254),
                (344, 230),
                (312, 208),
                (282, 189),
                (256, 171),
                (232, 155),
                (210, 140),
                (190, 127),
                (172, 115),
                (156, 104),
                (141, 94),
                (128, 85),
            ],
        )

    def test_a_level_is_the_mean_of_what_it_covers_and_black_below(self):
        image = np.arange(4 * 6 * 3, dtype=np.float32).reshape(4, 6, 3)
        level = Levels(8, 6, 0.5, 1).level(image, 0)
        self.assertEqual(level.shape, (4, 4, 3))  # 3 columns become 4: sides of level 0 are even
        np.testing.assert_allclose(level[2:], 0)
        np.testing.assert_allclose(level[:2].mean(axis=(0, 1)), image.mean(axis=(0, 1)), rtol=1e-6)

    def test_area_and_linear_weights(self):
        np.testing.assert_allclose(
            area_weights(3, 0, 3, 2), [[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]], rtol=1e-6
        )
        np.testing.assert_allclose(area_weights(2, -2, 8, 2), [[0.25, 0.25], [0, 0]])
        np.testing.assert_allclose(linear_weights(2, -1, 2, 1, True), [[0.5, 0]])
        np.testing.assert_allclose(linear_weights(2, -1, 2, 1), [[1, 0]])
        np.testing.assert_allclose(linear_weights(2, 0, 2, 4), [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]])
        np.testing.assert_allclose(area_weights(5, 0, 5, 3).sum(axis=1), 1, rtol=1e-6)

    def test_separable(self):
        image = np.random.default_rng(1).random((4, 5, 3), dtype=np.float32)
        rows, columns = area_weights(4, 0, 4, 2), area_weights(5, 0, 5, 5)
        np.testing.assert_allclose(
            separable(rows, columns, image), image.reshape(2, 2, 5, 3).mean(axis=1), rtol=1e-5
        )

    def test_canvas(self):
        photo = np.full((100, 50, 3), 7, np.uint8)
        image, left, top, across, down = Canvas(200, 400).place(photo)
        self.assertEqual((left, top, across, down), (150, 0, 2, 2))
        self.assertEqual((image[:, 150:250].min(), image.sum()), (7, 200 * 100 * 3 * 7))
        image, left, top, across, down = Canvas(60, 25).place(photo)
        self.assertEqual((left, top, across, down), (0, 10, 0.5, 0.5))
        self.assertEqual((image[:10].max(), image[10:].min()), (0, 7))
        canvases = [Canvas(480, 640), Canvas(640, 480), Canvas(576, 768)]
        self.assertEqual(best_canvas(np.zeros((640, 480, 3)), canvases), canvases[1])
        self.assertEqual(best_canvas(np.zeros((500, 700, 3)), canvases), canvases[2])
        self.assertEqual(best_canvas(np.zeros((10, 10, 3)), canvases), canvases[0])


def made_map(scores, height, stride, origin=(0, 0)):
    return Map(np.array(scores, np.float32), origin, (stride, stride), height, 3, 1)


def nearest(maps, scale, other, cell):
    """In plain words: the cell of the other map whose centre is next to that of this one's cell, axis by
    axis."""
    found = []
    for axis in (0, 1):
        centre = maps[scale].origin[axis] + maps[scale].stride[axis] * cell[axis]
        found.append(int(np.floor((centre - maps[other].origin[axis]) / maps[other].stride[axis] + 0.5)))
    return tuple(found)


def brute_force(maps, threshold):
    peaks = []
    for scale, here in enumerate(maps):
        for cell in np.ndindex(here.scores.shape):
            score = here.scores[cell]
            if not score > threshold:
                continue
            beaten = False
            for other in range(max(0, scale - 1), min(len(maps), scale + 2)):
                row, column = cell if other == scale else nearest(maps, scale, other, cell)
                for there in np.ndindex(maps[other].scores.shape):
                    if abs(there[0] - row) <= 3 and abs(there[1] - column) <= 1:
                        value = maps[other].scores[there]
                        beaten |= value > score or (value == score and (other, *there) < (scale, *cell))
            if not beaten:
                peaks.append(float(score))
    return sorted(peaks, reverse=True)


class Peaks(unittest.TestCase):
    def test_equals_the_definition(self):
        generator = np.random.default_rng(3)
        for levels in (50, 4):  # few different scores: plateaus
            for _ in range(6):
                maps = []
                for scale in range(4):
                    shape = generator.integers(1, 14, 2)
                    scores = generator.integers(0, levels, shape).astype(np.float32)
                    scores[generator.random(shape) < 0.05] = np.nan
                    maps.append(made_map(scores, 60 * 1.1**scale, 4 * 1.1**scale, generator.uniform(0, 9, 2)))
                expected = brute_force(maps, 1)
                found = find_peaks(maps, 1, 4)
                self.assertEqual(found[:, 3].tolist(), expected)

    def test_a_plateau_is_one_peak(self):
        found = find_peaks([made_map(np.full((3, 2), 9), 100, 8)], 0, 4)
        self.assertEqual(len(found), 1)
        np.testing.assert_allclose(found[0], [8, 4, 100, 9])  # the mean of all cells

    def test_refinement_by_hand(self):
        scores = np.zeros((9, 5))
        scores[4, 2], scores[5, 2] = 10, 8  # weights 4 and 2, others are too low
        found = find_peaks([made_map(scores, 100, 8, (50, 30))], 0, 4)
        np.testing.assert_allclose(found, [[50 + 8 * (4 * 4 + 2 * 5) / 6, 30 + 16, 100, 10]])
        two = [made_map(scores, 100, 8), made_map(scores - 2, 200, 8)]
        found = find_peaks(two, 0, 4)  # weights 4, 2 and 2, 0
        np.testing.assert_allclose(
            found, [[8 * (6 * 4 + 2 * 5) / 8, 16, 2 ** ((6 * np.log2(100) + 2 * np.log2(200)) / 8), 10]]
        )

    def test_nothing(self):
        self.assertEqual(find_peaks([made_map(np.zeros((2, 2)), 100, 8)], 0, 4).shape, (0, 4))
        self.assertEqual(find_peaks([], 0, 4).shape, (0, 4))

    def test_suppression(self):
        boxes = np.array(
            [[0, 0, 10, 10, 1], [0, 3, 10, 10, 3], [0, 9, 10, 10, 2], [50, 0, 10, 10, -1]], float
        )
        self.assertEqual(suppressed(boxes, 0.45)[:, 4].tolist(), [3, 2, -1])  # 70 / 130 goes, 40 / 160 stays
        self.assertEqual(suppressed(boxes, 0.2)[:, 4].tolist(), [3, -1])
        self.assertEqual(suppressed(boxes, 1)[:, 4].tolist(), [3, 2, 1, -1])
        self.assertEqual(suppressed(np.zeros((0, 5)), 0.45).shape, (0, 5))


if __name__ == "__main__":
    unittest.main()
