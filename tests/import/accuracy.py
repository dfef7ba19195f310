#!/usr/bin/env python3
"""How many photos imported classifiers name correctly, and how far their outputs are from LiteRT's.

    accuracy.py IMPORTER [--cxx COMPILER] [--network NAME]... [--photos N] [--fit crop|stretch]

Imports trained models of the folder that EDGENN_MODELS_DIR names, quantised ones dequantised, compiles them for the CPU
backend and runs them on photos in EDGENN_DATA_DIR: classifiers of ImageNet on the photos of imagenet_sample, those that
say whether there is a person on those of coco_train. The shares of correct answers must lie within 1.5 points of those
that came with the models; where those were found on a few photos only, and it is not known which, within two standard
errors of such a share. LiteRT runs the float models with the same dequantised weights on the first photos; no output may
differ by more than 1e-4 of the largest. Exit status: 0, 1 if something is out of these limits, 2 if something failed, 77
if models, photos or modules are missing.
"""
import argparse
import csv
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools" / "import"))
MOST_POINTS, MOST_DIFFERENCE = 1.5, 1e-4
BATCH = 100  # photos whose inputs are in memory at a time


class Network:
    """Files that follow each other, what they must get right, and arguments of edgenn-import."""

    def __init__(self, files, percent, photos="imagenet", first_class=0, arguments=(), compared=20, found_on=None):
        self.files, self.percent, self.photos = files, percent, photos
        self.first_class, self.arguments, self.compared = first_class, arguments, compared
        self.points = [2 * (p * (100 - p) / found_on) ** 0.5 if found_on else MOST_POINTS for p in percent]


MOBILENET, INT8 = "mobilenet_v1/mobilenet_v1_{}_quant.tflite", "tflite_int8/{}.tflite"
# Shares of correct answers in percent, the first alone and among the first five. ImageNet's class 0 is their class 1.
NETWORKS = {
    "mobilenet_v1_25_128": Network([MOBILENET.format("0.25_128")], (42.8, 69.5), first_class=1),
    "mobilenet_v1_75_192": Network([MOBILENET.format("0.75_192")], (77.2, 93.4), first_class=1),
    "mobilenet_v1_100_224": Network(["mobilenet_v1/mobilenet_v1_1.0_224_quant_embedding_extractor.tflite",
                                     "mobilenet_v1/mobilenet_quant_v1_224_head_layers.tflite"], (84.6, 97.3),
                                    first_class=1),
    "squeezenet_deep_compression": Network(["squeezenet/compressed_SqueezeNet.net"], (65.5, 87.0), compared=0,
                                           found_on=200),
    "visual_wake_words": Network([INT8.format("vww_96_int8")], (84.8,), photos="persons"),
    "visual_wake_words_float": Network([INT8.format("vww_96_float")], (84.8,), photos="persons",
                                       arguments=("--channel-order", "rgb", "--scale", "0.00392156862745098")),
}


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


def compiled(sources, folder, name):
    includes = [ROOT / "include", ROOT / "backends/reference", ROOT / "backends/cpu", ROOT / "examples/photos",
                ROOT / "examples/digits", folder]
    run(args.cxx, "-std=c++20", "-O3", "-march=native", *(f"-I{i}" for i in includes), *sources, "-o", folder / name)
    return folder / name


def photo_program(folder):
    digits, photos = ROOT / "examples/digits", ROOT / "examples/photos"
    return compiled([pathlib.Path(__file__).resolve().with_name("photo_inputs.cpp"), digits / "files.cpp",
                     digits / "text.cpp", *(photos / f for f in ("image_file.cpp", "photo.cpp", "stb.cpp"))],
                    folder, "photo_inputs")


class Imported:
    """One file as edgenn runs it."""

    def __init__(self, model, folder, arguments):
        self.folder = folder
        folder.mkdir()
        dequantize = ["--dequantize"] if model.suffix == ".tflite" else []
        run(args.importer, model, *dequantize, *arguments, "--name", "checked", "-o", folder)
        runner = (ROOT / "tools/import/check_runner.cpp.in").read_text()
        (folder / "runner.cpp").write_text(runner.replace("@BACKEND@", "edgenn::native").replace("@LAYERS@", "false"))
        self.runner = compiled([folder / "runner.cpp"], folder, "runner")

    def run(self, inputs):
        (self.folder / "inputs").write_bytes(inputs.tobytes())
        run(self.runner, self.folder / "checked.edgenn", self.folder / "inputs", self.folder / "outputs")
        return np.fromfile(self.folder / "outputs", np.float32).reshape(len(inputs), -1)


class Runtime:
    """One file as LiteRT runs it."""

    def __init__(self, model):
        from dequantized import dequantized
        self.interpreter = Interpreter(model_content=dequantized(model.read_bytes()))
        self.interpreter.allocate_tensors()

    def run(self, inputs):
        detail, outputs = self.interpreter.get_input_details()[0], []
        for x in inputs:
            self.interpreter.set_tensor(detail["index"], x.reshape(detail["shape"]))
            self.interpreter.invoke()
            outputs.append(self.interpreter.get_tensor(self.interpreter.get_output_details()[0]["index"]).ravel())
        return np.array(outputs)


def imagenet(folder, data):
    """Names of the files of photos, and their classes."""
    with tarfile.open(data / "imagenet_sample/imagenet_sample_256.tar") as tar:
        names = sorted(n for n in tar.getnames() if n.endswith(".jpg"))[:args.photos]
        for name in names:
            (folder / name).write_bytes(tar.extractfile(name).read())
    return names, [int(name[:4]) for name in names]


def persons(folder, data):
    """The same, class 1 where the photo shows a person who is not tiny: at least half a percent of its area."""
    with open(data / "coco_train/images.csv", newline="") as file:
        area = {row["file"]: int(row["w"]) * int(row["h"]) for row in csv.DictReader(file)}
    with open(data / "coco_train/boxes.csv", newline="") as file:
        shown = {row["file"] for row in csv.DictReader(file) if row["category"] == "person"
                 and float(row["w"]) * float(row["h"]) >= 0.005 * area[row["file"]]}
    with tarfile.open(data / "coco_train/coco_train_480.tar") as tar:
        names = sorted(n for n in tar.getnames() if n.endswith(".jpg"))[:args.photos]
        for name in names:
            (folder / name).write_bytes(tar.extractfile(name).read())
    return names, [int(name in shown) for name in names]


def measure(name, network, models, data):
    """Prints what was found. Returns whether all of it is within the limits."""
    with tempfile.TemporaryDirectory(prefix="edgenn-accuracy-") as temporary:
        folder = pathlib.Path(temporary)
        imported = [Imported(models / file, folder / str(k), network.arguments if k == 0 else ())
                    for k, file in enumerate(network.files)]
        photos, classes = {"imagenet": imagenet, "persons": persons}[network.photos](folder, data)
        to_inputs = photo_program(folder / "0")
        places, worst = [], 0.0
        for first in range(0, len(photos), BATCH):
            batch = [folder / p for p in photos[first:first + BATCH]]
            inputs = np.frombuffer(run(to_inputs, args.fit, *batch), np.float32).reshape(len(batch), -1)
            outputs = inputs
            for part in imported:
                outputs = part.run(outputs)
            for row, number in zip(outputs, classes[first:first + BATCH]):
                places.append(int(np.sum(row > row[number + network.first_class])))
            if first == 0 and network.compared and Interpreter is not None:
                expected = inputs[:network.compared]
                for file in network.files:
                    expected = Runtime(models / file).run(expected)
                difference = np.abs(outputs[:network.compared] - expected).max(axis=1)
                worst = float((difference / np.abs(expected).max(axis=1)).max())
        places = np.array(places)
        found = [100 * float(np.mean(places < k)) for k in (1, 5)][:len(network.percent)]
        near = all(abs(f - p) <= most for f, p, most in zip(found, network.percent, network.points))
        right = near and worst <= MOST_DIFFERENCE
        compared = f"; differs from LiteRT by {worst:.1e} of the largest output on {network.compared}" if worst else ""
        expected = " / ".join(f"{p:.1f} +- {m:.1f}" for p, m in zip(network.percent, network.points))
        print(f"{name}: {len(photos)} photos, {' / '.join(f'{f:.1f}' for f in found)} % correct, expected {expected}"
              f"{compared}{'' if right else '   <- out of the limits'}", flush=True)
        return right


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("importer", type=pathlib.Path)
parser.add_argument("--cxx", default="c++")
parser.add_argument("--network", action="append", choices=tuple(NETWORKS), help="default: all")
parser.add_argument("--photos", type=int, help="how many; default: all")
parser.add_argument("--fit", choices=("crop", "stretch"), default="crop", help="of photos to the input")
args = parser.parse_args()
for variable in ("EDGENN_MODELS_DIR", "EDGENN_DATA_DIR"):
    if variable not in os.environ:
        skip(f"{variable} is not set")
try:
    import numpy as np
except ImportError:
    skip("found no module numpy")
try:
    from ai_edge_litert.interpreter import Interpreter
except ImportError:
    Interpreter = None
    print("without LiteRT: found no module ai_edge_litert")
models_dir, data_dir = (pathlib.Path(os.environ[v]) for v in ("EDGENN_MODELS_DIR", "EDGENN_DATA_DIR"))
wanted = {n: NETWORKS[n] for n in args.network or NETWORKS}
for one in wanted.values():
    for path in one.files:
        if not (models_dir / path).is_file():
            skip(f"found no {models_dir / path}")
sys.exit(0 if all([measure(n, w, models_dir, data_dir) for n, w in wanted.items()]) else 1)
