#!/usr/bin/env python3
"""Tests the program person_detector with pictures and videos that are made here.

Usage: test_person_detector.py PERSON_DETECTOR WRITE_BAR_WEIGHTS TEN_LINES

With the weights that the second program writes, "persons" are white bars on black, 0.41 times as wide as high.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "detect"))
from test_detect import png, ppm, read_png  # noqa: E402

PROGRAM = ""
WRITER = ""
TEN_LINES = ""
WEIGHTS = []
HAS_FFMPEG = bool(shutil.which("ffmpeg") and shutil.which("ffprobe"))


def bar(x, y, height):
    """The box of a bar, x and y its upper left corner."""
    return (x, y, 0.41 * height, height)


def picture(width, height, *bars, shade=255):
    """A PPM file with bars."""
    rows = [bytearray(3 * width) for _ in range(height)]
    for x, y, w, h in bars:
        first, end = max(round(x), 0), min(round(x + w), width)
        for row in rows[max(round(y), 0):max(round(y + h), 0)]:
            row[3 * first:3 * end] = bytes([shade]) * (3 * (end - first))
    return b"P6 %d %d 255\n" % (width, height) + b"".join(rows)


def overlap(a, b):
    """Intersection over union."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0
    return w * h / (a[2] * a[3] + b[2] * b[3] - w * h)


class PersonDetector(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(content)
        return name

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def files(self):
        return sorted(os.path.join(folder, name) for folder, _, names in os.walk(self.folder) for name in names)

    def run_program(self, *arguments, weights=None, **others):
        return subprocess.run([PROGRAM, "--weights", *(weights or WEIGHTS), *arguments], capture_output=True, text=True,
                              cwd=self.folder, check=False, **others)

    def output(self, *arguments):
        result = self.run_program(*arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def found(self, *arguments):
        """The lines of JSON: (image, frame or None, boxes as tuples x, y, w, h, score)."""
        lines = []
        for line in self.output("--json", *arguments).splitlines():
            line = json.loads(line)
            boxes = [tuple(box[key] for key in ("x", "y", "w", "h", "score")) for box in line["boxes"]]
            lines.append((line["image"], line.get("frame"), boxes))
        return lines

    def assert_boxes(self, boxes, *expected):
        self.assertEqual(len(boxes), len(expected), boxes)
        for true in expected:
            self.assertGreater(max(overlap(box, true) for box in boxes), 0.6, (true, boxes))
        scores = [box[4] for box in boxes]
        self.assertEqual(scores, sorted(scores, reverse=True))

    def assert_refused(self, arguments, *parts, weights=None):
        before = self.files()
        result = self.run_program(*arguments, weights=weights)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("person_detector: "), result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)
        self.assertEqual(self.files(), before, "files were left behind")


class Photos(PersonDetector):
    def test_where_persons_are(self):
        for height in 250, 300, 380:
            for x, y in (60, 70), (330, 90):
                true = bar(x, y, height)
                self.file("photo.ppm", picture(640, 480, true))
                [(image, frame, boxes)] = self.found("photo.ppm")
                self.assertEqual((image, frame), ("photo.ppm", None))
                self.assert_boxes(boxes, true)

    def test_several_and_none(self):
        true = bar(80, 100, 260), bar(400, 120, 300)
        self.file("photo.ppm", picture(640, 480, *true))
        self.assert_boxes(self.found("photo.ppm")[0][2], *true)
        for shade in 0, 60:
            self.file("none.ppm", picture(640, 480, (0, 0, 640, 480), shade=shade))
            self.assertEqual(self.found("none.ppm"), [("none.ppm", None, [])])

    def test_any_size(self):
        # Upright, larger and smaller than what the detector is compiled for, and of other proportions.
        for width, height, share in [(640, 480, 0.7), (480, 640, 0.7), (960, 1280, 0.7), (1600, 1200, 0.7),
                                     (768, 576, 0.7), (320, 240, 0.7), (500, 375, 0.7), (559, 536, 0.7),
                                     (400, 900, 0.42), (900, 400, 0.9), (33, 44, 0.7)]:
            with self.subTest(width=width, height=height):
                true = bar(0.4 * width, 0.98 * height - share * height, share * height)
                self.file("photo.ppm", picture(width, height, true))
                self.assert_boxes(self.found("photo.ppm")[0][2], true)

    def test_one_pixel_and_thin_ones(self):
        for width, height in [(1, 1), (1, 500), (500, 1), (3, 2), (20000, 1)]:
            self.file("photo.ppm", picture(width, height))
            self.assertEqual(self.found("photo.ppm", "-o", "out.png"), [("photo.ppm", None, [])])
            self.assertEqual(read_png(self.read("out.png"))[:2], (width, height))

    def test_threshold(self):
        true = bar(200, 90, 300)
        self.file("photo.ppm", picture(640, 480, true))
        [(_, _, boxes)] = self.found("photo.ppm")
        score = boxes[0][4]
        self.assertGreater(score, 1)
        self.assertEqual(self.found("--threshold", str(score + 0.01), "photo.ppm")[0][2], [])
        self.assertEqual(self.found("--threshold", str(score - 0.01), "photo.ppm")[0][2], boxes)
        self.assertEqual(self.found("--threshold=-5", "photo.ppm")[0][2][:1], boxes)

    def test_table(self):
        self.file("photo.ppm", picture(640, 480, bar(200, 90, 300)))
        self.file("none.ppm", picture(64, 48))
        [(_, _, [box])] = self.found("photo.ppm")
        text = self.output("photo.ppm", "none.ppm")
        row = "".join(r" +%.1f" % v for v in box[:4])
        self.assertRegex(text, r"\Aphoto.ppm: 1 person\n +x +y +width +height +score\n" + row.replace(".", r"\.")
                         + r" +\d+\.\d\d\nnone.ppm: no person\n")
        self.assertNotIn("photo.ppm: ", self.output("--quiet", "photo.ppm", "none.ppm"))

    def test_threads_and_runs_give_the_same(self):
        self.file("photo.ppm", picture(640, 480, bar(80, 100, 260), bar(400, 120, 300)))
        alone = self.output("--json", "--threshold=-4", "photo.ppm")
        for threads in "1", "2", "3", "4":
            self.assertEqual(self.output("--json", "--threshold=-4", "--threads", threads, "photo.ppm"), alone)

    def test_times(self):
        self.file("photo.ppm", picture(640, 480))
        for threads in "1", "2":
            text = self.output("--times", "--threads", threads, "photo.ppm")
            self.assertRegex(text, r"milliseconds for each of 1 picture:\n(  \S.*\d+\.\d\d\n)+")
        result = self.run_program("--json", "--times", "photo.ppm")
        self.assertEqual(set(json.loads(result.stdout)), {"image", "boxes", "ms"})
        self.assertIn("milliseconds", result.stderr)

    def test_names_in_json(self):
        for name in ['quote".ppm', "back\\slash.ppm", "new\nline.ppm", "\u00e4\u65e5\U0001f642.ppm", "-dash.ppm", "a:b.ppm"]:
            self.file(name, picture(8, 8))
            self.assertEqual(self.found("--", name)[0][0], name)

    def test_a_name_that_is_no_utf_8(self):
        name = os.fsencode(self.folder) + b"/\xff\xc0\xafz.ppm"
        with open(name, "wb") as file:
            file.write(picture(8, 8))
        result = subprocess.run([PROGRAM.encode(), b"--json", name, b"--weights", *[w.encode() for w in WEIGHTS]],
                                capture_output=True, check=False)
        self.assertEqual(result.returncode, 0)
        self.assertTrue(json.loads(result.stdout.decode())["image"].endswith("\ufffd\ufffd\ufffdz.ppm"))

    def test_camera(self):
        self.file("photo.ppm", picture(768, 576))
        self.assertEqual(self.found("--camera", "vtest", "photo.ppm"), [("photo.ppm", None, [])])


class Pictures(PersonDetector):
    def test_boxes_are_drawn(self):
        true = bar(200, 90, 300)
        self.file("photo.ppm", picture(640, 480, true))
        [(_, _, [box])] = self.found("photo.ppm", "-o", "out.png")
        width, height, rows = read_png(self.read("out.png"))
        self.assertEqual((width, height), (640, 480))
        x, y, middle = int(box[0]), int(box[1]), int(box[1] + box[3] / 2)
        paper = [(0, 0, 0), (255, 255, 255)]
        self.assertNotIn(rows[middle][x + 1], paper)
        self.assertIn(rows[middle][x - 2], paper)
        self.assertEqual(rows[middle][int(box[0] + box[2] / 2)], (255, 255, 255))
        self.assertIn((255, 255, 255), {pixel for row in rows[y - 22:y] for pixel in row}, "the score")

    def test_folders(self):
        for name in "in/b.ppm", "in/a.png", "in/deep/c.ppm", "d.JPG":
            self.file(name, png(40, 30) if name.endswith("png") else picture(40, 30))
        self.file("in/notes.txt", b"text")
        lines = self.found("in", "d.JPG", "-o", "out")
        self.assertEqual([line[0] for line in lines], ["in/a.png", "in/b.ppm", "d.JPG"])
        self.assertEqual(sorted(os.listdir(self.path("out"))), ["a.png", "b.png", "d.JPG"])
        self.assertEqual(self.read("out/d.JPG")[:3], b"\xff\xd8\xff")
        self.found("d.JPG", "-o", "new/deep/folder")
        self.assertEqual(os.listdir(self.path("new/deep/folder")), ["d.JPG"])

    def test_sheet(self):
        for i in range(40):
            self.file(f"in/{i:02}.ppm", picture(64, 48, (0, 0, 64, 48), shade=6 * i))
        self.found("--threshold", "100", "in", "--sheet", "sheet.png")
        width, height, rows = read_png(self.read("sheet.png"))
        self.assertEqual((width, height), (3 * 384 + 8, 2 * 288 + 4))
        shades = [rows[y][x][0] for y in (144, 436) for x in (192, 580, 968)]
        self.assertEqual(shades, sorted(set(shades)))
        self.assertEqual(shades[0], 0)
        self.assertGreater(shades[-1], 6 * 35)
        self.found("in/00.ppm", "--sheet", "one.jpg")
        self.assertEqual(self.read("one.jpg")[:3], b"\xff\xd8\xff")

    def test_two_inputs_with_one_output(self):
        for name in "a/x.ppm", "b/x.ppm", "b/x.png":
            self.file(name, png(8, 8) if name.endswith("png") else picture(8, 8))
        os.mkdir(self.path("out"))
        self.assert_refused(["a/x.ppm", "b/x.ppm", "-o", "out"], "out/x.png", "a/x.ppm", "b/x.ppm")
        self.assert_refused(["b", "-o", "out"], "out/x.png", "b/x.ppm", "b/x.png")
        self.assert_refused(["a/x.ppm", "a/x.ppm", "-o", "out"], "out/x.png")
        self.assert_refused(["a/x.ppm", "-o", "out/s.png", "--sheet", "out/s.png"], "out/s.png")

    def test_outputs_that_are_inputs(self):
        self.file("a.png", png(8, 8))
        before = self.read("a.png")
        os.symlink("a.png", self.path("link.png"))
        for output in "a.png", "./a.png", "link.png", ".":
            self.assert_refused(["a.png", "-o", output], "to be read")
        self.assert_refused(["a.png", "--sheet", "a.png"], "to be read")
        self.assertEqual(self.read("a.png"), before)

    def test_outputs_that_cannot_be_written(self):
        self.file("a.png", png(8, 8))
        self.file("b.png", png(8, 8))
        self.file("text", b"")
        self.assert_refused(["a.png", "-o", "no/such/folder.png"], "no/such/folder.png: cannot be written")
        self.assert_refused(["a.png", "-o", "text"], "text", "folder")
        self.assert_refused(["a.png", "-o", "text/folder"], "text/folder", "folder")
        self.assert_refused(["a.png", "b.png", "-o", "c.png"], "-o", "folder")
        self.assert_refused(["a.png", "-o", "c.bmp"], "-o", ".png or .jpg")
        self.assert_refused(["a.png", "-o", "c.mp4"], "-o")
        self.assert_refused(["a.png", "-o", ""], "-o")
        self.assert_refused(["a.png", "--sheet", "c.txt"], "--sheet", ".png or .jpg")
        self.assert_refused(["a.png", "--sheet", "no/such/folder.png"], "cannot be written")
        os.mkdir(self.path("folder.png"))
        self.found("a.png", "-o", "folder.png")  # a folder after all
        self.assertEqual(os.listdir(self.path("folder.png")), ["a.png"])

    @unittest.skipUnless(os.path.exists("/dev/full"), "found no /dev/full")
    def test_full_disk(self):
        names = [self.file(f"{i}.ppm", picture(8, 8)) for i in range(100)]
        for arguments in [names[:1], names, ["--help"]]:
            with self.subTest(count=len(arguments)), open("/dev/full", "wb") as full:
                result = subprocess.run([PROGRAM, "--weights", *WEIGHTS, *arguments], stdout=full,
                                        stderr=subprocess.PIPE, text=True, cwd=self.folder, check=False)
                self.assertEqual(result.returncode, 2)
                self.assertIn("standard output: cannot be written", result.stderr)


@unittest.skipUnless(HAS_FFMPEG, "found no ffmpeg, which the tests of videos need")
class Videos(PersonDetector):
    COUNT = 12

    def true(self, frame):
        return bar(40 + 8 * frame, 60, 200)

    def video(self, name="video.avi", count=COUNT, codec="ffv1", filters=()):
        frames = b"".join(picture(320, 300, self.true(i)) for i in range(count))
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-f", "image2pipe", "-c:v", "ppm", "-r", "5", "-i", "-", *filters,
                        "-c:v", codec, self.path(name)], input=frames, check=True)
        return name

    def facts(self, name):
        """Width, height, frames for each second, number of frames."""
        text = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries",
                               "stream=width,height,avg_frame_rate,nb_read_frames", "-of", "csv=p=0", self.path(name)],
                              capture_output=True, text=True, check=True).stdout
        width, height, rate, count = text.strip().split(",")[:4]
        return int(width), int(height), rate, int(count)

    def test_frames(self):
        self.video()
        lines = self.found("video.avi")
        self.assertEqual([line[:2] for line in lines], [("video.avi", i) for i in range(self.COUNT)])
        for i, line in enumerate(lines):
            self.assert_boxes(line[2], self.true(i))
        self.assertEqual(self.found("--every", "5", "video.avi"), lines[::5])
        text = self.output("video.avi")
        self.assertIn("video.avi, frame 3: 1 person", text)
        self.assertRegex(text, r"12 pictures, 12 persons; detection [\d.]+ pictures a second")

    def test_videos_that_are_written(self):
        self.video()
        self.found("video.avi", "-o", "out.mp4")
        self.assertEqual(self.facts("out.mp4"), (320, 300, "5/1", self.COUNT))
        self.found("--every", "5", "video.avi", "-o", "folder")
        self.assertEqual(self.facts("folder/video.mp4"), (320, 300, "1/1", 3))
        self.assertEqual([name for name in self.files() if ".part" in name], [])
        # What was written shows the box.
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", self.path("out.mp4"), "-frames:v", "1", self.path("f.png")],
                       check=True)
        rows = read_png(self.read("f.png"))[2]
        [(_, _, [box])] = self.found("--every", "100", "video.avi")
        edge = rows[int(box[1] + box[3] / 2)][int(box[0])]
        self.assertGreater(edge[0], edge[2] + 30, "a red line")

    def test_odd_sides(self):
        self.video("odd.avi", filters=["-vf", "crop=101:75"])
        self.found("odd.avi", "-o", "out.mp4")
        self.assertEqual(self.facts("out.mp4")[:2], (102, 76))

    def test_rotated(self):
        self.video("level.mp4", codec="mpeg4")
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", self.path("level.mp4"), "-c", "copy", "-metadata:s:v:0",
                        "rotate=90", self.path("turned.mp4")], check=True)
        self.found("turned.mp4", "-o", "out.mp4")
        turned = self.facts("out.mp4")[:2]
        self.assertIn(turned, [(300, 320), (320, 300)])  # newer versions of ffmpeg no longer write the rotation

    def test_sheet_of_a_video(self):
        self.video()
        self.found("video.avi", "--sheet", "sheet.png")
        self.assertEqual(read_png(self.read("sheet.png"))[:2], (3 * 384 + 8, 2 * 288 + 4))

    def test_videos_by_content_and_strange_names(self):
        os.rename(self.path(self.video()), self.path("-strange:name, 'of' a video"))
        self.assertEqual(len(self.found("--", "-strange:name, 'of' a video")), self.COUNT)

    def test_damaged_videos(self):
        content = self.read(self.video())
        frames = content.index(b"movi")
        self.file("cut.avi", content[:frames + (len(content) - frames) * 6 // 10])
        result = self.run_program("--json", "cut.avi", "-o", "out.mp4")
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, r"cut.avi: .*after \d+ frames")
        count = result.stdout.count("\n")
        self.assertGreater(count, 1)
        self.assertLess(count, self.COUNT)
        self.assertEqual(self.facts("out.mp4")[3], count)

        self.assert_refused([self.file("header.avi", content[:100])], "header.avi")
        self.assert_refused([self.file("empty.avi", b"")], "empty.avi")
        self.assert_refused([self.file("text.mp4", b"not a video")], "text.mp4", "nor a video")
        self.assert_refused(["missing.avi"], "missing.avi", "found no such file")
        self.file("folder.avi/file", b"")
        self.assert_refused(["folder.avi"], "folder.avi", "without photos")

    def test_sound_is_no_video(self):
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "sine=d=0.2", self.path("sound.wav")], check=True)
        self.assert_refused(["sound.wav"], "sound.wav", "nor a video")

    def test_outputs(self):
        self.video()
        self.assert_refused(["video.avi", "-o", "out.png"], "-o", "video or of a folder")
        self.assert_refused(["video.avi", "-o", "video.avi"], "to be read")
        result = self.run_program("video.avi", "-o", "no/such/folder.mp4")
        self.assertEqual(result.returncode, 2)
        self.assertIn("no/such/folder.mp4: cannot be written", result.stderr)
        self.assertEqual(self.files(), [self.path("video.avi")])

    def test_without_ffmpeg(self):
        self.video()
        environment = {**os.environ, "PATH": self.folder}
        result = self.run_program("video.avi", env=environment)
        self.assertEqual(result.returncode, 2)
        self.assertIn("video.avi: a video needs ffmpeg", result.stderr)
        self.assertIn("apt-get install ffmpeg", result.stderr)


class BadInput(PersonDetector):
    def test_files_that_are_no_images(self):
        self.assert_refused(["missing.png"], "missing.png", "found no such file")
        self.assert_refused([self.file("empty.png", b"")], "empty.png", "0 bytes")
        self.assert_refused([self.file("text.png", b"not an image\n")], "text.png", "13 bytes", "expected PNG")
        self.assert_refused([self.file("text", b"not an image\n")], "text: ")
        self.assert_refused([self.file("cut.ppm", ppm(64, 64)[:-1])], "cut.ppm", "found the end of the file")
        for size in [(0, 0), (0, 5), (2**31 - 1, 2**31 - 1), (100_000, 100_000)]:
            self.assert_refused([self.file("size.png", png(4, 4, size=size))], "size.png", "found")
        os.mkdir(self.path("folder"))
        self.assert_refused(["folder"], "folder", "without photos")
        os.mkfifo(self.path("pipe.png"))
        self.assert_refused(["pipe.png"], "pipe.png", "no regular file")

    def test_one_bad_photo_does_not_stop_the_others(self):
        self.file("in/a.ppm", picture(40, 30))
        self.file("in/b.png", b"no image")
        self.file("in/c.ppm", picture(40, 30))
        result = self.run_program("--json", "in", "-o", "out", "--sheet", "sheet.png")
        self.assertEqual(result.returncode, 2)
        self.assertEqual([json.loads(line)["image"] for line in result.stdout.splitlines()], ["in/a.ppm", "in/c.ppm"])
        self.assertRegex(result.stderr, r"\Aperson_detector: in/b.png: found 8 bytes[^\n]*\n\Z")
        self.assertEqual(sorted(os.listdir(self.path("out"))), ["a.png", "c.png"])

    def test_weights(self):
        self.file("a.ppm", picture(8, 8))
        for place, name in enumerate(["far", "medium", "near"]):
            with open(WEIGHTS[place], "rb") as file:
                content = file.read()
            for kind, bad in [("cut", content[:-1]), ("text", b"weights"), ("bit", content[:900] + b"\x01" + content[901:]),
                              ("none", b"")]:
                bad = self.file(f"{kind}.edgenn", bad)
                self.assert_refused(["a.ppm"], bad, weights=[*WEIGHTS[:place], self.path(bad), *WEIGHTS[place + 1:]])
        self.assert_refused(["a.ppm"], WEIGHTS[1], weights=[WEIGHTS[1], WEIGHTS[0], WEIGHTS[2]])
        self.assert_refused(["a.ppm"], "missing", "no such file", weights=["missing", *WEIGHTS[1:]])

    def test_command_line(self):
        self.file("a.ppm", picture(8, 8))
        self.assert_refused([], "INPUT")
        self.assert_refused(["a.ppm", "--frobnicate"], "--frobnicate")
        for option, value in [("--threshold", "nan"), ("--threshold", "high"), ("--threads", "0"), ("--threads", "1000"),
                              ("--every", "0"), ("--camera", "mine")]:
            self.assert_refused(["a.ppm", option, value], option)
        self.assert_refused(["a.ppm", "--json", "--quiet"], "--quiet")
        help_text = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True)
        self.assertIn("INPUT", help_text.stdout)

    def test_weights_in_the_program(self):
        self.file("a.ppm", picture(8, 8))
        result = subprocess.run([PROGRAM, "a.ppm", "--json"], capture_output=True, text=True, cwd=self.folder, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(json.loads(result.stdout)["image"], "a.ppm")


class TenLines(PersonDetector):
    def run_ten_lines(self, name):
        # The photo lives as long as the program, which leaves it to the system.
        environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
        result = subprocess.run([TEN_LINES, name], capture_output=True, text=True, cwd=self.folder, env=environment,
                                check=False)
        self.assertEqual(result.stderr, "")
        return result.returncode, result.stdout

    def test_photos(self):
        self.file("black.ppm", picture(640, 480))
        self.assertEqual(self.run_ten_lines("black.ppm"), (0, ""))
        self.file("low.ppm", picture(640, 479))
        self.assertEqual(self.run_ten_lines("low.ppm"), (2, "image: height: found 479, expected 480 (rows)\n"))
        self.assertEqual(self.run_ten_lines("missing.ppm")[0], 2)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit("test_person_detector.py: expected the programs person_detector, write_bar_weights, person_ten_lines")
    PROGRAM, WRITER, TEN_LINES = (os.path.abspath(sys.argv.pop(1)) for _ in range(3))
    if not HAS_FFMPEG:
        print("test_person_detector.py: videos are not tested: found no ffmpeg")
    with tempfile.TemporaryDirectory() as shared:
        WEIGHTS = [os.path.join(shared, name) for name in ("far.edgenn", "medium.edgenn", "near.edgenn")]
        subprocess.run([WRITER, *WEIGHTS], check=True)
        if not unittest.main(exit=False).result.wasSuccessful():
            sys.exit(1)
