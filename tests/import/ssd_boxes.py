#!/usr/bin/env python3
"""Compares the boxes of an imported SSD-MobileNet with LiteRT's, on photos of people.

    ssd_boxes.py IMPORTER [--cxx COMPILER] [--photos N]

Imports ssd_mobilenet_v1/detect.tflite of the folder that EDGENN_MODELS_DIR names, dequantised, compiles it for the CPU
backend and runs it on the photos of pennfudan/pennfudan_jpeg95.tar in EDGENN_DATA_DIR; LiteRT runs the float model with
the same dequantised weights on the same inputs. Each detection with a score of at least 0.05 must have one of the same
class on the other side, with an intersection over union above 0.99 and a score that differs by at most 0.01. Exit
status: 0, 1 if one has none, 2 if something failed, 77 if data or LiteRT are missing.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools" / "import"))
LEAST_SCORE, LEAST_IOU, MOST_DIFFERENCE = 0.05, 0.99, 0.01


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def run(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        print(done.stderr.decode(errors="replace")[-3000:], f"{command[0]}: exit status {done.returncode}", sep="",
              file=sys.stderr)
        sys.exit(2)
    return done.stdout


def build(importer, compiler, model, folder):
    """The program ssd_rows with the imported network, and its weights file."""
    run(importer, model, "--dequantize", "--name", "detector", "-o", folder)
    examples = ROOT / "examples"
    includes = [ROOT / "include", ROOT / "backends/reference", ROOT / "backends/cpu", examples / "photos",
                examples / "digits", folder]
    sources = [pathlib.Path(__file__).resolve().with_name("ssd_rows.cpp"), examples / "digits/files.cpp",
               examples / "digits/text.cpp", *(examples / "photos" / f for f in ("image_file.cpp", "photo.cpp", "stb.cpp"))]
    run(compiler, "-std=c++20", "-O2", "-march=native", *(f"-I{i}" for i in includes), *sources, "-o", folder / "rows")
    return folder / "rows", folder / "detector.edgenn"


def iou(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height)


def unmatched(rows, others):
    """The rows that nothing in `others` matches."""
    return [row for row in rows if row[1] >= LEAST_SCORE
            and not any(o[0] == row[0] and abs(o[1] - row[1]) <= MOST_DIFFERENCE and iou(o[2:], row[2:]) > LEAST_IOU
                        for o in others)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("importer", type=pathlib.Path)
    parser.add_argument("--cxx", default="c++")
    parser.add_argument("--photos", type=int, help="how many; default: all")
    args = parser.parse_args()
    for variable in ("EDGENN_MODELS_DIR", "EDGENN_DATA_DIR"):
        if variable not in os.environ:
            skip(f"{variable} is not set")
    model = pathlib.Path(os.environ["EDGENN_MODELS_DIR"], "ssd_mobilenet_v1", "detect.tflite")
    archive = pathlib.Path(os.environ["EDGENN_DATA_DIR"], "pennfudan", "pennfudan_jpeg95.tar")
    for file in (model, archive):
        if not file.is_file():
            skip(f"found no {file}")
    try:
        import numpy as np
        from ai_edge_litert.interpreter import Interpreter
        from dequantized import dequantized
        from detections import Detections
    except ImportError as error:
        skip(f"found no module {error.name}")

    data = model.read_bytes()
    with tempfile.TemporaryDirectory(prefix="edgenn-ssd-") as name:
        folder = pathlib.Path(name)
        program, weights = build(args.importer, args.cxx, model, folder)
        with tarfile.open(archive) as tar:
            names = sorted(n for n in tar.getnames() if n.endswith(".jpg"))[:args.photos]
            for photo in names:
                (folder / photo).write_bytes(tar.extractfile(photo).read())
        found = np.frombuffer(run(program, weights, *(folder / n for n in names)), np.float32)

    interpreter = Interpreter(model_content=dequantized(data))
    interpreter.allocate_tensors()
    detail, detections = interpreter.get_input_details()[0], Detections(data)
    size = int(np.prod(detail["shape"]))
    found = found.reshape(len(names), -1)
    count, least_iou, most_difference, wrong = 0, 1.0, 0.0, 0
    for photo, numbers in zip(names, found):
        interpreter.set_tensor(detail["index"], numbers[:size].reshape(detail["shape"]))
        interpreter.invoke()
        ours, theirs = numbers[size:].reshape(-1, 6), detections.rows(interpreter)
        for side, rows, others in (("edgenn", ours, theirs), ("LiteRT", theirs, ours)):
            for row in unmatched(rows, others):
                wrong += 1
                print(f"{photo}: only {side} finds class {row[0]:.0f}, score {row[1]:.4f}, at {row[2:]}")
        for a, b in zip(ours, theirs):
            if b[1] >= LEAST_SCORE and a[0] == b[0]:
                count += 1
                least_iou = min(least_iou, iou(a[2:], b[2:]))
                most_difference = max(most_difference, abs(float(a[1]) - float(b[1])))
    print(f"{len(names)} photos, {count} detections: intersection over union at least {least_iou:.6f}, "
          f"scores differ by at most {most_difference:.1e}; {wrong} found by one side only")
    sys.exit(1 if wrong or not count else 0)


main()
