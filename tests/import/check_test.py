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


def run(*arguments):
    return subprocess.run([sys.executable, check, *map(str, arguments), "--cxx", compiler, "--importer", importer],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


def expect(what, done, status, *parts):
    texts = [part for part in parts if part not in done.stdout + done.stderr]
    if done.returncode != status or texts:
        problems.append(f"{what}: exit status {done.returncode}, expected {status}; lacks {texts}:\n{done.stdout}"
                        f"{done.stderr}")


expect("the same on the reference backend", run(model, "--samples", 2), 0, "output result: ", ", 2 samples")
expect("the same on the CPU backend, by layers", run(model, "--backend", "cpu", "--layers"), 0, "map", "output result")
# Weights of 16 bits differ by up to 2^-12, and that is what the tool must find.
with tempfile.TemporaryDirectory() as folder:
    wrapper = pathlib.Path(folder) / "edgenn-import"
    wrapper.write_text(f'#!/bin/sh\nexec "{importer}" "$@" --fp16\n')
    wrapper.chmod(0o755)
    importer, exact = str(wrapper), importer
    expect("other weights", run(model, "--tolerance", "1e-6", "--layers"), 1, "map   <- the first layer that differs",
           "expected at most 1e-06")
    importer = exact
expect("no such file", run("missing.tflite"), 2, "check.py: missing.tflite: there is no such file")
expect("no samples", run(model, "--samples", 0), 2, "check.py: found --samples 0")
importer = "no-such-program"
expect("no importer", run(model), 2, "check.py: no-such-program: ")
for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
