"""Judges one network on the photos that were held out of its training, and calibrates its score.

The three networks are trained apart, so equal scores do not mean equal certainty. A logistic fit of "is a
person" against the score gives each network a gain and an offset after which they do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Dict, List, Tuple

import numpy as np
from torch import nn

from person_networks import Definition
from person_pools import Pools
from person_pyramid import Detector, false_alarms, overlap, tolerated_overlap, true_boxes

LEAST_SCORE = -4.0
MATCH = 0.5  # least overlap of a found person with the true box
MISSED = -100.0
RATES = tuple(10 ** (-2 + 0.25 * index) for index in range(9))  # Caltech's false positives per image


@dataclass(frozen=True)
class Findings:
    """`persons`: best score on each true person, MISSED where there is none; `others`: of false alarms."""

    persons: np.ndarray
    others: np.ndarray
    photos: int  # photos without persons that were searched for false alarms

    def miss_rate(self, rate: float) -> float:
        """Share of persons under the score that lets `rate` false alarms per photo pass."""
        allowed = int(rate * self.photos)
        ordered = np.sort(self.others)[::-1]
        threshold = ordered[allowed] if allowed < len(ordered) else LEAST_SCORE
        return float(np.mean(self.persons <= threshold))

    def mean_miss_rate(self) -> float:
        """Log-average over Caltech's nine rates."""
        return math.exp(sum(math.log(max(1e-10, self.miss_rate(rate))) for rate in RATES) / len(RATES))


def search(definition: Definition, model: nn.Module, pools: Pools, per_octave: int, jitter: float) -> Findings:
    """Runs the network over the held-out photos."""
    detector = Detector(definition, model, per_octave, upscale=1.3)
    tolerated = tolerated_overlap(jitter)
    persons: List[float] = []
    others: List[float] = []
    photos = 0
    wanted: Dict[int, List[Any]] = {}
    for places in pools.targets.values():
        for index, person in places:
            wanted.setdefault(index, []).append(person)
    for index in sorted(wanted) + pools.person_free:
        photo = pools.photos[index]
        boxes = detector(photo.pixels, LEAST_SCORE)
        if index not in wanted:
            photos += 1
            others += false_alarms(boxes, [], tolerated)[:, 4].tolist()
            continue
        for truth in true_boxes(wanted[index]):
            hits = boxes[overlap(boxes, *truth) >= MATCH] if len(boxes) else boxes
            persons.append(float(hits[:, 4].max()) if len(hits) else MISSED)
    return Findings(np.array(persons), np.array(others), photos)


def calibration(findings: Findings) -> Tuple[float, float]:
    """(gain, offset): sigmoid(gain * z + offset) is the chance of a person where both kinds are as frequent."""
    found = findings.persons[findings.persons > MISSED]
    if len(found) == 0 or len(findings.others) == 0:
        return 1.0, 0.0
    scores = np.concatenate([found, findings.others])
    truth = np.concatenate([np.ones(len(found)), np.zeros(len(findings.others))])
    weights = np.where(truth == 1, 0.5 / len(found), 0.5 / len(findings.others))
    design = np.stack([scores, np.ones_like(scores)], axis=1)
    fit = np.array([1.0, 0.0])
    # Newton's method with a slight pull towards the identity, which keeps separable scores finite.
    pull = 1e-3
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ fit, -50, 50)))
        gradient = design.T @ (weights * (chance - truth)) + pull * (fit - np.array([1.0, 0.0]))
        curvature = (design * (weights * chance * (1 - chance))[:, None]).T @ design + pull * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        fit = fit - step
        if float(np.abs(step).max()) < 1e-9:
            break
    return float(fit[0]), float(fit[1])


def summary(findings: Findings) -> Dict[str, Any]:
    """What validation prints and writes as JSON."""
    gain, offset = calibration(findings)
    return {
        "persons": len(findings.persons),
        "photos_without_persons": findings.photos,
        "miss_rate_at_1": findings.miss_rate(1.0),
        "miss_rate_at_0.1": findings.miss_rate(0.1),
        "log_average_miss_rate": findings.mean_miss_rate(),
        "never_found": float(np.mean(findings.persons <= MISSED)),
        "gain": gain,
        "offset": offset,
    }
