#!/usr/bin/env python3
"""Instructions for each multiply-accumulate operation of pointwise convolutions, counted by qemu.

    python3 bench/instructions/count.py [--isa neon|neon32] [--max R]

Builds pointwise.cpp with Debian's cross compiler and runs each layer under qemu's user-mode emulation, once and three
times; half the difference of the counts is what one run takes. The counts are exact and the same on every machine.
Needs g++-aarch64-linux-gnu (neon) or g++-arm-linux-gnueabihf (neon32), and qemu-user: the programs of
qemu-user-static load no plugin. --max: exit status 1 if a layer takes more than R.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
INCLUDES = [f"-I{ROOT / folder}" for folder in ("include", "backends/reference", "backends/cpu")]
TARGETS = {
    "neon": ("aarch64-linux-gnu-g++", [], "qemu-aarch64"),
    "neon32": ("arm-linux-gnueabihf-g++", ["-march=armv7-a", "-mfpu=neon-vfpv4", "-Wno-psabi"], "qemu-arm"),
}


def fail(message):
    print(f"count.py: {message}", file=sys.stderr)
    sys.exit(2)


def output_of(command):
    """The standard output and error of a command."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except FileNotFoundError:
        fail(f"found no {command[0]}: see --help for the packages")
    if done.returncode != 0:
        fail(f"{' '.join(map(str, command))} ended with status {done.returncode}: {done.stderr.strip()}")
    return done.stdout, done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--isa", choices=TARGETS, default="neon")
    parser.add_argument("--max", type=float, metavar="R", help="the most instructions for each operation")
    arguments = parser.parse_args()
    compiler, flags, emulator = TARGETS[arguments.isa]
    with tempfile.TemporaryDirectory(prefix="edgenn-") as folder:
        plugin, program = f"{folder}/count_plugin.so", f"{folder}/pointwise"
        output_of(["c++", "-std=c++20", "-O2", "-fPIC", "-shared", HERE / "count_plugin.cpp", "-o", plugin])
        output_of([compiler, "-std=c++20", "-O3", "-static", *flags, *INCLUDES, HERE / "pointwise.cpp", "-o", program])

        def instructions(layer, times):
            _, errors = output_of([emulator, "-plugin", plugin, program, layer, str(times)])
            found = re.search(r"^instructions: (\d+)$", errors, re.MULTILINE)
            if not found:
                fail(f"{emulator} did not count: {errors.strip()}")
            return int(found[1])

        layers = [line.split() for line in output_of([emulator, program])[0].splitlines()]
        largest = 0
        print(f"{'layer':16} {'instructions':>12} {'MACs':>12} {'ratio':>7}")
        for layer, macs in layers:
            once = (instructions(layer, 3) - instructions(layer, 1)) / 2
            largest = max(largest, once / int(macs))
            print(f"{layer:16} {once:12.0f} {macs:>12} {once / int(macs):7.4f}", flush=True)
    if arguments.max is not None and largest > arguments.max:
        print(f"found {largest:.4f} instructions for each operation, expected at most {arguments.max}")
        sys.exit(1)


main()
