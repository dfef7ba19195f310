#!/usr/bin/env python3
"""Follows the README's section "Bring your own model" word for word: readme.py SOURCES BUILD MODEL [--cmake CMAKE]
[--generator GENERATOR] [--cxx COMPILER]. MODEL is what write_classifier writes. Installs the build folder BUILD, which has
edgenn-import, into a temporary one in place of the section's first commands."""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TITLE = "## Bring your own model\n"


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{command}\n{done.stdout}\nexit status {done.returncode}")
    return done.stdout


def expect(what, holds, found):
    if not holds:
        sys.exit(f"{what}: found {found!r}")


def sections_blocks(language):
    """The code blocks of the section."""
    text = (args.sources / "README.md").read_text().split(TITLE)[1].split("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def photo(rgb):
    """A photo of one colour. The decoder goes by what a file holds, not by its name."""
    return b"P6 40 30 255\n" + bytes(rgb) * (40 * 30)


def best_class(output):
    rows = re.findall(r"^(\d\.\d{3}) class (-?\d+)$", output, re.MULTILINE)
    expect("five classes", len(rows) == 5, output)
    return int(rows[0][1])


def test(folder):
    run(args.cmake, "--install", args.build, "--prefix", folder / "installed")
    environment = {**os.environ, "PATH": f"{folder / 'installed/bin'}:{os.environ['PATH']}",
                   "PKG_CONFIG_PATH": str(folder / "installed/share/pkgconfig"),
                   "CMAKE_PREFIX_PATH": str(folder / "installed"), "CMAKE_GENERATOR": args.generator, "CXX": args.cxx}
    programs, commands, lists = sections_blocks("cpp"), sections_blocks("sh"), sections_blocks("cmake")
    expect("code blocks of C++, sh and CMake", (len(programs), len(commands), len(lists)) == (1, 2, 1),
           (len(programs), len(commands), len(lists)))
    work = folder / "work"
    work.mkdir()
    (work / "classify.cpp").write_text(programs[0])
    (work / "mobilenet.tflite").write_bytes(args.model.read_bytes())
    (work / "photo.jpg").write_bytes(photo((10, 20, 250)))
    output = run("sh", "-e", "-c", commands[1].replace("g++ ", f"{args.cxx} "), cwd=work, env=environment)
    expect("the class of a blue photo", best_class(output) == 2, output)
    missing = subprocess.run([work / "classify", "missing.jpg"], cwd=work, capture_output=True, text=True, check=False)
    expect("a photo that is not there", missing.returncode == 2 and missing.stdout.count("\n") == 1, missing)

    # With CMake: the weights in a file as before, and in the program.
    (work / "CMakeLists.txt").write_text(lists[0])
    run(args.cmake, "-B", "build", "-DCMAKE_BUILD_TYPE=Release", cwd=work, env=environment)
    run(args.cmake, "--build", "build", cwd=work, env=environment)
    output = run(work / "build/classify", "photo.jpg", cwd=work)
    expect("the class of a blue photo, with CMake", best_class(output) == 2, output)
    lines = [line for line in programs[0].splitlines(keepends=True) if " file[" not in line and "std::ifstream" not in line]
    expect("two lines that make the file", len(programs[0].splitlines()) - len(lines) == 2, programs[0])
    text = "".join(lines).replace("(file)", "(classifier_weights)")
    (work / "classify.cpp").write_text(text.replace("using namespace", '#include "classifier_weights.hpp"\nusing namespace'))
    (work / "classifier.edgenn").unlink()
    run(args.cmake, "--build", "build", cwd=work, env=environment)
    (work / "photo.jpg").write_bytes(photo((10, 250, 20)))
    output = run(work / "build/classify", "photo.jpg", cwd=work)
    expect("the class of a green photo, with the weights in the program", best_class(output) == 1, output)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("sources", type=pathlib.Path)
parser.add_argument("build", type=pathlib.Path)
parser.add_argument("model", type=pathlib.Path)
parser.add_argument("--cmake", default="cmake")
parser.add_argument("--generator", default="Ninja")
parser.add_argument("--cxx", default="g++")
args = parser.parse_args()
with tempfile.TemporaryDirectory(prefix="edgenn-") as name:
    test(pathlib.Path(name).resolve())
