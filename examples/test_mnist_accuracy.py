#!/usr/bin/env python3
"""Tests how mnist_accuracy treats its input, with data made here. Usage: test_mnist_accuracy.py PROGRAM"""

import gzip
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
COUNT = 10000
IMAGES = "t10k-images-idx3-ubyte.gz"
LABELS = "t10k-labels-idx1-ubyte.gz"


def idx(dims, content, magic=0x0800):
    return struct.pack(f">{1 + len(dims)}I", magic + len(dims), *dims) + content


def images(dims=(COUNT, 28, 28)):
    return idx(dims, bytes(COUNT * 784))


def labels(content=bytes(COUNT)):
    return idx((COUNT,), content)


class MnistAccuracy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(self.path("mnist"))
        self.file(f"mnist/{IMAGES}", gzip.compress(images(), 1))
        self.file(f"mnist/{LABELS}", gzip.compress(labels(), 1))

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def run_with(self, *arguments, data=True):
        environment = {k: v for k, v in os.environ.items() if k != "EDGENN_DATA_DIR"}
        if data:
            environment["EDGENN_DATA_DIR"] = self.folder
        return subprocess.run(
            [PROGRAM, *arguments], capture_output=True, text=True, env=environment, check=False, timeout=300
        )

    def assert_refused(self, arguments, *parts):
        result = self.run_with(*arguments)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)

    def test_without_data_it_says_that_it_is_skipped(self):
        result = self.run_with(data=False)
        self.assertEqual((result.returncode, result.stdout), (77, "skipped: EDGENN_DATA_DIR is not set\n"))

    def test_requirement_and_reference(self):
        # One blank image 10,000 times has one answer, so a label for each answer once makes a tenth right.
        self.file(f"mnist/{LABELS}", gzip.compress(labels(bytes(i % 10 for i in range(COUNT))), 1))
        network = ["--network", "lenet_300_100"]
        wrong = self.file("wrong.f32", struct.pack("<20f", *[2.0] * 20))
        nan = self.file("nan.f32", struct.pack("<10f", *[float("nan")] * 10))
        for arguments, status, part in [
            (["--require", "lenet_300_100=10"], 0, "lenet_300_100: 1,000 of 10,000 (10.00 %)"),
            (["--require", "lenet_300_100=10.01"], 1, "below the required 10.01 %"),
            (["--reference-probabilities", wrong], 1, "probabilities of 2 digits differ by at most"),
            (["--reference-probabilities", nan], 1, "differ by at most inf"),
        ]:
            with self.subTest(arguments=arguments):
                result = self.run_with(*network, *arguments)
                self.assertEqual((result.returncode, result.stderr), (status, ""))
                self.assertIn(part, result.stdout)
                self.assertTrue(re.search(r"\d ms for each digit \(mean, backend reference\)", result.stdout))

    def test_malformed_data(self):
        whole = gzip.compress(images(), 1)
        damaged = bytearray(whole)
        damaged[len(damaged) // 2] ^= 0xFF
        for name, content, part in [
            (IMAGES, images(), "found no gzip file"),
            (IMAGES, b"", "found"),
            (IMAGES, whole[: len(whole) // 2], "found damaged gzip data"),
            (IMAGES, bytes(damaged), "found"),
            (IMAGES, gzip.compress(images()[:-1], 1), "found 7840015 bytes unpacked, expected 7840016"),
            (IMAGES, gzip.compress(images() + b"\0", 1), "found more than 7840016 bytes unpacked"),
            (
                IMAGES,
                gzip.compress(images((COUNT, 14, 56)), 1),
                "found 14 at byte 8 of the idx header, expected 28",
            ),
            (IMAGES, gzip.compress(images((2**32 - 1, 28, 28)), 1), "found 4294967295 at byte 4"),
            (LABELS, gzip.compress(idx((COUNT,), bytes(COUNT), 0x0D00), 1), "found 3329 at byte 0"),
            (LABELS, gzip.compress(labels(b"\n" + bytes(COUNT - 1)), 1), "found label 10, expected 0 to 9"),
        ]:
            with self.subTest(name=name, part=part):
                self.setUp()
                self.file(f"mnist/{name}", content)
                self.assert_refused([], name, part)
        os.remove(self.path(f"mnist/{IMAGES}"))
        self.assert_refused([], IMAGES, "found no such file")
        os.mkfifo(self.path(f"mnist/{IMAGES}"))
        self.assert_refused([], IMAGES, "found no regular file")

    def test_bad_arguments(self):
        short = self.file("short.f32", bytes(41))
        for arguments, part in [
            (["--frobnicate"], "--frobnicate"),
            (["--network"], "--network"),
            (["--network", "lenet6"], "found lenet6"),
            (["--require", "99"], "found 99"),
            (["--require", "lenet5=x"], "found lenet5=x"),
            (["--require", "lenet5=101"], "found lenet5=101"),
            (["--weights", short], "found all, expected one network"),
            (["--network", "lenet5", "--weights", short], "found 41, expected 64"),
            (["--network", "lenet5", "--weights", "none"], "none: found no such file"),
            (["--network", "lenet5", "--weights", "."], ".: found no regular file"),
            (["--network", "lenet5", "--weights", "/dev/zero"], "/dev/zero: found no regular file"),
            (["--network", "lenet5", "--reference-probabilities", "."], ".: found no regular file"),
            (["--network", "lenet5", "--reference-probabilities", "/dev/zero"], "found no regular file"),
            (["--network", "lenet5", "--reference-probabilities", short], "found 41 bytes"),
        ]:
            with self.subTest(arguments=arguments):
                self.assert_refused(arguments, part)

    def test_help(self):
        result = self.run_with("--help", data=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for part in ("EDGENN_DATA_DIR", "--network", "--weights", "--require", "--reference-probabilities"):
            self.assertIn(part, result.stdout)

    @unittest.skipUnless(os.path.exists("/dev/full"), "found no /dev/full")
    def test_full_disk(self):
        environment = {**os.environ, "EDGENN_DATA_DIR": self.folder}
        nowhere = {k: v for k, v in environment.items() if k != "EDGENN_DATA_DIR"}
        for arguments, variables in [
            (["--network", "lenet_300_100"], environment),
            (["--help"], environment),
            ([], nowhere),
        ]:
            with self.subTest(arguments=arguments), open("/dev/full", "wb") as full:
                result = subprocess.run(
                    [PROGRAM, *arguments],
                    stdout=full,
                    stderr=subprocess.PIPE,
                    text=True,
                    env=variables,
                    check=False,
                )
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stderr, "mnist_accuracy: standard output: cannot be written\n")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("test_mnist_accuracy.py: found no argument, expected the program mnist_accuracy")
    PROGRAM = sys.argv.pop(1)
    unittest.main()
