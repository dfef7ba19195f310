#!/usr/bin/env python3
"""The test suite once more, in another way: for aarch64, with clang, under sanitizers; for armv7 what is particular
to it, the CPU backend's kernels and whole networks.

usage: suite.py NAME CMAKE CTEST GENERATOR COMPILER BUILD_TYPE SOURCE FOLDER
"""
import sys

import nested

name, cmake, ctest, generator, compiler, build_type, source, folder = sys.argv[1:]
targets, tests = [], []  # all
definitions = [
    "EDGENN_BUILD_TESTS=ON",
    "EDGENN_BUILD_EXAMPLES=ON",
    "EDGENN_BUILD_TOOLS=OFF",
    "EDGENN_INSTALL=OFF",
    "EDGENN_TEST_SUITES=OFF",
    "EDGENN_TEST_PROGRAMS_ONLY=ON",
]
if name == "sanitized":  # -O1: these compile for three times as long at -O3; -g1: reports name lines
    definitions += ["CMAKE_BUILD_TYPE=", "CMAKE_CXX_FLAGS=-O1 -g1", f"CMAKE_CXX_COMPILER={compiler}",
                    "EDGENN_SANITIZE=address,undefined", "EDGENN_TEST_TAGS=avx2"]
elif name == "aarch64":
    nested.need(["aarch64-linux-gnu-g++", "--version"], "g++-aarch64-linux-gnu")
    nested.need(["qemu-aarch64-static", "--version"], "qemu-user-static")
    definitions += [f"CMAKE_BUILD_TYPE={build_type}",
                    f"CMAKE_TOOLCHAIN_FILE={source}/cmake/toolchains/aarch64-linux-gnu.cmake"]
elif name == "armv7":
    nested.need(["arm-linux-gnueabihf-g++", "--version"], "g++-arm-linux-gnueabihf")
    nested.need(["qemu-arm-static", "--version"], "qemu-user-static")
    definitions += [f"CMAKE_BUILD_TYPE={build_type}",
                    f"CMAKE_TOOLCHAIN_FILE={source}/cmake/toolchains/arm-linux-gnueabihf.cmake"]
    programs = ["cpu_neon32", "cpu_functions_neon32", "cpu_separable_neon32", "cpu_pooled_neon32",
                "cpu_winograd_neon32", "cpu_strassen_neon32", "golden_networks_neon32"]
    targets = ["--target", *(f"test_{p}" for p in programs)]
    tests = ["-R", f"^({'|'.join(programs)})$"]
elif name == "clang":
    nested.need(["clang++", "--version"], "clang")
    definitions += [f"CMAKE_BUILD_TYPE={build_type}", "CMAKE_CXX_COMPILER=clang++", "EDGENN_TEST_TAGS=avx512"]
else:
    nested.fail(f"found suite {name}, expected aarch64, armv7, clang or sanitized")

nested.configure(cmake, generator, source, folder, definitions)
nested.build(cmake, folder, *targets)
nested.run([ctest, "--test-dir", folder, "--output-on-failure", "--no-tests=error", "-j", "2", *tests])
