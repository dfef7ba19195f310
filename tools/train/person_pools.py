"""The photos that the person networks are trained with, read from EDGENN_DATA_DIR, and where persons are.

A sample is a place in a photo (centre and height of a person or of what looks like one), never a stored
crop, so every draw can be jittered anew. Photos are kept in several sizes, as sampling far below the
resolution of a photo would alias. A tenth of all photos is held out for validation, chosen by a hash of the
name; pictures of the same person stay together.
"""

from __future__ import annotations

import csv
import os
import tarfile
import zlib
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

import cv2
import numpy as np

LEVEL_STEP = 2**0.5
SMALLEST_LEVEL = 24  # pixels of the shorter side
HELD_OUT_SHARE = 10  # one photo in ten


class InputError(Exception):
    """A missing or malformed file; the message names it."""


@dataclass(frozen=True)
class Person:
    """A box in pixels of the photo, x and y = top left corner; crowds only say where no negative may be."""

    x: float
    y: float
    width: float
    height: float
    crowd: bool = False

    @property
    def centre(self) -> Tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass
class Photo:
    """RGB, or RGBA for cut-outs, in sizes falling by sqrt 2."""

    name: str
    source: str
    levels: List[np.ndarray]
    persons: List[Person] = field(default_factory=list)
    mask: bool = False

    @property
    def height(self) -> int:
        return self.levels[0].shape[0]

    @property
    def width(self) -> int:
        return self.levels[0].shape[1]

    @property
    def pixels(self) -> np.ndarray:
        return self.levels[0][..., :3]


def levels_of(image: np.ndarray) -> List[np.ndarray]:
    """The picture and smaller copies, each pixel the mean of what it covers."""
    levels = [image]
    scale = 1.0 / LEVEL_STEP
    while min(image.shape[:2]) * scale >= SMALLEST_LEVEL:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        levels.append(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
        scale /= LEVEL_STEP
    return levels


def held_out(key: str) -> bool:
    return zlib.crc32(key.encode()) % HELD_OUT_SHARE == 0


def data_folder() -> str:
    folder = os.environ.get("EDGENN_DATA_DIR", "")
    if not folder:
        raise InputError("EDGENN_DATA_DIR is not set, expected the folder that holds inria, ccp_street, coco_train")
    return folder


def _images(path: str) -> Iterator[Tuple[str, np.ndarray]]:
    """Name and RGB or grey picture of every image in a tar, by name."""
    try:
        with tarfile.open(path) as tar:
            for member in sorted(tar.getmembers(), key=lambda each: each.name):
                if not member.name.lower().endswith((".jpg", ".jpeg", ".png")):
                    continue
                blob = np.frombuffer(tar.extractfile(member).read(), np.uint8)
                mask = member.name.lower().endswith("_mask.png")
                image = cv2.imdecode(blob, cv2.IMREAD_GRAYSCALE if mask else cv2.IMREAD_COLOR)
                if image is None:
                    raise InputError(f"{path}: {member.name} cannot be decoded")
                yield member.name, image if mask else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    except (OSError, tarfile.TarError) as error:
        raise InputError(f"{path}: {error}") from None


def _rows(path: str) -> List[Dict[str, str]]:
    try:
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def _person(row: Dict[str, str]) -> Person:
    x, y, width, height = (float(row[key]) for key in ("x", "y", "w", "h"))
    return Person(x, y, width, height, row.get("iscrowd", "0") == "1")


def inria_persons(folder: str) -> List[Photo]:
    """Crops of 96x160 with a person of 96 pixels in the middle."""
    photos = []
    for name, image in _images(os.path.join(folder, "inria/inria_train_pos_96x160.tar")):
        height, width = image.shape[:2]
        box = Person(width / 2 - 0.205 * 96, height / 2 - 48, 0.41 * 96, 96)
        photos.append(Photo(name, "inria", levels_of(image), [box]))
    return photos


def inria_backgrounds(folder: str) -> List[Photo]:
    """Photos without persons."""
    path = os.path.join(folder, "inria/inria_train_neg.tar")
    return [Photo(name, "background", levels_of(image)) for name, image in _images(path)]


def street_persons(folder: str) -> List[Photo]:
    """Full-body photos with a person mask as fourth channel."""
    boxes = {row["file"]: _person(row) for row in _rows(os.path.join(folder, "ccp_street/boxes.csv"))}
    images: Dict[str, np.ndarray] = dict(_images(os.path.join(folder, "ccp_street/ccp_street_h208.tar")))
    photos = []
    for name, box in sorted(boxes.items()):
        mask = images.get(name[:-4] + "_mask.png")
        if name not in images or mask is None:
            raise InputError(f"ccp_street: {name} or its mask is missing")
        image = np.dstack([images[name], (mask > 0).astype(np.uint8) * 255])
        photos.append(Photo(name, "street", levels_of(image), [box], mask=True))
    return photos


def everyday_photos(folder: str) -> List[Photo]:
    """COCO photos with all their person boxes, some without any."""
    boxes: Dict[str, List[Person]] = {}
    for row in _rows(os.path.join(folder, "coco_train/boxes.csv")):
        if row["category"] == "person":
            boxes.setdefault(row["file"], []).append(_person(row))
    path = os.path.join(folder, "coco_train/coco_train_480.tar")
    return [Photo(name, "everyday", levels_of(image), boxes.get(name, [])) for name, image in _images(path)]


@dataclass
class Pools:
    """Photos by source; `targets` are (photo index, person) of those fit as positives."""

    photos: List[Photo]
    targets: Dict[str, List[Tuple[int, Person]]]
    person_free: List[int]

    @property
    def sizes(self) -> Dict[str, int]:
        sizes = {name: len(each) for name, each in self.targets.items()}
        sizes["photos without persons"] = len(self.person_free)
        sizes["photos"] = len(self.photos)
        return sizes


def _group(photo: Photo) -> str:
    # INRIA names its crops crop001234a, ...: the letter tells pictures of one photo apart.
    return photo.source + ":" + (photo.name[:10] if photo.source == "inria" else photo.name)


def usable(photo: Photo, person: Person, least_height: float) -> bool:
    """Upright, large enough and, as far as a box can tell, whole: fit to be shown to a network as a person."""
    if person.crowd or person.width <= 0 or person.height < least_height:
        return False
    if photo.source != "everyday":
        return True
    # Sitting persons and those whom the edge of the photo cuts off have other shapes.
    inside = person.y > 1 and person.y + person.height < photo.height - 2
    return inside and 1.9 <= person.height / person.width <= 4.5


def load(least_height: float, validation: bool, folder: Optional[str] = None) -> Pools:
    """The training part or the held-out part; persons under `least_height` pixels are no positives."""
    folder = data_folder() if folder is None else folder
    readers = (inria_persons, street_persons, everyday_photos, inria_backgrounds)
    photos = [photo for reader in readers for photo in reader(folder) if held_out(_group(photo)) == validation]
    return collect(photos, least_height)


def collect(photos: Sequence[Photo], least_height: float) -> Pools:
    targets: Dict[str, List[Tuple[int, Person]]] = {}
    person_free = []
    for index, photo in enumerate(photos):
        if not photo.persons:
            person_free.append(index)
        for person in photo.persons:
            if usable(photo, person, least_height):
                targets.setdefault(photo.source, []).append((index, person))
    return Pools(list(photos), targets, person_free)
