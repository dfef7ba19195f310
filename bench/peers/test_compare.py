#!/usr/bin/env python3
"""Tests of what compare.py does without other libraries: refusing misuse, judging, tables, Markdown and chart."""
import json
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
                                          "read_gigabytes_per_second": 10.0},
        "compiler": "g++", "flags": "-O3", "python": "3", "versions": {"ncnn": "1", "mnn": "2"},
        "edgenn": {"version": "0", "commit": "c", "isa": "avx2"}, "threads": 1, "rounds": 1, "clock": "elapsed time",
        "call_overhead_ms": {"ncnn": 0.004},
        "networks": [
            {"name": "fast", "macs": 10**6, "goal": 0.8, "times": {"edgenn": times(1.0), "ncnn": times(2.0)},
             "best_rival": "ncnn", "ratio": 0.5, "ratio_of_minima": 0.5, "share_of_peak": 0.02},
            {"name": "slow", "macs": 10**6, "goal": 0.8, "times": {"edgenn": times(3.0), "ncnn": times(1.0)},
             "best_rival": "ncnn", "ratio": 3.0, "ratio_of_minima": 3.0, "share_of_peak": 0.01},
            {"name": "alone", "macs": 0, "times": {"edgenn": times(1.0)}, "share_of_peak": 0.0}],
        "missing": [{"library": "mnn", "network": "fast", "reason": "a reason"}]}


def run(program, *arguments):
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
        self.refused("found 2, expected 1", "--threads", "2")

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
        self.assertEqual(alone[header.index("of FMA peak")], "-")
        self.assertTrue(all(len(row) == len(header) for row in (fast, slow, alone)))

    def test_markdown_counts_goals_and_names_what_is_missing(self):
        text = report.markdown(sample())
        self.assertIn("Goals met: 1 of 2.", text)
        self.assertIn("Not measured: MNN on fast: a reason", text)

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


if __name__ == "__main__":
    unittest.main()
