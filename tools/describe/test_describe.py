#!/usr/bin/env python3
"""Tests edgenn-describe. Usage: test_describe.py PROGRAM"""

import json
import math
import subprocess
import sys
import unittest

PROGRAM = ""


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


class Describe(unittest.TestCase):
    def description(self, name):
        result = run(name)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return json.loads(result.stdout)

    def test_every_network_in_the_list(self):
        names = run("--list").stdout.split()
        self.assertIn("lenet5", names)
        fingerprints = set()
        for name in names:
            with self.subTest(name=name):
                description = self.description(name)
                self.assertEqual(description["name"], name)
                counted = sum(math.prod(tensor["dims"]) for tensor in description["tensors"])
                self.assertEqual(description["weight_count"], counted)
                self.assertRegex(description["fingerprint"], "^0x[0-9a-f]{16}$")
                fingerprints.add(description["fingerprint"])
        self.assertEqual(len(fingerprints), len(names))

    def test_lenet5(self):
        description = self.description("lenet5")
        self.assertEqual(description["inputs"], [[28, 28, 1]])
        self.assertEqual(description["outputs"], [[1, 1, 10]])
        self.assertEqual(description["weight_count"], 431080)
        tensors = [(t["node"], t["layer"], t["tensor"], t["dims"]) for t in description["tensors"]]
        self.assertEqual(
            tensors,
            [
                (1, "conv2d", "kernel", [20, 5, 5, 1]),
                (1, "conv2d", "bias", [20]),
                (3, "conv2d", "kernel", [50, 5, 5, 20]),
                (3, "conv2d", "bias", [50]),
                (5, "dense", "kernel", [500, 800]),
                (5, "dense", "bias", [500]),
                (6, "dense", "kernel", [10, 500]),
                (6, "dense", "bias", [10]),
            ],
        )

    def test_published_parameter_counts(self):
        self.assertEqual(self.description("lenet_300_100")["weight_count"], 266610)
        # Kernels, the classifier's bias, and of the folded batch normalisation an offset for each channel.
        self.assertEqual(self.description("mobilenet_v1_100_224")["weight_count"], 4209088 + 1000 + 10944)

    def test_summary(self):
        result = run("--summary", "lenet5")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"(?m)^sum +431080 +2293000$")
        self.assertRegex(result.stdout, r"(?m)^ +1  conv2d +24 x 24 x 20 +520 +288000 +\d+$")

    def test_bad_arguments(self):
        for arguments, part in [
            (["lenet6"], "unknown network lenet6, expected one of lenet5, lenet_300_100"),
            ([], "expected one of lenet5"),
            (["--summary"], "expected one of lenet5"),
            (["--all"], "unknown option --all"),
            (["lenet5", "lenet5"], "expected one"),
        ]:
            with self.subTest(arguments=arguments):
                result = run(*arguments)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertEqual(result.stderr.count("\n"), 1)
                self.assertIn(part, result.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("test_describe.py: found no argument, expected the program edgenn-describe")
    PROGRAM = sys.argv.pop(1)
    unittest.main()
