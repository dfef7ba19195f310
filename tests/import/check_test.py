#!/usr/bin/env python3
"""Tests tools/import/check.py: check_test.py EDGENN_IMPORT CHECK MODEL [--cxx COMPILER], where MODEL is what
write_convolution writes. Status 77, skipped, without numpy and LiteRT."""
import importlib.util
import pathlib
import subprocess
import sys
import tempfile

importer, check, model = sys.argv[1:4]
compiler = sys.argv[sys.argv.index("--cxx") + 1] if "--cxx" in sys.argv else "c++"
for module in ("numpy", "ai_edge_litert"):
    if importlib.util.find_spec(module) is None:
        print(f"skipped: found no module {module}")
        sys.exit(77)
problems = []


def run(*arguments, after=()):
    command = [sys.executable, check, *map(str, arguments), "--cxx", compiler, "--importer", importer]
    return subprocess.run(command + (["--", *after] if after else []), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)


def write_onnx(path, dims, perm):
    """A small network on an input x of these extents, transposed at once if `perm` says how."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper, save
    random = np.random.default_rng(1)
    image = len(dims) == 4
    weights = random.uniform(-1, 1, (4, 3, 3, 3) if image else (90, 4)).astype(np.float32)
    nodes = [helper.make_node("Transpose", ["x"], ["t"], perm=perm)] if perm else []
    read = "t" if perm else "x"
    nodes += ([helper.make_node("Conv", [read, "w"], ["c"], kernel_shape=[3, 3]), helper.make_node("Relu", ["c"], ["y"])]
              if image else [helper.make_node("MatMul", [read, "w"], ["y"])])
    graph = helper.make_graph(nodes, "graph", [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                              [numpy_helper.from_array(weights, "w")])
    model_of = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model_of.ir_version = 8
    save(model_of, str(path))


def expect(what, done, status, *parts):
    texts = [part for part in parts if part not in done.stdout + done.stderr]
    if done.returncode != status or texts:
        problems.append(f"{what}: exit status {done.returncode}, expected {status}; lacks {texts}:\n{done.stdout}"
                        f"{done.stderr}")


expect("the same on the reference backend", run(model, "--samples", 2), 0, "output result: ", ", 2 samples")
expect("the same on the CPU backend, by layers", run(model, "--backend", "cpu", "--layers"), 0, "map", "output result")
# Weights of 16 bits differ by up to 2^-12, and that is what the tool must find.
for order in ((model, "--tolerance", "1e-6", "--layers"), ("--layers", "--tolerance", "1e-6", model)):
    expect("other weights", run(*order, after=["--fp16"]), 1, "map   <- the first layer that differs",
           "expected at most 1e-06")
expect("an option that edgenn-import lacks", run(model, after=["--magic"]), 2, "--magic")
with tempfile.TemporaryDirectory() as folder:
    other = pathlib.Path(folder) / "model.net"
    other.touch()
    expect("a model that no runtime reads", run(other), 2, "expected a file .onnx or .tflite")
    if all(importlib.util.find_spec(module) for module in ("onnx", "onnxruntime")):
        for name, inputs, dims in (("nchw", ["batch", 3, 5, 6], None), ("nhwc", ["batch", 5, 6, 3], [0, 3, 1, 2]),
                                   ("rows", ["batch", 90], None), ("open", ["batch", 3, 5, "width"], None)):
            write_onnx(pathlib.Path(folder) / f"{name}.onnx", inputs, dims)
        for name in ("nchw", "nhwc", "rows"):
            expect(f"{name}.onnx, an open batch", run(f"{folder}/{name}.onnx", "--layers"), 0, "output y: ")
        expect("an open width", run(f"{folder}/open.onnx"), 2, "--input-shape")
        expect("a stated width", run(f"{folder}/open.onnx", after=["--input-shape", "x=1x3x5x6"]), 0, "output y: ")
    else:
        print("without ONNX models: found no modules onnx and onnxruntime")
expect("no such file", run("missing.tflite"), 2, "check.py: missing.tflite: there is no such file")
expect("no samples", run(model, "--samples", 0), 2, "check.py: found --samples 0")
importer = "no-such-program"
expect("no importer", run(model), 2, "check.py: no-such-program: ")
for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
