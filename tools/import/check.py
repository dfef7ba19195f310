#!/usr/bin/env python3
"""Compares an imported model with ONNX Runtime or LiteRT: imports it, compiles it and runs both on random inputs.

    check.py MODEL [--backend reference|cpu] [--samples N] [--layers] [-- arguments of edgenn-import]

Prints the largest difference of each output, as a share of the output's largest number; with --layers that of every
layer, and marks the first that differs. Exit status: 0 if all differences are within the tolerance, 1 if not, 2 if
something failed. Needs numpy and, for ONNX models, onnx and onnxruntime; for TFLite models ai-edge-litert.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.dont_write_bytecode = True
warnings.filterwarnings("ignore")  # LiteRT's, about keeping all values


def fail(message):
    print(f"check.py: {message}", file=sys.stderr)
    sys.exit(2)


try:
    import numpy as np
except ImportError:
    fail("found no module numpy: pip install numpy")


def run(*command):
    command = [str(part) for part in command]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except OSError as error:
        fail(f"{command[0]}: {error.strerror}")
    if done.returncode != 0:
        fail(f"{' '.join(command)}\n{done.stdout[-3000:]}exit status {done.returncode}")
    return done.stdout


class Tflite:
    """LiteRT on the model or, if it is quantised, on the float model with the same weights."""

    def __init__(self, path):
        try:
            from ai_edge_litert.interpreter import Interpreter
            from dequantized import computed_tensors, dequantized
            from detections import Detections
        except ImportError as error:
            fail(f"found no module {error.name}: pip install ai-edge-litert")
        model = dequantized(path.read_bytes())
        self.interpreter = Interpreter(model_content=model, experimental_preserve_all_tensors=True)
        self.detections = Detections(model)
        self.computed = computed_tensors(model)
        self.interpreter.allocate_tensors()
        self.details = self.interpreter.get_input_details()
        self.outputs = [d["name"] for d in self.interpreter.get_output_details()]
        self.shapes = [list(d["shape"]) for d in self.details]

    def from_edgenn(self, flat, index):
        return flat.reshape(self.shapes[index])

    def run(self, inputs):
        """All values by name."""
        for detail, x in zip(self.details, inputs):
            self.interpreter.set_tensor(detail["index"], x.astype(np.float32))
        self.interpreter.invoke()
        values = {}
        for detail in self.interpreter.get_tensor_details():
            if detail["index"] not in self.computed:
                continue
            try:
                values[detail["name"]] = self.interpreter.get_tensor(detail["index"])
            except ValueError:
                pass  # a tensor without data
        if self.detections.outputs is not None:
            values[self.detections.name] = self.detections.rows(self.interpreter)
        return values

    @staticmethod
    def arrangements(value):
        return [value]


class Onnx:
    """ONNX Runtime, with every value of the graph as an output."""

    def __init__(self, path, shapes):
        try:
            import onnx
            import onnxruntime
        except ImportError as error:
            fail(f"found no module {error.name}: pip install onnx onnxruntime")
        model = onnx.load(str(path))
        constants = {t.name for t in model.graph.initializer}
        inputs = [i for i in model.graph.input if i.name not in constants]
        self.names = [i.name for i in inputs]
        self.shapes = [shapes.get(i.name, [d.dim_value for d in i.type.tensor_type.shape.dim]) for i in inputs]
        self.channels_last = [self.is_transposed_at_once(model.graph, name) for name in self.names]
        for name, shape in zip(self.names, self.shapes):
            if len(shape) > 1 and shape[0] < 1:
                shape[0] = 1  # as edgenn-import takes a batch that the model leaves open
            if any(d < 1 for d in shape):
                fail(f"input {name} has the shape {shape}: state it with --input-shape {name}=1x3x224x224")
        self.outputs = [o.name for o in model.graph.output]
        for node in model.graph.node:
            for name in node.output:
                if name and name not in self.outputs:
                    model.graph.output.append(onnx.ValueInfoProto(name=name))
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                                    providers=["CPUExecutionProvider"])

    @staticmethod
    def is_transposed_at_once(graph, name):
        """Whether an input of N x H x W x C is only read by nodes that make N x C x H x W of it."""
        readers = [node for node in graph.node if name in node.input]
        return bool(readers) and all(node.op_type == "Transpose" and [list(a.ints) for a in node.attribute]
                                     == [[0, 3, 1, 2]] for node in readers)

    def from_edgenn(self, flat, index):
        shape = self.shapes[index]
        if len(shape) != 4 or self.channels_last[index]:
            return flat.reshape(shape)
        n, c, h, w = shape
        return flat.reshape(n, h, w, c).transpose(0, 3, 1, 2)

    def run(self, inputs):
        names = [o.name for o in self.session.get_outputs()]
        found = self.session.run(names, {n: x.astype(np.float32) for n, x in zip(self.names, inputs)})
        return dict(zip(names, found))

    @staticmethod
    def arrangements(value):
        """How edgenn may have stored it: images with the channels innermost, other tensors as they are."""
        if value.ndim == 4:
            return [value.transpose(0, 2, 3, 1), value]
        return [value, value.T]


def input_shapes(arguments):
    """The shapes that --input-shape states, which are edgenn-import's business too."""
    stated = {}
    for before, text in zip([""] + arguments, arguments):
        if before == "--input-shape" or text.startswith("--input-shape="):
            name, _, dims = text.removeprefix("--input-shape=").rpartition("=")
            stated[name] = [int(d) for d in re.split("[x,]", dims)]
    return stated


class Imported:
    """The model as edgenn computes it."""

    def __init__(self, folder, importer_arguments):
        self.folder = folder
        run(args.importer, args.model, "-o", folder, "--name", "checked", *importer_arguments)
        self.names = {}  # by node: what the source calls its value
        self.sizes = {}
        for line in (folder / "checked.txt").read_text().splitlines():
            row = re.match(r" *(\d+)  (\S.*?) {2,}((?:\d+ x )?\d+ x \d+ x \d+) +\d+ +\d+ +(?:input \d+|-?\d+)(?:  (.*))?$",
                           line)
            if row:
                self.names[int(row[1])] = row[4] or ""
                self.sizes[int(row[1])] = int(np.prod([int(d) for d in row[3].split(" x ")]))
        self.outputs = [(int(n), name) for n, name in
                        re.findall(r"^output: node (\d+), (.*)$", (folder / "checked.txt").read_text(), re.MULTILINE)]

    def build(self):
        text = (HERE / "check_runner.cpp.in").read_text()
        text = text.replace("@BACKEND@", {"reference": "edgenn::reference", "cpu": "edgenn::native"}[args.backend])
        text = text.replace("@LAYERS@", "true" if args.layers else "false")
        (self.folder / "runner.cpp").write_text(text)
        run(args.cxx, "-std=c++20", "-O2", *(["-march=native"] if args.backend == "cpu" else []),
            f"-I{ROOT / 'include'}", f"-I{ROOT / 'backends' / 'reference'}", f"-I{ROOT / 'backends' / 'cpu'}",
            f"-I{self.folder}", self.folder / "runner.cpp", "-o", self.folder / "runner")

    def run(self, samples):
        """For each sample the values of the nodes, by their numbers, and the outputs."""
        (self.folder / "inputs").write_bytes(samples.astype(np.float32).tobytes())
        run(self.folder / "runner", self.folder / "checked.edgenn", self.folder / "inputs", self.folder / "results")
        data = (self.folder / "results").read_bytes()
        at = 0
        for _ in samples:
            layers, outputs = {}, []
            while args.layers:
                node, size = (int(v) for v in np.frombuffer(data, np.int32, 2, at))
                at += 8
                if node < 0:
                    break
                layers[node] = np.frombuffer(data, np.float32, size, at)
                at += 4 * size
            for node, _ in self.outputs:
                outputs.append(np.frombuffer(data, np.float32, self.sizes[node], at))
                at += 4 * self.sizes[node]
            yield layers, outputs


def difference(found, expected, oracle):
    """The largest one, as a share of the largest expected number; of all arrangements the least."""
    least = np.inf
    for value in oracle.arrangements(expected):
        if value.size != found.size:
            continue
        flat = np.ascontiguousarray(value, np.float32).ravel()
        largest = np.max(np.abs(flat), initial=0.0)
        error = np.max(np.abs(found - flat)) / (largest if largest > 0 else 1.0)
        least = min(least, error if np.isfinite(error) else np.inf)
    return float(least)


def expected_of(name, size, values):
    """The oracle's value of this name; the report cuts off the beginning of long ones."""
    for other, value in values.items():
        first = other.split(";")[0]
        same = name in (other, first) or (name.startswith("...") and first.endswith(name[3:]))
        if same and value.size == size:
            return value
    return None


def compare(imported, oracle):
    random = np.random.default_rng(args.seed)
    low, high = args.range
    count = sum(int(np.prod(s)) for s in oracle.shapes)
    samples = (low + (high - low) * random.random((args.samples, count))).astype(np.float32)
    worst_of_outputs, worst_of_layers = {}, {}
    for sample, (layers, outputs) in zip(samples, imported.run(samples)):
        at, inputs = 0, []
        for index, shape in enumerate(oracle.shapes):
            size = int(np.prod(shape))
            inputs.append(oracle.from_edgenn(sample[at:at + size], index))
            at += size
        values = oracle.run(inputs)
        for k, (_, name) in enumerate(imported.outputs):
            value = expected_of(name, outputs[k].size, values)
            if value is None and k < len(oracle.outputs):
                value = values[oracle.outputs[k]]
            error = np.inf if value is None else difference(outputs[k], value, oracle)
            worst_of_outputs[name] = max(worst_of_outputs.get(name, 0.0), error)
        for node, found in layers.items():
            value = expected_of(imported.names.get(node, ""), found.size, values)
            if value is not None:
                worst_of_layers[node] = max(worst_of_layers.get(node, 0.0), difference(found, value, oracle))
    return worst_of_outputs, worst_of_layers


def main():
    with tempfile.TemporaryDirectory(prefix="edgenn-check-") as name:
        folder = pathlib.Path(name)
        is_tflite = args.model.suffix == ".tflite"
        wanted = ["--dequantize"] if is_tflite and "--dequantize" not in to_importer else []
        arguments = to_importer + wanted
        imported = Imported(folder, arguments)
        oracle = Tflite(args.model) if is_tflite else Onnx(args.model, input_shapes(arguments))
        imported.build()
        outputs, layers = compare(imported, oracle)
        marked = False
        for node in sorted(layers):
            bad = layers[node] > args.tolerance
            print(f"{node:5}  {layers[node]:10.3e}  {imported.names[node]}"
                  + ("   <- the first layer that differs" if bad and not marked else ""))
            marked = marked or bad
        for output, error in outputs.items():
            print(f"output {output}: {error:.3e} of its largest number, {args.samples} samples")
        worst = max(outputs.values())
        if worst > args.tolerance:
            print(f"found a difference of {worst:.3e}, expected at most {args.tolerance:g}")
            sys.exit(1)


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model", type=pathlib.Path)
parser.add_argument("--backend", choices=("reference", "cpu"), default="reference")
parser.add_argument("--samples", type=int, default=4)
parser.add_argument("--layers", action="store_true", help="compare every layer")
parser.add_argument("--tolerance", type=float, default=1e-4)
parser.add_argument("--range", type=float, nargs=2, default=(-1.0, 1.0), metavar=("LOW", "HIGH"), help="of random inputs")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--importer", type=pathlib.Path, default=pathlib.Path("edgenn-import"))
parser.add_argument("--cxx", default="c++")
# What follows -- is edgenn-import's, options included.
split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
args, to_importer = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1:]
if args.samples < 1:
    fail(f"found --samples {args.samples}, expected 1 or more")
if not args.model.is_file():
    fail(f"{args.model}: there is no such file")
if args.model.suffix not in (".onnx", ".tflite"):
    fail(f"{args.model}: found no runtime to compare with, expected a file .onnx or .tflite")
main()
