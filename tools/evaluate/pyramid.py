"""The person detector in Python, to measure trained networks before a program is built of them, and for that
program to be compared with: what include/edgenn/person_config.hpp, vision/pyramid.hpp, vision/peaks.hpp and
person_detector.hpp define, written once more with numpy and PyTorch. Not fast."""

import dataclasses
import json
import os
import sys
from dataclasses import dataclass, field

import numpy as np
import torch

from errors import InputError
from image_pyramid import Canvas, Levels, area_weights, best_canvas, linear_weights, separable
from local_maxima import Map, find_peaks, suppressed

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "train"))
import edgenn_weights  # noqa: E402
import person_networks as networks  # noqa: E402

PATCHES = {"far": (32, 16), "medium": (64, 32), "near": (128, 64)}
STRIDE = 8


@dataclass(frozen=True)
class Scales:
    """person_scales of person_config.hpp."""

    levels: int = 7
    first_level: int = 0
    gain: float = 1.0
    offset: float = 0.0
    row_reach: int = 3
    column_reach: int = 1


@dataclass(frozen=True)
class SecondLook:
    """second_look of person_config.hpp."""

    net: str = "no_net"
    weight: float = 1.0
    gain: float = 1.0
    offset: float = 0.0
    threshold: float = 0.0
    most: int = 100


@dataclass(frozen=True)
class Config:
    """person_config of person_config.hpp, less the size of images, the ground plane and the order of
    colours."""

    padding_below: int = -1
    per_octave: int = 7
    scale: float = 32 * 0.966 / 78
    occupancy: float = 0.75
    aspect: float = 0.41
    far: Scales = field(default_factory=Scales)
    medium: Scales = field(default_factory=Scales)
    near: Scales = field(default_factory=lambda: Scales(levels=12))
    visible: float = 0.0
    smallest: float = 0.0
    largest: float = 0.0
    threshold: float = 0.0
    support: float = 4.0
    reach: float = 1e9
    iou_threshold: float = 0.45
    most_boxes: int = 256
    second: SecondLook = field(default_factory=SecondLook)


def from_json(kind, values, where):
    """An object of a dataclass from a JSON object that names some of its fields."""
    if not isinstance(values, dict):
        raise InputError(f"{where}: found {json.dumps(values)[:60]}, expected an object")
    known = {each.name: each for each in dataclasses.fields(kind)}
    result = {}
    for name, value in values.items():
        if name not in known:
            raise InputError(f"{where}: there is no field {name}; there are {', '.join(known)}")
        if known[name].type in (Scales, SecondLook):
            default = getattr(kind(), name)
            changes = from_json(known[name].type, value, f"{where}: {name}")
            result[name] = dataclasses.replace(default, **{each: getattr(changes, each) for each in value})
        elif isinstance(value, str) != (known[name].type is str) or isinstance(value, (bool, list, dict)):
            raise InputError(
                f"{where}: {name} is {json.dumps(value)[:60]}, expected {known[name].type.__name__}"
            )
        else:
            result[name] = known[name].type(value)
    return kind(**result)


def read_config(path):
    try:
        with open(path, encoding="utf-8") as stream:
            return from_json(Config, json.load(stream), path)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path}: not JSON: {error}") from None


def kind_of(definition):
    return next(kind for kind, patch in PATCHES.items() if patch == (definition.height, definition.width))


def load_checkpoint(path):
    """The averaged network of a checkpoint, whichever of the definitions has its shapes."""
    import person_training

    try:
        state = person_training.load_checkpoint(path)["mean"]
    except person_training.InputError as error:
        raise InputError(str(error)) from None
    shapes = {name: tensor.shape for name, tensor in state.items()}
    for definition in networks.DEFINITIONS.values():
        model = networks.build(definition)
        if {name: tensor.shape for name, tensor in model.state_dict().items()} == shapes:
            model.load_state_dict(state)
            return kind_of(definition), networks.folded(model.eval())
    raise InputError(f"{path}: the shapes are those of no person network")


def load_network(path):
    """far, medium or near, and the network: a weights file of edgenn, or a checkpoint of tools/train."""
    if path.endswith(".pt"):
        return load_checkpoint(path)
    try:
        values = edgenn_weights.read(path).values
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except edgenn_weights.WeightsError as error:
        raise InputError(str(error)) from None
    for definition in networks.DEFINITIONS.values():
        if networks.counts(definition)[0] == values.size:
            return kind_of(definition), with_values(definition, values)
    raise InputError(f"{path}: {values.size} weights are those of no person network")


def with_values(definition, values):
    """The network with weights in canonical order."""
    model = networks.folded(networks.build(definition, dropout=0, normalised=False))
    begin = 0
    with torch.no_grad():
        for module in model:
            if isinstance(module, torch.nn.Conv2d):
                outputs, inputs, rows, columns = module.weight.shape
                end = begin + module.weight.numel()
                kernel = torch.from_numpy(values[begin:end].copy()).reshape(outputs, rows, columns, inputs)
                module.weight.copy_(kernel.permute(0, 3, 1, 2))
                module.bias.copy_(torch.from_numpy(values[end : end + outputs].copy()))
                begin = end + outputs
    return model


class Detector:
    """models: networks by kind, far, medium and near, those that the configuration uses. canvases: sizes of
    images that photos are placed on; none: each photo is an image of its own size."""

    def __init__(self, models, config=Config(), canvases=()):
        for kind in PATCHES:
            if getattr(config, kind).levels > 0 and kind not in models:
                raise InputError(f"the configuration uses a {kind} network, but there is none")
        if config.second.net != "no_net" and config.second.net not in models:
            raise InputError(f"the second look is to be by a {config.second.net} network, but there is none")
        self.models, self.config, self.canvases = models, config, canvases

    @torch.no_grad()
    def scores(self, kind, level):
        """Of a level, or of several images of the patch's size: (person - no person) of every output."""
        batch = level if level.ndim == 4 else level[None]
        pixels = networks.normalise(torch.from_numpy(np.ascontiguousarray(batch)))
        return networks.margin(self.models[kind](pixels)).numpy()

    def maps(self, image):
        config = self.config
        below = image.shape[0] if config.padding_below < 0 else config.padding_below
        levels = Levels(image.shape[0] + below, image.shape[1], config.scale, config.per_octave)
        made, maps = {}, []
        for kind, patch in PATCHES.items():
            scales = getattr(config, kind)
            for level in range(scales.first_level, scales.first_level + scales.levels):
                rows, columns = levels.size(level)
                pitch = levels.padded / rows, levels.width / columns
                height = patch[0] * config.occupancy * pitch[0]
                half_step = 2 ** (0.5 / config.per_octave)
                if rows < patch[0] or columns < patch[1] or height * half_step < config.smallest:
                    continue
                if config.largest > 0 and height / half_step > config.largest:
                    continue
                if level not in made:
                    made[level] = levels.level(image, level)
                origin = patch[0] * pitch[0] / 2, patch[1] * pitch[1] / 2
                stride = STRIDE * pitch[0], STRIDE * pitch[1]
                cells = (rows - patch[0]) // STRIDE + 1
                if config.visible >= 0:  # what would show less of a person is not computed
                    lowest = image.shape[0] + height * (0.5 - config.visible)
                    cells = min(cells, int(np.floor((lowest - origin[0]) / stride[0] + 0.5)) + 1)
                if cells < 1:
                    continue
                read = made[level][: STRIDE * (cells - 1) + patch[0]]
                z = scales.gain * self.scores(kind, read)[0] + scales.offset
                maps.append(Map(z, origin, stride, height, scales.row_reach, scales.column_reach))
        return sorted(maps, key=lambda each: each.box_height)

    def look_again(self, image, peaks):
        """The peaks with the scores of the second look, each in a window of its own size."""
        second = self.config.second
        height, width = PATCHES[second.net]
        windows = []
        for y, x, person, _ in peaks:
            rows = person / self.config.occupancy
            columns = rows * width / height
            window = (image.shape[0], y - rows / 2, rows, height), (
                image.shape[1],
                x - columns / 2,
                columns,
                width,
            )
            if rows > height:
                matrices = [area_weights(*axis) for axis in window]
            else:
                matrices = [linear_weights(*axis, zeros_beyond=True) for axis in window]
            windows.append(separable(*matrices, image))
        if windows:
            z = second.gain * self.scores(second.net, np.stack(windows))[:, 0, 0] + second.offset
            peaks[:, 3] = second.weight * z + (1 - second.weight) * peaks[:, 3]
        return peaks

    def in_image(self, image):
        """Rows x, y, w, h, score in pixels of the RGB image."""
        config = self.config
        second = config.second.net != "no_net"
        first_threshold = config.second.threshold if second else config.threshold
        peaks = find_peaks(self.maps(image), first_threshold, config.support, config.reach)
        peaks = peaks[: config.most_boxes]
        if second:
            peaks = self.look_again(image, peaks[: config.second.most])
            peaks = peaks[peaks[:, 3] > config.threshold]
        y, x, height, score = peaks.T
        boxes = np.stack(
            [x - config.aspect * height / 2, y - height / 2, config.aspect * height, height, score], axis=1
        )
        return suppressed(boxes, config.iou_threshold)

    def __call__(self, photo):
        """The same in pixels of the photo, whose bytes are blue first."""
        rgb = photo[:, :, ::-1]
        if not self.canvases:
            return self.in_image(rgb.astype(np.float32))
        image, left, top, across, down = best_canvas(rgb, self.canvases).place(rgb)
        boxes = self.in_image(image)
        boxes[:, 0] -= left
        boxes[:, 1] -= top
        boxes[:, [0, 2]] /= across
        boxes[:, [1, 3]] /= down
        return boxes


def make(weights, config_path, threshold, canvases):
    """The detector of evaluate.py's options."""
    torch.set_num_threads(1)
    models = {}
    for path in weights:
        kind, model = load_network(path)
        if kind in models:
            raise InputError(f"{path}: there is already a {kind} network")
        models[kind] = model
    config = read_config(config_path) if config_path else Config()
    if threshold is not None:
        config = dataclasses.replace(config, threshold=threshold)
    if not config_path:  # networks that are not there are not used
        config = dataclasses.replace(
            config,
            **{
                kind: dataclasses.replace(getattr(config, kind), levels=0)
                for kind in PATCHES
                if kind not in models
            },
        )
    return Detector(models, config, [Canvas(height, width) for width, height in canvases])
