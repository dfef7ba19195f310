"""Files of detections, one JSON object a line, as examples/person_detector prints them with --json:

    {"image": "street.jpg", "boxes": [{"x": 12.5, "y": 30, "w": 41, "h": 100, "score": 3.25}]}

in pixels of the photo, x and y of the top-left corner; a higher score is a surer person. "ms" may hold the
milliseconds that the photo took, "frame" the number of a picture in a video, which is then known as
"NAME#FRAME". Other keys are passed over.
"""

import json
import math
import os

import numpy as np

from errors import InputError

FIELDS = ("x", "y", "w", "h", "score")


class Detections:
    """label: the detector's name in tables. boxes: for each image its rows x, y, w, h, score. ms:
    milliseconds of those images whose lines tell them. path: the file."""

    def __init__(self, label, path):
        self.label, self.path = label, path
        self.boxes, self.ms = {}, {}

    def of(self, photos):
        """A list with every photo's detections. All photos must have a line: one that the detector failed on
        must not pass for one where it found nothing."""
        missing = [image for image in photos.boxes if image not in self.boxes]
        if missing:
            raise InputError(
                f"{self.path}: lacks {len(missing)} of the {len(photos.boxes)} photos of {photos.name},"
                f" the first {missing[0]}"
            )
        return [self.boxes[image] for image in photos.boxes]


def refuse_constant(text):
    raise ValueError(f"{text} is no JSON number")


def plain_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < math.inf


def parse_box(box, where):
    if not isinstance(box, dict):
        raise InputError(f"{where}: found {json.dumps(box)[:60]}, expected an object")
    for field in FIELDS:
        if field not in box:
            raise InputError(f'{where}: lacks "{field}"')
        if not plain_number(box[field]):
            raise InputError(
                f'{where}: found "{field}" {json.dumps(box[field])[:60]}, expected a finite number'
            )
    if box["w"] < 0 or box["h"] < 0:
        raise InputError(f"{where}: found a box of {box['w']:g} x {box['h']:g} pixels")
    return [float(box[field]) for field in FIELDS]


def parse_line(text, where):
    """image, rows of boxes, milliseconds or None"""
    try:
        line = json.loads(text, parse_constant=refuse_constant)
    except ValueError as error:
        raise InputError(f"{where}: not JSON: {error}") from None
    except RecursionError:
        raise InputError(f"{where}: not JSON of any use: nested too deeply") from None
    if not isinstance(line, dict):
        raise InputError(f"{where}: found {text.strip()[:60]}, expected an object")
    image, boxes, ms = line.get("image"), line.get("boxes"), line.get("ms")
    if not isinstance(image, str) or not os.path.basename(image):
        raise InputError(f'{where}: lacks "image", the name of a photo')
    if not isinstance(boxes, list):
        raise InputError(f'{where}: lacks "boxes", a list')
    if ms is not None and (not plain_number(ms) or ms < 0):
        raise InputError(f'{where}: found "ms" {json.dumps(ms)[:60]}, expected a number that is not negative')
    frame = line.get("frame")
    if frame is not None and (isinstance(frame, bool) or not isinstance(frame, int) or frame < 0):
        raise InputError(f'{where}: found "frame" {json.dumps(frame)[:60]}, expected a whole number')
    name = os.path.basename(image) + ("" if frame is None else f"#{frame}")
    rows = [parse_box(box, f"{where}: box {index}") for index, box in enumerate(boxes)]
    return name, np.array(rows, dtype=float).reshape(-1, 5), ms


def read(argument):
    """A file of detections, given as FILE or LABEL=FILE; without a label it is the file's name. Photos are
    known by their names without folders."""
    label, equals, path = argument.partition("=")
    if not equals or os.path.exists(argument):
        label, path = os.path.splitext(os.path.basename(argument))[0], argument
    result = Detections(label, path)
    first = {}
    try:
        with open(path, encoding="utf-8") as stream:
            for index, text in enumerate(stream, 1):
                if not text.strip():
                    continue
                where = f"{path}:{index}"
                image, boxes, ms = parse_line(text, where)
                if image in first:
                    raise InputError(f"{where}: {image} was already in line {first[image]}")
                first[image] = index
                result.boxes[image] = boxes
                if ms is not None:
                    result.ms[image] = float(ms)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8: {error.reason}") from None
    return result


def line_of(image, boxes, ms=None):
    """The line for an image, without its end; numbers are rounded to what pixels and scores are worth."""
    line = {
        "image": image,
        "boxes": [
            dict(zip(FIELDS, (*(round(float(side), 2) for side in box[:4]), round(float(box[4]), 5))))
            for box in boxes
        ],
    }
    if ms is not None:
        line["ms"] = round(ms, 2)
    return json.dumps(line, allow_nan=False)
