#!/usr/bin/env python3
"""Writes resize_golden.inc: images as OpenCV and PyTorch resize them. Needs opencv-python, torch and numpy.

    python3 tests/vision/make_resize_golden.py

The source image is a formula (`pixel`), the same here and in resampling_test.cpp. Results are of float images, so
nothing is rounded to whole numbers. OpenCV's INTER_AREA is an exact box filter only where no side grows; PyTorch
has none but for whole ratios.
"""
import pathlib
import textwrap

import cv2
import numpy as np
import torch

OUTPUT = pathlib.Path(__file__).resolve().parent / "resize_golden.inc"
# Source height, width, channels, rows of zeros below it, output height and width.
AREA = [(7, 9, 3, 0, 3, 4), (7, 9, 1, 0, 3, 4), (8, 12, 3, 0, 4, 6), (20, 30, 3, 20, 15, 11), (5, 64, 3, 0, 4, 7),
        (41, 3, 2, 0, 2, 3), (6, 6, 3, 0, 6, 6)]
BILINEAR = [(7, 9, 3, 0, 3, 4), (7, 9, 3, 0, 15, 13), (7, 9, 1, 0, 14, 5), (1, 1, 3, 0, 2, 3), (2, 5, 4, 0, 3, 11)]


def pixel(i):
    return ((i * 2654435761) % 2**32 >> 13) & 255


def image(height, width, channels, padding):
    pixels = np.array([pixel(i) for i in range(height * width * channels)], np.float32)
    return np.pad(pixels.reshape(height, width, channels), ((0, padding), (0, 0), (0, 0)))


def by_opencv(source, height, width, how):
    return cv2.resize(source, (width, height), interpolation=how).reshape(height, width, source.shape[2])


def by_torch(source, height, width):
    planes = torch.from_numpy(source.transpose(2, 0, 1)[None].copy())
    resized = torch.nn.functional.interpolate(planes, size=(height, width), mode="bilinear", align_corners=False)
    return resized[0].numpy().transpose(1, 2, 0)


def entry(by, filter_name, case, result):
    numbers = [f"{v:.9g}" for v in result.reshape(-1).tolist()]
    numbers = [(n if "." in n or "e" in n else n + ".") + "f" for n in numbers]
    lines = textwrap.fill(", ".join(numbers), 110, initial_indent=" {", subsequent_indent="  ")
    return f'{{"{by}", filter::{filter_name}, {", ".join(map(str, case))},\n{lines}}}}},\n'


def main():
    text = f"// Written by make_resize_golden.py with OpenCV {cv2.__version__} and PyTorch {torch.__version__}.\n"
    for case in AREA:
        source = image(*case[:4])
        text += entry("OpenCV INTER_AREA", "area", case, by_opencv(source, *case[4:], cv2.INTER_AREA))
    for case in BILINEAR:
        source = image(*case[:4])
        text += entry("OpenCV INTER_LINEAR", "bilinear", case, by_opencv(source, *case[4:], cv2.INTER_LINEAR))
        text += entry("PyTorch bilinear", "bilinear", case, by_torch(source, *case[4:]))
    OUTPUT.write_text(text)
    print(f"{OUTPUT}: {len(text)} bytes")


main()
