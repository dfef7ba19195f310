#!/usr/bin/env python3
"""Tests the program classify, with LeNet-5 in it, on digits that are drawn here. Usage: test_classify.py PROGRAM"""
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "digits"))
from test_digits import Sheet, png  # noqa: E402

PROGRAM = ""
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def drawn(digit, width=28, height=28, left=4, top=4, size=20):
    """A white digit on black, as LeNet-5 knows them."""
    sheet = Sheet(width, height)
    sheet.digit(digit, left, top, size)
    return png(sheet, (255,), (0,))


class Classify(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def run_classify(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, cwd=self.folder, check=False)

    def classes(self, *arguments):
        """What it prints: {photo: [(percent, class), ...]}."""
        result = self.run_classify(*arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        found, photo = {}, None
        for line in result.stdout.splitlines():
            row = re.fullmatch(r" +(\d+\.\d\d) %  (.+)", line)
            if row:
                found[photo].append((float(row[1]), row[2]))
            else:
                photo = line
                found[photo] = []
        return found

    def assert_refused(self, arguments, *parts):
        result = self.run_classify(*arguments)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("classify: "), result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)


class Naming(Classify):
    def test_digits(self):
        photos = [self.file(f"{digit}.png", drawn(digit)) for digit in range(10)]
        found = self.classes(*photos)
        self.assertEqual(list(found), photos)
        for digit, rows in enumerate(found.values()):
            self.assertEqual(rows[0][1], f"class {digit}")
            self.assertEqual(len(rows), 5)
            self.assertEqual(rows, sorted(rows, key=lambda row: -row[0]))

    def test_names_and_number_of_classes(self):
        labels = self.file("names.txt", "\n".join(NAMES).encode())
        photo = self.file("seven.png", drawn(7))
        rows = self.classes("--labels", labels, "--top", "10", photo)[photo]
        self.assertEqual(rows[0][1], "seven")
        self.assertEqual(sorted(name for _, name in rows), sorted(NAMES))
        self.assertAlmostEqual(sum(share for share, _ in rows), 100, delta=0.06)
        self.assertEqual(len(self.classes("--top", "100", photo)[photo]), 10)
        self.assertEqual(len(self.classes("--top", "1", photo)[photo]), 1)

    def test_scaling_and_cropping(self):
        # Ten times as large, and in the middle of a wide and of a tall photo.
        for name, content in [("large", drawn(3, 280, 280, 40, 40, 200)), ("wide", drawn(3, 100, 28, 40, 4, 20)),
                              ("tall", drawn(3, 28, 100, 4, 40, 20))]:
            photo = self.file(name, content)
            self.assertEqual(self.classes(photo)[photo][0][1], "class 3", name)
        wide = self.path("wide")
        self.assertNotEqual(self.classes("--whole", wide), self.classes(wide))

    def test_photos_of_one_row_or_column(self):
        for width, height in [(1, 1), (1, 500), (500, 1), (3, 2)]:
            photo = self.file("thin.png", png(Sheet(width, height), (255,), (0,)))
            self.assertEqual(len(self.classes(photo)[photo]), 5)


class BadInput(Classify):
    def test_photos(self):
        self.assert_refused(["missing.png"], "missing.png", "found no such file")
        self.assert_refused([self.file("empty.png", b"")], "empty.png", "0 bytes")
        content = drawn(1)
        for length in range(1, len(content) - 16, 11):
            self.assert_refused([self.file("cut.png", content[:length])], "cut.png", "found")
        self.assert_refused([self.file("nothing.png", png(Sheet(3, 3), size=(0, 0)))], "nothing.png")

    def test_what_came_before_a_bad_photo_is_printed(self):
        good = self.file("good.png", drawn(1))
        result = self.run_classify(good, "missing.png")
        self.assertEqual(result.returncode, 2)
        self.assertIn("class 1", result.stdout)

    @unittest.skipUnless(os.path.exists("/dev/full"), "found no /dev/full")
    def test_full_disk(self):
        # A few lines, and so many that they are written before the program ends.
        photo = self.file("photo.png", drawn(1))
        for count in 1, 500:
            with self.subTest(count=count), open("/dev/full", "wb") as full:
                result = subprocess.run([PROGRAM, *[photo] * count], stdout=full, stderr=subprocess.PIPE, text=True,
                                        check=False)
                self.assertEqual(result.returncode, 2)
                self.assertIn("standard output: cannot be written", result.stderr)

    def test_labels(self):
        photo = self.file("photo.png", drawn(1))
        self.assert_refused(["--labels", self.file("nine.txt", "\n".join(NAMES[:9]).encode()), photo],
                            "nine.txt", "found 9 names, expected 10")
        self.assert_refused(["--labels", self.file("empty.txt", b""), photo], "empty.txt", "found no text")

    def test_command_line(self):
        photo = self.file("photo.png", drawn(1))
        self.assert_refused([], "PHOTO")
        self.assert_refused(["--top", "0", photo], "--top", "at least 1")
        self.assert_refused(["--weights", photo, photo], "photo.png")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("test_classify.py: found no argument, expected the program classify")
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
