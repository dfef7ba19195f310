#!/usr/bin/env python3
"""edgenn against ONNX Runtime, ncnn, MNN, OpenVINO and LiteRT (XNNPACK) on this machine.

    python3 bench/peers/compare.py [--networks A,B] [--threads N] [--goals] [--json FILE] ...

Builds a virtual environment with the other libraries, the same networks with the same synthetic weights for each,
checks that all outputs agree with edgenn's, then times all of them in turn, round by round, and prints for each
network the median and the minimum, edgenn's ratio to the fastest other library and its share of the machine's
measured FMA peak. Exit status 1: outputs differ, or a ratio exceeds --max-ratio or its goal. 2: it could not run.
"""
import argparse
import concurrent.futures
import datetime
import hashlib
import json
import math
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time

import results as report

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# The most that edgenn's time may be of the fastest other library's, one thread: networks, then single operations.
GOALS = {"lenet_300_100": 0.95, "lenet5": 0.80, "mobilenet_v1_25_128": 0.80, "mobilenet_v1_100_224": 0.93,
         "squeezenet_v1_0": 0.88, "squeezenet_v1_1": 0.88, "alexnet": 0.82, "googlenet": 0.70,
         "googlenet_without_lrn": 0.84, "vgg16": 0.75, "person": 0.72,
         "product_1000": 1.0, "filters_3x3": 1.0, "filters_5x5": 1.0, "filters_7x7": 1.0, "filters_9x9": 1.0,
         "filters_11x11": 1.0, "max_pool_2x2": 1.0}
CALL = "call"  # a network with next to no work
RIVALS = ["onnxruntime", "ncnn", "mnn", "openvino", "litert"]
PACKAGES = ["numpy", "onnx", "onnxruntime", "ncnn", "MNN", "openvino", "ai-edge-litert"]
TOLERANCE = 1e-3  # of the largest output
ISAS = {"native": "native", "avx512": "x86-64-v4", "avx2": "x86-64-v3", "sse42": "x86-64-v2"}
FLAGS = ["-std=c++20", "-O3"]


class Failure(Exception):
    """Ends the program with one line."""


class PeerFailure(Exception):
    """One library fails on one network; the others go on."""


def note(message):
    print(message, file=sys.stderr, flush=True)


def write_whole(path, text):
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)


def make_environment(folder):
    """The interpreter of a virtual environment with whichever of the libraries the registry has."""
    python = folder / "bin" / "python"
    if not python.exists():
        note(f"making the virtual environment {folder}")
        done = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"no virtual environment in {folder}: {(done.stderr or done.stdout).strip()}")
    listed = subprocess.run([python, "-m", "pip", "list", "--format=json"], capture_output=True, text=True)
    if listed.returncode != 0:
        raise Failure(f"{folder} is no virtual environment with pip: {listed.stderr.strip()}")
    present = {p["name"].lower() for p in json.loads(listed.stdout)}
    for package in PACKAGES:
        if package.lower() in present:
            continue
        note(f"installing {package}")
        done = subprocess.run([python, "-m", "pip", "install", "--quiet", package], capture_output=True, text=True)
        if done.returncode == 0:
            continue
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        if package in ("numpy", "onnx"):
            raise Failure(f"{package} could not be installed: {reason}")
        note(f"not available: {package}: {reason}")
    return python


class Builder:
    """Compiles the C++ programs; again only if a source is newer."""

    def __init__(self, folder, compiler, isa):
        self.folder, self.compiler, self.isa = folder, compiler, isa
        sources = [*ROOT.glob("include/**/*.hpp"), *ROOT.glob("backends/**/*.hpp"), *ROOT.glob("bench/**/*.[ch]pp")]
        self.newest = max(source.stat().st_mtime for source in sources)
        folder.mkdir(parents=True, exist_ok=True)

    def flags(self):
        return [*FLAGS, f"-march={ISAS[self.isa]}"]

    def build(self, source, name, *extra):
        program = self.folder / f"{name}_{pathlib.Path(self.compiler).name}"
        if program.exists() and program.stat().st_mtime > self.newest:
            return program
        note(f"compiling {name}")
        part = program.with_name(f"{program.name}.part")
        includes = ["-I", ROOT / "include"]
        for backend in ("reference", "cpu"):
            includes += ["-I", ROOT / "backends" / backend]
        command = [self.compiler, *self.flags(), *extra, *includes, HERE / source, "-o", part]
        started = time.time()
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            errors = [line for line in done.stderr.splitlines() if "error" in line]
            raise Failure(f"{source} does not compile for {name}: {(errors or ['no message'])[0]}")
        part.replace(program)
        os.utime(program, (started, started))  # a header that changed meanwhile is newer
        return program

    def runner(self, network):
        return self.build("edgenn_runner.cpp", f"edgenn_{network}_{self.isa}", f"-DBENCH_NETWORK={network}")


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


class Peer:
    """One library that runs one network, in a process of its own."""

    def __init__(self, name, command, log, cpus, clock):
        self.name, self.log, self.clock = name, log, clock
        with open(log, "w") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                            text=True, preexec_fn=lambda: os.sched_setaffinity(0, cpus))
        self.times, self.medians = [], []
        self.plan = None

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            lines = [x for x in pathlib.Path(self.log).read_text(errors="replace").splitlines() if x.strip()]
            last = (lines or ["no message"])[-1].strip()
            raise PeerFailure(re.sub(r"/[\w./-]*/", "", last)[:200] if status > 0 else f"ended by signal {-status}")
        return line.strip()

    def ask(self, command):
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # `read` says why
        return self.read()

    def run(self, warmup, samples, count):
        """Milliseconds of one inference, several times."""
        return [float(t) * 1e-6 for t in self.ask(f"{self.clock} {warmup} {samples} {count}").split()]

    def output(self, path):
        self.ask(f"output {path}")
        return path

    def make_plan(self, seconds):
        """Samples of at least 0.2 ms, enough of them to fill `seconds`."""
        self.run(1, 1, 1)
        one = min(self.run(1, 3, 1))
        count = max(1, math.ceil(0.2 / one))
        samples = min(max(math.ceil(seconds * 1000 / (one * count)), 3), 500)
        warmup = min(max(1, math.ceil(20 / one)), 200)
        self.plan = (warmup, samples, count)

    def time_round(self):
        found = self.run(*self.plan)
        self.times += found
        self.medians.append(statistics.median(found))

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Comparison:
    """Times one network after the other and collects what was found."""

    def __init__(self, options, python, builder, versions):
        self.options, self.python, self.builder, self.versions = options, python, builder, versions
        self.models = options.build / "models"
        self.dump = builder.build("dump_network.cpp", "dump_network")
        self.limits_program = builder.build("machine_limits.cpp", f"machine_limits_{builder.isa}",
                                            "-ffp-contract=off")
        self.cpus = set(sorted(os.sched_getaffinity(0))[-options.threads:])
        self.limits = {}
        self.networks, self.missing, self.call = [], [], {}
        self.differ = False

    def measure_limits(self):
        """The best so far: whatever else the machine does only makes these smaller."""
        done = subprocess.run([self.limits_program], capture_output=True, text=True,
                              preexec_fn=lambda: os.sched_setaffinity(0, self.cpus))
        if done.returncode != 0:
            raise Failure(f"the machine's limits could not be measured: status {done.returncode}")
        for key, value in json.loads(done.stdout).items():
            self.limits[key] = max(value, self.limits.get(key, value))

    def start(self, network, folder):
        """edgenn and every library that can run the network, with outputs that agree."""
        commands = {report.EDGENN: [self.builder.runner(network), folder]}
        for library in self.versions:
            commands[library] = [self.python, HERE / "worker.py", library, folder, str(self.options.threads)]
        peers = {}
        for name, command in commands.items():
            peer = Peer(name, command, folder / f"{name}.log", self.cpus, "cpu" if self.options.cpu_time else "run")
            try:
                peer.read()
                output = peer.output(folder / f"{name}.output")
            except PeerFailure as failure:
                peer.close()
                if name == report.EDGENN:
                    raise Failure(f"edgenn on {network}: {failure}") from None
                self.leave_out(name, network, str(failure))
                continue
            if name == report.EDGENN:
                expected = output
            peer.difference = self.difference(output, expected)
            if peer.difference > TOLERANCE:
                peer.close()
                self.differ = True
                self.leave_out(name, network, f"outputs differ from edgenn's by {peer.difference:.1e} of the largest")
                continue
            peers[name] = peer
        return peers

    def difference(self, found, expected):
        done = subprocess.run([self.python, HERE / "worker.py", "difference", found, expected], capture_output=True,
                              text=True)
        if done.returncode != 0:
            raise Failure(f"outputs cannot be compared: {done.stderr.strip().splitlines()[-1]}")
        return float(done.stdout)

    def leave_out(self, name, network, reason):
        note(f"{report.NAMES[name]} on {network}: {reason}")
        self.missing.append({"library": name, "network": network, "reason": reason})

    def time(self, network):
        """Peers with their times."""
        folder = describe(self.dump, network, self.models)
        peers = self.start(network, folder)
        try:
            for peer in peers.values():
                peer.make_plan(self.options.seconds)
            for _ in range(self.options.rounds):
                for peer in peers.values():
                    time.sleep(0.03)  # threads of the one before may still wait actively
                    peer.time_round()
        finally:
            for peer in peers.values():
                peer.close()
        return folder, peers

    def measure_call(self):
        _, peers = self.time(CALL)
        self.call = {name: statistics.median(p.medians) for name, p in peers.items() if name != report.EDGENN}

    def measure(self, network):
        note(f"measuring {network}")
        self.measure_limits()
        folder, peers = self.time(network)
        found = {"name": network, "macs": json.loads((folder / "network.json").read_text())["macs"], "times": {}}
        if network in GOALS and self.options.threads == 1:
            found["goal"] = GOALS[network]
        for name, peer in peers.items():
            overhead = self.call.get(name, 0.0)
            found["times"][name] = {
                "median_ms": statistics.median(peer.medians) - overhead, "minimum_ms": min(peer.times) - overhead,
                "rounds_ms": [m - overhead for m in peer.medians], "difference": peer.difference}
        rivals = {n: t["median_ms"] for n, t in found["times"].items() if n != report.EDGENN}
        own = found["times"][report.EDGENN]["median_ms"]
        if rivals:
            found["best_rival"] = min(rivals, key=rivals.get)
            found["ratio"] = own / rivals[found["best_rival"]]
            least = min(t["minimum_ms"] for n, t in found["times"].items() if n != report.EDGENN)
            found["ratio_of_minima"] = found["times"][report.EDGENN]["minimum_ms"] / least
        self.networks.append(found)

    def results(self):
        limits = dict(self.limits)
        widest, read = limits.pop("widest"), limits.pop("read_gigabytes_per_second")
        for network in self.networks:
            own = network["times"][report.EDGENN]["median_ms"]
            network["share_of_peak"] = 2e-6 * network["macs"] / own / (limits[widest] * self.options.threads)
        compiler = subprocess.run([self.builder.compiler, "--version"], capture_output=True, text=True, check=True)
        return {
            "date": datetime.date.today().isoformat(),
            "machine": {"cpu": cpu_name(), "cores": os.cpu_count(), "system": f"Linux {platform.release()}",
                        "peak_gflops": limits, "read_gigabytes_per_second": read},
            "compiler": compiler.stdout.splitlines()[0], "flags": " ".join(self.builder.flags()),
            "python": platform.python_version(), "versions": self.versions,
            "edgenn": {"version": edgenn_version(), "commit": commit(), "isa": widest},
            "threads": self.options.threads, "rounds": self.options.rounds,
            "clock": "processor time" if self.options.cpu_time else "elapsed time",
            "call_overhead_ms": self.call, "networks": self.networks, "missing": self.missing}


def cpu_name():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    fields = dict(reversed([[part.strip() for part in line.split(":", 1)] for line in lines if ":" in line]))
    if "model name" not in fields:
        return platform.machine()
    return f"{fields['model name']} (family {fields.get('cpu family')}, model {fields.get('model')})"


def edgenn_version():
    text = (ROOT / "include" / "edgenn" / "version.hpp").read_text()
    return ".".join(re.search(rf"{part}\s+(\d+)", text).group(1) for part in ("MAJOR", "MINOR", "PATCH"))


def commit():
    def git(*arguments):
        return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True)

    try:
        head = git("rev-parse", "--short", "HEAD")
    except OSError:
        return "no commit"
    if head.returncode != 0:
        return "no commit"
    changed = git("status", "--porcelain", "--", "include", "backends").stdout.strip()
    return head.stdout.strip() + (" with changes" if changed else "")


def judge(options, comparison, networks):
    """Lines that say what was demanded and not reached."""
    lines = []
    for network in networks:
        name, ratio = network["name"], network.get("ratio")
        limits = [("--max-ratio", options.max_ratio)] if options.max_ratio else []
        if options.goals and name in GOALS:
            limits.append(("its goal", GOALS[name]))
        for what, limit in limits:
            if ratio is None:
                lines.append(f"{name}: no other library to compare with")
            elif ratio > limit:
                lines.append(f"{name}: ratio {ratio:.2f} exceeds {what}, {limit:.2f}")
    if comparison.differ:
        lines.append("outputs differ: see above")
    return lines


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", metavar="A,B", default=",".join(GOALS), help="default: " + ", ".join(GOALS))
    parser.add_argument("--libraries", metavar="A,B", default=",".join(RIVALS), help="default: all of them")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="1 (edgenn runs with one thread)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="default 5")
    parser.add_argument("--seconds", type=float, default=0.5, metavar="S",
                        help="for each library in each round, or three inferences (default 0.5)")
    parser.add_argument("--cpu-time", action="store_true",
                        help="processor time instead of elapsed time, for a machine that is busy otherwise")
    parser.add_argument("--isa", choices=ISAS, default="native", help="instruction set that edgenn is built for")
    parser.add_argument("--max-ratio", type=float, metavar="R", help="exit with 1 if a ratio exceeds R")
    parser.add_argument("--goals", action="store_true", help="exit with 1 if a network misses its goal")
    for kind in ("json", "markdown", "svg"):
        parser.add_argument(f"--{kind}", type=pathlib.Path, metavar="FILE", help=f"write the results as {kind}")
    parser.add_argument("--venv", type=pathlib.Path, default=ROOT / "build" / "bench-venv", metavar="FOLDER",
                        help="virtual environment (default build/bench-venv)")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "bench-peers", metavar="FOLDER",
                        help="programs and models (default build/bench-peers)")
    parser.add_argument("--cxx", default="g++", metavar="COMPILER", help="default g++")
    options = parser.parse_args()
    options.networks = [n for n in options.networks.split(",") if n]
    options.libraries = [n for n in options.libraries.split(",") if n]
    for what, found, known in (("--networks", options.networks, GOALS), ("--libraries", options.libraries, RIVALS)):
        for name in found:
            if name not in known:
                parser.error(f"{what}: found {name}, expected some of {', '.join(known)}")
    if not options.networks:
        parser.error("--networks: found none")
    if options.threads != 1:
        parser.error(f"--threads: found {options.threads}, expected 1: edgenn runs with one thread")
    if options.rounds < 1:
        parser.error(f"--rounds: found {options.rounds}, expected 1 or more")
    if not 0 < options.seconds <= 60:
        parser.error(f"--seconds: found {options.seconds}, expected more than 0, up to 60")
    if options.max_ratio is not None and not options.max_ratio > 0:
        parser.error(f"--max-ratio: found {options.max_ratio}, expected a positive number")
    if shutil.which(options.cxx) is None:
        parser.error(f"--cxx: found no compiler {options.cxx}")
    for path in (options.json, options.markdown, options.svg):
        if path is not None and not path.parent.is_dir():
            parser.error(f"{path} cannot be written: {path.parent} is no folder")
    options.venv, options.build = options.venv.resolve(), options.build.resolve()
    return options


def compare(options):
    python = make_environment(options.venv)
    found = subprocess.run([python, HERE / "worker.py", "versions"], capture_output=True, text=True)
    if found.returncode != 0:
        raise Failure(f"the libraries of {options.venv} cannot be listed: {found.stderr.strip()}")
    versions = {n: v for n, v in json.loads(found.stdout).items() if n in options.libraries}
    builder = Builder(options.build, options.cxx, options.isa)
    comparison = Comparison(options, python, builder, versions)
    for library in options.libraries:
        if library not in versions:
            comparison.leave_out(library, "every network", "the registry has no package for this Python")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:  # before anything is timed
        list(pool.map(builder.runner, [CALL, *options.networks]))
    comparison.measure_call()
    for network in options.networks:
        comparison.measure(network)
    results = comparison.results()
    print(report.text_table(results), "", *report.facts(results), sep="\n")
    for path, text in ((options.json, json.dumps(results, indent=1) + "\n"),
                       (options.markdown, report.markdown(results)), (options.svg, report.svg(results))):
        if path is not None:
            write_whole(path, text)
    missed = judge(options, comparison, results["networks"])
    for line in missed:
        note(line)
    return 1 if missed else 0


def main():
    options = arguments()
    try:
        sys.exit(compare(options))
    except Failure as failure:
        note(f"compare.py: {failure}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


main()
