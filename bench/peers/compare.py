#!/usr/bin/env python3
"""edgenn against ONNX Runtime, ncnn, MNN, OpenVINO and LiteRT (XNNPACK) on this machine, and its own eigen backend.

    python3 bench/peers/compare.py [--networks A,B] [--threads N] [--goals] [--json FILE] ...

Builds a virtual environment with the other libraries, the same networks with the same synthetic weights for each,
checks that all outputs agree with edgenn's, then times all of them in turn, round by round, and prints for each
network the median and the minimum, edgenn's ratio to the fastest other library and its share of the machine's
measured limit. With two threads edgenn with one thread takes part too, for the speed-up. Exit status 1: outputs
differ, or a ratio exceeds --max-ratio, or with --goals a goal is missed. 2: it could not run.
"""
import argparse
import concurrent.futures
import datetime
import json
import math
import operator
import os
import pathlib
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

import results as report
from programs import HERE, ISAS, ROOT, Builder, Failure, describe, eigen_folder, note, write_whole

# The most that edgenn's time may be of the fastest other library's, one thread: networks, then single operations.
NETWORKS = {"lenet_300_100": 0.95, "lenet5": 0.80, "mobilenet_v1_25_128": 0.80, "mobilenet_v1_100_224": 0.93,
            "squeezenet_v1_0": 0.88, "squeezenet_v1_1": 0.88, "alexnet": 0.82, "googlenet": 0.70,
            "googlenet_without_lrn": 0.84, "vgg16": 0.75, "person": 0.72}
OPERATIONS = {"product_1000": 1.0, "filters_3x3": 1.0, "filters_5x5": 1.0, "filters_7x7": 1.0, "filters_9x9": 1.0,
              "filters_11x11": 1.0, "max_pool_2x2": 1.0, "max_pool_3x7x3": 1.0}
GOALS = {**NETWORKS, **OPERATIONS}
# With two threads, networks alone: the ratio, and the speed-up where one thread takes longer than a millisecond.
RATIO_OF_TWO_THREADS, SPEED_UP, SPEED_UP_ABOVE_MS = 1.0, 1.8, 1.0
CALL = "call"  # a network with next to no work
RIVALS = ["onnxruntime", "ncnn", "mnn", "openvino", "litert"]
LIBRARIES = [*RIVALS, report.EIGEN]
PACKAGES = ["numpy", "onnx", "onnxruntime", "ncnn", "MNN", "openvino", "ai-edge-litert"]
TOLERANCE = 1e-3  # of the largest output


class PeerFailure(Exception):
    """One library fails on one network; the others go on."""


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
            reason = re.sub(r"/[\w./-]*/|network\.Unsupported: ", "", last)[:200]
            raise PeerFailure(reason if status > 0 else f"ended by signal {-status}")
        return line.strip()

    def ask(self, command):
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # `read` says why
        return self.read()

    def pause(self):
        """Nothing of it runs while another library is timed: some let their threads wait actively."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def run(self, warmup, samples, count):
        """Milliseconds of one inference, several times."""
        return [float(t) * 1e-6 for t in self.ask(f"{self.clock} {warmup} {samples} {count}").split()]

    def output(self, path):
        self.ask(f"output {path}")
        return path

    def layers(self):
        self.resume()
        return json.loads(self.ask("layers 10"))

    def make_plan(self, seconds):
        """Samples of at least 0.2 ms, enough of them to fill `seconds`."""
        self.run(1, 1, 1)
        one = min(self.run(1, 3, 1))
        count = max(1, math.ceil(0.2 / one))
        samples = min(max(math.ceil(seconds * 1000 / (one * count)), 3), 500)
        warmup = min(max(1, math.ceil(20 / one)), 200)
        self.plan = (warmup, samples, count)

    def time_round(self):
        self.resume()
        found = self.run(*self.plan)
        self.pause()
        self.times += found
        self.medians.append(statistics.median(found))

    def close(self):
        self.resume()
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
        self.dump = builder.dump()
        self.limits_program = builder.build("peers/machine_limits.cpp", f"machine_limits_{builder.isa}",
                                            "-ffp-contract=off", "-pthread")
        self.eigen = eigen_folder() if report.EIGEN in options.libraries and options.threads == 1 else None
        self.cpus = set(sorted(os.sched_getaffinity(0))[-options.threads:])
        self.limits, self.read_by_all = {}, []
        self.networks, self.missing, self.call = [], [], {}
        self.differ = False

    def measure_limits(self):
        """The best so far: whatever else the machine does only makes these smaller."""
        done = subprocess.run([self.limits_program, str(self.options.threads)], capture_output=True, text=True,
                              preexec_fn=lambda: os.sched_setaffinity(0, self.cpus))
        if done.returncode != 0:
            raise Failure(f"the machine's limits could not be measured: status {done.returncode}")
        found = json.loads(done.stdout)
        self.read_by_all.append(found.pop("read_by_all"))
        for key, value in found.items():
            self.limits[key] = max(value, self.limits.get(key, value))

    def runners(self, network):
        """The programs of edgenn that take part."""
        programs = {report.EDGENN: self.builder.runner(network, self.options.threads)}
        if network != CALL and self.options.threads > 1:
            programs[report.ONE_THREAD] = self.builder.runner(network)
        if network != CALL and self.eigen:
            programs[report.EIGEN] = self.builder.eigen_runner(network, self.eigen)
        return programs

    def start(self, network, folder):
        """edgenn and every library that can run the network, with outputs that agree."""
        commands = {name: [program, folder] for name, program in self.runners(network).items()}
        for library in (n for n in RIVALS if n in self.versions):
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
            peer.make_plan(self.options.seconds)
            peer.pause()
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
        """Peers with their times, and what each layer of edgenn takes with one thread."""
        folder = describe(self.dump, network, self.models)
        peers = self.start(network, folder)
        try:
            for _ in range(self.options.rounds):
                for peer in peers.values():
                    peer.time_round()
            layers = peers[report.EDGENN].layers() if self.options.threads == 1 else []
        finally:
            for peer in peers.values():
                peer.close()
        return folder, peers, layers

    def measure_call(self):
        _, peers, _ = self.time(CALL)
        self.call = {name: statistics.median(p.medians) for name, p in peers.items() if name in RIVALS}

    def measure(self, network):
        note(f"measuring {network}")
        self.measure_limits()
        folder, peers, layers = self.time(network)
        description = json.loads((folder / "network.json").read_text())
        shapes = [description["nodes"][i]["out"] for i in (0, description["outputs"][0])]
        found = {"name": network, "macs": description["macs"], "layers": layers, "times": {},
                 "bytes": 4 * (description["weight_count"] + sum(math.prod(shape) for shape in shapes))}
        for name, peer in peers.items():
            overhead = self.call.get(name, 0.0)
            found["times"][name] = {
                "median_ms": statistics.median(peer.medians) - overhead, "minimum_ms": min(peer.times) - overhead,
                "rounds_ms": [m - overhead for m in peer.medians], "difference": peer.difference}
        self.compare(found)
        self.networks.append(found)

    def compare(self, found):
        """Adds what follows from the times, and the goals."""
        times, name, threads = found["times"], found["name"], self.options.threads
        own, rivals = times[report.EDGENN], [n for n in times if n in RIVALS]
        if rivals:
            found["best_rival"] = min(rivals, key=lambda n: times[n]["median_ms"])
            found["ratio"] = own["median_ms"] / times[found["best_rival"]]["median_ms"]
            found["ratio_of_minima"] = own["minimum_ms"] / min(times[n]["minimum_ms"] for n in rivals)
        if threads == 1:
            found["goal"] = GOALS[name]
        elif threads == 2 and name in NETWORKS:
            found["goal"] = RATIO_OF_TWO_THREADS
        if report.ONE_THREAD in times:
            one = times[report.ONE_THREAD]
            found["speed_up"] = statistics.median(map(operator.truediv, one["rounds_ms"], own["rounds_ms"]))
            if threads == 2 and name in NETWORKS and one["median_ms"] > SPEED_UP_ABOVE_MS:
                found["speed_up_goal"] = SPEED_UP

    def results(self):
        limits = dict(self.limits)
        widest, read = limits.pop("widest"), limits.pop("read_gigabytes_per_second")
        for network in self.networks:
            own = network["times"][report.EDGENN]["median_ms"]
            network["share_of_peak"] = 2e-6 * network["macs"] / own / (limits[widest] * self.options.threads)
            network["share_of_memory"] = 1e-6 * network["bytes"] / own / read
        return {
            "date": datetime.date.today().isoformat(),
            "machine": {"cpu": cpu_name(), "cores": os.cpu_count(), "system": f"Linux {platform.release()}",
                        "peak_gflops": limits, "read_gigabytes_per_second": read,
                        "read_by_all_threads": self.read_by_all, "cache_bytes": cache_bytes()},
            "compiler": self.builder.version(), "flags": " ".join(self.builder.flags()),
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


def cache_bytes():
    """Of the largest cache; 32 MiB if the system does not say."""
    sizes = [file.read_text().strip() for file in pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("*/size")]
    return max((int(size[:-1]) * 1024 for size in sizes if re.fullmatch(r"\d+K", size)), default=32 << 20)


def edgenn_version():
    text = (ROOT / "include" / "edgenn" / "version.hpp").read_text()
    return ".".join(re.search(rf"{part}\s+(\d+)", text).group(1) for part in ("MAJOR", "MINOR", "PATCH"))


def eigen_version(folder):
    text = (folder / "Eigen" / "src" / "Core" / "util" / "Macros.h").read_text()
    return ".".join(re.search(rf"EIGEN_{part}_VERSION (\d+)", text).group(1) for part in ("WORLD", "MAJOR", "MINOR"))


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


def judge(options, comparison, results):
    """Lines that say what was demanded and not reached."""
    lines = []
    for network in results["networks"]:
        name, ratio = network["name"], network.get("ratio")
        if options.max_ratio and not (ratio and ratio <= options.max_ratio):
            lines.append(f"{name}: ratio {ratio:.2f} exceeds --max-ratio, {options.max_ratio:.2f}" if ratio
                         else f"{name}: no other library to compare with")
    if options.goals:
        lines += [f"{v['what']}: found {v['found']}, goal {v['goal']}" for v in report.verdicts(results)
                  if not v["met"]]
    if comparison.differ:
        lines.append("outputs differ: see above")
    return lines


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", metavar="A,B", default=",".join(GOALS), help="default: " + ", ".join(GOALS))
    parser.add_argument("--libraries", metavar="A,B", default=",".join(LIBRARIES), help="default: all of them")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="default 1")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="default 5")
    parser.add_argument("--seconds", type=float, default=0.5, metavar="S",
                        help="for each library in each round, or three inferences (default 0.5)")
    parser.add_argument("--cpu-time", action="store_true",
                        help="processor time instead of elapsed time, for a machine that is busy otherwise")
    parser.add_argument("--isa", choices=ISAS, default="native", help="instruction set that edgenn is built for")
    parser.add_argument("--max-ratio", type=float, metavar="R", help="exit with 1 if a ratio exceeds R")
    parser.add_argument("--goals", action="store_true", help="exit with 1 if a goal is missed (one or two threads)")
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
    for what, found, known in (("--networks", options.networks, GOALS), ("--libraries", options.libraries, LIBRARIES)):
        for name in found:
            if name not in known:
                parser.error(f"{what}: found {name}, expected some of {', '.join(known)}")
    if not options.networks:
        parser.error("--networks: found none")
    cores = len(os.sched_getaffinity(0))
    if not 1 <= options.threads <= cores:
        parser.error(f"--threads: found {options.threads}, expected 1 to {cores}, the cores of this machine")
    if options.goals and options.threads > 2:
        parser.error(f"--goals: found --threads {options.threads}, expected 1 or 2: others have no goals")
    if options.cpu_time and options.threads > 1:
        parser.error(f"--cpu-time: found --threads {options.threads}, expected 1: threads share elapsed time only")
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
    if comparison.eigen:
        versions[report.EIGEN] = eigen_version(comparison.eigen)
    for library in options.libraries:
        if library == report.EIGEN and not comparison.eigen:
            comparison.leave_out(library, "every network", "Eigen is not installed" if options.threads == 1
                                 else "it runs with one thread")
        elif library not in versions:
            comparison.leave_out(library, "every network", "the registry has no package for this Python")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:  # before anything is timed
        list(pool.map(comparison.runners, [CALL, *options.networks]))
    comparison.measure_call()
    for network in options.networks:
        comparison.measure(network)
    results = comparison.results()
    print(report.text_table(results), "", *report.facts(results), sep="\n")
    for path, text in ((options.json, json.dumps(results, indent=1) + "\n"),
                       (options.markdown, report.markdown(results)), (options.svg, report.svg(results))):
        if path is not None:
            write_whole(path, text)
    missed = judge(options, comparison, results)
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
