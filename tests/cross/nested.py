"""Configures, builds and runs a CMake project in a folder of its own, for tests of tests/cross.

What the nested commands print goes to the standard output, which ctest shows when the test fails.
"""
import subprocess
import sys


def fail(message):
    print(message, flush=True)
    sys.exit(1)


def show(command):
    print("+", " ".join(str(c) for c in command), flush=True)


def run(command, **options):
    """Runs the command; the test fails if it does."""
    show(command)
    status = subprocess.run(command, **options).returncode
    if status != 0:
        fail(f"{command[0]} ended with status {status}")


def output_of(command, **options):
    """The status of a command and everything that it printed, also shown here."""
    show(command)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    text = done.stdout.decode(errors="replace")
    print(text, end="", flush=True)
    return done.returncode, text


def need(command, package):
    """Fails with the name of the Debian package if the command cannot be run."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
        works = done.returncode == 0
    except OSError:
        works = False
    if not works:
        fail(f"`{' '.join(command)}` does not work here: install the Debian package {package}")


def need_arm_none_eabi():
    need(["arm-none-eabi-g++", "--version"], "gcc-arm-none-eabi")
    need(["arm-none-eabi-g++", "-E", "-include", "math.h", "-x", "c", "/dev/null"], "libnewlib-arm-none-eabi")
    need(["arm-none-eabi-g++", "-E", "-include", "span", "-x", "c++", "/dev/null"],
         "libstdc++-arm-none-eabi-newlib")


def configure(cmake, generator, source, folder, definitions):
    """`definitions` are NAME=VALUE."""
    run([cmake, "-G", generator, "-S", source, "-B", folder, *(f"-D{d}" for d in definitions)])


def build(cmake, folder, *arguments):
    run([cmake, "--build", folder, "--parallel", "2", *arguments])
