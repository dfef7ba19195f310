"""Draws training patches: windows of photos, changed at random as cameras and places change them.

Everything random comes from one numpy generator, so equal states give equal batches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Tuple

import cv2
import numpy as np

from person_networks import OCCUPANCY, Definition
from person_pools import LEVEL_STEP, Person, Photo, Pools

ASPECT = 0.41  # width of a person over its height, Caltech's convention
MIRRORED = (cv2.BORDER_REFLECT_101, cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT)

# How often each source is drawn for a positive, and each kind for a negative.
POSITIVE_MIX = {"inria": 0.47, "cut-out": 0.28, "street": 0.11, "everyday": 0.14}
PART_SHARE = 0.35  # of the negatives that are not hard
HARD_SHARE = 0.5  # of the negatives, once there are hard ones
POSITIVE_SHARE = 0.375
GREY_LEVELS = np.arange(256, dtype=np.float64)[:, None]


@dataclass(frozen=True)
class View:
    """How a window is cut: stretch across, rotation, and perspective (negative: seen from above)."""

    stretch: float = 1.0
    angle: float = 0.0
    perspective: float = 0.0


STRAIGHT = View()


def cut(photo: Photo, x: float, y: float, height: float, size: Tuple[int, int], border: int,
        view: View = STRAIGHT) -> np.ndarray:  # fmt: skip
    """The window round (x, y), `height` pixels of the photo high, resampled to `size` = rows, columns."""
    rows, columns = size
    wanted = rows / height
    level = int(math.floor(math.log(max(1.0, 1.0 / wanted)) / math.log(LEVEL_STEP) + 1e-6))
    image = photo.levels[min(level, len(photo.levels) - 1)]
    factor = image.shape[0] / photo.levels[0].shape[0]
    across = image.shape[1] / photo.levels[0].shape[1]
    step = height / rows
    cosine, sine = math.cos(view.angle), math.sin(view.angle)
    # Keeps head and feet where they belong although the perspective moves them towards the top.
    y -= -0.1406 * view.perspective * height
    matrix = np.array(
        [
            [step * across * view.stretch * cosine, -step * across * sine, (x + 0.5) * across - 0.5],
            [step * factor * view.stretch * sine, step * factor * cosine, (y + 0.5) * factor - 0.5],
            [0.0, 0.0, 1.0],
        ]
    )
    shift = np.array([[1, 0, -(columns - 1) / 2], [0, 1, -(rows - 1) / 2], [0, 0, 1]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    if view.perspective == 0:
        return cv2.warpAffine(image, (matrix @ shift)[:2], (columns, rows), flags=flags, borderMode=border)
    bend = np.array([[1, 0, 0], [0, 1, 0], [0, view.perspective / rows, 1]], np.float64)
    return cv2.warpPerspective(image, matrix @ bend @ shift, (columns, rows), flags=flags, borderMode=border)


def share_outside(window: Tuple[float, float, float, float], person: Person) -> float:
    """1 - (area shared by window and person) / area of the window. A window is x, y, width, height."""
    x, y, width, height = window
    shared_width = min(x + width, person.x + person.width) - max(x, person.x)
    shared_height = min(y + height, person.y + person.height) - max(y, person.y)
    return 1.0 - max(0.0, shared_width) * max(0.0, shared_height) / (width * height)


def jitter_of(definition: Definition) -> float:
    """By how many person heights a positive may be off: persons also stand between two outputs."""
    return min(0.15, max(0.045, 0.45 * definition.pitch))


@dataclass
class Hard:
    """False alarms of the detector so far: photo, centre and person height, one row each."""

    places: np.ndarray

    @staticmethod
    def none() -> "Hard":
        return Hard(np.zeros((0, 4), np.float64))


class Sampler:
    """Batches for one network. `hard` grows with every mining round and never loses an entry."""

    def __init__(self, definition: Definition, pools: Pools, random: np.random.Generator) -> None:
        self.definition = definition
        self.size = (definition.height, definition.width)
        self.pools = pools
        self.random = random
        self.hard = Hard.none()
        self.jitter = jitter_of(definition)
        names = [name for name in POSITIVE_MIX if name == "cut-out" or name in pools.targets]
        self.sources = [name for name in names if name != "cut-out" or "street" in pools.targets]
        weights = np.array([POSITIVE_MIX[name] for name in self.sources])
        self.source_weights = weights / weights.sum()
        self.with_persons = [place for name in sorted(pools.targets) for place in pools.targets[name]]
        self.backgrounds = pools.person_free + [i for i, p in enumerate(pools.photos) if p.source == "everyday"]

    def batch(self, count: int) -> Tuple[np.ndarray, np.ndarray]:
        """Pixels as bytes, count x rows x columns x RGB, and labels, 1 = person."""
        random = self.random
        positives = round(count * POSITIVE_SHARE)
        negatives = count - positives
        hard = round(negatives * HARD_SHARE) if len(self.hard.places) else 0
        parts = round((negatives - hard) * PART_SHARE)
        patches = np.empty((count, *self.size, 3), np.uint8)
        sources = random.choice(len(self.sources), positives, p=self.source_weights)
        for index in range(count):
            if index < positives:
                patch = self.positive(self.sources[sources[index]])
            elif index < positives + hard:
                patch = self.hard_negative()
            elif index < positives + hard + parts:
                patch = self.part_negative()
            else:
                patch = self.background(self.size)
            patches[index] = patch
        for index in range(count):
            patches[index] = self._spoiled(patches[index])
        self._occlude(patches)
        for index in range(count):
            patches[index] = self._colour(patches[index])
        # Rows below a photo that is too short for a person are black in the detector: padding comes last.
        for index in np.flatnonzero(random.random(count) < 0.15):
            patches[index, int(random.uniform(0.5, 0.98) * self.size[0]) :] = 0
        labels = np.zeros(count, np.int64)
        labels[:positives] = 1
        return patches, labels

    def positive(self, source: str) -> np.ndarray:
        random = self.random
        places = self.pools.targets["street" if source == "cut-out" else source]
        index, person = places[random.integers(len(places))]
        photo = self.pools.photos[index]
        scale = math.exp(random.uniform(-0.085, 0.085))
        x, y = person.centre
        x += random.uniform(-1, 1) * self.jitter * person.height
        y += random.uniform(-1, 1) * self.jitter * person.height
        height = person.height / OCCUPANCY * scale
        border = MIRRORED[random.choice(3, p=(0.6, 0.2, 0.2))]
        view = self._view()
        if source == "cut-out":
            return self._on_background(cut(photo, x, y, height, self.size, cv2.BORDER_CONSTANT, view))
        return cut(photo, x, y, height, self.size, border, view)[..., :3]

    def _view(self) -> View:
        random = self.random
        perspective = random.uniform(-0.4, 0.12) if random.random() < 0.35 else 0.0
        return View(math.exp(random.uniform(-0.16, 0.13)), random.normal(0, 0.03), perspective)

    def _on_background(self, person: np.ndarray) -> np.ndarray:
        random = self.random
        background = self.background(self.size).astype(np.float32)
        alpha = cv2.GaussianBlur(person[..., 3], (3, 3), 0)[..., None].astype(np.float32) / 255
        # Light of the new place; without it the edge of the cut-out gives it away.
        light = (random.uniform(0.6, 1.2) * random.uniform(0.9, 1.1, 3)).astype(np.float32)
        mixed = background + alpha * (person[..., :3] * light - background)
        return np.clip(mixed, 0, 255).astype(np.uint8)

    def background(self, size: Tuple[int, int]) -> np.ndarray:
        """A window of a photo where no person is, of any size that fits."""
        random = self.random
        while True:
            photo = self.pools.photos[self.backgrounds[random.integers(len(self.backgrounds))]]
            least = 0.75 * size[0]
            most = max(least * 1.01, 1.3 * min(photo.height, 2 * photo.width))
            for _ in range(8):
                height = math.exp(random.uniform(math.log(least), math.log(most)))
                width = height * size[1] / size[0]
                x = random.uniform(-0.1 * width, max(photo.width - 0.9 * width, 1))
                y = random.uniform(-0.1 * height, max(photo.height - 0.9 * height, 1))
                window = (x, y, width, height)
                if all(share_outside(window, person) > 0.95 for person in photo.persons):
                    border = MIRRORED[random.choice(3, p=(0.4, 0.2, 0.4))]
                    return cut(photo, x + width / 2, y + height / 2, height, size, border)[..., :3]

    def part_negative(self) -> np.ndarray:
        """A part of a person, or a whole one far from where or how large it should be."""
        random = self.random
        index, person = self.with_persons[random.integers(len(self.with_persons))]
        photo = self.pools.photos[index]
        x, y = person.centre
        height = person.height / OCCUPANCY
        kind = random.integers(4)
        if kind <= 1:  # close up: head and shoulders, torso, legs
            height *= random.uniform(0.22, 0.62)
            x += random.uniform(-0.5, 0.5) * person.width
            y = person.y + random.uniform(0, 1) * person.height
        elif kind == 2:  # aside, above or below
            across, down = max(0.24, 2.1 * self.jitter), max(0.36, 2.4 * self.jitter)
            shift_x = random.choice((-1, 1)) * random.uniform(across, across + 0.3)
            shift_y = random.choice((-1, 1)) * random.uniform(down, down + 0.4)
            if random.random() < 0.5:
                shift_x *= 0.3
            else:
                shift_y *= 0.3
            x += shift_x * person.height
            y += shift_y * person.height
            height *= random.uniform(0.8, 1.2)
        else:  # too small
            height *= random.uniform(1.65, 2.8)
            y += random.uniform(-0.3, 0.3) * person.height
        border = MIRRORED[random.choice(3, p=(0.5, 0.2, 0.3))]
        if photo.mask and random.random() < 0.4:
            return self._on_background(cut(photo, x, y, height, self.size, cv2.BORDER_CONSTANT))
        return cut(photo, x, y, height, self.size, border)[..., :3]

    def hard_negative(self) -> np.ndarray:
        random = self.random
        index, x, y, height = self.hard.places[random.integers(len(self.hard.places))]
        x += random.uniform(-0.04, 0.04) * height
        y += random.uniform(-0.04, 0.04) * height
        window = height / OCCUPANCY * math.exp(random.uniform(-0.06, 0.06))
        view = View(math.exp(random.uniform(-0.08, 0.08)))
        return cut(self.pools.photos[int(index)], x, y, window, self.size, cv2.BORDER_CONSTANT, view)[..., :3]

    def _spoiled(self, patch: np.ndarray) -> np.ndarray:
        """Perhaps mirrored, blurred as by a weak lens or an enlarged picture, compressed, without colour."""
        random = self.random
        chance = random.random(4)
        if chance[0] < 0.5:
            patch = patch[:, ::-1]
        if chance[1] < 0.2:
            factor = random.uniform(0.4, 0.85)
            size = (max(4, int(self.size[1] * factor)), max(8, int(self.size[0] * factor)))
            small = cv2.resize(patch, size, interpolation=cv2.INTER_AREA)
            patch = cv2.resize(small, (self.size[1], self.size[0]), interpolation=cv2.INTER_LINEAR)
        if chance[2] < 0.12:
            quality = int(random.integers(25, 80))
            coded = cv2.imencode(".jpg", np.ascontiguousarray(patch), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
            patch = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        if chance[3] < 0.2:
            grey = cv2.cvtColor(np.ascontiguousarray(patch), cv2.COLOR_RGB2GRAY)
            patch = np.repeat(grey[..., None], 3, axis=2)
        return patch

    def _occlude(self, patches: np.ndarray) -> None:
        """Covers the legs or one side with a piece of another patch, persons and negatives alike."""
        random = self.random
        rows, columns = self.size
        for index in np.flatnonzero(random.random(len(patches)) < 0.1):
            other = patches[random.integers(len(patches))].copy()
            if random.random() < 0.6:
                top = int(rows * random.uniform(0.6, 0.9))
                patches[index, top:] = other[top:]
            else:
                width = int(columns * random.uniform(0.2, 0.4))
                patches[index, :, :width] = other[:, :width]

    def _colour(self, patch: np.ndarray) -> np.ndarray:
        """Other exposure, contrast, white balance, haze and noise."""
        random = self.random
        gain = math.exp(random.uniform(-0.6, 0.35)) * random.uniform(0.93, 1.07, 3)
        mean = sum(cv2.mean(patch)) / 3
        table = (GREY_LEVELS - mean) * gain + (mean + random.uniform(-28, 28))
        patch = cv2.LUT(patch, np.clip(table + 0.5, 0, 255).astype(np.uint8)[None])
        if random.random() < 0.12:
            noise = random.uniform(2, 9) * random.standard_normal(patch.shape, np.float32)
            patch = np.clip(patch + noise + 0.5, 0, 255).astype(np.uint8)
        return patch


def contact_sheet(patches: np.ndarray, columns: int) -> np.ndarray:
    """The patches side by side as one picture."""
    count, rows, width = patches.shape[:3]
    lines = -(-count // columns)
    sheet = np.zeros((lines * (rows + 2), columns * (width + 2), 3), np.uint8)
    for index, patch in enumerate(patches):
        top, left = index // columns * (rows + 2), index % columns * (width + 2)
        sheet[top : top + rows, left : left + width] = patch
    return sheet


def sheet_of(sampler: Sampler, count: int = 128) -> np.ndarray:
    """A batch as a picture: positives first, then negatives."""
    patches, _ = sampler.batch(count)
    return contact_sheet(patches, 16)
