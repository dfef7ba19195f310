#!/usr/bin/env python3
"""Firmware that allocates does not link: the linker's message names the heap, the function and the caller.

usage: firmware_malloc_is_a_link_error.py CMAKE GENERATOR SOURCE WEIGHTS FOLDER
"""
import pathlib
import sys

import nested

cmake, generator, source, weights, folder = sys.argv[1:]
nested.need_arm_none_eabi()
nested.configure(cmake, generator, pathlib.Path(source) / "tests/cross/firmware_heap", folder,
                 [f"CMAKE_TOOLCHAIN_FILE={source}/cmake/toolchains/arm-none-eabi-cortex-m4.cmake",
                  f"EDGENN_FIRMWARE_WEIGHTS={weights}"])
nested.build(cmake, folder, "--target", "no_heap")  # else the others might fail for another reason

message = "the firmware must not use the heap: "
for target, caller, function in (("by_malloc", "allocates.cpp", "malloc"),
                                 ("by_new", "allocates.cpp", "operator new"),
                                 ("by_new_nothrow", "allocates.cpp", "operator new[] (nothrow)"),
                                 ("by_library", "libc_nano.a", "_malloc_r")):
    status, output = nested.output_of([cmake, "--build", folder, "--target", target])
    if status == 0:
        nested.fail(f"{target} links, although it uses the heap")
    lines = output.splitlines()
    named = [i for i, line in enumerate(lines) if line.endswith(message + function)]
    if not any(caller in line for i in named for line in lines[max(0, i - 1):i + 1]):
        nested.fail(f"{target} does not link, but no message says that {caller} uses {function}")
