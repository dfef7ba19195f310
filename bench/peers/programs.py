"""Builds the C++ programs of this folder and describes networks with them. Only Python's standard library."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Names of instruction sets: what -march is told.
ISAS = {"native": "native", "avx512": "x86-64-v4", "avx2": "x86-64-v3", "sse42": "x86-64-v2"}
FLAGS = ["-std=c++20", "-O3"]


class Failure(Exception):
    """Ends the program with one line."""


def note(message):
    print(message, file=sys.stderr, flush=True)


def write_whole(path, text):
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)


def eigen_folder():
    """Where Eigen's headers are; None if they are not installed."""
    try:
        found = subprocess.run(["pkg-config", "--variable=includedir", "eigen3"], capture_output=True, text=True)
        stated = [found.stdout.strip()] if found.returncode == 0 else []
    except OSError:
        stated = []
    folders = [pathlib.Path(f) for f in (*stated, "/usr/include/eigen3", "/usr/local/include/eigen3") if f]
    return next((f for f in folders if (f / "Eigen" / "Core").exists()), None)


class Builder:
    """Compiles the C++ programs; again only if a source is newer."""

    def __init__(self, folder, compiler, isa="native"):
        self.folder, self.compiler, self.isa = folder, compiler, isa
        sources = [*ROOT.glob("include/**/*.hpp"), *ROOT.glob("backends/**/*.hpp"), *ROOT.glob("bench/**/*.[ch]pp")]
        self.newest = max(source.stat().st_mtime for source in sources)
        folder.mkdir(parents=True, exist_ok=True)

    def flags(self):
        return [*FLAGS, f"-march={ISAS[self.isa]}"]

    def version(self):
        done = subprocess.run([self.compiler, "--version"], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()[0]

    def build(self, source, name, *extra):
        """`source` is a file of the folder bench."""
        program = self.folder / f"{name}_{pathlib.Path(self.compiler).name}"
        if program.exists() and program.stat().st_mtime > self.newest:
            return program
        note(f"compiling {name}")
        part = program.with_name(f"{program.name}.part")
        includes = ["-I", ROOT / "include"]
        for backend in ("reference", "cpu"):
            includes += ["-I", ROOT / "backends" / backend]
        command = [self.compiler, *self.flags(), *extra, *includes, ROOT / "bench" / source, "-o", part]
        started = time.time()
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            errors = [line for line in done.stderr.splitlines() if "error" in line]
            raise Failure(f"{source} does not compile for {name}: {(errors or ['no message'])[0]}")
        part.replace(program)
        os.utime(program, (started, started))  # a header that changed meanwhile is newer
        return program

    def runner(self, network, threads=1):
        name, extra = f"edgenn_{network}_{self.isa}", [f"-DBENCH_NETWORK={network}"]
        if threads > 1:
            name, extra = f"{name}_{threads}_threads", [*extra, f"-DBENCH_THREADS={threads}", "-pthread"]
        return self.build("peers/edgenn_runner.cpp", name, *extra)

    def eigen_runner(self, network, eigen):
        return self.build("peers/edgenn_runner.cpp", f"edgenn_{network}_{self.isa}_eigen",
                          f"-DBENCH_NETWORK={network}", "-DBENCH_ON_EIGEN", "-I", ROOT / "backends" / "eigen",
                          "-isystem", eigen)

    def dump(self):
        return self.build("peers/dump_network.cpp", "dump_network")


def describe(program, network, folder):
    """Writes the description of `network`; keeps what other libraries were given before if it is the same."""
    fresh = folder / f"{network}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    done = subprocess.run([program, network, fresh], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(done.stderr.strip())
    digest = hashlib.sha256()
    for file in [*sorted(HERE.glob("to_*.py")), HERE / "network.py", *sorted(fresh.iterdir())]:
        digest.update(file.read_bytes())
    target, stamp = folder / network, digest.hexdigest()
    if (target / "stamp").exists() and (target / "stamp").read_text() == stamp:
        shutil.rmtree(fresh)
        return target
    (fresh / "stamp").write_text(stamp)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return target
