#!/usr/bin/env python3
"""Uses edgenn_add_model from an installed package: add_model.py BUILD MODEL [--cmake CMAKE] [--generator GENERATOR]
[--cxx COMPILER]. Installs the build folder BUILD into a temporary one."""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


def run(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"{command}\n{done.stdout}\nexit status {done.returncode}")
    return done.stdout


def expect(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: found {found!r}, expected {expected!r}")


def test(folder):
    run(args.cmake, "--install", args.build, "--prefix", folder / "first")
    os.rename(folder / "first", folder / "moved")  # what is installed must not depend on its place
    model = folder / "model file.tflite"
    model.write_bytes(args.model.read_bytes())
    build = folder / "build"
    run(args.cmake, "-S", HERE / "model", "-B", build, "-G", args.generator, f"-DCMAKE_CXX_COMPILER={args.cxx}",
        f"-DCMAKE_PREFIX_PATH={folder / 'moved'}", f"-DMODEL={model}")
    run(args.cmake, "--build", build)
    expect("app", run(build / "app").strip(), "proved")
    header = build / "edgenn_models" / "app" / "corners.hpp"
    made = header.stat().st_mtime_ns
    run(args.cmake, "--build", build)
    expect("a second build imports", header.stat().st_mtime_ns != made, False)
    time.sleep(0.01)
    model.write_bytes(args.model.read_bytes())
    run(args.cmake, "--build", build)
    expect("a build after the model changed imports", header.stat().st_mtime_ns != made, True)
    model.write_bytes(b"spoiled")
    done = subprocess.run([args.cmake, "--build", build], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    expect("the build of a spoiled model succeeds", done.returncode == 0, False)
    expect("the message names the model", "edgenn-import: model file.tflite: " in done.stdout, True)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("build", type=pathlib.Path)
parser.add_argument("model", type=pathlib.Path)
parser.add_argument("--cmake", default="cmake")
parser.add_argument("--generator", default="Ninja")
parser.add_argument("--cxx", default="g++")
args = parser.parse_args()
with tempfile.TemporaryDirectory(prefix="edgenn-") as name:
    test(pathlib.Path(name).resolve())
