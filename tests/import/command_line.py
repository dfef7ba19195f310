#!/usr/bin/env python3
"""edgenn-import as a program: command_line.py EDGENN_IMPORT ONNX_TEST_DATA. Whatever is wrong gives one line on standard
error and exit status 2, and leaves no file behind."""
import pathlib
import subprocess
import sys
import tempfile

program, data = sys.argv[1], pathlib.Path(sys.argv[2])
relu = data / "node/test_relu/model.onnx"
problems = []


def run(folder, *arguments):
    return subprocess.run([program, *map(str, arguments), "-o", str(folder)], capture_output=True, text=True,
                          timeout=60, check=False)


def expect(what, holds, done):
    if not holds:
        problems.append(f"{what}: exit status {done.returncode}, standard error {done.stderr!r}")


def refused(what, part, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        results = pathlib.Path(folder) / "results"
        done = run(results, *arguments)
        one_line = done.stderr.startswith("edgenn-import: ") and done.stderr.count("\n") == 1
        expect(what, done.returncode == 2 and one_line and part in done.stderr and done.stdout == "", done)
        expect(f"{what}: left files", not results.exists() or not any(results.iterdir()), done)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    good = relu.read_bytes()
    (folder / "empty.onnx").touch()
    (folder / "cut.onnx").write_bytes(good[:40])
    (folder / "text.onnx").write_text("no model at all\n" * 100)
    (folder / "zeros.onnx").write_bytes(bytes(1000))
    (folder / "folder.onnx").mkdir()
    (folder / "odd\nname.onnx").write_bytes(b"")

    refused("no model", "no model named")
    refused("a missing file", "there is no such file", folder / "missing.onnx")
    refused("a folder", "there is no such file", folder / "folder.onnx")
    refused("an empty file", "empty.onnx: the file is empty", folder / "empty.onnx")
    refused("a name of two lines", "odd?name.onnx: the file is empty", folder / "odd\nname.onnx")
    refused("a cut file", "cut.onnx: ", folder / "cut.onnx")
    refused("text", "text.onnx: ", folder / "text.onnx")
    refused("zeros", "zeros.onnx: ", folder / "zeros.onnx")
    refused("a device", "there is no such file", "/dev/zero")
    refused("an operator that is not known", '(DequantizeLinear): edgenn-import does not know this operator',
            data / "node/test_dequantizelinear/model.onnx")
    refused("an unknown option", "--magic", relu, "--magic")
    refused("two models", "", relu, relu)
    for shape in ("x", "x=", "=3", "x=3xx4", "x=3x", "x=0", "x=-3", "x=3.5", "x=99999999999999999999"):
        refused(f"--input-shape {shape}", "--input-shape", relu, "--input-shape", shape)
    refused("the shape of an input that is not there", 'names the input "z"', relu, "--input-shape", "z=3x4x5")
    refused("two shapes of one input", 'two shapes of the input "x"', relu, "--input-shape", "x=3x4x5", "--input-shape", "x=3x4x5")
    refused("--dequantize with an ONNX model", "--dequantize: model.onnx is no TFLite model", relu, "--dequantize")
    (folder / "bad.tflite").touch()
    (folder / "bad.net").touch()
    for other in (folder / "bad.tflite", folder / "bad.net"):
        refused("--input-shape", f"--input-shape: {other.name} is no ONNX model", other, "--input-shape", "x=3")
        refused("--external-data", f"--external-data: {other.name} is no ONNX model", other, "--external-data", folder)
    refused("--dequantize with Deep Compression", "--dequantize: bad.net is no TFLite model", folder / "bad.net", "--dequantize")
    for low, high in (("nan", "1"), ("0", "nan"), ("-inf", "1"), ("0", "inf"), ("2", "1")):
        refused(f"--input-range {low},{high}", "--input-range: found ", relu, f"--input-range={low},{high}")
    refused("a photo of 5 channels", "model.onnx: preprocessing: ", relu, "--mean", "1")
    refused("an enormous shape", "2147483647", relu, "--input-shape", "x=65536x65536x1")
    refused("an order of channels that is none", "--channel-order", relu, "--channel-order", "gbr")
    refused("a mean that is no number", "--mean", relu, "--mean", "much")
    refused("a name that is no identifier", "--name", relu, "--name", "1st")

    # The results replace older ones as a whole or not at all.
    (folder / "my_relu.hpp").write_text("older")
    done = run(folder, relu, "--name", "my_relu", "--input-shape", "x=2x3")
    expect("a shape of another rank", done.returncode == 2 and (folder / "my_relu.hpp").read_text() == "older", done)
    done = run(folder, relu, "--name", "my_relu", "--input-shape", "x=2x3x4")
    files = sorted(p.name for p in folder.iterdir() if p.name.startswith("my_relu"))
    expect("a good model", done.returncode == 0 and files == ["my_relu.edgenn", "my_relu.hpp", "my_relu.txt"], done)
    expect("its header", "inline constexpr auto my_relu = edgenn::network({2, 3, 4}" in (folder / "my_relu.hpp").read_text(), done)
    header = (folder / "my_relu.hpp").read_text()
    expect("the order of an input that is no image",
           "// Input x: [2, 3, 4] as in the model, the last axis innermost in memory.\ninline constexpr" in header, done)
    long_name = "a_name_that_is_longer_than_names_made_of_a_file"
    done = run(folder, relu, "--name", long_name)
    expect("a long name", done.returncode == 0 and f"constexpr auto {long_name} =" in (folder / f"{long_name}.hpp").read_text(), done)
    image = run(folder, data / "node/test_globalmaxpool/model.onnx", "--name", "image")
    expect("an image", image.returncode == 0 and "// Input" not in (folder / "image.hpp").read_text(), image)

    # The report goes where it was told to, and to standard output unless that is not wanted.
    (folder / "my_relu.txt").unlink()
    done = run(folder, relu, "--name", "my_relu", "--report", folder / "report")
    expect("a report elsewhere", done.returncode == 0 and (folder / "report").read_text() == done.stdout
           and "arena of the reference backend: " in done.stdout and not (folder / "my_relu.txt").exists(), done)
    done = run(folder, relu, "--name", "my_relu", "--quiet")
    expect("a quiet run", done.returncode == 0 and done.stdout == ""
           and "arena of the reference backend: " in (folder / "my_relu.txt").read_text(), done)
    for file in (folder / "my_relu.edgenn", folder / "my_relu.hpp", relu):
        before = file.read_bytes()
        done = run(folder, relu, "--name", "my_relu", "--report", file)
        expect("a report in place of another file", done.returncode == 2 and done.stderr.count("\n") == 1
               and "--report: " in done.stderr and file.read_bytes() == before, done)
    (folder / "file").touch()
    done = run(folder / "file" / "results", relu)
    expect("a folder that cannot be made", done.returncode == 2 and done.stderr.count("\n") == 1, done)

print(*problems, sep="\n")
sys.exit(1 if problems else 0)
