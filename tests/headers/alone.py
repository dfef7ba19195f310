#!/usr/bin/env python3
"""Compiles every public header alone, twice included, with warnings as errors. Usage: alone.py COMPILER"""
import concurrent.futures
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
INCLUDE_DIRS = [ROOT / "include", ROOT / "backends" / "reference"]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wdouble-promotion", "-Werror"]
VARIANTS = [[], ["-fno-exceptions", "-fno-rtti"]]


def compile_alone(folders, header, variant):
    """Returns what the compiler says, or nothing if it accepts."""
    includes = [argument for folder in folders for argument in ("-I", folder)]
    command = [sys.argv[1], "-std=c++20", "-fsyntax-only", *WARNINGS, *variant, *includes, "-x", "c++", "-"]
    done = subprocess.run(command, input=f"#include <{header}>\n" * 2, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return "" if done.returncode == 0 else f"{header} {' '.join(variant)}\n{done.stdout}"


headers = sorted(str(path.relative_to(folder)) for folder in INCLUDE_DIRS for path in folder.rglob("*.hpp"))
if not headers:
    sys.exit(f"found no headers below {ROOT}")
jobs = [(INCLUDE_DIRS, header, variant) for header in headers for variant in VARIANTS]
jobs += [([ROOT / "single_include"], "edgenn.hpp", variant) for variant in VARIANTS]
with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
    failures = [failure for failure in pool.map(lambda job: compile_alone(*job), jobs) if failure]
print("\n".join(failures) or f"{len(headers)} headers and the single one compile alone with {sys.argv[1]}")
sys.exit(1 if failures else 0)
