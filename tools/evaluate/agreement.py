"""Whether two files of detections hold the same boxes, for instance those of the C++ detector and of the
Python one that it was trained with."""

import math
from dataclasses import dataclass, field

import numpy as np

from errors import InputError


@dataclass
class Report:
    """pairs: how many boxes have a partner within the tolerances. lonely: (image, file's label, box) of the
    others. edge, score: the largest differences among the pairs."""

    images: int = 0
    pairs: int = 0
    edge: float = 0.0
    score: float = 0.0
    lonely: list = field(default_factory=list)

    def share(self):
        """Boxes of both files that have a partner, of all boxes; 1 when there are none."""
        boxes = 2 * self.pairs + len(self.lonely)
        return 2 * self.pairs / boxes if boxes else 1.0

    def text(self, most=20):
        lines = [
            f"{self.images} photos: {self.pairs} boxes agree, {len(self.lonely)} have no partner (share"
            f" {self.share():.4f}); the pairs differ by up to {self.edge:.3f} pixels"
            f" and {self.score:.4f} in score"
        ]
        for image, label, box in self.lonely[:most]:
            x, y, w, h, score = box
            lines.append(
                f"  {image}: only {label} has x {x:.2f}, y {y:.2f}, w {w:.2f}, h {h:.2f}, score {score:.4f}"
            )
        if len(self.lonely) > most:
            lines.append(f"  and {len(self.lonely) - most} more")
        return "\n".join(lines)


def edges(boxes):
    return np.stack([boxes[:, 0], boxes[:, 1], boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]], axis=1)


def compare(first, second, pixels=1.0, score=0.05, threshold=-math.inf):
    """Pairs the boxes of each image, nearest edges first, if no edge differs by more than pixels and the
    scores by no more than score. Boxes below threshold are left out; one less than score above it may lack
    its partner, which may be just below."""
    report = Report()
    for here, there in ((first, second), (second, first)):
        lacking = [image for image in here.boxes if image not in there.boxes]
        if lacking:
            raise InputError(
                f"{there.path}: lacks {len(lacking)} photos of {here.path}, the first {lacking[0]}"
            )
    for image in sorted(first.boxes):
        report.images += 1
        a, b = (boxes[boxes[:, 4] >= threshold] for boxes in (first.boxes[image], second.boxes[image]))
        apart = (
            np.abs(edges(a)[:, None] - edges(b)[None]).max(axis=2)
            if len(a) and len(b)
            else np.zeros((len(a), len(b)))
        )
        differ = np.abs(a[:, None, 4] - b[None, :, 4])
        allowed = (apart <= pixels) & (differ <= score)
        candidates = sorted(zip(*np.nonzero(allowed)), key=lambda pair: (apart[pair], differ[pair]))
        left_a, left_b = set(range(len(a))), set(range(len(b)))
        for i, j in candidates:
            if i in left_a and j in left_b:
                left_a.remove(i)
                left_b.remove(j)
                report.pairs += 1
                report.edge = max(report.edge, float(apart[i, j]))
                report.score = max(report.score, float(differ[i, j]))
        for label, boxes, left in ((first.path, a, left_a), (second.path, b, left_b)):
            report.lonely += [
                (image, label, boxes[i]) for i in sorted(left) if boxes[i, 4] > threshold + score
            ]
    return report
