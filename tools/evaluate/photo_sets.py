"""Sets of photos with labelled persons: those under EDGENN_DATA_DIR by name, or any folder of photos."""

import csv
import math
import os
import shutil
import tarfile
import zlib
from dataclasses import dataclass, field
from typing import Callable

import numpy as np

from errors import InputError

PHOTO_ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".ppm")
COLUMNS = ("image", "x", "y", "w", "h", "ignore")


@dataclass
class PhotoSet:
    """name: as given. boxes: for each photo's name, in name order, its labelled boxes as rows x, y, w, h,
    ignore (pixels; see caltech.py). read: gives the bytes of a photo's file."""

    name: str
    boxes: "dict[str, np.ndarray]"
    read: "Callable[[str], bytes]" = field(repr=False)

    def photo(self, image):
        """The photo as height x width x 3 bytes, blue first, as OpenCV keeps them; an orientation noted in
        the file is not applied, since the boxes are in pixels of the file."""
        import cv2  # only the detectors need it

        data = np.frombuffer(self.read(image), np.uint8)
        pixels = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION) if data.size else None
        if pixels is None:
            raise InputError(f"{self.name}: {image} is no photo that OpenCV can read")
        return pixels


def read_table(path, columns):
    """Yields (where, row) for the rows of a CSV file that has at least these columns."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as stream:
            rows = csv.DictReader(stream, restkey=None, strict=True)
            header = rows.fieldnames or []
            missing = [column for column in columns if column not in header]
            if missing:
                raise InputError(
                    f"{path}:1: found columns {','.join(header) or 'none'}, lacks {','.join(missing)}"
                )
            for row in rows:
                where = f"{path}:{rows.line_num}"
                if None in row or None in row.values():
                    raise InputError(
                        f"{where}: found another number of fields than the header's {len(header)}"
                    )
                yield where, row
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8: {error.reason}") from None
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV table: {error}") from None


def number(text, where, column):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f'{where}: found {column} "{text}", expected a number')
    return value


def box_of(row, where):
    """x, y, w, h of a row; no side may be negative."""
    box = [number(row[column], where, column) for column in "xywh"]
    if box[2] < 0 or box[3] < 0:
        raise InputError(f"{where}: found a box of {box[2]:g} x {box[3]:g} pixels")
    return box


def gather(names, rows):
    """{image: array of boxes} from (where, image, box) of images that are all in names."""
    lists = {name: [] for name in sorted(names)}
    for where, image, box in rows:
        if image not in lists:
            raise InputError(f"{where}: there is no photo {image}")
        lists[image].append(box)
    return {name: np.array(boxes, dtype=float).reshape(-1, 5) for name, boxes in lists.items()}


def read_boxes(path, names):
    """A table image,x,y,w,h and optionally ignore (0 or 1; empty is 0); other columns are allowed."""

    def rows():
        for where, row in read_table(path, COLUMNS[:5]):
            ignore = row.get("ignore") or "0"
            if ignore not in ("0", "1"):
                raise InputError(f'{where}: found ignore "{ignore}", expected 0 or 1')
            yield where, row["image"], [*box_of(row, where), float(ignore)]

    return gather(names, rows())


def is_photo(name):
    return name.lower().endswith(PHOTO_ENDINGS) and not os.path.basename(name).startswith(".")


def folder_set(path):
    """A folder of photos; boxes.csv in it names the persons. Without that file the folder holds no person."""
    try:
        names = [name for name in os.listdir(path) if is_photo(name)]
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    if not names:
        raise InputError(f"{path}: no photos ({', '.join(PHOTO_ENDINGS)}) in this folder")
    table = os.path.join(path, "boxes.csv")
    boxes = read_boxes(table, names) if os.path.exists(table) else gather(names, [])

    def read(image):
        try:
            with open(os.path.join(path, image), "rb") as stream:
                return stream.read()
        except OSError as error:
            raise InputError(f"{os.path.join(path, image)}: {error.strerror}") from None

    return PhotoSet(path, boxes, read)


class Archive:
    """The files in a plain tar file."""

    def __init__(self, path):
        self.path = path
        try:
            with tarfile.open(path, "r:") as tar:
                self.places = {
                    member.name: (member.offset_data, member.size) for member in tar if member.isfile()
                }
        except (OSError, tarfile.TarError) as error:
            raise InputError(f"{path}: {getattr(error, 'strerror', None) or error}") from None

    def photos(self):
        return [name for name in self.places if name.lower().endswith((".jpg", ".jpeg"))]

    def read(self, name):
        if name not in self.places:
            raise InputError(f"{self.path}: holds no {name}")
        offset, size = self.places[name]
        try:
            with open(self.path, "rb") as stream:
                stream.seek(offset)
                data = stream.read(size)
        except OSError as error:
            raise InputError(f"{self.path}: {error.strerror}") from None
        if len(data) != size:
            raise InputError(f"{self.path}: is cut off in {name}")
        return data


def penn(data):
    """Penn-Fudan. The persons that its authors listed as added later, small or half hidden, are ignored."""
    archive = Archive(os.path.join(data, "pennfudan", "pennfudan_jpeg95.tar"))
    added = set()
    for line in archive.read("added-object-list.txt").decode().splitlines():
        fields = line.split()
        if len(fields) == 2 and fields[1].isdigit():
            added.add((os.path.splitext(fields[0])[0], int(fields[1])))

    def rows():
        counts = {}
        for where, row in read_table(os.path.join(data, "pennfudan", "boxes.csv"), ("file", *"xywh")):
            counts[row["file"]] = number_in_photo = counts.get(row["file"], 0) + 1
            ignore = (os.path.splitext(row["file"])[0], number_in_photo) in added
            yield where, row["file"], [*box_of(row, where), float(ignore)]

    return PhotoSet("penn", gather(archive.photos(), rows()), archive.read)


def inria(data, name, file):
    archive = Archive(os.path.join(data, "inria", file))
    return PhotoSet(name, gather(archive.photos(), []), archive.read)


def held_out(photos, source, name):
    """The tenth of a training set that tools/train leaves aside: chosen by a hash, as person_pools.py
    does."""
    boxes = {
        image: rows
        for image, rows in photos.boxes.items()
        if zlib.crc32(f"{source}:{image}".encode()) % 10 == 0
    }
    return PhotoSet(name, boxes, photos.read)


def coco(data):
    """COCO's photos for training. Crowds are ignored, and persons that are not about upright and whole: those
    whose height is not 1.8 to 4 times their width."""
    archive = Archive(os.path.join(data, "coco_train", "coco_train_480.tar"))

    def rows():
        table = os.path.join(data, "coco_train", "boxes.csv")
        for where, row in read_table(table, ("file", "split", "category", *"xywh", "iscrowd")):
            if row["category"] == "person" and row["split"] == "train":
                box = box_of(row, where)
                whole = row["iscrowd"] == "0" and 1.8 * box[2] <= box[3] <= 4 * box[2]
                yield where, row["file"], [*box, float(not whole)]

    return PhotoSet("coco", gather(archive.photos(), rows()), archive.read)


NAMED = {
    "penn": ("Penn-Fudan, 170 photos of persons; for tests only", penn),
    "inria-negatives": (
        "INRIA, 453 test photos without persons; for tests only",
        lambda data: inria(data, "inria-negatives", "inria_test_neg.tar"),
    ),
    "inria-training-negatives": (
        "INRIA, 1217 training photos without persons",
        lambda data: inria(data, "inria-training-negatives", "inria_train_neg.tar"),
    ),
    "inria-held-out": (
        "those of them that tools/train leaves aside",
        lambda data: held_out(inria(data, "", "inria_train_neg.tar"), "background", "inria-held-out"),
    ),
    "coco": ("COCO, 258 training photos, 123 of them with persons", coco),
    "coco-held-out": (
        "those of them that tools/train leaves aside",
        lambda data: held_out(coco(data), "everyday", "coco-held-out"),
    ),
}
"""The sets under EDGENN_DATA_DIR."""


def load(name):
    """The set of this name under EDGENN_DATA_DIR, or else the folder of this name."""
    if name not in NAMED:
        if os.path.isdir(name):
            return folder_set(name)
        raise InputError(f"{name}: neither a folder nor one of the sets {', '.join(NAMED)}")
    data = os.environ.get("EDGENN_DATA_DIR")
    if not data:
        raise InputError(
            f"set {name}: the environment variable EDGENN_DATA_DIR does not name the data's folder"
        )
    return NAMED[name][1](data)


def load_all(names):
    """Several sets, in which no two photos may have the same name."""
    sets = [load(name) for name in names]
    owner = {}
    for photos in sets:
        for image in photos.boxes:
            if image in owner:
                raise InputError(f"photo {image} is in {owner[image]} and in {photos.name}")
            owner[image] = photos.name
    return sets


def add_ignored(sets, path):
    """Adds the boxes of a table image,x,y,w,h as ignored to the sets that have the photos. Rows of photos in
    none of the sets are passed over, so that one list serves many sets. Returns how many were added."""
    added = 0
    for where, row in read_table(path, COLUMNS[:5]):
        box = [*box_of(row, where), 1.0]
        for photos in sets:
            if row["image"] in photos.boxes:
                photos.boxes[row["image"]] = np.vstack([photos.boxes[row["image"]], [box]])
                added += 1
    return added


def resized(photos, image, scale):
    """The photo's file at another size, as PNG without losses."""
    import cv2

    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(photos.photo(image), None, fx=scale, fy=scale, interpolation=method)
    done, data = cv2.imencode(".png", small)
    if not done:
        raise InputError(f"{photos.name}: {image} cannot be written as PNG")
    return data.tobytes()


def unpack(photos, folder, scale=1.0):
    """Writes a set as a folder of its photos, at another scale if asked for, and boxes.csv. The folder
    appears when all is written."""
    if os.path.exists(folder):
        raise InputError(f"{folder}: is already there")
    partial = f"{folder}.partial"
    names = {image: image if scale == 1 else os.path.splitext(image)[0] + ".png" for image in photos.boxes}
    try:
        os.makedirs(partial)
    except FileExistsError:
        raise InputError(f"{partial}: left over from an earlier run; remove it") from None
    except OSError as error:
        raise InputError(f"{partial}: {error.strerror}") from None
    try:
        for image, name in names.items():
            with open(os.path.join(partial, name), "wb") as stream:
                stream.write(photos.read(image) if scale == 1 else resized(photos, image, scale))
        with open(os.path.join(partial, "boxes.csv"), "w", newline="", encoding="utf-8") as stream:
            table = csv.writer(stream, lineterminator="\n")
            table.writerow(COLUMNS)
            for image, boxes in photos.boxes.items():
                for box in boxes:
                    table.writerow([names[image], *(f"{scale * side:.10g}" for side in box[:4]), int(box[4])])
        os.rename(partial, folder)
    except OSError as error:
        raise InputError(f"{partial}: {error.strerror}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
