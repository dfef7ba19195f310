#!/usr/bin/env python3
"""Tests of the person detector's training; run this file. Needs PyTorch and OpenCV for Python, no data."""

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
from unittest import mock

try:
    import cv2
    import numpy as np
    import torch
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(0)

import edgenn_weights as ew
import person
import person_augment
import person_export
import person_networks as networks
import person_pools
import person_pyramid
import person_training
import person_validation
from person_pools import InputError, Person, Photo

# (parameters, multiply-accumulates of a patch) as the headers of the networks state and their tests assert.
COUNTS = {
    "person_far": (381004, 2007484),
    "person_medium": (1384966, 18272008),
    "person_medium_slim": (243378, 10255680),
    "person_near": (3868102, 215866120),
    "person_near_slim": (701298, 61684672),
    "person_near_wide": (4065158, 472043784),
}
FAR = networks.DEFINITIONS["person_far"]
TINY = networks.Definition("tiny", 32, 16, "c3x4 p c2x4 p c2x4 p f8 f4")


def photo_of(height, width, source="background", persons=(), mask=False, seed=3):
    random = np.random.default_rng(seed)
    channels = 4 if mask else 3
    image = random.integers(0, 256, (height, width, channels), np.uint8)
    if mask:
        image[..., 3] = 255 * (image[..., 3] > 128)
    return Photo(f"{source}{seed}.jpg", source, person_pools.levels_of(image), list(persons), mask)


def made_up_pools():
    person_box = Person(38, 32, 39, 96)
    photos = [
        photo_of(160, 96, "inria", [Person(28, 32, 39, 96)]),
        photo_of(208, 138, "street", [Person(40, 8, 58, 192)], mask=True),
        photo_of(240, 320, "everyday", [person_box], seed=4),
        photo_of(200, 300, seed=5),
        photo_of(240, 320, seed=6),
    ]
    return person_pools.collect(photos, 24)


def run_of(**changes):
    run = {"network": "tiny", "seed": 1, "batch": 16, "patches": 160, "minutes": 0.0, "rate": 1e-3, "decay": 1e-2,
           "dropout": 0.3, "bfloat16": False, "compile": False, "mine_at": [0.3, 0.6], "mine_photos": 4,
           "mine_seconds": 60.0, "mine_score": -9.0, "mine_most": 3}  # fmt: skip
    return {**run, **changes}


class Networks(unittest.TestCase):
    def test_counts_are_those_of_the_headers(self):
        found = {name: networks.counts(definition) for name, definition in networks.DEFINITIONS.items()}
        self.assertEqual(found, COUNTS)

    def test_counts_are_those_of_the_module(self):
        for name, definition in networks.DEFINITIONS.items():
            model = networks.build(definition, normalised=False)
            self.assertEqual(sum(each.numel() for each in model.parameters()), COUNTS[name][0], name)

    def test_odd_pooling_is_refused(self):
        with self.assertRaisesRegex(ValueError, "odd: pooling of 29x13"):
            networks.plan(networks.Definition("odd", 31, 15, "c3x4 p f8 f4"))

    def test_dense_outputs_are_those_of_patches(self):
        torch.manual_seed(1)
        model = networks.folded(networks.build(FAR).eval())
        picture = torch.randn(1, 3, 32 + 2 * 8, 16 + 3 * 8)
        with torch.no_grad():
            dense = model(picture)
            self.assertEqual(tuple(dense.shape), (1, 2, 3, 4))
            for row in range(3):
                for column in range(4):
                    patch = picture[:, :, 8 * row : 8 * row + 32, 8 * column : 8 * column + 16]
                    torch.testing.assert_close(model(patch)[0, :, 0, 0], dense[0, :, row, column])

    def test_folding_keeps_the_function(self):
        torch.manual_seed(2)
        model = networks.build(FAR)
        with torch.no_grad():
            for _ in range(3):
                model(3 * torch.randn(32, 3, 32, 16) + 1)
            for module in model:
                if isinstance(module, torch.nn.BatchNorm2d):
                    module.weight.uniform_(0.5, 2)
                    module.bias.uniform_(-1, 1)
            model.eval()
            inputs = torch.randn(4, 3, 32, 16)
            torch.testing.assert_close(networks.folded(model)(inputs), model(inputs), rtol=1e-4, atol=1e-4)

    def test_input_range(self):
        pixels = torch.tensor([0, 128, 255], dtype=torch.uint8).reshape(1, 1, 1, 3)
        self.assertEqual(networks.normalise(pixels).flatten().tolist(), [-2.0, 0.0, 127 / 64])


class Windows(unittest.TestCase):
    def gradient(self):
        """A picture whose red tells the column and whose green tells the row."""
        image = np.zeros((120, 200, 3), np.uint8)
        image[..., 0] = np.arange(200)
        image[..., 1] = np.arange(120)[:, None]
        return Photo("gradient", "background", person_pools.levels_of(image))

    def test_full_size_window_copies_pixels(self):
        patch = person_augment.cut(self.gradient(), 100 - 0.5, 60 - 0.5, 64, (64, 32), cv2.BORDER_REPLICATE)
        self.assertEqual(patch[0, 0].tolist(), [84, 28, 0])
        self.assertEqual(patch[-1, -1].tolist(), [115, 91, 0])

    def test_reduced_window_keeps_its_centre(self):
        for factor in (1.3, 2, 2.9, 3.5):
            patch = person_augment.cut(self.gradient(), 99.5, 59.5, 32 * factor, (32, 16), cv2.BORDER_REPLICATE)
            red, green, _ = patch.mean((0, 1))
            self.assertAlmostEqual(red, 99.5, delta=1.0)
            self.assertAlmostEqual(green, 59.5, delta=1.0)

    def test_outside_is_black_where_asked(self):
        photo = Photo("white", "background", person_pools.levels_of(np.full((64, 64, 3), 255, np.uint8)))
        patch = person_augment.cut(photo, 31.5, 63.5, 64, (64, 32), cv2.BORDER_CONSTANT)
        self.assertEqual(patch[20].min(), 255)
        self.assertEqual(patch[40].max(), 0)

    def test_perspective_keeps_head_and_feet(self):
        image = np.zeros((256, 128, 3), np.uint8)
        image[31:33, :, 0] = 255  # head line of a person of 192 pixels in a window of 256
        image[223:225, :, 1] = 255  # foot line
        photo = Photo("lines", "background", person_pools.levels_of(image))
        for bend in (-0.4, -0.2, 0.12):
            view = person_augment.View(perspective=bend)
            patch = person_augment.cut(photo, 63.5, 127.5, 256, (128, 64), cv2.BORDER_CONSTANT, view)
            middle = patch[:, 32].astype(int)
            self.assertAlmostEqual(int(middle[:, 0].argmax()), 15.5, delta=4)
            self.assertAlmostEqual(int(middle[:, 1].argmax()), 111.5, delta=4)


class Pools(unittest.TestCase):
    def test_held_out_photos_are_no_training_photos(self):
        names = [f"inria:crop{number:06d}" for number in range(1000)]
        share = sum(person_pools.held_out(name) for name in names) / len(names)
        self.assertAlmostEqual(share, 1 / person_pools.HELD_OUT_SHARE, delta=0.03)

    def test_pictures_of_one_photo_stay_together(self):
        first, second = photo_of(32, 32, "inria"), photo_of(32, 32, "inria")
        first.name, second.name = "crop001001a.jpg", "crop001001c.jpg"
        self.assertEqual(person_pools._group(first), person_pools._group(second))

    def test_crowds_and_cut_off_persons_are_no_positives(self):
        whole, crowd, cut_off = Person(20, 20, 30, 80), Person(20, 20, 30, 80, True), Person(20, 160, 30, 80)
        photo = photo_of(240, 320, "everyday", [whole, crowd, cut_off])
        self.assertEqual(person_pools.collect([photo], 24).targets, {"everyday": [(0, whole)]})

    def test_missing_data_is_one_clear_line(self):
        with mock.patch.dict(os.environ, {"EDGENN_DATA_DIR": "/nowhere"}):
            with self.assertRaisesRegex(InputError, "^/nowhere/inria/inria_train_pos_96x160.tar: "):
                person_pools.load(24, False)
        with mock.patch.dict(os.environ, {"EDGENN_DATA_DIR": ""}):
            with self.assertRaisesRegex(InputError, "EDGENN_DATA_DIR is not set"):
                person_pools.data_folder()


class Augmentation(unittest.TestCase):
    def sampler(self, seed, hard=True):
        sampler = person_augment.Sampler(FAR, made_up_pools(), np.random.default_rng(seed))
        if hard:
            sampler.hard = person_augment.Hard(np.array([[3, 100.0, 100.0, 60.0]]))
        return sampler

    def test_equal_seeds_give_equal_batches(self):
        first, second, other = (self.sampler(seed).batch(64) for seed in (1, 1, 2))
        np.testing.assert_array_equal(first[0], second[0])
        np.testing.assert_array_equal(first[1], second[1])
        self.assertTrue(np.any(first[0] != other[0]))

    def test_shape_and_labels(self):
        for hard in (False, True):
            patches, labels = self.sampler(1, hard).batch(64)
            self.assertEqual(patches.shape, (64, 32, 16, 3))
            self.assertEqual(patches.dtype, np.uint8)
            self.assertEqual(labels.sum(), round(64 * person_augment.POSITIVE_SHARE))

    def test_some_patches_end_in_black_rows(self):
        patches, labels = self.sampler(5).batch(256)
        black = patches[:, -1].max((1, 2)) == 0
        self.assertTrue(black[labels == 1].any())
        self.assertTrue(black[labels == 0].any())
        self.assertFalse(black.all())

    def test_backgrounds_avoid_persons(self):
        photo = photo_of(240, 320, "everyday", [Person(120, 20, 80, 200)])
        photo.levels[0][:] = 0
        photo.levels[0][20:220, 120:200] = 255
        pools = person_pools.collect([Photo(photo.name, "everyday", person_pools.levels_of(photo.levels[0]),
                                            photo.persons)], 24)  # fmt: skip
        sampler = person_augment.Sampler(FAR, pools, np.random.default_rng(1))
        for _ in range(50):
            self.assertLess(sampler.background((32, 16)).mean() / 255, 0.08)


class Pyramid(unittest.TestCase):
    class Bright(torch.nn.Module):
        """Scores the mean of each patch."""

        def forward(self, inputs):
            mean = torch.nn.functional.avg_pool2d(inputs.mean(1, keepdim=True), (32, 16), 8)
            return torch.cat([torch.zeros_like(mean), mean], 1)

    def test_a_light_is_found_where_it_is(self):
        down, across = np.mgrid[0:240, 0:320]
        light = 255 * np.exp(-((down - 112) ** 2 + (across - 176) ** 2) / 40**2)
        image = np.repeat(light[..., None], 3, axis=2).astype(np.uint8)
        for smallest in (24, 31, 48):
            detector = person_pyramid.Detector(FAR, self.Bright(), 4, smallest)
            x, y, width, height, _ = detector(image, -9.0)[0]
            pitch = FAR.pitch * height
            self.assertAlmostEqual(x + width / 2, 176, delta=0.6 * pitch)
            self.assertAlmostEqual(y + height / 2, 112, delta=0.6 * pitch)
            self.assertAlmostEqual(width / height, person_augment.ASPECT)

    def test_tiny_images(self):
        for shape in ((1, 1, 3), (5, 300, 3), (300, 5, 3)):
            boxes = person_pyramid.Detector(FAR, self.Bright())(np.zeros(shape, np.uint8), -9.0)
            self.assertEqual(boxes.shape[1], 5)

    def test_duplicates_go_neighbours_stay(self):
        boxes = np.array([[0, 0, 41, 100, 1.0], [4, 4, 41, 100, 2.0], [60, 0, 41, 100, 0.5]], float)
        self.assertEqual(person_pyramid.without_duplicates(boxes)[:, 4].tolist(), [2.0, 0.5])

    def test_false_alarms(self):
        boxes = np.array([[100, 100, 41, 100, 3.0], [104, 104, 41, 100, 2.0], [100, 150, 20, 50, 1.0],
                          [300, 0, 41, 100, 0.5]], float)  # fmt: skip
        truth = Person(95, 100, 50, 100)
        kept = person_pyramid.false_alarms(boxes, [truth], 0.35)
        self.assertEqual(kept[:, 4].tolist(), [1.0, 0.5])
        crowd = Person(280, 0, 100, 100, True)
        self.assertEqual(person_pyramid.false_alarms(boxes, [truth, crowd], 0.35)[:, 4].tolist(), [1.0])

    def test_inside(self):
        boxes = np.array([[100, 100, 41, 100, 3.0], [180, 100, 41, 100, 2.0], [100, 220, 41, 100, 1.0]], float)
        self.assertEqual(person_pyramid.inside(boxes, [Person(95, 100, 50, 100)])[:, 4].tolist(), [3.0])
        self.assertEqual(len(person_pyramid.inside(boxes[:0], [Person(95, 100, 50, 100)])), 0)

    def test_mining_never_contradicts_a_positive(self):
        for definition in networks.DEFINITIONS.values():
            jitter = person_augment.jitter_of(definition)
            box = np.array([[jitter * 100, jitter * 100, 41, 100]], float)
            overlap = person_pyramid.overlap(box, 0, 0, 41, 100)[0]
            self.assertGreater(overlap, person_pyramid.tolerated_overlap(jitter))


class Runs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "checkpoint.pt")
        patch = mock.patch.dict(networks.DEFINITIONS, {"tiny": TINY})
        patch.start()
        self.addCleanup(patch.stop)
        torch.set_num_threads(1)

    def training(self, **changes):
        return person_training.Training(run_of(**changes), made_up_pools())

    def train(self, training):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            training.train(self.path)
        return said.getvalue()

    def test_a_resumed_run_is_the_unbroken_one(self):
        whole = self.training()
        said = self.train(whole)
        self.assertIn("mining round 2", said)
        self.assertIn("100.0 %", said)
        broken = self.training()
        step = broken._update_mean

        def stop_after_mining():
            step()
            broken.stopping = broken.step >= 5

        with mock.patch.object(broken, "_update_mean", stop_after_mining):
            self.train(broken)
        self.assertEqual((broken.step, broken.rounds), (5, 1))
        resumed = self.training()
        resumed.resume(self.path)
        self.train(resumed)
        self.assertEqual((resumed.step, resumed.rounds), (10, 2))
        for name, tensor in whole.model.state_dict().items():
            self.assertTrue(torch.equal(tensor, resumed.model.state_dict()[name]), name)
        for name, tensor in whole.mean.state_dict().items():
            self.assertTrue(torch.equal(tensor, resumed.mean.state_dict()[name]), name)

    def test_mining_keeps_what_it_found_before(self):
        training = self.training()
        with contextlib.redirect_stdout(io.StringIO()):
            training.mine()
            first = training.sampler.hard.places.copy()
            training.mine()
        self.assertGreater(len(first), 0)
        self.assertGreater(len(training.sampler.hard.places), len(first))
        np.testing.assert_array_equal(training.sampler.hard.places[: len(first)], first)

    def test_a_checkpoint_of_another_run_is_refused(self):
        self.training().save(self.path)
        with self.assertRaisesRegex(InputError, "seed is 1, expected 2"):
            self.training(seed=2).resume(self.path)

    def test_a_damaged_checkpoint_is_one_clear_line(self):
        with open(self.path, "wb") as file:
            file.write(b"no checkpoint")
        with self.assertRaisesRegex(InputError, "is not a checkpoint"):
            person_training.load_checkpoint(self.path)

    def test_learning_rate(self):
        rates = [person_training.learning_rate(progress, 10000, 1.0) for progress in (0, 0.25, 0.5, 1, 2)]
        self.assertAlmostEqual(rates[0], 1.0)
        self.assertEqual(rates, sorted(rates, reverse=True))
        self.assertAlmostEqual(rates[-1], 0.01)
        self.assertLess(person_training.learning_rate(0, 0, 1.0), 0.01)


class Calibration(unittest.TestCase):
    def test_a_known_logistic_is_recovered(self):
        random = np.random.default_rng(1)
        scores = random.uniform(-6, 6, 40000)
        truth = random.random(40000) < 1 / (1 + np.exp(-(0.7 * scores - 0.4)))
        prior = np.log(truth.mean() / (1 - truth.mean()))
        findings = person_validation.Findings(scores[truth], scores[~truth], 10)
        gain, offset = person_validation.calibration(findings)
        self.assertAlmostEqual(gain, 0.7, delta=0.03)
        self.assertAlmostEqual(offset, -0.4 - prior, delta=0.06)

    def test_miss_rate(self):
        missed = person_validation.MISSED
        findings = person_validation.Findings(np.array([5.0, 3.0, 1.0, missed]), np.array([4.0, 2.0, 0.5]), 10)
        self.assertEqual(findings.miss_rate(0.1), 0.5)  # one false alarm may pass: the threshold is 2
        self.assertEqual(findings.miss_rate(0.01), 0.75)
        self.assertEqual(findings.miss_rate(1.0), 0.25)


class Export(unittest.TestCase):
    def test_the_file_holds_the_network(self):
        torch.manual_seed(3)
        model = networks.folded(networks.build(FAR).eval())
        tensors = networks.canonical_tensors(model)
        description = ew.Description(
            "person_far", 42, ((32, 16, 3),), ((1, 1, 2),),
            tuple(ew.TensorSpec(1, "conv2d", "x", tensor.shape) for tensor in tensors),
        )  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "far.edgenn")
            with mock.patch.object(ew, "describe", return_value=description):
                size, score = person_export.export(FAR, model, "unused", path)
            self.assertEqual(os.path.getsize(path), size)
            weights = ew.read(path, description)
        self.assertEqual(weights.golden_input.size, 32 * 16 * 3)
        self.assertAlmostEqual(float(weights.golden_output[1] - weights.golden_output[0]), score, places=5)
        np.testing.assert_array_equal(weights.values[: tensors[0].size],
                                      tensors[0].astype(np.float16).astype(np.float32).ravel())  # fmt: skip


class CommandLine(unittest.TestCase):
    def test_errors_are_one_line_and_status_2(self):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(person.main(["validate", "--run", "/nowhere"]), 2)
        self.assertRegex(said.getvalue(), r"^person\.py: /nowhere/checkpoint\.pt: .*\n$")

    def test_help_names_every_command(self):
        commands = next(a for a in person.parser()._actions if isinstance(a, argparse._SubParsersAction))
        self.assertEqual(set(commands.choices), {"pools", "sheet", "train", "curves", "validate", "export"})
        self.assertTrue(all(name in json.dumps(person.__doc__) for name in commands.choices))


if __name__ == "__main__":
    unittest.main()
