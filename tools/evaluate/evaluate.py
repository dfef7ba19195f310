#!/usr/bin/env python3
"""Measures person detectors by the rules of the Caltech benchmark. See README.md beside it.

    evaluate.py sets                                              the sets of photos
    evaluate.py unpack NAME FOLDER                                a set as photos and boxes.csv
    evaluate.py detect hog|ssd|pyramid --output FILE              detections, a JSON line for each photo
    evaluate.py score [LABEL=]FILE... [--plot CURVE.svg]          miss rates, log-average, curves
    evaluate.py mistakes FILE --output FOLDER                     pictures of its false alarms and misses
    evaluate.py compare FILE FILE                                 whether two detectors agree box by box

The environment variable EDGENN_DATA_DIR names the folder of the named sets.
"""

import argparse
import json
import math
import os
import sys
import time

try:
    import numpy as np
except ImportError as missing:
    print(f"evaluate.py: {missing}; README.md says what to install", file=sys.stderr)
    sys.exit(2)

import caltech
import detections
import photo_sets
from agreement import compare
from errors import InputError, whole_file

DEFAULT_SETS = ["penn", "inria-negatives"]


def show_progress(done, total, started):
    if sys.stderr.isatty():
        left = (time.monotonic() - started) / done * (total - done)
        ending = "\n" if done == total else ""
        print(f"\r{done} of {total} photos, {left:.0f} s left   ", end=ending, file=sys.stderr, flush=True)


def list_sets(_):
    for name, (text, _load) in photo_sets.NAMED.items():
        print(f"{name:26}{text}")
    print("FOLDER                    photos in a folder, persons in its boxes.csv: image,x,y,w,h[,ignore]")


def unpack(options):
    photos = photo_sets.load(options.set)
    photo_sets.unpack(photos, options.folder, options.scale)
    print(f"{options.folder}: {len(photos.boxes)} photos, {sum(map(len, photos.boxes.values()))} boxes")


def make_detector(options):
    if options.detector != "pyramid":
        import detectors

    if options.detector == "hog":
        return detectors.hog(options.enlarge)
    if options.detector == "ssd":
        return detectors.ssd(options.model[0] if options.model else None)
    import pyramid

    return pyramid.make(options.model, options.config, options.threshold, options.canvas)


def detect(options):
    sets = photo_sets.load_all(options.set or DEFAULT_SETS)
    detector = make_detector(options)
    total = sum(len(photos.boxes) for photos in sets)
    started, done = time.monotonic(), 0
    with whole_file(options.output) as stream:
        for photos in sets:
            spent = 0.0
            for image in photos.boxes:
                photo = photos.photo(image)
                before = time.process_time()
                boxes = detector(photo)
                ms = 1000 * (time.process_time() - before)
                try:
                    print(detections.line_of(image, boxes, ms), file=stream)
                except ValueError:
                    raise InputError(f"{image}: the detector gave a box or score that is no number") from None
                spent, done = spent + ms, done + 1
                show_progress(done, total, started)
            print(
                f"{photos.name}: {len(photos.boxes)} photos,"
                f" {spent / len(photos.boxes):.1f} ms of one core each"
            )


def outcomes_of(found, sets, rules):
    return [
        [
            caltech.match(boxes, labels, rules)
            for boxes, labels in zip(found.of(photos), photos.boxes.values())
        ]
        for photos in sets
    ]


def mean_ms(found, photos):
    times = [found.ms[image] for image in photos.boxes if image in found.ms]
    return sum(times) / len(times) if len(times) == len(photos.boxes) else None


def evaluated(found, sets, rules):
    outcomes = outcomes_of(found, sets, rules)
    try:
        curve = caltech.curve(sum(outcomes, []))
    except ValueError as error:
        raise InputError(f"{', '.join(photos.name for photos in sets)}: {error}") from None
    figures = {
        "detector": found.label,
        "images": curve.images,
        "persons": curve.persons,
        "miss_rate_at_1": curve.miss_rate_at(1),
        "miss_rate_at_0.1": curve.miss_rate_at(0.1),
        "miss_rate_at_0.01": curve.miss_rate_at(0.01),
        "log_average_miss_rate": curve.log_average(),
        "floor": curve.floor(),
        "ms_per_image": {photos.name: mean_ms(found, photos) for photos in sets},
    }
    return figures, curve


def rate(value):
    return f"{value:.3f}".lstrip("0") if value < 1 else f"{value:.2f}"


def print_table(results):
    width = max(8, *(len(figures["detector"]) for figures, _ in results))
    print(f"{'detector':{width}}  MR@1  MR@0.1  MR@0.01  LAMR  floor  ms per image")
    for figures, _ in results:
        times = " / ".join("-" if ms is None else f"{ms:.0f}" for ms in figures["ms_per_image"].values())
        print(
            f"{figures['detector']:{width}}  {rate(figures['miss_rate_at_1']):>4}"
            f"  {rate(figures['miss_rate_at_0.1']):>6}"
            f"  {rate(figures['miss_rate_at_0.01']):>7}  {rate(figures['log_average_miss_rate']):>4}"
            f"  {rate(figures['floor']):>5}  {times}"
        )


def score(options):
    sets = photo_sets.load_all(options.set or DEFAULT_SETS)
    for path in options.ignore:
        photo_sets.add_ignored(sets, path)
    rules = caltech.Rules(
        smallest=options.smallest,
        overlap=options.overlap,
        aspect=None if options.keep_widths else caltech.Rules.aspect,
    )
    files = [detections.read(argument) for argument in options.files]
    results = [evaluated(found, sets, rules) for found in files]
    if options.plot:
        from plot import draw

        for path in options.plot:
            draw(path, results)
    if options.json:
        for figures, curve in results:
            if options.curve:
                figures["curve"] = {
                    "false_positives_per_image": curve.false_positives.tolist(),
                    "miss_rate": curve.miss_rate.tolist(),
                    "threshold": curve.threshold.tolist(),
                }
            print(json.dumps(figures))
        return
    counted = results[0][0]
    ignored = "".join(f", without {path}" for path in options.ignore)
    print(
        f"{' + '.join(photos.name for photos in sets)}: {counted['images']} photos, {counted['persons']}"
        f" persons of at least {options.smallest:g} pixels{ignored}"
    )
    print_table(results)


def mistakes(options):
    from mistakes import draw_mistakes

    sets = photo_sets.load_all(options.set or DEFAULT_SETS)
    for path in options.ignore:
        photo_sets.add_ignored(sets, path)
    rules = caltech.Rules(smallest=options.smallest)
    found = detections.read(options.file)
    draw_mistakes(found, sets, outcomes_of(found, sets, rules), options.most, options.output)


def agree(options):
    first, second = detections.read(options.first), detections.read(options.second)
    report = compare(first, second, options.pixels, options.score, options.threshold)
    print(report.text())
    return 0 if report.share() >= options.share else 1


def positive(text):
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"found {text}, expected a number above 0")
    return value


def size(text):
    width, x, height = text.partition("x")
    if not (x and width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"found {text}, expected WIDTHxHEIGHT")
    return int(width), int(height)


def share(text):
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"found {text}, expected 0 to 1")
    return value


def add_sets(command):
    command.add_argument(
        "--set",
        action="append",
        metavar="SET",
        help="a named set, or a folder of photos; may be"
        f" repeated (default: {' and '.join(DEFAULT_SETS)})",
    )


def parser():
    result = argparse.ArgumentParser(
        prog="evaluate.py", description=__doc__.split("\n")[0], allow_abbrev=False
    )
    commands = result.add_subparsers(dest="command", required=True)

    command = commands.add_parser("sets", help="lists the sets of photos")
    command.set_defaults(run=list_sets)

    command = commands.add_parser("unpack", help="writes a set as a folder of photos with boxes.csv")
    command.add_argument("set", metavar="NAME")
    command.add_argument("folder", metavar="FOLDER")
    command.add_argument(
        "--scale", type=positive, default=1, help="write the photos at another size (default 1)"
    )
    command.set_defaults(run=unpack)

    command = commands.add_parser("detect", help="runs a detector on one thread, a JSON line for each photo")
    command.add_argument("detector", choices=("hog", "ssd", "pyramid"))
    add_sets(command)
    command.add_argument("--output", required=True, metavar="FILE")
    command.add_argument(
        "--enlarge", type=positive, default=1, help="hog: scale the photos first (default 1)"
    )
    command.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="FILE",
        help="ssd: the .tflite file;" " pyramid: .edgenn weights or a checkpoint (.pt) of each network",
    )
    command.add_argument("--config", metavar="JSON", help="pyramid: fields of person_config that differ")
    command.add_argument("--threshold", type=float, help="pyramid: least score (default 0)")
    command.add_argument(
        "--canvas",
        type=size,
        action="append",
        default=[],
        metavar="WxH",
        help="pyramid: size of image that photos are placed on, as examples/person_detector does;"
        " may be repeated (default: each photo's own size)",
    )
    command.set_defaults(run=detect)

    command = commands.add_parser("score", help="miss rates by the Caltech rules")
    command.add_argument("files", nargs="+", metavar="[LABEL=]FILE")
    add_sets(command)
    command.add_argument(
        "--smallest",
        type=positive,
        default=64,
        metavar="PIXELS",
        help="persons of less height are ignored (default 64)",
    )
    command.add_argument(
        "--overlap", type=share, default=0.5, help="intersection over union of a match (default 0.5)"
    )
    command.add_argument(
        "--keep-widths",
        action="store_true",
        help="match boxes as they are, not with width 0.41" " of their height",
    )
    command.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="CSV",
        help="image,x,y,w,h: where detections count neither for nor against",
    )
    command.add_argument("--plot", action="append", metavar="PICTURE", help="draws the curves, SVG or PNG")
    command.add_argument("--json", action="store_true", help="a JSON line for each detector")
    command.add_argument("--curve", action="store_true", help="with --json, also the curve's points")
    command.set_defaults(run=score)

    command = commands.add_parser(
        "mistakes", help="pictures of the surest false alarms and of missed persons"
    )
    command.add_argument("file", metavar="FILE")
    add_sets(command)
    command.add_argument("--output", required=True, metavar="FOLDER")
    command.add_argument("--most", type=int, default=40, help="pictures of each kind (default 40)")
    command.add_argument("--smallest", type=positive, default=64, metavar="PIXELS")
    command.add_argument("--ignore", action="append", default=[], metavar="CSV")
    command.set_defaults(run=mistakes)

    command = commands.add_parser("compare", help="whether two detectors give the same boxes")
    command.add_argument("first", metavar="FILE")
    command.add_argument("second", metavar="FILE")
    command.add_argument(
        "--pixels", type=positive, default=1, help="largest difference of an edge (default 1)"
    )
    command.add_argument(
        "--score", type=positive, default=0.05, help="largest difference of scores (default 0.05)"
    )
    command.add_argument(
        "--threshold", type=float, default=-math.inf, help="leave out boxes of lower scores in both files"
    )
    command.add_argument(
        "--share", type=share, default=1, help="the share of boxes that must agree (default 1)"
    )
    command.set_defaults(run=agree)
    return result


def main():
    options = parser().parse_args()
    try:
        return options.run(options) or 0
    except InputError as error:
        print(f"evaluate.py: {error}", file=sys.stderr)
    except ImportError as missing:
        print(f"evaluate.py: {missing}; README.md says what to install", file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 2


if __name__ == "__main__":
    sys.exit(main())
