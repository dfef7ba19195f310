"""A network as dump_network wrote it: layers, weights and one input."""
import json
import pathlib

import numpy


class Unsupported(Exception):
    """A layer that another library's format cannot express."""


class Axis:
    """One axis of a sliding window."""

    def __init__(self, fields):
        self.kernel, self.stride, self.dilation = fields["kernel"], fields["stride"], fields["dilation"]
        self.before, self.after = fields["before"], fields["after"]


class Node:
    def __init__(self, number, fields, weights):
        self.number, self.layer, self.inputs = number, fields["layer"], fields["inputs"]
        self.height, self.width, self.channels, self.depth = fields["out"]
        self.fields = fields
        window = fields.get("window", {})
        self.z, self.y, self.x = (Axis(window[axis]) if axis in window else None for axis in "zyx")
        self.groups = fields.get("groups", 1)
        activation = fields.get("activation", {"kind": "none"})
        self.activation = activation["kind"]
        self.bounds = (activation.get("minimum", 0.0), activation.get("maximum", 0.0))
        self.tensors = {}
        for name, tensor in fields.get("tensors", {}).items():
            count = int(numpy.prod(tensor["dims"]))
            self.tensors[name] = weights[tensor["offset"]:tensor["offset"] + count].reshape(tensor["dims"])

    @property
    def is_image(self):
        return self.height * self.width > 1

    def channels_first_kernel(self, producer):
        """The kernel in the order of formats that store images channel by channel."""
        kernel = self.tensors["kernel"]
        if self.layer == "conv2d":
            return numpy.ascontiguousarray(kernel.transpose(0, 3, 1, 2))
        if self.layer == "depthwise_conv2d":
            return numpy.ascontiguousarray(kernel.transpose(2, 0, 1)[:, None])
        flattened = kernel.reshape(-1, producer.height, producer.width, producer.channels)
        return numpy.ascontiguousarray(flattened.transpose(0, 3, 1, 2)).reshape(kernel.shape)

    def bias(self):
        return self.tensors["bias"] if "bias" in self.tensors else numpy.zeros(self.channels, numpy.float32)


class Network:
    def __init__(self, folder):
        folder = pathlib.Path(folder)
        description = json.loads((folder / "network.json").read_text())
        file = folder / "weights.f32"
        empty = file.stat().st_size == 0  # nothing to map
        weights = numpy.zeros(0, numpy.float32) if empty else numpy.memmap(file, numpy.float32, mode="r")
        self.name = description["name"]
        self.nodes = [Node(i, fields, weights) for i, fields in enumerate(description["nodes"])]
        if len(description["outputs"]) != 1 or [n.layer for n in self.nodes].count("input") != 1:
            raise Unsupported("networks with several inputs or outputs")
        self.output = self.nodes[description["outputs"][0]]
        first = self.nodes[0]
        self.image = numpy.fromfile(folder / "input.f32", numpy.float32).reshape(first.depth, first.height, first.width,
                                                                                first.channels)

    def channels_first_image(self):
        """One image in a batch; with depth only where there is some."""
        image = self.image if self.image.shape[0] > 1 else self.image[0]
        return numpy.ascontiguousarray(numpy.moveaxis(image, -1, 0))[None]

    def channels_last(self, output):
        """A result that is stored channel by channel, in edgenn's order."""
        y = self.output
        output = numpy.asarray(output, numpy.float32).reshape(y.channels, y.depth, y.height, y.width)
        return numpy.moveaxis(output, 0, -1)
