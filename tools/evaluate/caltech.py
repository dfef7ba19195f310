"""The evaluation rules of the Caltech pedestrian benchmark; numpy only.

P. Dollar, C. Wojek, B. Schiele, P. Perona: "Pedestrian Detection: An Evaluation of the State of the Art",
IEEE TPAMI 34(4), 2012.

A box is a row x, y, w, h in pixels, x and y of its top-left corner. Detections have the score as a fifth
column; labelled boxes have 1 (ignore) or 0 (a person to be found) there.
"""

from dataclasses import dataclass

import numpy as np

REFERENCE_RATES = 10.0 ** np.arange(-2, 0.01, 0.25)
"""The nine false positives per image, evenly spaced from 0.01 to 1 on a logarithmic scale, of the
log-average."""


@dataclass(frozen=True)
class Rules:
    """smallest: persons of a smaller height, in pixels, are ignored. overlap: least intersection over union
    of a match. aspect: every box gets this width / height about its centre line; None keeps the widths.
    margin: detections of less than smallest / margin pixels of height are dropped before anything else, so
    that one of 60 pixels can still match a person of 70."""

    smallest: float = 64.0
    overlap: float = 0.5
    aspect: "float | None" = 0.41
    margin: float = 1.25


@dataclass(frozen=True)
class Outcome:
    """What became of one image's detections, best first. rows: their row numbers. hits: True for a person
    found, False for a false alarm. Detections of ignored boxes are in neither. missed: row numbers of the
    labelled boxes that count and were not found. persons: how many count."""

    scores: np.ndarray
    hits: np.ndarray
    rows: np.ndarray
    missed: np.ndarray
    persons: int


def as_rows(values, what):
    """values as an n x 5 array of finite numbers; ValueError otherwise."""
    rows = np.asarray(values, dtype=np.float64)
    if rows.size == 0:
        return np.zeros((0, 5))
    if rows.ndim != 2 or rows.shape[1] != 5:
        raise ValueError(f"{what}: found an array of shape {rows.shape}, expected n x 5")
    if not np.isfinite(rows).all():
        raise ValueError(f"{what}: row {int(np.argmin(np.isfinite(rows).all(axis=1)))} holds NaN or infinity")
    return rows


def with_aspect(boxes, aspect):
    """Boxes of the same height and centre, aspect * height wide."""
    result = boxes[:, :4].copy()
    result[:, 2] = aspect * boxes[:, 3]
    result[:, 0] = boxes[:, 0] + (boxes[:, 2] - result[:, 2]) / 2
    return result


def overlaps(detections, labels, ignored):
    """Intersection over union of every detection (row) with every labelled box (column); for ignored ones,
    which may be regions with many persons, intersection over the detection's own area."""
    left = np.maximum(detections[:, None, 0], labels[None, :, 0])
    top = np.maximum(detections[:, None, 1], labels[None, :, 1])
    right = np.minimum(
        detections[:, None, 0] + detections[:, None, 2], labels[None, :, 0] + labels[None, :, 2]
    )
    bottom = np.minimum(
        detections[:, None, 1] + detections[:, None, 3], labels[None, :, 1] + labels[None, :, 3]
    )
    common = np.maximum(right - left, 0) * np.maximum(bottom - top, 0)
    own = (detections[:, 2] * detections[:, 3])[:, None]
    union = own + (labels[:, 2] * labels[:, 3])[None, :] - common
    base = np.where(ignored[None, :], own, union)
    return np.divide(common, base, out=np.zeros_like(common), where=base > 0)


def match(detections, labels, rules=Rules()):
    """Matches one image's detections with its labelled boxes.

    From the best score down, each detection takes the person, not yet taken, with which it overlaps most, if
    that is enough. Without one, it is left out if it lies on an ignored box, which any number may do, and is
    a false alarm otherwise: so are second detections of a person."""
    detections = as_rows(detections, "detections")
    labels = as_rows(labels, "labelled boxes")
    ignored = (labels[:, 4] != 0) | (labels[:, 3] < rules.smallest)
    rows = np.nonzero(detections[:, 3] >= rules.smallest / rules.margin)[0]
    rows = rows[np.argsort(-detections[rows, 4], kind="stable")]
    found, true = detections[rows, :4], labels[:, :4]
    if rules.aspect is not None:
        found = with_aspect(found, rules.aspect)
        keeps_width = ignored & (true[:, 2] > true[:, 3])  # a wide ignore region is a group, no person
        true = np.where(keeps_width[:, None], true, with_aspect(true, rules.aspect))
    overlap = overlaps(found, true, ignored)

    free = ~ignored
    kept, hits = [], []
    for row in range(len(rows)):
        candidates = np.nonzero(free & (overlap[row] >= rules.overlap))[0]
        if len(candidates):
            free[candidates[np.argmax(overlap[row, candidates])]] = False
        elif np.any(overlap[row, ignored] >= rules.overlap):
            continue
        kept.append(row)
        hits.append(len(candidates) > 0)
    kept = np.array(kept, dtype=int)
    return Outcome(
        detections[rows[kept], 4],
        np.array(hits, dtype=bool),
        rows[kept],
        np.nonzero(free)[0],
        int((~ignored).sum()),
    )


@dataclass(frozen=True)
class Curve:
    """The miss rate against the false positives per image, a point for every threshold that tells detections
    apart: those of equal score come and go together, so no order among them can flatter a detector."""

    false_positives: np.ndarray
    """per image, rising"""
    miss_rate: np.ndarray
    """falling"""
    threshold: np.ndarray
    """the score from which on detections are accepted at the point"""
    images: int
    persons: int

    def miss_rate_at(self, rate):
        """The miss rate at the last point with at most this many false positives per image; 1 before the
        first."""
        below = np.nonzero(self.false_positives <= rate)[0]
        return float(self.miss_rate[below[-1]]) if len(below) else 1.0

    def log_average(self):
        """The geometric mean of the miss rates at REFERENCE_RATES."""
        rates = [max(1e-10, self.miss_rate_at(rate)) for rate in REFERENCE_RATES]
        return float(np.exp(np.mean(np.log(rates))))

    def floor(self):
        """The share of persons that no threshold finds."""
        return float(self.miss_rate[-1]) if len(self.miss_rate) else 1.0


def curve(outcomes):
    """The curve of a set of images, given match() of each. ValueError without images or persons."""
    outcomes = list(outcomes)
    persons = sum(outcome.persons for outcome in outcomes)
    if not outcomes:
        raise ValueError("no images: false positives per image are undefined")
    if persons == 0:
        raise ValueError(f"no person to be found in {len(outcomes)} images: the miss rate is undefined")
    scores = np.concatenate([outcome.scores for outcome in outcomes])
    hits = np.concatenate([outcome.hits for outcome in outcomes])
    order = np.argsort(-scores, kind="stable")
    scores, hits = scores[order], hits[order]
    ends = np.nonzero(np.append(scores[1:] != scores[:-1], True))[0] if len(scores) else np.zeros(0, int)
    return Curve(
        (np.cumsum(~hits) / len(outcomes))[ends],
        (1 - np.cumsum(hits) / persons)[ends],
        scores[ends],
        len(outcomes),
        persons,
    )
