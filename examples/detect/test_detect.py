#!/usr/bin/env python3
"""Tests the program detect with images that are made here. Usage: test_detect.py DETECT WRITE_SYNTHETIC_WEIGHTS

With the weights that the second program writes, it finds one object in every image: class 17 with a score of
95.26 %, from a fortieth of the width and height to thirty-nine fortieths.
"""
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

PROGRAM = ""
WRITER = ""
WEIGHTS = ""
FOUND = "95.26 %"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, pixel=(90, 120, 150), size=None):
    """A picture of one colour, RGB or RGB and opacity. `size` is what the header says, if that is another size."""
    colour_type = {3: 2, 4: 6}[len(pixel)]
    rows = (b"\0" + bytes(pixel) * width) * height
    header = struct.pack(">IIBBBBB", *(size or (width, height)), 8, colour_type, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def ppm(width, height, pixel=(90, 120, 150)):
    return b"P6 %d %d 255\n" % (width, height) + bytes(pixel) * (width * height)


def read_png(content):
    """Width, height and rows of RGB tuples of a PNG file of 8 bits RGB, with the filters that PNG has."""
    width, height, depth, colour = struct.unpack(">IIBB", content[16:26])
    assert (depth, colour) == (8, 2)
    data, at = b"", 8
    while at < len(content):
        size, kind = struct.unpack(">I4s", content[at:at + 8])
        if kind == b"IDAT":
            data += content[at + 8:at + 8 + size]
        at += 12 + size
    data, stride, above, rows = zlib.decompress(data), 3 * width, bytes(3 * width), []
    for y in range(height):
        kind, line = data[y * (stride + 1)], bytearray(data[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride):
            a, b, c = (line[i - 3] if i > 2 else 0), above[i], (above[i - 3] if i > 2 else 0)
            paeth = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            line[i] = (line[i] + (0, a, b, (a + b) // 2, paeth)[kind]) & 255
        rows.append([tuple(line[i:i + 3]) for i in range(0, stride, 3)])
        above = line
    return width, height, rows


class Detect(unittest.TestCase):
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

    def run_detect(self, *arguments, weights=None):
        return subprocess.run([PROGRAM, "--weights", weights or WEIGHTS, *arguments], capture_output=True,
                              text=True, cwd=self.folder, check=False)

    def found(self, *arguments):
        result = self.run_detect(*arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def assert_refused(self, arguments, *parts, weights=None):
        before = sorted(os.listdir(self.folder))
        result = self.run_detect(*arguments, weights=weights)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("detect: "), result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)
        self.assertEqual(sorted(os.listdir(self.folder)), before, "files were left behind")


class Finding(Detect):
    def assert_finds(self, output, width, height, name="class 17"):
        line = re.fullmatch(re.escape(name) + " " + FOUND + r" +x (\d+) to (\d+), y (\d+) to (\d+)\n", output)
        self.assertTrue(line, output)
        for text, exact in zip(line.groups(), (width / 40, width * 39 / 40, height / 40, height * 39 / 40)):
            self.assertLessEqual(abs(int(text) - exact), 0.51)

    def test_sizes_even_those_of_one_pixel(self):
        for width, height in [(640, 480), (101, 57), (1, 1), (1, 200), (65536, 1)]:
            with self.subTest(width=width, height=height):
                output = self.found(self.file("photo.ppm", ppm(width, height)), "out.png")
                self.assert_finds(output, width, height)
                with open(self.path("out.png"), "rb") as file:
                    self.assertEqual(read_png(file.read())[:2], (width, height))

    def test_the_box_is_drawn_and_nothing_within_it(self):
        photo = self.file("photo.png", png(400, 200))
        self.found(photo, "out.png")
        with open(self.path("out.png"), "rb") as file:
            width, height, rows = read_png(file.read())
        self.assertEqual((width, height), (400, 200))
        paper, ink = (90, 120, 150), rows[100][10]
        self.assertNotEqual(ink, paper)
        self.assertEqual(rows[100][9], paper)
        self.assertEqual(rows[100][389], ink)
        self.assertEqual(rows[100][390], paper)
        self.assertEqual([rows[y][300] for y in (4, 5, 194, 195)], [paper, ink, ink, paper])
        self.assertEqual({rows[y][x] for y in range(30, 190) for x in range(20, 380)}, {paper})
        self.assertIn((255, 255, 255), {p for row in rows[:20] for p in row[:150]}, "the caption")
        with open(photo, "rb") as file:
            self.assertEqual(file.read(), png(400, 200))

    def test_jpeg(self):
        photo = self.file("photo.png", png(60, 40))
        for name in "out.jpg", "OUT.JPEG":
            self.found(photo, name)
            with open(self.path(name), "rb") as file:
                self.assertEqual(file.read(3), b"\xff\xd8\xff")
            self.found(name)

    def test_names(self):
        photo = self.file("photo.png", png(40, 40))
        names = [f"name {i}" for i in range(18)]
        labels = self.file("labels.txt", "\r\n".join(names).encode())
        self.assert_finds(self.found("--labels", labels, photo), 40, 40, "name 17")
        self.assert_finds(self.found("--labels", self.file("few.txt", b"one\ntwo\n"), photo), 40, 40)
        umlauts = self.file("umlauts.txt", "\n".join(["\u00e4\u00f6\u00fc" * 200] * 18).encode())
        self.assert_finds(self.found("--labels", umlauts, photo, "out.png"), 40, 40, "\u00e4\u00f6\u00fc" * 200)

    def test_threshold(self):
        photo = self.file("photo.png", png(40, 40))
        self.assertEqual(self.found("--threshold", "0.96", photo), "")
        self.assert_finds(self.found("--threshold", "0.95", photo), 40, 40)
        self.assertEqual(self.found("--threshold", "nan", photo), "")
        everything = self.found("--threshold", "0", photo)
        self.assertEqual(everything.count("\n"), 100)

    def test_transparency_is_white(self):
        self.found(self.file("glass.png", png(50, 50, (10, 20, 30, 0))), "out.png")
        with open(self.path("out.png"), "rb") as file:
            self.assertEqual(read_png(file.read())[2][25][25], (255, 255, 255))

    def test_help(self):
        result = self.run_detect("--help")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("PICTURE", result.stdout)


class BadInput(Detect):
    def test_files_that_are_no_images(self):
        self.assert_refused(["missing.png"], "missing.png", "found no such file")
        self.assert_refused([self.folder], "found no regular file")
        self.assert_refused([self.file("text.png", b"not an image\n")], "text.png", "13 bytes", "expected PNG")
        self.assert_refused([self.file("empty.png", b"")], "empty.png", "0 bytes")

    def test_damaged_images(self):
        content = png(64, 64)
        for length in range(1, len(content) - 16, 7):
            with self.subTest(length=length):
                self.assert_refused([self.file("cut.png", content[:length]), "out.png"], "cut.png", "found")
        self.assert_refused([self.file("cut.ppm", ppm(64, 64)[:-1])], "cut.ppm", "found the end of the file")
        self.assert_refused([self.file("bits.png", content[:50] + bytes(9) + content[59:])], "bits.png", "damaged")

    def test_absurd_sizes(self):
        for size in [(0, 0), (0, 5), (5, 0), (2**31 - 1, 2**31 - 1), (100_000, 100_000)]:
            with self.subTest(size=size):
                self.assert_refused([self.file("size.png", png(4, 4, size=size))], "size.png", "found")

    def test_pictures_that_cannot_be_written(self):
        photo = self.file("photo.png", png(30, 30))
        self.assert_refused([photo, self.folder], "no regular file")
        self.assert_refused([photo, "no/such/folder.png"], "cannot be written")
        self.assert_refused([photo, photo], "the photo to read")

    @unittest.skipUnless(os.path.exists("/dev/full"), "found no /dev/full")
    def test_full_disk(self):
        # One line, and so many that they are written before the program ends.
        photo = self.file("photo.png", png(30, 30))
        for threshold in "0.5", "0":
            with self.subTest(threshold=threshold), open("/dev/full", "wb") as full:
                result = subprocess.run([PROGRAM, "--weights", WEIGHTS, "--threshold", threshold, photo], stdout=full,
                                        stderr=subprocess.PIPE, text=True, check=False)
                self.assertEqual(result.returncode, 2)
                self.assertIn("standard output: cannot be written", result.stderr)

    def test_labels(self):
        photo = self.file("photo.png", png(30, 30))
        self.assert_refused(["--labels", "missing.txt", photo], "missing.txt", "found no such file")
        self.assert_refused(["--labels", self.file("empty.txt", b"\n\n"), photo], "empty.txt", "found no text")
        self.assert_refused(["--labels", photo, photo], "photo.png", "byte 0")

    def test_weights(self):
        photo = self.file("photo.png", png(30, 30))
        with open(WEIGHTS, "rb") as file:
            content = file.read()
        for name, bad in [("empty", b""), ("text", b"weights"), ("cut", content[:-1]), ("long", content + b"\0"),
                          ("bit", content[:9000] + b"\x01" + content[9001:])]:
            with self.subTest(name=name):
                self.assert_refused([photo], name, weights=self.file(name, bad))
        self.assert_refused([photo], "missing", "found no such file", weights="missing")

    def test_command_line(self):
        self.assert_refused([], "PHOTO")
        self.assert_refused(["photo.png", "--frobnicate"], "--frobnicate")
        self.assert_refused(["photo.png", "--threshold", "high"], "--threshold")
        without = subprocess.run([PROGRAM, "photo.png"], capture_output=True, text=True, check=False)
        self.assertEqual((without.returncode, without.stderr.count("\n")), (2, 1))
        self.assertIn("--weights", without.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("test_detect.py: expected the programs detect and write_synthetic_weights")
    PROGRAM, WRITER = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
    with tempfile.TemporaryDirectory() as shared:
        WEIGHTS = os.path.join(shared, "weights.edgenn")
        subprocess.run([WRITER, WEIGHTS], check=True)
        if not unittest.main(exit=False).result.wasSuccessful():
            sys.exit(1)
