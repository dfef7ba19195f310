#!/usr/bin/env python3
"""The firmware under qemu-system-arm reads the same digits as the same program on this machine.

usage: firmware_cortex_m4.py CMAKE GENERATOR COMPILER SOURCE WEIGHTS FOLDER

Every digit must be equal, every probability within 1e-5. Both must have reproduced the golden output.
"""
import pathlib
import re
import subprocess
import sys

import nested

TOLERANCE = 1e-5
LEAN = 16 * 1024  # bytes of flash without the weights: printf, exceptions or soft double do not fit
EXPECTED = ["golden"] + [f"drawn {digit}" for digit in range(10)]
QEMU = ["qemu-system-arm", "-M", "mps2-an386", "-nographic", "-monitor", "none", "-serial", "none",
        "-semihosting-config", "enable=on,target=native"]


def output_of_program(command):
    nested.show(command)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=300)
    except subprocess.TimeoutExpired:
        nested.fail(f"{command[0]} did not end within 300 s")
    text = done.stdout.decode(errors="replace")
    print(text, end="", flush=True)
    if done.returncode != 0:
        nested.fail(f"{command[0]} ended with status {done.returncode}, expected 0")
    return text


def readings(text):
    """{name: (digit, probabilities)}, complete and well formed."""
    found = {}
    line = re.compile(r"^(golden|drawn \d): (\d);((?: \d\.\d{7}){10})$", re.MULTILINE)
    for name, digit, numbers in line.findall(text):
        if name in found:
            nested.fail(f"found `{name}` twice")
        probabilities = [float(p) for p in numbers.split()]
        if abs(sum(probabilities) - 1) > 1e-4:
            nested.fail(f"{name}: the probabilities add up to {sum(probabilities)}")
        found[name] = int(digit), probabilities
    if list(found) != EXPECTED:
        nested.fail(f"found readings of {list(found)}, expected {EXPECTED}")
    return found


def main():
    cmake, generator, compiler, source, weights, folder = sys.argv[1:]
    source, folder = pathlib.Path(source), pathlib.Path(folder)
    nested.need_arm_none_eabi()
    nested.need(["qemu-system-arm", "--version"], "qemu-system-arm")

    firmware = source / "examples/firmware"
    toolchain = source / "cmake/toolchains/arm-none-eabi-cortex-m4.cmake"
    definitions = [f"EDGENN_FIRMWARE_WEIGHTS={weights}", "CMAKE_COMPILE_WARNING_AS_ERROR=ON"]
    nested.configure(cmake, generator, firmware, folder / "host",
                     [f"CMAKE_CXX_COMPILER={compiler}", *definitions])
    nested.build(cmake, folder / "host")
    nested.configure(cmake, generator, firmware, folder / "cortex_m4",
                     [f"CMAKE_TOOLCHAIN_FILE={toolchain}", *definitions])
    elf = folder / "cortex_m4/lenet5.elf"
    elf.unlink(missing_ok=True)  # linked anew, so that the sizes are printed
    status, output = nested.output_of([cmake, "--build", folder / "cortex_m4", "--parallel", "2"])
    if status != 0:
        nested.fail("the firmware does not build")

    sizes = re.search(r"lenet5\.elf: flash (\d+) B: code \d+, constants \d+, weights (\d+)", output)
    if not sizes:
        nested.fail("the build does not print the firmware's sizes")
    flash, weight_bytes = int(sizes[1]), int(sizes[2])
    if weight_bytes != pathlib.Path(weights).stat().st_size:
        nested.fail(f"found {weight_bytes} bytes of weights in flash, expected the size of {weights}")
    if flash - weight_bytes > LEAN:
        nested.fail(f"found {flash - weight_bytes} bytes beside the weights, expected at most {LEAN}")

    on_host = readings(output_of_program([str(folder / "host/lenet5")]))
    on_board = readings(output_of_program([*QEMU, "-kernel", str(elf)]))
    largest = 0.0
    for name in EXPECTED:
        if name.startswith("drawn") and name != f"drawn {on_host[name][0]}":
            nested.fail(f"{name}: read as {on_host[name][0]}")
        if on_host[name][0] != on_board[name][0]:
            nested.fail(f"{name}: found {on_board[name][0]} on the board, expected {on_host[name][0]}")
        largest = max(largest, *(abs(a - b) for a, b in zip(on_host[name][1], on_board[name][1])))
    if not largest <= TOLERANCE:
        nested.fail(f"found probabilities {largest:.2e} apart, expected at most {TOLERANCE}")
    print(f"{len(EXPECTED)} digits: equal, probabilities within {largest:.1e}")

    profile = output_of_program([*QEMU, "-icount", "shift=6",
                                 "-kernel", str(folder / "cortex_m4/lenet5_profile.elf")])
    times = [int(t) for t in re.findall(r"^ +\d+  \w+ +(\d+) +\d+ +\d+$", profile, re.MULTILINE)]
    if len(times) != 7 or min(times) == 0:
        nested.fail("expected ticks for each of the seven layers")


main()
