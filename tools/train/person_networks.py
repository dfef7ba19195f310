"""The three networks of the person detector in PyTorch, as include/edgenn/networks/person_*.hpp defines them and
`edgenn-describe` names them.

Valid convolutions with stride 1, 2x2 max pooling, dense layers as convolutions over what is left of the
patch, two logits at the end: 0 = no person, 1 = person. So the same network runs on one patch or densely on
a whole picture. While training, batch normalisation stands between each convolution and its ReLU; folding
removes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Tuple

import numpy as np
import torch
from torch import Tensor, nn

STRIDE = 8  # pixels between neighbouring outputs: three poolings in every network
OCCUPANCY = 0.75  # height of a person as a share of the patch height
PIXEL_MEAN = 128.0
PIXEL_SCALE = 1.0 / 64.0


@dataclass(frozen=True)
class Definition:
    """`layers`: cKxN = N kernels of KxK with ReLU, p = pooling, fN = dense layer of N units with ReLU."""

    name: str
    height: int
    width: int
    layers: str

    @property
    def pitch(self) -> float:
        """Distance of neighbouring outputs in person heights."""
        return STRIDE / (OCCUPANCY * self.height)


_DEFINITIONS = (
    Definition("person_far", 32, 16, "c3x32 p c2x64 p c2x96 c1x128 c1x128 p f500 f250"),
    Definition("person_medium", 64, 32, "c5x32 p c3x64 p c2x96 c2x128 c3x128 p f1000 f500"),
    Definition("person_medium_slim", 64, 32, "c5x24 p c3x48 p c2x64 c2x96 c3x96 p f192 f96"),
    Definition("person_near", 128, 64, "c5x32 p c5x64 c3x96 p c3x128 c3x64 p f1000 f500"),
    Definition("person_near_slim", 128, 64, "c5x16 p c5x32 c3x48 p c3x64 c3x64 p f192 f96"),
    Definition("person_near_wide", 128, 64, "c5x64 p c5x96 c3x128 p c3x128 c3x64 p f1000 f500"),
)
DEFINITIONS: Dict[str, Definition] = {definition.name: definition for definition in _DEFINITIONS}


@dataclass(frozen=True)
class Layer:
    """One step of a definition with the shapes at patch size; kernel sizes are those of the convolution."""

    kind: str  # "conv", "pool", "dense" or "logits"
    inputs: int
    outputs: int
    kernel: Tuple[int, int]
    out_height: int
    out_width: int

    @property
    def weights(self) -> int:
        return 0 if self.kind == "pool" else self.inputs * self.outputs * self.kernel[0] * self.kernel[1]

    @property
    def parameters(self) -> int:
        return 0 if self.kind == "pool" else self.weights + self.outputs

    @property
    def macs(self) -> int:
        return self.weights * self.out_height * self.out_width


def plan(definition: Definition) -> List[Layer]:
    """The layers with their shapes. Raises ValueError where a pooling would meet an odd size."""
    height, width, channels = definition.height, definition.width, 3
    layers = []
    for word in definition.layers.split():
        if word == "p":
            if height % 2 or width % 2:
                raise ValueError(f"{definition.name}: pooling of {height}x{width}, expected even sizes")
            height, width = height // 2, width // 2
            layers.append(Layer("pool", channels, channels, (2, 2), height, width))
        elif word[0] == "c":
            side, outputs = (int(number) for number in word[1:].split("x"))
            height, width = height - side + 1, width - side + 1
            layers.append(Layer("conv", channels, outputs, (side, side), height, width))
            channels = outputs
        elif word[0] == "f":
            layers.append(Layer("dense", channels, int(word[1:]), (height, width), 1, 1))
            height, width, channels = 1, 1, int(word[1:])
        else:
            raise ValueError(f"{definition.name}: layer {word!r}, expected cKxN, p or fN")
    layers.append(Layer("logits", channels, 2, (height, width), 1, 1))
    return layers


def counts(definition: Definition) -> Tuple[int, int]:
    """(parameters with biases, multiply-accumulates of one patch)."""
    layers = plan(definition)
    return sum(layer.parameters for layer in layers), sum(layer.macs for layer in layers)


def build(definition: Definition, dropout: float = 0.3, normalised: bool = True) -> nn.Sequential:
    """The network with fresh weights; `normalised` adds batch normalisation for training."""
    modules: List[nn.Module] = []
    for layer in plan(definition):
        if layer.kind == "pool":
            modules.append(nn.MaxPool2d(2))
            continue
        normalise = normalised and layer.kind == "conv"
        convolution = nn.Conv2d(layer.inputs, layer.outputs, layer.kernel, bias=not normalise)
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        if layer.kind == "logits":
            nn.init.normal_(convolution.weight, std=0.01)
        if convolution.bias is not None:
            nn.init.zeros_(convolution.bias)
        modules.append(convolution)
        if normalise:
            modules.append(nn.BatchNorm2d(layer.outputs, momentum=0.02))
        if layer.kind != "logits":
            modules.append(nn.ReLU(inplace=True))
        if layer.kind == "dense" and dropout > 0:
            modules.append(nn.Dropout(dropout))
    return nn.Sequential(*modules)


def folded(model: nn.Sequential) -> nn.Sequential:
    """An equal network for inference: batch normalisation folded into the convolutions, no dropout."""
    modules: List[nn.Module] = []
    with torch.no_grad():
        for module in model:
            if isinstance(module, nn.Conv2d):
                twin = nn.Conv2d(module.in_channels, module.out_channels, module.kernel_size)
                twin.weight.copy_(module.weight)
                twin.bias.copy_(torch.zeros(module.out_channels) if module.bias is None else module.bias)
                modules.append(twin)
            elif isinstance(module, nn.BatchNorm2d):
                convolution = modules[-1]
                gain = module.weight / torch.sqrt(module.running_var + module.eps)
                convolution.weight.mul_(gain[:, None, None, None])
                convolution.bias.sub_(module.running_mean).mul_(gain).add_(module.bias)
            elif isinstance(module, nn.ReLU):
                modules.append(nn.ReLU())
            elif isinstance(module, nn.MaxPool2d):
                modules.append(nn.MaxPool2d(2))
    return nn.Sequential(*modules).eval().to(memory_format=torch.channels_last)


def normalise(pixels: Tensor) -> Tensor:
    """N H W 3 bytes to the networks' input, N 3 H W in channels-last memory."""
    return ((pixels.float() - PIXEL_MEAN) * PIXEL_SCALE).permute(0, 3, 1, 2)


def margin(logits: Tensor) -> Tensor:
    """The score z = logit of person - logit of no person; N 2 H W to N H W."""
    return logits[:, 1].float() - logits[:, 0].float()


def canonical_tensors(model: nn.Sequential) -> List[np.ndarray]:
    """Weights of a folded network in edgenn's order: kernels as output, row, column, input; then biases."""
    tensors = []
    for module in model:
        if isinstance(module, nn.Conv2d):
            kernel = module.weight.detach().permute(0, 2, 3, 1).contiguous()
            tensors += [kernel.numpy(), module.bias.detach().numpy()]
    return tensors
