#!/usr/bin/env python3
"""Tests of what compare.py and report.py do without other libraries: refusing misuse, judging, tables, chart."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import results as report  # noqa: E402


def times(median):
    return {"median_ms": median, "minimum_ms": median / 2, "rounds_ms": [median], "difference": 1e-6}


def sample():
    """edgenn twice as fast as ncnn on one network, three times as slow on another, alone on a third."""
    return {
        "date": "2000-01-01", "machine": {"cpu": "<cpu>", "cores": 1, "system": "Linux", "peak_gflops": {"avx2": 100.0},
                                          "read_gigabytes_per_second": 10.0, "read_by_all_threads": [10.0, 20.0],
                                          "cache_bytes": 1000},
        "compiler": "g++", "flags": "-O3", "python": "3", "versions": {"ncnn": "1", "mnn": "2"},
        "edgenn": {"version": "0", "commit": "c", "isa": "avx2"}, "threads": 1, "rounds": 1, "clock": "elapsed time",
        "call_overhead_ms": {"ncnn": 0.004},
        "networks": [
            {"name": "fast", "macs": 10**6, "bytes": 500, "goal": 0.8, "best_rival": "ncnn", "ratio": 0.5,
             "ratio_of_minima": 0.5, "share_of_peak": 0.02, "share_of_memory": 0.5,
             "times": {"edgenn": times(1.0), "ncnn": times(2.0)}},
            {"name": "slow", "macs": 10**6, "bytes": 5000, "goal": 0.8, "best_rival": "ncnn", "ratio": 3.0,
             "ratio_of_minima": 3.0, "share_of_peak": 0.01, "share_of_memory": 0.5,
             "times": {"edgenn": times(3.0), "ncnn": times(1.0)}},
            {"name": "alone", "macs": 0, "bytes": 500, "share_of_peak": 0.0, "share_of_memory": 0.25,
             "times": {"edgenn": times(1.0)}}],
        "missing": [{"library": "mnn", "network": "fast", "reason": "a reason"}]}


def run(program, *arguments):
    """`program` lies in this folder or, report.py, above it."""
    return subprocess.run([sys.executable, "-B", HERE / program, *arguments], capture_output=True, text=True)


class Misuse(unittest.TestCase):
    def refused(self, found, *arguments):
        done = run("compare.py", *arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertIn(found, done.stderr.splitlines()[-1])

    def test_unknown_network(self):
        self.refused("resnet9000", "--networks", "lenet5,resnet9000")

    def test_no_network(self):
        self.refused("--networks", "--networks", "")

    def test_unknown_library(self):
        self.refused("fastest", "--libraries", "fastest")

    def test_threads(self):
        self.refused("found 0, expected 1 to", "--threads", "0")

    def test_processor_time_of_threads(self):
        if len(os.sched_getaffinity(0)) < 2:
            self.skipTest("one core")
        self.refused("elapsed time", "--threads", "2", "--cpu-time")

    def test_rounds(self):
        self.refused("found 0", "--rounds", "0")

    def test_seconds(self):
        self.refused("found nan", "--seconds", "nan")

    def test_max_ratio(self):
        self.refused("found -1.0", "--max-ratio", "-1")

    def test_compiler(self):
        self.refused("no-such-compiler", "--cxx", "no-such-compiler")

    def test_output_folder(self):
        self.refused("no folder", "--json", "no/such/folder/out.json")

    def test_broken_environment(self):
        with tempfile.TemporaryDirectory() as folder:
            python = pathlib.Path(folder) / "bin" / "python"
            python.parent.mkdir()
            python.write_text("#!/bin/sh\nexit 1\n")
            python.chmod(0o755)
            self.refused("no virtual environment", "--venv", folder)


class Reports(unittest.TestCase):
    def test_rows_say_what_was_met(self):
        header, fast, slow, alone = report.table(sample())
        met = header.index("goal met")
        self.assertEqual([fast[met], slow[met], alone[met]], ["yes", "no", "-"])
        limit = header.index("of the limit")
        self.assertEqual([fast[limit], slow[limit], alone[limit]], ["2 % FMA", "50 % memory", "25 % memory"])
        self.assertTrue(all(len(row) == len(header) for row in (fast, slow, alone)))

    def test_markdown_counts_goals_and_names_what_is_missing(self):
        text = report.markdown(sample())
        self.assertIn("Goals met: 1 of 2.", text)
        self.assertIn("Not measured: MNN on fast: a reason", text)

    def test_verdicts_of_two_threads(self):
        results = sample()
        results["threads"] = 2
        results["networks"][0].update(goal=1.0, speed_up=1.5, speed_up_goal=1.8)
        del results["networks"][1]["goal"]
        ratio, speed_up = report.verdicts(results)
        self.assertTrue(ratio["met"])
        self.assertFalse(speed_up["met"])
        self.assertIn("speed-up", report.table(results)[0])

    def test_a_goal_without_another_library_is_missed(self):
        results = sample()
        results["networks"][2]["goal"] = 0.8
        self.assertEqual([v["met"] for v in report.verdicts(results)], [True, False, False])

    def test_chart_is_xml_with_a_bar_for_each_time(self):
        chart = xml.fromstring(report.svg(sample()))
        space = "{http://www.w3.org/2000/svg}"
        bars = [r for r in chart.iter(f"{space}rect") if r.get("x") == "190"]
        # A network without another library is not drawn; bars of one network are in proportion.
        self.assertEqual(len(bars), 4)
        lengths = [float(b.get("width")) for b in bars]
        self.assertAlmostEqual(lengths[1] / lengths[0], 2, places=2)
        self.assertAlmostEqual(lengths[2] / lengths[3], 3, places=1)

    def test_plot_refuses_other_files(self):
        with tempfile.TemporaryDirectory() as folder:
            source, target = pathlib.Path(folder) / "in.json", pathlib.Path(folder) / "out.svg"
            source.write_text("{}")
            done = run("plot.py", source, target)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(len(done.stderr.splitlines()), 1)
            self.assertFalse(target.exists())
            source.write_text(json.dumps(sample()))
            self.assertEqual(run("plot.py", source, target).returncode, 0)
            self.assertTrue(target.read_text().startswith("<svg"))


class WholeReport(unittest.TestCase):
    def made(self, steps):
        with tempfile.TemporaryDirectory() as folder:
            for name, content in steps.items():
                (pathlib.Path(folder) / f"{name}.json").write_text(json.dumps(content))
            done = run("../report.py", folder, "--steps", "")
            text = pathlib.Path(folder) / "report.md"
            return done, text.read_text() if text.exists() else ""

    def steps(self):
        one, two = sample(), sample()
        for network in one["networks"] + two["networks"]:
            network["layers"] = [{"node": 1, "layer": "conv2d", "out": "1x1x1", "macs": 10, "ns": 5},
                                 {"node": 2, "layer": "softmax", "out": "1x1x1", "macs": 0, "ns": 5}]
        two["threads"] = 2
        layer = {"layer": "7x7x512 to 1024", "times": 1, "ms": 1.0, "share": 0.9}
        return {
            "threads_1": one, "threads_2": two,
            "instruction_sets": {"compiler": "g++", "found": [
                {"build": build, "isa": isa, "peak_gflops": 100.0, "share": share, "layers": [layer]}
                for build, isa, share in (("native", "avx512", 0.9), ("avx2", "avx2", 0.8), ("sse42", "sse42", 0.79))]},
            "neon": {"layers": [{"layer": "a", "instructions": 0.3}, {"layer": "b", "instructions": 0.35}]},
            "arenas": {"networks": [{"name": "tight", "values": 100, "smallest": 105, "fastest": 200},
                                    {"name": "loose", "values": 100, "smallest": 106, "fastest": 106}]},
            "compile_time": {
                "text": "g++  budget  measured\nheader   1   2 s  exceeded\n", "compiler": "g++", "networks": [
                    {"name": name, "seconds": seconds, "MB of memory": 10, "KB of object code": 500,
                     "characters of a symbol": 10} for name, seconds in (("mobilenet_v1_100_224", 9), ("other", 11))]}}

    def test_every_goal_has_a_row(self):
        done, text = self.made(self.steps())
        self.assertEqual(done.returncode, 1, done.stderr)
        rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
        met = {row[0]: row[3] for row in rows[2:] if len(row) == 4 and row[3] in ("yes", "**no**")}
        self.assertEqual(met["fast, 1 thread: ratio to the fastest other library"], "yes")
        self.assertEqual(met["slow, 2 threads: ratio to the fastest other library"], "**no**")
        verdicts = {what.split(":")[0]: found for what, found in met.items()}
        self.assertEqual([verdicts[k] for k in ("avx2", "sse42", "neon", "tight", "loose")],
                         ["yes", "**no**", "**no**", "yes", "**no**"])
        self.assertIn("| compile budgets of the core and the reference backend | all | header | **no** |", text)
        self.assertIn("| seconds, every network on the CPU backend | at most 10 | 11 (other) | **no** |", text)
        self.assertIn("| MB of memory, every network on the CPU backend | at most 700 | 10 ", text)
        self.assertIn("| at most 400 | 500 (mobilenet_v1_100_224) | **no** |", text)

    def test_what_was_not_measured_is_not_met(self):
        steps = self.steps()
        steps["arenas"] = {"failed": "no compiler"}
        del steps["neon"]
        done, text = self.made(steps)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("| arenas | - | not measured: no compiler | **no** |", text)
        self.assertIn("| neon | - | not measured: no run of this step | **no** |", text)

    def test_refuses_what_no_step_wrote(self):
        done, text = self.made({"arenas": {"networks": [{}]}})
        self.assertEqual((done.returncode, text), (2, ""))
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_unknown_step(self):
        self.assertEqual(run("../report.py", "--steps", "juggle").returncode, 2)


if __name__ == "__main__":
    unittest.main()
