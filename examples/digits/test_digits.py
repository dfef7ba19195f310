#!/usr/bin/env python3
"""Tests the program digits with images that are drawn here. Usage: test_digits.py PROGRAM"""

import math
import os
import re
import stat
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

PROGRAM = ""

# Each digit as pen strokes: points x,y in hundredths of its size, y downwards; "/" lifts the pen.
DRAWN = {
    0: "50,8 61,11 70,20 76,34 78,50 76,66 70,80 61,89 "
    "50,92 39,89 30,80 24,66 22,50 24,34 30,20 39,11 50,8",
    1: "58,8 46,92",
    2: "25,28 35,13 55,8 72,20 70,40 50,65 22,88 80,86",
    3: "28,14 50,8 70,18 66,36 45,46 68,56 74,74 56,90 26,84",
    4: "34,10 24,50 74,50 / 66,14 60,92",
    5: "72,10 36,12 30,44 52,40 70,54 68,78 48,90 24,82",
    6: "62,8 40,30 30,60 36,84 54,92 70,78 64,58 46,56 32,70",
    7: "22,14 76,12 60,45 46,90",
    8: "66,20 48,8 32,22 46,44 66,62 64,84 46,92 32,78 42,56 62,38 66,20",
    9: "68,30 52,10 32,20 34,42 54,46 68,30 64,60 56,92",
}
STROKES = {
    digit: [
        [tuple(int(n) / 100 for n in point.split(",")) for point in stroke.split()]
        for stroke in text.split("/")
    ]
    for digit, text in DRAWN.items()
}


class Sheet:
    """Ink from 0 to 255 on a page, row by row."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.rows = [bytearray(width) for _ in range(height)]

    def dot(self, x, y, radius):
        for py in range(max(0, int(y - radius - 1)), min(self.height, int(y + radius + 2))):
            for px in range(max(0, int(x - radius - 1)), min(self.width, int(x + radius + 2))):
                covered = radius + 0.5 - math.hypot(px + 0.5 - x, py + 0.5 - y)
                self.rows[py][px] = max(self.rows[py][px], round(255 * min(1, max(0, covered))))

    def digit(self, digit, left, top, size):
        for stroke in STROKES[digit]:
            for (x0, y0), (x1, y1) in zip(stroke, stroke[1:]):
                steps = max(1, round(math.hypot(x1 - x0, y1 - y0) * size))
                for i in range(steps + 1):
                    x, y = x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps
                    self.dot(left + x * size, top + y * size, 0.05 * size)

    def coloured(self, ink, paper):
        """The bytes of its pixels, mixed from two tuples of any number of channels."""
        table = [bytes((p * (255 - v) + i * v) // 255 for i, p in zip(ink, paper)) for v in range(256)]
        return [b"".join(table[v] for v in row) for row in self.rows]


def lines_of(text, size=32, pitch=40):
    lines = text.split()
    sheet = Sheet(pitch * max(map(len, lines)) + 8, pitch * len(lines) + 8)
    for row, line in enumerate(lines):
        for column, digit in enumerate(line):
            sheet.digit(int(digit), 8 + column * pitch, 8 + row * pitch, size)
    return sheet


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(sheet, ink=(0,), paper=(255,), size=None):
    colour_type = {1: 0, 2: 4, 3: 2, 4: 6}[len(ink)]
    width, height = size or (sheet.width, sheet.height)
    pixels = b"".join(b"\0" + row for row in sheet.coloured(ink, paper))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(pixels))
        + chunk(b"IEND", b"")
    )


def bmp(sheet, ink=(0, 0, 0), paper=(255, 255, 255)):
    padding = bytes(-3 * sheet.width % 4)
    pixels = b"".join(row + padding for row in reversed(sheet.coloured(ink, paper)))
    header = struct.pack(
        "<IiiHHIIiiII", 40, sheet.width, sheet.height, 1, 24, 0, len(pixels), 2835, 2835, 0, 0
    )
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + header + pixels


def jpeg(sheet):
    """Baseline JPEG, grey. Every pixel of the sheet becomes a block of 8 x 8, which needs its mean only."""
    bits = []
    last = 0
    for row in sheet.rows:
        for ink in row:
            value = 127 - ink
            difference, last = value - last, value
            category = abs(difference).bit_length()
            bits.append(f"{category:04b}")
            if category:
                low = difference if difference > 0 else difference + (1 << category) - 1
                bits.append(f"{low:0{category}b}")
            bits.append("0")
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    scan = bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8)).replace(b"\xff", b"\xff\0")

    def segment(marker, data):
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

    four_bits = bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12))
    one_bit = bytes([1] + [0] * 15) + b"\0"
    return (
        b"\xff\xd8"
        + segment(0xDB, b"\0" + bytes([8] * 64))
        + segment(0xC0, struct.pack(">BHHB", 8, 8 * sheet.height, 8 * sheet.width, 1) + b"\1\x11\0")
        + segment(0xC4, b"\0" + four_bits)
        + segment(0xC4, b"\x10" + one_bit)
        + segment(0xDA, b"\1\1\0\0\x3f\0")
        + scan
        + b"\xff\xd9"
    )


class Digits(unittest.TestCase):
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

    def run_digits(self, *arguments):
        return subprocess.run(
            [PROGRAM, *arguments], capture_output=True, text=True, cwd=self.folder, check=False
        )

    def read(self, *arguments):
        result = self.run_digits(*arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def lines(self, *arguments):
        """The lines of digits that it prints."""
        return re.findall(r"^  ([0-9.]+)$", self.read(*arguments), re.MULTILINE)

    def assert_refused(self, arguments, *parts):
        before = sorted(os.listdir(self.folder))
        result = self.run_digits(*arguments)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("digits: "), result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)
        self.assertEqual(sorted(os.listdir(self.folder)), before, "files were left behind")


class Reading(Digits):
    page = "0123456789 9876543210 31"
    expected = page.split()

    def test_a_single_digit_with_its_probability_and_runners_up(self):
        for digit in range(10):
            output = self.read(self.file("one.png", png(lines_of(str(digit), size=90, pitch=100))))
            match = re.match(r"\S*one\.png: (\d) \((\d+\.\d+) %\), then \d \(\d+\.\d+ %\), \d \(", output)
            self.assertTrue(match, output)
            self.assertEqual(int(match[1]), digit)
            self.assertGreater(float(match[2]), 50)

    def test_dark_and_light_grey_and_coloured(self):
        sheet = lines_of(self.page)
        for ink, paper in [
            ((0,), (255,)),
            ((255,), (0,)),
            ((90,), (150,)),
            ((20, 30, 160), (250, 240, 200)),
            ((255, 220, 0), (60, 0, 60)),
        ]:
            with self.subTest(ink=ink, paper=paper):
                self.assertEqual(self.lines(self.file("page.png", png(sheet, ink, paper))), self.expected)

    def test_transparent_paper(self):
        sheet = lines_of(self.page)
        for ink, paper in [((0, 255), (0, 0)), ((255, 255), (255, 0)), ((200, 30, 30, 255), (0, 0, 0, 0))]:
            with self.subTest(ink=ink):
                self.assertEqual(self.lines(self.file("page.png", png(sheet, ink, paper))), self.expected)

    def test_bmp(self):
        self.assertEqual(self.lines(self.file("page.bmp", bmp(lines_of(self.page)))), self.expected)

    def test_jpeg(self):
        self.assertEqual(self.lines(self.file("page.jpg", jpeg(lines_of(self.page)))), self.expected)

    def test_sizes(self):
        for size, pitch in [(24, 30), (60, 80), (150, 180)]:
            with self.subTest(size=size):
                path = self.file("page.png", png(lines_of("07 94", size, pitch)))
                self.assertEqual(self.lines(path), ["07", "94"])

    def test_specks_are_no_digits_and_a_sloping_line_is_one_line(self):
        sheet = Sheet(500, 120)
        for i, digit in enumerate("31415926"):
            sheet.digit(int(digit), 20 + 58 * i, 8 + 8 * i, 40)
        for i in range(40):
            sheet.dot(7 + 12 * i, 112, 1)
        self.assertEqual(self.lines(self.file("page.png", png(sheet))), ["31415926"])

    def test_a_detached_bar_belongs_to_its_five(self):
        sheet = Sheet(160, 60)
        for left in (10, 110):
            sheet.digit(1, left, 10, 40)
        sheet.digit(5, 60, 10, 40)
        for y in range(20, 23):
            sheet.rows[y][60:100] = bytes(40)
        self.assertEqual(self.lines(self.file("page.png", png(sheet))), ["151"])

    def test_a_grid_with_an_empty_cell(self):
        sheet = Sheet(160, 80)
        for digit, column, row in [
            (7, 0, 0),
            (1, 1, 0),
            (4, 3, 0),
            (0, 0, 1),
            (2, 1, 1),
            (9, 2, 1),
            (5, 3, 1),
        ]:
            sheet.digit(digit, 40 * column + 4, 40 * row + 4, 32)
        path = self.file("grid.png", png(sheet))
        self.assertEqual(self.lines("--cell", "40x40", path), ["71.4", "0295"])
        self.assertIn("7 digits in 2 lines, 1 empty cell", self.read("--cell", "40x40", path))
        verbose = self.read("--cell", "40x40", "--verbose", path)
        self.assertIn("line 1, place 3: empty", verbose)
        self.assertRegex(verbose, r"line 2, place 4: 5 \(")

    def test_several_images_and_the_other_network(self):
        one, two = self.file("1.png", png(lines_of("41"))), self.file("2.png", png(lines_of("70")))
        self.assertEqual(self.lines("--network", "lenet_300_100", one, two), ["41", "70"])

    def test_costs_are_told(self):
        output = self.read(self.file("page.png", png(lines_of("12"))))
        self.assertRegex(output, r"(?m)^[\d,]+ µs for each digit \(median of 2 inferences, backend reference")
        self.assertRegex(output, r"(?m)^lenet5: arena 46,080 bytes, weights 1,724,320 bytes as float$")


class Labels(Digits):
    def setUp(self):
        super().setUp()
        self.sheet = self.file("page.png", png(lines_of("00000 77777")))

    def test_accuracy(self):
        for labels, result in [
            ("0000077777", "10 of 10 digits read correctly (100.00 %)"),
            ("0*5,7*5", "10 of 10 digits"),
            ("0*5 7*4,1", "9 of 10 digits read correctly (90.00 %)"),
            ("1*10", "0 of 10 digits read correctly (0.00 %)"),
        ]:
            self.assertIn(result, self.read("--labels", labels, self.sheet))

    def test_labels_from_a_file(self):
        labels = self.file("labels.txt", b"00000\r\n7*4\n7\n")
        self.assertIn("10 of 10 digits", self.read("--labels", labels, self.sheet))

    def test_the_picture_is_a_png_that_shows_the_errors(self):
        pictures = []
        for labels in ("0*5,7*5", "0*5,7*4,1"):
            output = self.read("--labels", labels, "--picture", "out.png", self.sheet)
            self.assertIn("confusions drawn in out.png", output)
            with open(self.path("out.png"), "rb") as file:
                content = file.read()
            self.assertEqual(content[:8], b"\x89PNG\r\n\x1a\n")
            width, height = struct.unpack(">II", content[16:24])
            data, at = b"", 8
            while at < len(content):
                size, kind = struct.unpack(">I4s", content[at : at + 8])
                if kind == b"IDAT":
                    data += content[at + 8 : at + 8 + size]
                at += 12 + size
            self.assertEqual(len(zlib.decompress(data)), height * (3 * width + 1))
            pictures.append(content)
        self.assertNotEqual(*pictures)
        self.assertEqual(sorted(os.listdir(self.folder)), ["out.png", "page.png"])


class BadInput(Digits):
    def setUp(self):
        super().setUp()
        self.page = lines_of("0123")
        self.good = self.file("good.png", png(self.page))

    def test_files_that_are_no_images(self):
        self.assert_refused(["missing.png"], "missing.png", "found no such file")
        self.assert_refused([self.folder], self.folder, "found no regular file")
        self.assert_refused(
            [self.file("text.png", b"not an image\n" * 9)], "text.png", "117 bytes", "expected PNG"
        )
        self.assert_refused([self.file("empty.png", b"")], "empty.png", "0 bytes")

    def test_truncated_images(self):
        # What follows a PNG's pixels, 12 bytes of IEND and the checksum before it, may be missing.
        for name, content, spare in [
            ("a.png", png(self.page), 16),
            ("a.bmp", bmp(self.page), 0),
            ("a.jpg", jpeg(lines_of("3")), 0),
        ]:
            for length in [len(content) * share // 16 for share in range(1, 16)] + [len(content) - spare - 1]:
                with self.subTest(name=name, length=length):
                    self.assert_refused([self.file(name, content[:length])], name, "found")

    def test_damaged_png(self):
        content = bytearray(png(self.page))
        content[60:90] = bytes(30)
        self.assert_refused(
            [self.file("damaged.png", bytes(content))], "damaged.png", "found a damaged image"
        )

    def test_sizes(self):
        for size in [(0, 0), (0, 5), (60000, 60000), (2**31 - 1, 2**31 - 1), (2**32 - 1, 7)]:
            with self.subTest(size=size):
                self.assert_refused(
                    [self.file("size.png", png(self.page, size=size))], "size.png", "found", "expected"
                )

    def test_no_digit(self):
        for paper in (0, 128, 255):
            path = self.file("blank.png", png(Sheet(50, 40), paper=(paper,)))
            self.assert_refused([path], "blank.png", "found no digit in 50x40 pixels")
            self.assert_refused(["--cell", "10x10", path], "blank.png", "found no digit")
        self.assert_refused(
            [self.file("pixel.png", png(Sheet(1, 1)))], "pixel.png", "found no digit in 1x1 pixels"
        )

    def test_grids(self):
        size = f"{self.page.width}x{self.page.height}"
        self.assert_refused(["--cell", "2000x20", self.good], "good.png", size, "2000x20")
        self.assert_refused(["--cell", "9x9", self.good], "good.png", size, "9x9")
        for cell in ("20", "20x", "x20", "20x20x20", "0x20", "-5x20", "2x2", "99999999999x20", "20 x 20"):
            with self.subTest(cell=cell):
                self.assert_refused([f"--cell={cell}", self.good], "--cell")

    def test_labels(self):
        self.assert_refused(
            ["--labels", "012", self.good], "--labels: found 3 labels, expected 4", "good.png"
        )
        self.assert_refused(["--labels", "0*5", self.good], "found 5 labels, expected 4")
        self.assert_refused(["--labels", "0*", self.good], "--labels", "run without a length")
        self.assert_refused(["--labels", "0*0", self.good], "--labels", "run without a length")
        self.assert_refused(
            ["--labels", "0*99999999999999999999", self.good], "--labels", "run without a length"
        )
        self.assert_refused(["--labels", "*5", self.good], "--labels", "'*'")
        self.assert_refused(["--labels", "01a3", self.good], "01a3", "found no such file")
        labels = self.file("labels.txt", b"01a3")
        self.assert_refused(["--labels", labels, self.good], "labels.txt", "found 'a' at character 3")

    def test_weights(self):
        self.assert_refused(["--weights", "none.edgenn", self.good], "none.edgenn", "found no such file")
        self.assert_refused(
            ["--weights", self.good, self.good], "good.png", "weights", "magic", "found", "expected"
        )
        short = self.file("short.edgenn", b"\x89EDGENN\n")
        self.assert_refused(["--weights", short, self.good], "short.edgenn", "header", "found 8, expected 64")

    def test_pictures(self):
        labels = ["--labels", "0123"]
        self.assert_refused(
            [*labels, "--picture", "no/such/folder/c.png", self.good],
            "no/such/folder/c.png",
            "cannot be written",
        )
        self.assert_refused([*labels, "--picture", self.good, self.good], "--picture", "good.png")
        self.assert_refused(["--picture", "c.png", self.good], "--picture", "--labels")
        os.mkdir(self.path("folder"))
        self.assert_refused([*labels, "--picture", "folder", self.good], "folder", "found no regular file")

    def test_a_picture_replaces_no_pipe_and_no_link(self):
        def draw_to(name):
            return ["--labels", "0123", "--picture", name, self.good]

        os.mkfifo(self.path("pipe"))
        os.symlink("pipe", self.path("link_to_pipe"))
        for name in ("pipe", "link_to_pipe"):
            self.assert_refused(draw_to(name), name, "found no regular file")
        self.assertTrue(stat.S_ISFIFO(os.lstat(self.path("pipe")).st_mode))
        os.symlink("nothing", self.path("link_to_nothing"))
        self.assert_refused(draw_to("link_to_nothing"), "link_to_nothing", "symbolic link to nothing")
        os.symlink("link_to_itself", self.path("link_to_itself"))
        self.assert_refused(draw_to("link_to_itself"), "link_to_itself", "cannot be written")

        self.file("old.png", b"old")
        os.symlink("old.png", self.path("link.png"))
        self.read(*draw_to("link.png"))
        self.assertEqual(os.readlink(self.path("link.png")), "old.png")
        with open(self.path("old.png"), "rb") as file:
            self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")

    def test_a_picture_overwrites_no_file_of_another_name(self):
        names = ["c.png.part", "c.png.part1", "c.png.tmp", ".c.png", "c.png~"]
        for name in names:
            self.file(name, name.encode())
        self.read("--labels", "0123", "--picture", "c.png", self.good)
        for name in names:
            with open(self.path(name), "rb") as file:
                self.assertEqual(file.read(), name.encode())
        self.assertEqual(sorted(os.listdir(self.folder)), sorted([*names, "c.png", "good.png"]))

    @unittest.skipUnless(os.path.exists("/dev/full"), "found no /dev/full")
    def test_full_disk(self):
        for argument in (self.good, "--help"):
            with self.subTest(argument=argument), open("/dev/full", "wb") as full:
                result = subprocess.run(
                    [PROGRAM, argument], stdout=full, stderr=subprocess.PIPE, text=True, check=False
                )
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stderr, "digits: standard output: cannot be written\n")

    def test_command_line(self):
        self.assert_refused([], "IMAGE")
        self.assert_refused(["--frobnicate", self.good], "--frobnicate")
        self.assert_refused(["--network", "lenet6", self.good], "lenet6", "lenet5 or lenet_300_100")
        self.assert_refused([self.good, "--labels"], "--labels")
        help_text = self.run_digits("--help")
        self.assertEqual((help_text.returncode, help_text.stderr), (0, ""))
        self.assertIn("--picture", help_text.stdout)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("test_digits.py: found no argument, expected the program digits")
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
