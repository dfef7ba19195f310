#!/usr/bin/env python3
"""Tests of the evaluation; run this file. Needs numpy only: the sets are folders of empty files, the
detections are made by hand, and the expected figures worked out on paper."""

import contextlib
import io
import json
import math
import os
import sys
import tarfile
import tempfile
import unittest
from unittest import mock

import numpy as np

import caltech
import detections
import evaluate
import photo_sets
from agreement import compare
from errors import InputError, whole_file

# A person of 100 pixels has 41 x 100 pixels by the rules, so shifting such a box down by d leaves an
# intersection over union of (100 - d) / (100 + d): 1/2 at d = 33.3, 0.6 at d = 25.
PERSON = [10, 20, 41, 100]


def shifted(down, score, box=PERSON):
    return [box[0], box[1] + down, box[2], box[3], score]


def outcome(found, labels, **rules):
    return caltech.match(found, labels, caltech.Rules(**rules))


class Matching(unittest.TestCase):
    def check(self, result, hits, persons):
        self.assertEqual((result.hits.tolist(), result.persons), (hits, persons))

    def test_overlap_of_half_is_enough_and_less_is_not(self):
        label = [0, 0, 41, 120, 0]
        self.check(outcome([[0, 40, 41, 120, 1]], [label], aspect=None), [True], 1)  # 80 / 160
        self.check(outcome([[0, 40.1, 41, 120, 1]], [label], aspect=None), [False], 1)
        self.check(outcome([[0, 39.9, 41, 120, 1]], [label]), [True], 1)
        self.check(outcome([[0, 40.1, 41, 120, 1]], [label]), [False], 1)

    def test_overlaps_by_hand(self):
        found = np.array([[0, 0, 4, 4], [2, 2, 4, 4], [10, 10, 1, 1], [1, 1, 0, 0]], float)
        labels = np.array([[0, 0, 4, 4], [0, 0, 8, 8]], float)
        expected = [[1, 1], [4 / 28, 1], [0, 0], [0, 0]]
        np.testing.assert_allclose(caltech.overlaps(found, labels, np.array([False, True])), expected)
        self.assertAlmostEqual(caltech.overlaps(found, labels, np.array([False, False]))[1, 1], 16 / 64)

    def test_all_boxes_get_the_same_aspect(self):
        np.testing.assert_allclose(
            caltech.with_aspect(np.array([[10.0, 5, 100, 200]]), 0.41), [[19, 5, 82, 200]]
        )
        wide = [[0, 20, 61, 100, 1]]  # about the same centre line
        self.check(outcome([shifted(0, 1, [0, 20, 61, 100])], [[*PERSON, 0]]), [True], 1)
        narrow = [[25.5, 20, 10, 100, 0]]
        self.check(outcome(wide, narrow), [True], 1)
        self.check(outcome(wide, narrow, aspect=None), [False], 1)

    def test_a_second_detection_of_a_person_is_a_false_alarm(self):
        result = outcome([shifted(20, 1), shifted(0, 2), shifted(5, 3)], [[*PERSON, 0]])
        self.check(result, [True, False, False], 1)
        self.assertEqual(
            (result.scores.tolist(), result.rows.tolist(), result.missed.tolist()), ([3, 2, 1], [2, 1, 0], [])
        )

    def test_each_detection_takes_the_best_of_the_free_persons(self):
        labels = [[*PERSON, 0], [*shifted(20, 0)]]
        found = [shifted(18, 2), shifted(17, 1)]
        self.check(outcome(found, labels), [True, True], 2)  # the second finds the nearer person taken
        result = outcome([shifted(18, 2)], labels)
        self.assertEqual(result.missed.tolist(), [0])

    def test_ignored_boxes_take_any_number_and_count_neither_way(self):
        labels = [[*PERSON, 1]]
        self.check(outcome([shifted(0, 3), shifted(10, 2), shifted(-10, 1)], labels), [], 0)
        self.check(outcome([shifted(0, 3), shifted(51, 2)], labels), [False], 0)  # 49 % of it inside

    def test_a_person_goes_before_an_ignored_box(self):
        labels = [[*PERSON, 1], [*shifted(25, 0)]]
        result = outcome([shifted(0, 1)], labels)
        self.check(result, [True], 1)

    def test_a_wide_ignored_region_keeps_its_width(self):
        crowd = [0, 0, 400, 110, 1]
        self.check(outcome([shifted(0, 1, [350, 5, 41, 100])], [crowd]), [], 0)
        tall = [0, 0, 80, 110, 1]  # a person: 45.1 wide, from 17.45
        self.check(outcome([shifted(0, 1, [60, 5, 41, 100])], [tall]), [False], 0)

    def test_heights(self):
        low = [10, 20, 26, 63.9, 0]
        self.check(outcome([[10, 20, 26, 63.9, 1]], [low]), [], 0)  # found, and worth nothing
        self.check(outcome([[10, 20, 26, 63.9, 1]], [low], smallest=60), [True], 1)
        self.check(outcome([[10, 20, 26, 64, 1]], [[10, 20, 26, 64, 0]]), [True], 1)
        # 64 / 1.25 = 51.2: the lower one is not even a false alarm, the other one is
        self.check(outcome([[10, 20, 21, 51.1, 2], [200, 20, 21, 51.3, 1]], []), [False], 0)
        # a person of 70 pixels found with 52: 52 / 70 of it, times the widths' ratio, is above 0.5
        self.check(
            outcome([[10 + 0.205 * 18, 29, 0.41 * 52, 52, 1]], [[10, 20, 0.41 * 70, 70, 0]]), [True], 1
        )

    def test_equal_scores_keep_their_order(self):
        result = outcome([shifted(10, 1), shifted(0, 1)], [[*PERSON, 0]])
        self.assertEqual((result.rows.tolist(), result.hits.tolist()), ([0, 1], [True, False]))

    def test_nothing(self):
        self.check(outcome([], []), [], 0)
        self.check(outcome([], [[*PERSON, 0]]), [], 1)
        self.check(outcome([shifted(0, 1)], []), [False], 0)

    def test_numbers_that_are_none_and_wrong_shapes(self):
        for bad in (math.nan, math.inf):
            with self.assertRaisesRegex(ValueError, "detections: row 1 "):
                outcome([shifted(0, 1), shifted(0, bad)], [[*PERSON, 0]])
            with self.assertRaisesRegex(ValueError, "labelled boxes: row 0 "):
                outcome([], [[bad, 0, 1, 1, 0]])
        with self.assertRaisesRegex(ValueError, r"shape \(1, 4\)"):
            outcome([PERSON], [])


def made(scores, hits, persons):
    hits = np.array(hits, dtype=bool)
    return caltech.Outcome(np.array(scores, float), hits, np.arange(len(hits)), np.zeros(0, int), persons)


class CurveFigures(unittest.TestCase):
    # Two images, four persons. Best first: hit, hit | false | hit | false false
    images = [made([9, 7, 3], [True, False, False], 1), made([8, 5, 2], [True, True, False], 3)]

    def test_points(self):
        curve = caltech.curve(self.images)
        np.testing.assert_allclose(curve.false_positives, [0, 0, 0.5, 0.5, 1, 1.5])
        np.testing.assert_allclose(curve.miss_rate, [0.75, 0.5, 0.5, 0.25, 0.25, 0.25])
        self.assertEqual(curve.threshold.tolist(), [9, 8, 7, 5, 3, 2])
        self.assertEqual((curve.images, curve.persons, curve.floor()), (2, 4, 0.25))

    def test_miss_rate_at_a_rate(self):
        curve = caltech.curve(self.images)
        expected = {0: 0.5, 0.01: 0.5, 0.499: 0.5, 0.5: 0.25, 1: 0.25, 10: 0.25}
        self.assertEqual({rate: curve.miss_rate_at(rate) for rate in expected}, expected)

    def test_log_average(self):
        np.testing.assert_allclose(
            caltech.REFERENCE_RATES,
            [0.01, 0.01778279, 0.03162278, 0.05623413, 0.1, 0.17782794, 0.31622777, 0.56234133, 1],
            rtol=1e-6,
        )
        # seven references below 0.5 false positives per image, two above
        self.assertAlmostEqual(caltech.curve(self.images).log_average(), (0.5**7 * 0.25**2) ** (1 / 9))

    def test_before_the_first_point_all_are_missed(self):
        curve = caltech.curve([made([2, 1], [False, True], 1)])
        self.assertEqual((curve.miss_rate_at(0.1), curve.miss_rate_at(1)), (1, 0))
        self.assertAlmostEqual(curve.log_average(), 1e-10 ** (1 / 9))

    def test_equal_scores_come_together(self):
        for hits in ([True, False], [False, True]):
            curve = caltech.curve([made([1, 1], hits, 1)])
            self.assertEqual((curve.false_positives.tolist(), curve.miss_rate.tolist()), ([1], [0]))
            self.assertEqual(curve.miss_rate_at(0.5), 1)

    def test_no_detections(self):
        curve = caltech.curve([made([], [], 2)])
        self.assertEqual((curve.miss_rate_at(1), curve.log_average(), curve.floor()), (1, 1, 1))

    def test_undefined(self):
        with self.assertRaisesRegex(ValueError, "no images"):
            caltech.curve([])
        with self.assertRaisesRegex(ValueError, "no person to be found in 1 images"):
            caltech.curve([made([1], [False], 0)])


class InFolder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as stream:
            stream.write(text if isinstance(text, bytes) else text.encode())
        return self.path(name)

    def run_tool(self, *arguments):
        """exit status, standard output, standard error"""
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            with mock.patch.object(sys, "argv", ["evaluate.py", *arguments]):
                status = evaluate.main()
        return status, output.getvalue(), errors.getvalue()

    def make_set(self, name="street", table="image,x,y,w,h\na.jpg,10,20,41,100\n", photos=("a.jpg", "b.PNG")):
        for photo in photos:
            self.write(f"{name}/{photo}", "")
        if table is not None:
            self.write(f"{name}/boxes.csv", table)
        return self.path(name)


def line(image, *boxes, **more):
    return json.dumps(
        {"image": image, "boxes": [dict(zip("xywh", box[:4]), score=box[4]) for box in boxes], **more}
    )


class DetectionFiles(InFolder):
    def parse(self, text):
        return detections.read(self.write("d.jsonl", text))

    def test_reads_lines(self):
        found = self.parse(
            line("some/where/a.jpg", shifted(0, 1.5), ms=12.5, more="x") + "\n\n" + line("b.jpg")
        )
        self.assertEqual(found.label, "d")
        self.assertEqual(found.boxes["a.jpg"].tolist(), [[10, 20, 41, 100, 1.5]])
        self.assertEqual((found.boxes["b.jpg"].shape, found.ms), ((0, 5), {"a.jpg": 12.5}))

    def test_frames_of_a_video(self):
        found = self.parse(line("v.avi", frame=0) + "\n" + line("v.avi", shifted(0, 1), frame=1))
        self.assertEqual(
            {name: len(boxes) for name, boxes in found.boxes.items()}, {"v.avi#0": 0, "v.avi#1": 1}
        )

    def test_label(self):
        path = self.write("d.jsonl", "")
        self.assertEqual(detections.read(f"near net={path}").label, "near net")
        odd = self.write("a=b.jsonl", "")
        self.assertEqual(detections.read(odd).label, "a=b")

    def test_what_it_writes_it_reads(self):
        boxes = np.array([[1.239, 2, 3, 4, -0.123456]])
        found = self.parse(detections.line_of("a.jpg", boxes, 1.5))
        self.assertEqual(found.boxes["a.jpg"].tolist(), [[1.24, 2, 3, 4, -0.12346]])
        with self.assertRaises(ValueError):
            detections.line_of("a.jpg", [[1, 2, 3, 4, math.nan]])

    def test_errors_name_file_and_line(self):
        good = line("a.jpg") + "\n"
        box = '{"image": "b.jpg", "boxes": [{"x": 1, "y": 2, "w": 3, "h": 4, "score": %s}]}'
        cases = {
            "{": "not JSON",
            '{"image": "b.jpg", "boxes": [': "not JSON",  # cut off
            "[" * 100000: "not JSON",
            "[]": "expected an object",
            "{}": 'lacks "image"',
            '{"image": "", "boxes": []}': 'lacks "image"',
            '{"image": "folder/", "boxes": []}': 'lacks "image"',
            '{"image": 3, "boxes": []}': 'lacks "image"',
            '{"image": "b.jpg"}': 'lacks "boxes"',
            '{"image": "b.jpg", "boxes": {}}': 'lacks "boxes"',
            '{"image": "b.jpg", "boxes": [7]}': "box 0: found 7, expected an object",
            '{"image": "b.jpg", "boxes": [{"x": 1, "y": 2, "w": 3, "h": 4}]}': 'box 0: lacks "score"',
            box % "NaN": "NaN is no JSON number",
            box % "-Infinity": "-Infinity is no JSON number",
            box % "1e999": 'box 0: found "score"',
            box % '"1"': 'box 0: found "score" "1"',
            box % "null": 'box 0: found "score" null',
            box % "true": 'box 0: found "score" true',
            box.replace('"w": 3', '"w": -3') % "1": "box of -3 x 4 pixels",
            '{"image": "b.jpg", "boxes": [], "ms": -1}': 'found "ms" -1',
            '{"image": "b.avi", "boxes": [], "frame": 1.5}': 'found "frame" 1.5',
            line("a.jpg"): "a.jpg was already in line 1",
            line("elsewhere/a.jpg"): "already in line 1",
        }
        for text, message in cases.items():
            with self.subTest(text=text[:60]):
                with self.assertRaises(InputError) as caught:
                    self.parse(good + text + "\n")
                self.assertIn(f"{self.path('d.jsonl')}:2: ", str(caught.exception))
                self.assertIn(message, str(caught.exception))

    def test_no_file_and_no_text(self):
        with self.assertRaisesRegex(InputError, "none.jsonl: No such file"):
            detections.read(self.path("none.jsonl"))
        with self.assertRaisesRegex(InputError, "d.jsonl: not UTF-8"):
            self.parse(b"\xff\xfe\n")

    def test_every_photo_needs_its_line(self):
        found = self.parse(line("a.jpg"))
        photos = photo_sets.load(self.make_set())
        with self.assertRaisesRegex(
            InputError, "d.jsonl: lacks 1 of the 2 photos of .*street, the first b.PNG"
        ):
            found.of(photos)


class PhotoSets(InFolder):
    def test_folder(self):
        table = "image,x,y,w,h,ignore,note\na.jpg,1,2,3,4,1,x\na.jpg,5,6,7,8,,y\nb.PNG,1.5,2,3,4,0,z\n"
        photos = photo_sets.load(self.make_set(table=table))
        self.assertEqual(
            {name: boxes.tolist() for name, boxes in photos.boxes.items()},
            {"a.jpg": [[1, 2, 3, 4, 1], [5, 6, 7, 8, 0]], "b.PNG": [[1.5, 2, 3, 4, 0]]},
        )

    def test_folder_without_persons(self):
        photos = photo_sets.load(self.make_set(table=None))
        self.assertEqual([boxes.shape for boxes in photos.boxes.values()], [(0, 5), (0, 5)])

    def test_bad_tables(self):
        header = "image,x,y,w,h,ignore\n"
        cases = {
            "": ":1: found columns none, lacks image,x,y,w,h",
            "image,x,y,w\n": ":1: found columns image,x,y,w, lacks h",
            header + "a.jpg,1,2,3,4,0\nc.jpg,1,2,3,4,0\n": ":3: there is no photo c.jpg",
            header + "a.jpg,1,2,x,4,0\n": ':2: found w "x", expected a number',
            header + "a.jpg,1,2,nan,4,0\n": ':2: found w "nan", expected a number',
            header + "a.jpg,inf,2,3,4,0\n": ':2: found x "inf", expected a number',
            header + "a.jpg,1,2,3,-4,0\n": ":2: found a box of 3 x -4 pixels",
            header + "a.jpg,1,2,3,4,2\n": ':2: found ignore "2", expected 0 or 1',
            header + "a.jpg,1,2,3\n": ":2: found another number of fields",
            header + "a.jpg,1,2,3,4,0,5\n": ":2: found another number of fields",
            header + 'a.jpg,"1,2,3,4,0\n': ": not a CSV table",
            header.encode() + b"\xff.jpg,1,2,3,4,0\n": ": not UTF-8",
        }
        for table, message in cases.items():
            with self.subTest(table=table):
                folder = self.make_set(table=table)
                with self.assertRaises(InputError) as caught:
                    photo_sets.load(folder)
                self.assertIn(os.path.join(folder, "boxes.csv") + message, str(caught.exception))

    def test_no_set(self):
        with self.assertRaisesRegex(InputError, "nowhere: neither a folder nor one of the sets penn"):
            photo_sets.load("nowhere")
        os.mkdir(self.path("empty"))
        with self.assertRaisesRegex(InputError, "empty: no photos"):
            photo_sets.load(self.path("empty"))
        with mock.patch.dict(os.environ, {"EDGENN_DATA_DIR": ""}):
            with self.assertRaisesRegex(InputError, "set penn: .* EDGENN_DATA_DIR"):
                photo_sets.load("penn")
        with mock.patch.dict(os.environ, {"EDGENN_DATA_DIR": self.folder}):
            with self.assertRaisesRegex(InputError, "pennfudan_jpeg95.tar: No such file"):
                photo_sets.load("penn")
            self.write("pennfudan/pennfudan_jpeg95.tar", "no tar")
            with self.assertRaisesRegex(InputError, "pennfudan_jpeg95.tar: "):
                photo_sets.load("penn")

    def test_the_same_photo_twice(self):
        with self.assertRaisesRegex(InputError, "photo a.jpg is in .*one and in .*two"):
            photo_sets.load_all(
                [self.make_set("one", None, ["a.jpg"]), self.make_set("two", None, ["a.jpg"])]
            )

    def make_penn(self):
        """Three persons in a photo, of whom the list of added ones names the second."""
        files = {
            "P1.jpg": b"one",
            "P1_mask.png": b"",
            "P2.jpg": b"two",
            "added-object-list.txt": b"# Objects added later\nP1.png 2\n# P1.png 3\n",
        }
        os.makedirs(self.path("pennfudan"))
        with tarfile.open(self.path("pennfudan/pennfudan_jpeg95.tar"), "w") as tar:
            for name, data in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        rows = "".join(f"P1.jpg,500,400,{x},20,41,100,Walking\n" for x in (10, 110, 210))
        self.write("pennfudan/boxes.csv", "file,img_w,img_h,x,y,w,h,label\n" + rows)
        return mock.patch.dict(os.environ, {"EDGENN_DATA_DIR": self.folder})

    def test_penn_ignores_the_added_persons(self):
        with self.make_penn():
            photos = photo_sets.load("penn")
        self.assertEqual(
            {name: boxes[:, [0, 4]].tolist() for name, boxes in photos.boxes.items()},
            {"P1.jpg": [[10, 0], [110, 1], [210, 0]], "P2.jpg": []},
        )
        self.assertEqual(photos.read("P2.jpg"), b"two")

    def test_unpacked_set_is_the_same(self):
        with self.make_penn():
            photos = photo_sets.load("penn")
            status, output, _ = self.run_tool("unpack", "penn", self.path("out"))
            self.assertEqual((status, output), (0, f"{self.path('out')}: 2 photos, 3 boxes\n"))
            again = photo_sets.load(self.path("out"))
            self.assertEqual(
                {name: boxes.tolist() for name, boxes in again.boxes.items()},
                {name: boxes.tolist() for name, boxes in photos.boxes.items()},
            )
            self.assertEqual(again.read("P1.jpg"), b"one")
            self.assertIn("out: is already there", self.run_tool("unpack", "penn", self.path("out"))[2])

    def test_an_unpacking_that_fails_leaves_nothing(self):
        with self.make_penn():
            photos = photo_sets.load("penn")
        photos.boxes["P3.jpg"] = np.zeros((0, 5))
        with self.assertRaisesRegex(InputError, "holds no P3.jpg"):
            photo_sets.unpack(photos, self.path("out"))
        self.assertEqual(sorted(os.listdir(self.folder)), ["pennfudan"])

    def test_ignore_list(self):
        sets = [photo_sets.load(self.make_set())]
        path = self.write(
            "list.csv", "image,x,y,w,h,reason\nb.PNG,1,2,30,40,cyclist\nother.jpg,1,2,3,4,cut off\n"
        )
        self.assertEqual(photo_sets.add_ignored(sets, path), 1)
        self.assertEqual(sets[0].boxes["b.PNG"].tolist(), [[1, 2, 30, 40, 1]])
        self.assertEqual(len(sets[0].boxes["a.jpg"]), 1)


class Scores(InFolder):
    def score(self, *lines, arguments=()):
        path = self.write("d.jsonl", "\n".join(lines) + "\n")
        return self.run_tool("score", "--set", self.make_set(), path, *arguments)

    def test_table(self):
        status, output, _ = self.score(
            line("a.jpg", shifted(0, 2), shifted(60, 1), ms=10), line("b.PNG", ms=20)
        )
        self.assertEqual(status, 0)
        lines = output.splitlines()
        self.assertEqual(lines[0], f"{self.path('street')}: 2 photos, 1 persons of at least 64 pixels")
        self.assertEqual(lines[1].split(), "detector MR@1 MR@0.1 MR@0.01 LAMR floor ms per image".split())
        self.assertEqual(lines[2].split(), ["d", ".000", ".000", ".000", ".000", ".000", "15"])

    def test_json(self):
        _, output, _ = self.score(
            line("a.jpg", shifted(0, 1)), line("b.PNG", shifted(0, 2)), arguments=["--json", "--curve"]
        )
        figures = json.loads(output)
        self.assertEqual((figures["detector"], figures["images"], figures["persons"]), ("d", 2, 1))
        self.assertEqual([figures[f"miss_rate_at_{rate}"] for rate in ("1", "0.1", "0.01")], [0, 1, 1])
        self.assertAlmostEqual(figures["log_average_miss_rate"], 1e-10 ** (2 / 9))
        self.assertEqual(figures["ms_per_image"], {self.path("street"): None})
        self.assertEqual(
            figures["curve"],
            {"false_positives_per_image": [0.5, 0.5], "miss_rate": [1, 0], "threshold": [2, 1]},
        )

    def test_ignore_list_and_smallest(self):
        lines = line("a.jpg", shifted(0, 1)), line("b.PNG", shifted(0, 2))
        path = self.write("list.csv", "image,x,y,w,h\nb.PNG,10,20,41,100\n")
        figures = json.loads(self.score(*lines, arguments=["--json", "--ignore", path])[1])
        self.assertEqual(figures["miss_rate_at_0.01"], 0)
        status, output, errors = self.score(*lines, arguments=["--smallest", "101"])
        self.assertEqual((status, output), (2, ""))
        self.assertIn("no person to be found in 2 images", errors)

    def test_bad_input_is_one_line(self):
        for lines, message in (("{",), "d.jsonl:1: not JSON"), ((line("a.jpg"),), "lacks 1 of the 2 photos"):
            status, output, errors = self.score(*lines)
            self.assertEqual((status, output, errors.count("\n")), (2, "", 1))
            self.assertIn(message, errors)


class WholeFiles(InFolder):
    def test_nothing_is_left_after_an_error(self):
        path = self.write("f", "old")
        with self.assertRaises(RuntimeError):
            with whole_file(path) as stream:
                stream.write("new")
                raise RuntimeError
        with open(path, encoding="utf-8") as stream:
            self.assertEqual(stream.read(), "old")
        self.assertEqual(os.listdir(self.folder), ["f"])

    def test_all_of_it_after_success(self):
        with whole_file(self.path("f")) as stream:
            stream.write("new")
            self.assertFalse(os.path.exists(self.path("f")))
        self.assertEqual(os.listdir(self.folder), ["f"])

    def test_no_folder(self):
        with self.assertRaisesRegex(InputError, "none/f: cannot be written: No such file"):
            with whole_file(self.path("none/f")):
                pass

    def test_a_detector_that_fails_leaves_no_file(self):
        rows = iter([np.array([[1, 2, 3, 4, 5.0]]), np.array([[1, 2, 3, 4, math.nan]])])
        output = self.path("out.jsonl")
        with mock.patch.object(evaluate, "make_detector", lambda options: lambda photo: next(rows)):
            with mock.patch.object(photo_sets.PhotoSet, "photo", lambda self, image: None):
                status, _, errors = self.run_tool(
                    "detect", "hog", "--set", self.make_set(), "--output", output
                )
        self.assertEqual(status, 2)
        self.assertIn("b.PNG: the detector gave a box or score that is no number", errors)
        self.assertEqual(os.listdir(self.folder), ["street"])

    def test_a_detector_that_works(self):
        output = self.path("out.jsonl")
        with mock.patch.object(
            evaluate, "make_detector", lambda options: lambda photo: np.array([shifted(0, 3)])
        ):
            with mock.patch.object(photo_sets.PhotoSet, "photo", lambda self, image: None):
                status, _, _ = self.run_tool("detect", "hog", "--set", self.make_set(), "--output", output)
        self.assertEqual(status, 0)
        found = detections.read(output)
        self.assertEqual((sorted(found.boxes), sorted(found.ms)), (["a.jpg", "b.PNG"], ["a.jpg", "b.PNG"]))


class Comparison(InFolder):
    def compare(self, a, b, **tolerances):
        first = detections.read(self.write("a.jsonl", line("a.jpg", *a)))
        second = detections.read(self.write("b.jsonl", line("a.jpg", *b)))
        return compare(first, second, **tolerances)

    def test_within_and_beyond(self):
        report = self.compare([shifted(0, 2), shifted(50, 1)], [shifted(50.5, 1.04), shifted(0.75, 2)])
        self.assertEqual((report.pairs, report.lonely, report.share(), report.edge), (2, [], 1, 0.75))
        self.assertAlmostEqual(report.score, 0.04)
        self.assertEqual(self.compare([shifted(0, 2)], [shifted(1.5, 2)]).share(), 0)
        self.assertEqual(self.compare([shifted(0, 2)], [shifted(0, 2.06)]).share(), 0)
        wider = [10, 20, 42.5, 100, 2]
        self.assertEqual(self.compare([shifted(0, 2)], [wider]).share(), 0)

    def test_one_partner_each(self):
        report = self.compare([shifted(0, 2), shifted(0.1, 2)], [shifted(0, 2)])
        self.assertEqual((report.pairs, len(report.lonely)), (1, 1))
        self.assertAlmostEqual(report.share(), 2 / 3)

    def test_at_the_threshold_a_partner_may_be_below(self):
        report = self.compare([shifted(0, 2.03)], [shifted(0, 1.99)], threshold=2)
        self.assertEqual((report.pairs, report.lonely), (0, []))
        self.assertEqual(len(self.compare([shifted(0, 2.06)], [shifted(0, 1.99)], threshold=2).lonely), 1)

    def test_nothing_agrees_with_nothing(self):
        self.assertEqual(self.compare([], []).share(), 1)

    def test_other_photos(self):
        first = detections.read(self.write("a.jsonl", line("a.jpg")))
        second = detections.read(self.write("b.jsonl", line("b.jpg")))
        with self.assertRaisesRegex(InputError, "b.jsonl: lacks 1 photos of .*a.jsonl, the first a.jpg"):
            compare(first, second)

    def test_program(self):
        a = self.write("a.jsonl", line("a.jpg", shifted(0, 2), shifted(50, 1)))
        b = self.write("b.jsonl", line("a.jpg", shifted(0, 2)))
        self.assertEqual(self.run_tool("compare", a, a)[0], 0)
        status, output, _ = self.run_tool("compare", a, b)
        self.assertEqual(status, 1)
        self.assertIn("1 boxes agree, 1 have no partner (share 0.6667)", output)
        self.assertIn("a.jpg: only " + a, output)
        self.assertEqual(self.run_tool("compare", a, b, "--share", "0.6")[0], 0)


class CommittedLists(unittest.TestCase):
    """The ignore lists beside this file can be read."""

    def test_lists(self):
        folder = os.path.dirname(os.path.abspath(__file__))
        for name in os.listdir(folder):
            if name.endswith(".csv"):
                for where, row in photo_sets.read_table(
                    os.path.join(folder, name), ("image", *"xywh", "reason")
                ):
                    x, y, w, h = photo_sets.box_of(row, where)
                    self.assertTrue(w > 0 and h > 0 and row["reason"], where)


if __name__ == "__main__":
    unittest.main()
