"""One network run densely over a resolution pyramid: what mining and validation need of the detector.

The programs in C++ are the detector; this one is for training, where a single network searches all sizes.
"""

from __future__ import annotations

import math
from typing import List, Sequence

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from person_augment import ASPECT
from person_networks import OCCUPANCY, STRIDE, Definition, margin, normalise
from person_pools import Person

OVERLAP_KEPT = 0.45  # intersection over union of boxes that are taken for two persons


def overlap(boxes: np.ndarray, x: float, y: float, width: float, height: float) -> np.ndarray:
    """Intersection over union of each row x, y, width, height, ... with one box."""
    shared_width = np.minimum(boxes[:, 0] + boxes[:, 2], x + width) - np.maximum(boxes[:, 0], x)
    shared_height = np.minimum(boxes[:, 1] + boxes[:, 3], y + height) - np.maximum(boxes[:, 1], y)
    shared = np.maximum(shared_width, 0) * np.maximum(shared_height, 0)
    return shared / (boxes[:, 2] * boxes[:, 3] + width * height - shared)


def without_duplicates(boxes: np.ndarray) -> np.ndarray:
    """Greedy suppression, highest score first; rows are x, y, width, height, score."""
    boxes = boxes[np.argsort(-boxes[:, 4], kind="stable")]
    kept = []
    while len(boxes):
        best = boxes[0]
        kept.append(best)
        boxes = boxes[1:]
        boxes = boxes[overlap(boxes, *best[:4]) <= OVERLAP_KEPT]
    return np.array(kept).reshape(-1, 5)


def true_boxes(persons: Sequence[Person]) -> np.ndarray:
    """Boxes with the aspect of detections round the persons' centres, x, y, width, height."""
    rows = [
        (person.centre[0] - ASPECT / 2 * person.height, person.y, ASPECT * person.height, person.height)
        for person in persons
    ]
    return np.array(rows, np.float64).reshape(-1, 4)


class Detector:
    """`model`: a folded network. `smallest`: persons of the least height in pixels; 1 = at patch size."""

    def __init__(self, definition: Definition, model: nn.Module, per_octave: int = 4,
                 smallest: float = 0.0, upscale: float = 1.0) -> None:  # fmt: skip
        self.definition = definition
        self.model = model
        self.per_octave = per_octave
        self.smallest = max(smallest, OCCUPANCY * definition.height / upscale)

    @torch.no_grad()
    def _scores(self, image: np.ndarray, scale: float) -> Tensor:
        rows, columns = self.definition.height, self.definition.width
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        level = cv2.resize(image, size, interpolation=method)
        # Room for persons at the edge, and below it for those whose legs the photo cuts off.
        side, top, below = columns // 4, rows // 8, rows // 2
        right = max(side, columns - side - size[0])
        below = max(below, rows - top - size[1])
        level = cv2.copyMakeBorder(level, top, below, side, right, cv2.BORDER_CONSTANT, value=(0, 0, 0))
        pixels = normalise(torch.from_numpy(level)[None])
        return margin(self.model(pixels))[0]

    def __call__(self, image: np.ndarray, least_score: float) -> np.ndarray:
        """Rows x, y, width, height, score in pixels of the RGB image, highest score first."""
        rows, columns = self.definition.height, self.definition.width
        person = OCCUPANCY * rows
        octaves = max(0.0, math.log2(max(1.0, 1.05 * image.shape[0] / self.smallest)))
        maps: List[Tensor] = []
        heights = []
        for index in range(int(octaves * self.per_octave) + 1):
            height = self.smallest * 2 ** (index / self.per_octave)
            maps.append(self._scores(image, person / height))
            heights.append(height)
        found = []
        for index, (scores, height) in enumerate(zip(maps, heights)):
            pooled = scores
            for neighbour in maps[max(0, index - 1) : index + 2]:
                resized = F.interpolate(neighbour[None, None], scores.shape, mode="nearest")[0, 0]
                pooled = torch.maximum(pooled, resized)
            pooled = F.max_pool2d(pooled[None, None], (7, 3), 1, (3, 1))[0, 0]
            scale = person / height
            for row, column in torch.nonzero((scores >= pooled) & (scores > least_score)).tolist():
                x = (column * STRIDE + columns / 2 - columns // 4) / scale
                y = (row * STRIDE + rows / 2 - rows // 8) / scale
                score = scores[row, column].item()
                found.append((x - ASPECT / 2 * height, y - height / 2, ASPECT * height, height, score))
        return without_duplicates(np.array(found, np.float64).reshape(-1, 5))


def tolerated_overlap(jitter: float) -> float:
    """From which overlap on a box may be a positive sample, so that mining contradicts no positive."""
    shared = (1 - jitter / ASPECT) * (1 - jitter)
    return min(0.35, 0.65 * shared / (2 - shared))


def false_alarms(boxes: np.ndarray, persons: Sequence[Person], tolerated: float) -> np.ndarray:
    """The boxes that no person explains: all overlaps stay under `tolerated`, crowds touch nothing."""
    if not len(boxes):
        return boxes
    keep = np.ones(len(boxes), bool)
    for truth in true_boxes([person for person in persons if not person.crowd]):
        keep &= overlap(boxes, *truth) < tolerated
    for person in persons:
        if not person.crowd:
            keep &= overlap(boxes, person.x, person.y, person.width, person.height) < tolerated
            continue
        for index, (x, y, width, height, _) in enumerate(boxes):
            right = min(x + width, person.x + person.width)
            bottom = min(y + height, person.y + person.height)
            if right > max(x, person.x) and bottom > max(y, person.y):
                keep[index] = False
    return boxes[keep]


def inside(boxes: np.ndarray, persons: Sequence[Person]) -> np.ndarray:
    """The boxes with their centre in a person's box: the only safe ones where bystanders have no box."""
    x, y = boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3] / 2
    keep = np.zeros(len(boxes), bool)
    for person in persons:
        across = (person.x <= x) & (x <= person.x + person.width)
        keep |= across & (person.y <= y) & (y <= person.y + person.height)
    return boxes[keep]
