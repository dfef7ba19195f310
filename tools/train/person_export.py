"""Writes a trained person network as edgenn weights, with a drawn picture as golden input."""

from __future__ import annotations

import copy
from typing import Tuple

import cv2
import numpy as np
import torch
from torch import nn

import edgenn_weights as ew
from person_networks import OCCUPANCY, Definition, canonical_tensors, margin, normalise


def drawn_person(height: int, width: int) -> np.ndarray:
    """A simple figure before a wall and a floor, RGB bytes: needs no photo, so anyone can draw it again."""
    scale = 8
    rows, columns = height * scale, width * scale
    down = np.linspace(0, 1, rows)[:, None, None]
    picture = np.where(down < 0.7, (168, 176, 190) - 40 * down, (118, 112, 100) - 20 * down)
    picture = np.broadcast_to(picture, (rows, columns, 3)).astype(np.uint8).copy()
    person = OCCUPANCY * rows
    top, middle = (rows - person) / 2, columns / 2

    def at(x: float, y: float) -> Tuple[int, int]:
        return round(middle + x * person), round(top + y * person)

    def line(begin: Tuple[float, float], end: Tuple[float, float], thick: float, colour: Tuple[int, ...]) -> None:
        cv2.line(picture, at(*begin), at(*end), colour, max(1, round(thick * person)))

    for side in (-1, 1):
        line((0.045 * side, 0.5), (0.075 * side, 0.95), 0.075, (44, 48, 70))
        line((0.075 * side, 0.96), (0.1 * side, 0.97), 0.045, (30, 26, 24))
        line((0.1 * side, 0.2), (0.14 * side, 0.47), 0.05, (120, 40, 44))
    cv2.rectangle(picture, at(-0.1, 0.17), at(0.1, 0.52), (134, 46, 48), -1)
    cv2.ellipse(picture, at(0, 0.075), (round(0.05 * person), round(0.072 * person)), 0, 0, 360, (206, 160, 134), -1)
    cv2.ellipse(picture, at(0, 0.05), (round(0.052 * person), round(0.05 * person)), 0, 180, 360, (52, 38, 30), -1)
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def rounded_to_fp16(model: nn.Sequential) -> nn.Sequential:
    """A copy with the weights that an fp16 file holds; arithmetic stays fp32."""
    rounded = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in rounded.parameters():
            parameter.copy_(parameter.half().float())
    return rounded


def export(definition: Definition, model: nn.Sequential, program: str, output: str) -> Tuple[int, float]:
    """Writes fp16 weights of a folded network; returns the size and the golden score."""
    description = ew.describe(program, definition.name)
    rounded = rounded_to_fp16(model)
    inputs = normalise(torch.from_numpy(drawn_person(definition.height, definition.width))[None])
    with torch.no_grad():
        logits = rounded(inputs)
    golden = ew.GoldenPair(
        [inputs[0].permute(1, 2, 0).contiguous().numpy().reshape(description.inputs[0])],
        [logits[0].permute(1, 2, 0).contiguous().numpy().reshape(description.outputs[0])],
    )
    tensors = canonical_tensors(rounded)
    shaped = [tensor.reshape(spec.dims) for tensor, spec in zip(tensors, description.tensors)]
    if len(shaped) != len(tensors):
        raise ew.WeightsError(f"{definition.name}: {len(tensors)} tensors, expected {len(description.tensors)}")
    return ew.write(output, description, shaped, "fp16", golden), float(margin(logits)[0])
