#!/usr/bin/env python3
"""Whether a compiler makes vector instructions of the loops that resize photos. Usage: vectorised.py COMPILER...

They are plain loops: nothing but the compiler's own vectoriser makes them fast. For each instruction set that a
compiler knows, the function that mixes rows must convert and multiply whole vectors, of four floats at least.
"""
import pathlib
import re
import shutil
import subprocess
import sys

INCLUDE = pathlib.Path(__file__).resolve().parent.parent.parent / "include"
SOURCE = """
#include <edgenn/vision/resampling.hpp>
template void edgenn::detail::mix_rows<4, true>(const std::uint8_t*, std::ptrdiff_t, const float*, float*, std::ptrdiff_t);
"""
# Options, and for each instruction set what converts and what multiplies in assembly.
X86 = {
    "SSE4.2": (["-march=x86-64-v2"], r"cvtdq2ps\s.*%xmm", r"mulps\s.*%xmm"),
    "AVX2": (["-march=x86-64-v3"], r"vcvtdq2ps\s.*%ymm", r"vfmadd\d+ps\s.*%ymm"),
    "AVX-512": (["-march=x86-64-v4"], r"vcvtdq2ps\s.*%[yz]mm", r"vfmadd\d+ps\s.*%[yz]mm"),
}
AARCH64 = {"NEON": ([], r"[us]cvtf\s+v\d+\.4s", r"fmla\s+v\d+\.4s")}
MACHINES = {"x86_64": X86, "aarch64": AARCH64}


def wrong_with(compiler, name, options, *patterns):
    command = [compiler, "-std=c++20", "-O3", *options, "-I", str(INCLUDE), "-S", "-x", "c++", "-", "-o", "-"]
    done = subprocess.run(command, input=SOURCE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        return f"{compiler}, {name}: does not compile\n{done.stdout}"
    absent = [pattern for pattern in patterns if not re.search(pattern, done.stdout)]
    return f"{compiler}, {name}: no instruction like {', '.join(absent)}" if absent else ""


def main():
    wrong, proved = [], []
    for compiler in sys.argv[1:]:
        if shutil.which(compiler) is None:
            print(f"{compiler}: not found, left out")
            continue
        machine = subprocess.run([compiler, "-dumpmachine"], stdout=subprocess.PIPE, text=True).stdout.split("-")[0]
        for name, case in MACHINES.get(machine, {}).items():
            said = wrong_with(compiler, name, *case)
            if said:
                wrong.append(said)
            else:
                proved.append(f"{compiler} {name}")
    print("\n".join(wrong) or f"vectors: {', '.join(proved)}")
    sys.exit(1 if wrong or not proved else 0)


main()
