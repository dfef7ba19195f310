#!/usr/bin/env python3
"""Compiles every public header alone, twice included, with warnings as errors. Usage: alone.py COMPILER"""
import concurrent.futures
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
INCLUDE_DIRS = [ROOT / "include", ROOT / "backends" / "reference"]
CPU = ROOT / "backends" / "cpu"
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wdouble-promotion", "-Werror"]
VARIANTS = [[], ["-fno-exceptions", "-fno-rtti"]]
# The CPU backend has other kernels for other processors; for baseline x86-64 it has none.
PROCESSORS = {"x86_64": [[], ["-march=x86-64-v2"], ["-march=x86-64-v3"], ["-march=x86-64-v4"]]}


def compile_alone(folders, header, variant):
    """Returns what the compiler says, or nothing if it accepts."""
    includes = [argument for folder in folders for argument in ("-I", folder)]
    command = [sys.argv[1], "-std=c++20", "-fsyntax-only", *WARNINGS, *variant, *includes, "-x", "c++", "-"]
    done = subprocess.run(command, input=f"#include <{header}>\n" * 2, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return "" if done.returncode == 0 else f"{header} {' '.join(variant)}\n{done.stdout}"


def headers_of(*folders):
    return sorted(str(path.relative_to(folder)) for folder in folders for path in folder.rglob("*.hpp"))


headers, cpu_headers = headers_of(*INCLUDE_DIRS), headers_of(CPU)
if not headers or not cpu_headers:
    sys.exit(f"found no headers below {ROOT}")
machine = subprocess.run([sys.argv[1], "-dumpmachine"], stdout=subprocess.PIPE, text=True).stdout.split("-")[0]
jobs = [(INCLUDE_DIRS, header, variant) for header in headers for variant in VARIANTS]
jobs += [([*INCLUDE_DIRS, CPU], header, variant) for header in [*cpu_headers, "edgenn.hpp"]
         for variant in PROCESSORS.get(machine, [[]])]
jobs += [([ROOT / "single_include"], "edgenn.hpp", variant) for variant in VARIANTS]
with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
    failures = [failure for failure in pool.map(lambda job: compile_alone(*job), jobs) if failure]
print("\n".join(failures) or f"{len(headers) + len(cpu_headers)} headers and the single one compile alone with {sys.argv[1]}")
sys.exit(1 if failures else 0)
