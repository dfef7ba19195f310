#!/usr/bin/env python3
"""Measures everything that edgenn has a goal for and writes one report: what was found, met or not.

    python3 bench/report.py [FOLDER] [--steps A,B] [--rounds N] ...

FOLDER, by default bench/results and the date, gets report.md, charts, and a JSON file of each step. A step that is not
asked for keeps the JSON of an earlier run. Takes about half an hour; nothing else should run on the machine. Exit status
0: all goals are met, 1: some are not, 2: it could not run.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench" / "peers"))
sys.dont_write_bytecode = True

import results as report  # noqa: E402
from programs import Builder, Failure, note, write_whole  # noqa: E402

SHARE_OF_PEAK = 0.80  # of the pointwise layers, on each instruction set
NEON_INSTRUCTIONS = 0.34  # for each multiply-accumulate operation
ARENA_ABOVE_VALUES = 1.05
# Of a network on the CPU backend; object code only where it is stated.
COMPILE_BUDGETS = {"seconds": 10, "MB of memory": 700, "KB of object code": 400, "characters of a symbol": 1000}
OBJECT_CODE_OF = "mobilenet_v1_100_224"


def output_of(command, what, statuses=(0,), cpus=None):
    """What a program writes; its notes go to the terminal."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          preexec_fn=(lambda: os.sched_setaffinity(0, cpus)) if cpus else None)
    if done.returncode not in statuses:
        raise Failure(f"{what} ended with status {done.returncode}")
    return done.stdout


def compare(options, threads):
    stem = options.folder / f"threads_{threads}"
    command = [sys.executable, "-B", ROOT / "bench" / "peers" / "compare.py", "--threads", str(threads), "--rounds",
               str(options.rounds), "--seconds", str(options.seconds), "--json", f"{stem}.json.fresh", "--cxx",
               options.cxx]
    for name in ("networks", "venv", "build"):
        if getattr(options, name):
            command += [f"--{name}", str(getattr(options, name))]
    output_of(command, f"compare.py with {threads} threads", statuses=(0, 1))
    fresh = pathlib.Path(f"{stem}.json.fresh")
    found = json.loads(fresh.read_text())
    fresh.unlink()
    return found


def instruction_sets(options):
    """Shares of the peak of each instruction set, measured on one core."""
    last = {max(os.sched_getaffinity(0))}
    found = []
    for isa in ("native", "avx2", "sse42"):
        program = Builder(options.programs, options.cxx, isa).build("pointwise_share.cpp", f"pointwise_share_{isa}")
        found.append({"build": isa, **json.loads(output_of([program], program.name, cpus=last))})
    return {"compiler": Builder(options.programs, options.cxx).version(), "found": found}


def neon(options):
    text = output_of([sys.executable, "-B", ROOT / "bench" / "instructions" / "count.py", "--isa", "neon"], "count.py")
    layers = [line.split() for line in text.splitlines()[1:]]
    return {"layers": [{"layer": name, "instructions": float(ratio)} for name, *_, ratio in layers]}


ARENA = re.compile(r"(.+): values (\d+) bytes; smallest (\d+) .*, fastest (\d+) ")


def arenas(options):
    program = Builder(options.programs, options.cxx).build(ROOT / "tests" / "cpu" / "arenas.cpp", "arenas",
                                                           "-DEDGENN_TESTED_TAG=native")
    lines = output_of([program], program.name, statuses=(0, 1)).splitlines()
    found = [ARENA.match(line).groups() for line in lines if ARENA.match(line)]
    if not found:
        raise Failure("the program of the arenas printed none")
    return {"networks": [{"name": name, "values": int(values), "smallest": int(smallest), "fastest": int(fastest)}
                         for name, values, smallest, fastest in found]}


def compile_time(options):
    command = [sys.executable, "-B", ROOT / "bench" / "compile_time.py"]
    text = output_of([*command, "--networks", "--cxx", options.cxx], "compile_time.py --networks", statuses=(0, 1))
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]
    return {"text": output_of(command, "compile_time.py", statuses=(0, 1)), "compiler": text.splitlines()[0],
            "networks": [{"name": name, **dict(zip(COMPILE_BUDGETS, map(float, numbers)))} for name, *numbers in rows]}


STEPS = {"threads_1": lambda options: compare(options, 1), "threads_2": lambda options: compare(options, 2),
         "instruction_sets": instruction_sets, "neon": neon, "arenas": arenas, "compile_time": compile_time}


def verdict(what, goal, found, met):
    return {"what": what, "goal": goal, "found": found, "met": met}


def verdicts_of(step, found):
    """Each goal of a step; one row that says so where the step has not been measured."""
    if "failed" in found:
        return [verdict(step.replace("_", " "), "-", f"not measured: {found['failed']}", False)]
    if step.startswith("threads"):
        return report.verdicts(found)
    if step == "instruction_sets":
        return [verdict(f"{f['isa']}: pointwise layers of MobileNet v1 1.0-224, share of its FMA peak of "
                        f"{f['peak_gflops']:.0f} GFLOP/s", f"at least {SHARE_OF_PEAK * 100:.0f} %",
                        f"{f['share'] * 100:.1f} %", f["share"] >= SHARE_OF_PEAK)
                for f in found["found"] if f["build"] != "native"]
    if step == "neon":
        most = max(layer["instructions"] for layer in found["layers"])
        return [verdict("neon: instructions for each multiply-accumulate operation, the worst pointwise layer",
                        f"at most {NEON_INSTRUCTIONS}", f"{most:.4f}", most <= NEON_INSTRUCTIONS)]
    if step == "arenas":
        return [verdict(f"{n['name']}: smallest arena over its values' lower bound, scratch included",
                        f"at most {ARENA_ABOVE_VALUES * 100:.0f} %", f"{100 * n['smallest'] / n['values']:.1f} %",
                        n["smallest"] <= ARENA_ABOVE_VALUES * n["values"]) for n in found["networks"]]
    exceeded = [line for line in found["text"].splitlines() if line.endswith("exceeded")]
    names = "; ".join(re.split(r"\s{2,}", line.strip())[0] for line in exceeded)
    rows = [verdict("compile budgets of the core and the reference backend", "all", names or "within all",
                    not exceeded)]
    for what, budget in COMPILE_BUDGETS.items():
        judged = [n for n in found["networks"] if "object code" not in what or n["name"] == OBJECT_CODE_OF]
        if judged:
            worst = max(judged, key=lambda n: n[what])
            rows.append(verdict(f"{what}, {'every network' if len(judged) > 1 else worst['name']} on the CPU backend",
                                f"at most {budget}", f"{worst[what]:g} ({worst['name']})", worst[what] <= budget))
    return rows


def percent_more(bytes_, values):
    return f"{bytes_:,} ({100 * (bytes_ - values) / values:+.1f} %)"


def layers_section(results):
    """Where the time of each network goes."""
    peak = results["machine"]["peak_gflops"][results["edgenn"]["isa"]]
    rows = [["network", "layer", "output", "ms", "of the network", "of FMA peak"]]
    for network in results["networks"]:
        total = sum(layer["ns"] for layer in network["layers"])
        slowest = sorted(network["layers"], key=lambda layer: -layer["ns"])[:6]
        for layer in slowest if len(network["layers"]) > 1 else []:
            share = f"{200 * layer['macs'] / layer['ns'] / peak:.0f} %" if layer["macs"] else "-"
            rows.append([network["name"], f"{layer['node']} {layer['layer']}", layer["out"],
                         report.milliseconds(layer["ns"] * 1e-6), f"{100 * layer['ns'] / total:.0f} %", share])
    return report.markdown_table(rows)


def sections(found):
    """The measurements themselves, by step."""
    text = []
    for threads in (1, 2):
        step = found[f"threads_{threads}"]
        if "failed" not in step:
            text += [f"## {threads} thread{'s' if threads > 1 else ''}", f"![chart](threads_{threads}.svg)",
                     report.summary(step), report.section(step)]
    if "failed" not in found["threads_1"]:
        text += ["## Where the time goes", "The six slowest layers of each network, one thread, the least of ten runs.",
                 layers_section(found["threads_1"])]
    if "failed" not in found["instruction_sets"]:
        step = found["instruction_sets"]
        columns = [f["isa"] + (" (native)" if f["build"] == "native" else "") for f in step["found"]]
        rows = [["pointwise layer, times", *columns]]
        for i, layer in enumerate(step["found"][0]["layers"]):
            rows.append([f"{layer['layer']}, {layer['times']}",
                         *(f"{f['layers'][i]['share'] * 100:.1f} %" for f in step["found"])])
        rows.append(["all", *(f"{f['share'] * 100:.1f} %" for f in step["found"])])
        text += ["## Share of each instruction set's own peak", f"{step['compiler']}; processor time, medians of 15 "
                 "rounds, weights in the caches.", report.markdown_table(rows)]
    if "failed" not in found["neon"]:
        rows = [["pointwise layer", "instructions"]]
        rows += [[layer["layer"], f"{layer['instructions']:.4f}"] for layer in found["neon"]["layers"]]
        text += ["## NEON, instructions for each multiply-accumulate operation", "Counted by qemu-aarch64.",
                 report.markdown_table(rows)]
    if "failed" not in found["arenas"]:
        rows = [["network", "values, bytes", "smallest", "fastest"]]
        rows += [[n["name"], f"{n['values']:,}", percent_more(n["smallest"], n["values"]),
                  percent_more(n["fastest"], n["values"])] for n in found["arenas"]["networks"]]
        text += ["## Arenas under both policies", "Values: the most bytes alive at once. In parentheses what scratch "
                 "memory and gaps add.", report.markdown_table(rows)]
    if "failed" not in found["compile_time"]:
        step = found["compile_time"]
        rows = [["network on the CPU backend", *COMPILE_BUDGETS]]
        rows += [[n["name"], *(f"{n[what]:g}" for what in COMPILE_BUDGETS)] for n in step["networks"]]
        text += ["## Compile budgets", f"{step['compiler']}.", report.markdown_table(rows),
                 f"```\n{step['text'].strip()}\n```"]
    return text


def write_report(folder):
    found = {}
    for step in STEPS:
        file = folder / f"{step}.json"
        found[step] = json.loads(file.read_text()) if file.exists() else {"failed": "no run of this step"}
        if step.startswith("threads") and "failed" not in found[step]:
            write_whole(folder / f"{step}.svg", report.svg(found[step]))
    goals = [v for step in STEPS for v in verdicts_of(step, found[step])]
    rows = [["figure", "goal", "found", "met"]]
    rows += [[v["what"], v["goal"], v["found"], "yes" if v["met"] else "**no**"] for v in goals]
    met = sum(v["met"] for v in goals)
    write_whole(folder / "report.md", "\n\n".join(
        ["# What edgenn reaches on this machine", f"Goals met: {met} of {len(goals)}. Made by bench/report.py.",
         "## Goals", report.markdown_table(rows), *sections(found)]) + "\n")
    return met == len(goals)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, nargs="?",
                        default=ROOT / "bench" / "results" / datetime.date.today().isoformat())
    parser.add_argument("--steps", metavar="A,B", default=",".join(STEPS),
                        help="default: all; an empty list makes the report again from what is there")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="of the comparisons (default 5)")
    parser.add_argument("--seconds", type=float, default=0.5, metavar="S", help="see compare.py (default 0.5)")
    parser.add_argument("--networks", metavar="A,B", help="of the comparisons; default: all")
    parser.add_argument("--venv", type=pathlib.Path, metavar="FOLDER", help="see compare.py")
    parser.add_argument("--build", type=pathlib.Path, metavar="FOLDER", help="see compare.py")
    parser.add_argument("--cxx", default="g++", metavar="COMPILER", help="default g++")
    options = parser.parse_args()
    options.steps = [s for s in options.steps.split(",") if s]
    for step in options.steps:
        if step not in STEPS:
            parser.error(f"--steps: found {step}, expected some of {', '.join(STEPS)}")
    options.programs = (options.build or ROOT / "build" / "bench-peers").resolve()
    return options


def main():
    options = arguments()
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
        for step in options.steps:
            note(f"report: {step}")
            try:
                found = STEPS[step](options)
            except Failure as failure:  # the other steps go on; the report says what is missing
                note(f"report: {step}: {failure}")
                found = {"failed": str(failure)}
            write_whole(options.folder / f"{step}.json", json.dumps(found, indent=1) + "\n")
        sys.exit(0 if write_report(options.folder) else 1)
    except (OSError, ValueError, KeyError) as error:
        print(f"report.py: {options.folder}: {error!r}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
