#!/usr/bin/env python3
"""Uses edgenn in one way, as a stranger would, in a temporary folder: builds a small program and runs it.

    run.py WAY --edgenn SOURCES [--cmake CMAKE] [--generator GENERATOR] [--cxx COMPILER]

WAY is find_package, add_subdirectory, FetchContent, pkg-config, single_header or firmware_single_header.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAMS = pathlib.Path(__file__).resolve().parent
ANSWER = "321"  # 2 * 10 + 3 * 100 + 1
FOREIGN = re.compile(r"eigen|xsimd|/\w*(intrin|neon|sve)\w*\.h$", re.IGNORECASE)


def run(*command, **options):
    """Runs a command and returns what it printed; ends the test if it fails."""
    command = [str(part) for part in command]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}\nexit status {done.returncode}")
    return done.stdout.strip()


def expect(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: found {found!r}, expected {expected!r}")


def configure(source, build, *definitions):
    run(args.cmake, "-S", source, "-B", build, "-G", args.generator, f"-DCMAKE_CXX_COMPILER={args.cxx}", *definitions)


def installed(folder):
    """Installs edgenn, then moves it: what is installed must not depend on its place."""
    configure(args.edgenn, folder / "edgenn-build", f"-DCMAKE_INSTALL_PREFIX={folder / 'first'}",
              *[f"-DEDGENN_BUILD_{part}=OFF" for part in ("TESTS", "EXAMPLES", "TOOLS")])
    run(args.cmake, "--install", folder / "edgenn-build")
    shutil.rmtree(folder / "edgenn-build")
    os.rename(folder / "first", folder / "moved")
    for file in (folder / "moved").rglob("*"):
        if file.is_file() and file.suffix in (".cmake", ".pc"):
            for place in (folder, args.edgenn):
                if str(place) in file.read_text():
                    sys.exit(f"{file} holds the path {place}")
    return folder / "moved"


def with_cmake(folder, way):
    build = folder / "build"
    definitions = [f"-DWAY={way}", f"-DEDGENN={args.edgenn}", f"-DPROGRAMS={PROGRAMS}"]
    if way == "find_package":
        definitions.append(f"-DCMAKE_PREFIX_PATH={installed(folder)}")
    configure(PROGRAMS / "consumer", build, "-DCMAKE_BUILD_TYPE=Release", *definitions)
    run(args.cmake, "--build", build)
    for program in ("answer", "answer_from_file", "answer_natively"):
        expect(program, run(build / program), ANSWER)
    run(args.cmake, "--install", build, "--prefix", folder / "consumer-prefix")
    files = sorted(file.name for file in (folder / "consumer-prefix").rglob("*") if file.is_file())
    expect("what the consumer installs", files, ["answer"])


def with_pkg_config(folder):
    place = installed(folder) / "share" / "pkgconfig"
    environment = {**os.environ, "PKG_CONFIG_PATH": str(place)}
    version = re.search(r"project\(edgenn VERSION ([\d.]+)", (args.edgenn / "CMakeLists.txt").read_text())[1]
    expect("version", run("pkg-config", "--modversion", "edgenn", env=environment), version)
    for package, program in (("edgenn", "answer"), ("edgenn-cpu", "answer_natively")):
        flags = run("pkg-config", "--cflags", "--libs", package, env=environment).split()
        run(args.cxx, "-std=c++20", PROGRAMS / f"{program}.cpp", "-o", folder / program, *flags)
        expect(program, run(folder / program), ANSWER)


def refuse_foreign_headers(command, header):
    """Of edgenn only the one header may be read, and nothing of Eigen, xsimd or a SIMD extension."""
    files = run(*command, "-M").replace("\\\n", " ").split()[2:]
    for file in files:
        if FOREIGN.search(file) or (pathlib.Path(args.edgenn) in pathlib.Path(file).parents):
            sys.exit(f"the single header includes {file}")
    if str(header) not in files:
        sys.exit(f"{header} is not among the headers: {files}")


def with_single_header(folder):
    header = shutil.copy(args.edgenn / "single_include" / "edgenn.hpp", folder / "edgenn.hpp")
    for program, answer in (("answer", ANSWER), ("lenet5", "7")):
        source = shutil.copy(PROGRAMS / f"{program}.cpp", folder)
        command = [args.cxx, "-std=c++20", "-I", folder, source]
        refuse_foreign_headers(command, header)
        run(*command, "-O1", "-o", folder / program)
        expect(program, run(folder / program), answer)


def with_firmware_single_header(folder):
    header = shutil.copy(args.edgenn / "single_include" / "edgenn.hpp", folder / "edgenn.hpp")
    source = shutil.copy(PROGRAMS / "lenet5.cpp", folder)
    command = ["arm-none-eabi-g++", "-std=c++20", "-fno-exceptions", "-fno-rtti", "-mthumb", "-mcpu=cortex-m4",
               "-I", folder, source]
    refuse_foreign_headers(command, header)
    run(*command, "-Os", "--specs=nosys.specs", "-o", folder / "lenet5.elf")
    print(run("arm-none-eabi-size", folder / "lenet5.elf"))


WAYS = {
    "find_package": lambda folder: with_cmake(folder, "find_package"),
    "add_subdirectory": lambda folder: with_cmake(folder, "add_subdirectory"),
    "FetchContent": lambda folder: with_cmake(folder, "FetchContent"),
    "pkg-config": with_pkg_config,
    "single_header": with_single_header,
    "firmware_single_header": with_firmware_single_header,
}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("way", choices=WAYS)
parser.add_argument("--edgenn", type=pathlib.Path, default=PROGRAMS.parent.parent)
parser.add_argument("--cmake", default="cmake")
parser.add_argument("--generator", default="Ninja")
parser.add_argument("--cxx", default="g++")
args = parser.parse_args()
args.edgenn = args.edgenn.resolve()
for tool in {"pkg-config": ["pkg-config"], "firmware_single_header": ["arm-none-eabi-g++"]}.get(args.way, []):
    if shutil.which(tool) is None:
        sys.exit(f"found no {tool}: run sh tools/setup.sh")
with tempfile.TemporaryDirectory(prefix="edgenn-") as name:
    WAYS[args.way](pathlib.Path(name).resolve())
