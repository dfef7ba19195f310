#!/usr/bin/env python3
"""edgenn_add_weights: the bytes in the program are those of the file, and follow it; bad files are refused.

usage: weights_object.py CMAKE GENERATOR COMPILER MODULE FOLDER
"""
import pathlib
import random
import shutil
import subprocess
import sys

import nested

cmake, generator, compiler, module, folder = sys.argv[1:]
source = pathlib.Path(__file__).resolve().parent / "weights_object"
folder = pathlib.Path(folder)
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
weights = folder / "some weights.edgenn"  # a space, as paths have
programs = ["by_assembler", "by_array", "by_library"]


def configuring(build, *definitions):
    command = [cmake, "-G", generator, "-S", source, "-B", folder / build, f"-DCMAKE_CXX_COMPILER={compiler}",
               f"-DMODULE={module}", *definitions]
    return nested.output_of(command)


def must_fail(status_and_output, *texts):
    status, output = status_and_output
    output = " ".join(output.split())  # cmake wraps lines
    if status == 0:
        nested.fail("expected an error, found none")
    for text in texts:
        if text not in output:
            nested.fail(f"expected an error with `{text}`")


def check_programs():
    expected = weights.read_bytes()
    for program in programs:
        done = subprocess.run([folder / "build" / program], stdout=subprocess.PIPE)
        if done.returncode != 0 or done.stdout != expected:
            nested.fail(f"{program}: status {done.returncode}, {len(done.stdout)} bytes, which differ from "
                        f"the {len(expected)} of the file")
        print(f"{program}: {len(expected)} equal bytes")


for size in (1, 31, 4096, 4099):
    weights.write_bytes(bytes(range(256))[:size] + random.Random(size).randbytes(max(0, size - 256)))
    if size == 1:
        status, _ = configuring("build", f"-DFILE={weights}")
        if status != 0:
            nested.fail("the project does not configure")
    nested.build(cmake, folder / "build")
    check_programs()

for program, uses_assembler in (("by_assembler", True), ("by_array", False)):
    made = (folder / "build/edgenn_weights" / program / "embedded.cpp").read_text()
    if (".incbin" in made) != uses_assembler:
        nested.fail(f"{program} is not made in the way it tests")

# Equal size, one other byte: only the object knows.
content = bytearray(weights.read_bytes())
content[2000] ^= 1
weights.write_bytes(content)
nested.build(cmake, folder / "build")
check_programs()

weights.write_bytes(b"")
must_fail(nested.output_of([cmake, "--build", folder / "build"]), weights.name, "is empty")
must_fail(configuring("empty", f"-DFILE={weights}"), f"the weights file {weights} is empty")
weights.unlink()
must_fail(configuring("missing", f"-DFILE={weights}"), f"found no weights file {weights}")
