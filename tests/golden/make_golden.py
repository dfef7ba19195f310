#!/usr/bin/env python3
"""Writes golden.inc: the expected output of every case of tests/cases.hpp, computed by ONNX Runtime.

    python3 -m venv venv && venv/bin/pip install onnx onnxruntime numpy
    venv/bin/python make_golden.py           # writes golden.inc beside this script
    venv/bin/python make_golden.py --check   # compares it with what would be written; exit 1 if they differ

Only expected outputs are stored. Inputs and weights follow from a case's name by a generator that
tests/cases.hpp has too. The cases are stated here a second time, as calls of ONNX operators and with shapes
that ONNX Runtime infers, so that neither a shape rule nor a default of the library can excuse itself.

The last digits of a sum depend on the processor that ONNX Runtime runs on, so --check allows a difference of
1e-6 relative to max(1, |y|).

Shapes are written in storage order here: (c), (h, w, c) or (d, h, w, c). ONNX wants the channels before the
spatial axes; `to_onnx` and `from_onnx` move them.
"""
import argparse
import os
import re
import sys
from pathlib import Path

try:
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper
except ImportError as error:
    print(f"make_golden.py: {error}: install onnx, onnxruntime and numpy", file=sys.stderr)
    sys.exit(2)

TARGET = Path(__file__).resolve().parent / "golden.inc"


# The numbers of a case.


class Generator:
    """Numerical Recipes' linear congruential generator, started by a hash of a name (FNV-1a, 32 bits)."""

    def __init__(self, name):
        self.state = 2166136261
        for byte in name.encode():
            self.state = (self.state ^ byte) * 16777619 & 0xFFFFFFFF

    def draw(self, shape):
        """Multiples of 2^-23 in [-0.5, 0.5), exact in fp32."""
        values = np.empty(shape, np.float32)
        for i in range(values.size):
            self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
            values.flat[i] = np.float32((self.state >> 9) / 2**23 - 0.5)
        return values


# ONNX Runtime.


def onnx_op(op, *inputs, opset=21, output_type=TensorProto.FLOAT, **attributes):
    """The first output of one operator. An input that is None is left out."""
    names = ["" if x is None else f"x{i}" for i, x in enumerate(inputs)]
    feeds = {name: x for name, x in zip(names, inputs) if name}
    types = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int64): TensorProto.INT64}
    attributes = {key: value for key, value in attributes.items() if value is not None}
    graph = helper.make_graph(
        [helper.make_node(op, names, ["y"], **attributes)],
        "case",
        [helper.make_tensor_value_info(name, types[x.dtype], x.shape) for name, x in feeds.items()],
        [helper.make_tensor_value_info("y", output_type, None)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                           providers=["CPUExecutionProvider"])
    return session.run(["y"], feeds)[0]


def to_onnx(x):
    """(c), (h, w, c) or (d, h, w, c) -> (1, c, h, w) or (1, c, d, h, w)."""
    if x.ndim == 1:
        x = x.reshape(1, 1, -1)
    return np.ascontiguousarray(np.moveaxis(x, -1, 0)[None])


def from_onnx(y):
    return np.ascontiguousarray(np.moveaxis(y[0], 0, -1))


def per_channel(op, x, *weights, **attributes):
    return from_onnx(onnx_op(op, to_onnx(x), *weights, **attributes))


# Activations, as functions of an array.


def f32(v):
    return np.array(v, np.float32)


def linear(y):
    return y


def relu(y):
    return onnx_op("Relu", y)


def clip(low, high):
    return lambda y: onnx_op("Clip", y, f32(low), f32(high))


def leaky_relu(slope):
    return lambda y: onnx_op("LeakyRelu", y, alpha=slope)


def hard_sigmoid(slope, offset):
    return lambda y: onnx_op("HardSigmoid", y, alpha=slope, beta=offset)


def sigmoid(y):
    return onnx_op("Sigmoid", y)


def tanh(y):
    return onnx_op("Tanh", y)


def hard_swish(y):
    return onnx_op("HardSwish", y)


relu6 = clip(0, 6)


# Layers: each returns the shapes of its weights, in storage order, and a function (inputs..., weights...).


def pair(v):
    return (v, v) if np.isscalar(v) else tuple(v)


def window_attributes(kernel, stride, pad, dilation):
    """`pad`: pixels, (vertical, horizontal), (top, left, bottom, right) or ONNX's auto_pad."""
    attributes = {"kernel_shape": pair(kernel), "strides": pair(stride), "dilations": pair(dilation)}
    if isinstance(pad, str):
        attributes["auto_pad"] = pad
    else:
        attributes["pads"] = pad if not np.isscalar(pad) and len(pad) == 4 else pair(pad) * 2
    return attributes


def conv2d(channels, filters, kernel, stride=1, pad=0, dilation=1, groups=1, bias=True, act=linear):
    kh, kw = pair(kernel)
    attributes = window_attributes(kernel, stride, pad, dilation)
    shapes = [(filters, kh, kw, channels // groups)] + ([(filters,)] if bias else [])

    def run(x, weight, *b):
        channels_first = weight.transpose(0, 3, 1, 2).copy()
        return act(per_channel("Conv", x, channels_first, *b, group=groups, **attributes))

    return shapes, run


def depthwise_conv2d(channels, kernel, stride=1, pad=0, dilation=1, multiplier=1, bias=True, act=linear):
    kh, kw = pair(kernel)
    attributes = window_attributes(kernel, stride, pad, dilation)
    filters = channels * multiplier
    shapes = [(kh, kw, filters)] + ([(filters,)] if bias else [])

    def run(x, weight, *b):
        as_conv = weight.transpose(2, 0, 1)[:, None].copy()
        return act(per_channel("Conv", x, as_conv, *b, group=channels, **attributes))

    return shapes, run


def separable_conv2d(channels, depthwise, pointwise):
    """`depthwise` and `pointwise`: arguments of depthwise_conv2d and conv2d."""
    first_shapes, first = depthwise_conv2d(channels, **depthwise)
    between = channels * depthwise.get("multiplier", 1)
    second_shapes, second = conv2d(between, kernel=1, **pointwise)

    def run(x, *weights):
        return second(first(x, *weights[: len(first_shapes)]), *weights[len(first_shapes) :])

    return first_shapes + second_shapes, run


def pooled_conv2d(*args, act=linear, **kwargs):
    shapes, convolve = conv2d(*args, **kwargs)
    _, pool = max_pool2d(2, 2)
    return shapes, lambda *x: act(pool(convolve(*x)))


def dense(inputs, units, bias=True, act=linear):
    shapes = [(units, inputs)] + ([(units,)] if bias else [])

    def run(x, weight, *b):
        return act(onnx_op("Gemm", x.reshape(1, -1), weight, *b, transB=1))[0]

    return shapes, run


def pool2d(op, window, stride, pad=0, dilation=1, ceil=False, count_padding=None):
    attributes = window_attributes(window, stride, pad, dilation)
    if op == "AveragePool":
        attributes["count_include_pad"] = int(bool(count_padding))
    return [], lambda x: per_channel(op, x, ceil_mode=int(ceil), opset=22, **attributes)


def max_pool2d(*args, **kwargs):
    return pool2d("MaxPool", *args, **kwargs)


def average_pool2d(*args, **kwargs):
    return pool2d("AveragePool", *args, **kwargs)


def global_pool(op):
    return [], lambda x: per_channel(op, x)


def max_pool3d(window, stride=(1, 1, 1), pad=(0, 0, 0)):
    attributes = {"auto_pad": pad} if isinstance(pad, str) else {"pads": pad * 2}
    return [], lambda x: per_channel("MaxPool", x, kernel_shape=window, strides=stride, **attributes)


def activate(act):
    return [], act


def prelu(channels):
    def run(x, slope):
        return per_channel("PRelu", x, slope.reshape(-1, 1, 1))

    return [(channels,)], run


def softmax():
    return [], lambda x: onnx_op("Softmax", x, axis=-1)


def lrn(size, alpha, beta, k):
    """ONNX's alpha is divided by the size, as Caffe's; the AlexNet paper's is not: pass alpha * size."""
    return [], lambda x: per_channel("LRN", x, size=size, alpha=alpha, beta=beta, bias=k)


def batch_norm(channels, epsilon, act=linear):
    def run(x, scale, offset, mean, variance):
        variance = variance + np.float32(0.75)  # the cases' variances are positive
        return act(per_channel("BatchNormalization", x, scale, offset, mean, variance, epsilon=epsilon))

    return [(channels,)] * 4, run


def affine(channels, scale=True, offset=True, act=linear):
    def run(x, *weights):
        weights = list(weights)
        if scale:
            x = onnx_op("Mul", x, weights.pop(0))
        if offset:
            x = onnx_op("Add", x, weights.pop(0))
        return act(x)

    return [(channels,)] * (int(scale) + int(offset)), run


def add(act=linear):
    return [], lambda a, b: act(onnx_op("Add", a, b))


def multiply(act=linear):
    return [], lambda a, b: act(onnx_op("Mul", a, b))


def concat(axis):
    return [], lambda *parts: onnx_op("Concat", *parts, axis=axis)


def reshape(*to):
    return [], lambda x: onnx_op("Reshape", x, np.array(to, np.int64))


def transpose(*order):
    return [], lambda x: onnx_op("Transpose", x, perm=order)


def slice_of(axis, begin, end, step=1):
    one = [np.array([v], np.int64) for v in (begin, end, axis, step)]
    return [], lambda x: onnx_op("Slice", x, *one)


def broadcast(*to):
    return [], lambda x: onnx_op("Expand", x, np.array(to, np.int64))


def identity():
    return [], lambda x: onnx_op("Identity", x)


def pad2d(top, left, bottom, right, mode="constant", value=0):
    def run(x):
        pads = np.array([0, 0, top, left, 0, 0, bottom, right], np.int64)
        return per_channel("Pad", x, pads, f32(value) if mode == "constant" else None, mode=mode)

    return [], run


def resize(to, mode, coordinates, nearest=None, scales=None, **attributes):
    """To (height, width), or by stated scales, where ONNX Runtime computes floor(extent * scale)."""

    def run(x):
        # tf_half_pixel_for_nn, TensorFlow's (o + 0.5) / s, exists in version 11 of the operator only.
        opset = 11 if coordinates == "tf_half_pixel_for_nn" else 21
        roi = np.array([], np.float32) if opset == 11 else None
        no_scales = np.array([], np.float32) if opset == 11 else None
        if scales:
            y = per_channel("Resize", x, roi, np.array([1, 1, *scales], np.float32), opset=opset, mode=mode,
                            coordinate_transformation_mode=coordinates, nearest_mode=nearest, **attributes)
            assert y.shape[:2] == to, f"stated scales give {y.shape[:2]}, not {to}"
            return y
        sizes = np.array([1, x.shape[-1], *to], np.int64)
        return per_channel("Resize", x, roi, no_scales, sizes, opset=opset, mode=mode,
                           coordinate_transformation_mode=coordinates, nearest_mode=nearest, **attributes)

    return [], run


# Detection. ONNX has no box coder: that is written down in NumPy, in fp64.


def decode(predictions, priors, order, variances):
    """Corners from predictions and prior boxes, both arrays of four columns in the same order."""
    x, y, w, h = (order.index(c) for c in "xywh")
    vx, vy, vw, vh = variances
    d, p = predictions.astype(np.float64), priors.astype(np.float64)
    cx, cy = p[:, x] + vx * d[:, x] * p[:, w], p[:, y] + vy * d[:, y] * p[:, h]
    half_w, half_h = p[:, w] * np.exp(vw * d[:, w]) / 2, p[:, h] * np.exp(vh * d[:, h]) / 2
    corners = np.stack([cx - half_w, cy - half_h, cx + half_w, cy + half_h], axis=1)
    return corners.astype(np.float32).reshape(-1, 1, 4)


def decode_boxes(count, order="xywh", variances=(0.1, 0.1, 0.2, 0.2)):
    return [(count, 4)], lambda x, priors: decode(x.reshape(-1, 4), priors, order, variances)


def decode_grid(sizes, order="xywh", variances=(0.1, 0.1, 0.2, 0.2)):
    def run(x):
        rows, columns, _ = x.shape
        priors = [
            dict(x=(column + 0.5) / columns, y=(row + 0.5) / rows, w=w, h=h)
            for row in range(rows) for column in range(columns) for w, h in sizes
        ]
        return decode(x.reshape(-1, 4), np.array([[p[c] for c in order] for p in priors]), order, variances)

    return [], run


def some_priors(count):
    return [(0.25 + 0.125 * i, 0.5 - 0.0625 * i) for i in range(count)]


def selected(boxes, scores, most, iou, threshold, top_k=0):
    """Class and number of each box that remains of boxes (n, 4) with scores (classes, n), class by class."""
    scores = scores.copy()
    if top_k:
        for row in scores:
            row[np.argsort(-row, kind="stable")[top_k:]] = -np.inf
    return onnx_op("NonMaxSuppression", boxes[None], scores[None], np.array([most], np.int64), f32([iou]),
                   f32([threshold]), output_type=TensorProto.INT64)[:, 1:]


def non_max_suppression(capacity, threshold=0, iou=0.5, first_class=0, top_k=0, per_class=None, centers=False,
                        best_class=0):
    """`best_class` is the number of classes for each detection, 0 where boxes compete within each class."""
    def rows_of(found, boxes):
        rows = np.zeros((capacity, 1, 6), np.float32)
        rows[:, 0, 0] = -1
        for row, (c, score, box) in zip(rows, found):
            row[0] = c, score, *boxes[box]
        return rows

    def run(boxes, scores):
        boxes, scores = boxes.reshape(-1, 4), scores[:, 0, first_class:].T
        if centers:  # as corners, because ONNX Runtime takes no negative widths
            boxes = np.hstack([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2])
        if best_class:
            kept = selected(boxes, scores.max(axis=0)[None], capacity // best_class, iou, threshold, top_k)
            found = [(c + first_class, scores[c, box], box) for _, box in kept
                     for c in np.argsort(-scores[:, box], kind="stable")[:best_class]]
        else:
            kept = selected(boxes, scores, per_class or len(boxes), iou, threshold, top_k)
            found = sorted(((c + first_class, scores[c, box], box) for c, box in kept), key=lambda f: -f[1])
        return rows_of(found, boxes)

    return [], run


def non_max_suppression_indices(capacity, threshold, iou):
    """Scores are classes x n."""
    def run(boxes, scores):
        rows = np.full((capacity, 1, 3), -1, np.float32)
        kept = selected(boxes[0], scores[0], boxes.shape[1], iou, threshold)[:capacity]
        rows[:len(kept), 0] = np.insert(kept, 0, 0, axis=1)
        return rows

    return [], run


# The cases.

CASES = {}


def case(name, layer, *shapes, input_range=2):
    assert name not in CASES, name
    CASES[name] = (layer, shapes, input_range)


case("conv2d_3x3", conv2d(3, 4, 3), (6, 5, 3))
case("conv2d_5x5_one_channel", conv2d(1, 5, 5), (9, 8, 1))
case("conv2d_row_kernel", conv2d(2, 3, (1, 5)), (3, 8, 2))
case("conv2d_column_kernel", conv2d(2, 3, (5, 1)), (8, 3, 2))
case("conv2d_whole_image", conv2d(2, 6, (4, 3)), (4, 3, 2))
case("conv2d_odd_channels", conv2d(13, 11, 3, pad=1), (4, 3, 13))
case("conv2d_1x1", conv2d(7, 6, 1), (4, 5, 7))
case("conv2d_1x1_wide", conv2d(16, 17, 1), (3, 3, 16))
case("conv2d_1x1_stride_2", conv2d(4, 3, 1, stride=2), (5, 6, 4))
case("conv2d_1x1_pad_1", conv2d(4, 3, 1, pad=1), (3, 2, 4))
case("conv2d_1x1_image", conv2d(8, 5, 1), (1, 1, 8))
case("conv2d_3x3_on_1x1_image", conv2d(3, 5, 3, pad=1), (1, 1, 3))
case("conv2d_stride_2", conv2d(3, 4, 3, stride=2), (7, 8, 3))
case("conv2d_stride_2x1", conv2d(2, 2, 3, stride=(2, 1)), (6, 5, 2))
case("conv2d_stride_larger_than_kernel", conv2d(2, 3, 2, stride=3), (8, 9, 2))
case("conv2d_7x7_stride_4", conv2d(3, 2, 7, stride=4, pad=3), (11, 9, 3))
case("conv2d_pad_1", conv2d(3, 3, 3, pad=1), (5, 4, 3))
case("conv2d_pad_2x1", conv2d(2, 3, (5, 3), pad=(2, 1)), (5, 4, 2))
case("conv2d_pad_asymmetric", conv2d(3, 2, 3, stride=2, pad=(1, 0, 2, 3)), (5, 4, 3))
case("conv2d_pad_larger_than_kernel", conv2d(2, 2, 2, pad=3), (2, 3, 2))
case("conv2d_same", conv2d(2, 3, 3, pad="SAME_UPPER"), (5, 7, 2))
case("conv2d_same_even_kernel", conv2d(2, 3, (2, 4), pad="SAME_UPPER"), (6, 5, 2))
case("conv2d_same_stride_2_even_size", conv2d(3, 3, 3, stride=2, pad="SAME_UPPER"), (8, 6, 3))
case("conv2d_same_stride_2_odd_size", conv2d(3, 3, 3, stride=2, pad="SAME_UPPER"), (7, 5, 3))
case("conv2d_same_stride_larger_than_kernel", conv2d(2, 2, 2, stride=3, pad="SAME_UPPER"), (8, 7, 2))
case("conv2d_same_lower_even_kernel", conv2d(2, 3, (2, 4), pad="SAME_LOWER"), (6, 5, 2))
case("conv2d_same_lower_stride_2", conv2d(3, 3, 3, stride=2, pad="SAME_LOWER"), (8, 6, 3))
case("conv2d_dilation_2", conv2d(3, 2, 3, dilation=2), (7, 6, 3))
# ONNX Runtime takes no auto_pad with dilation. TensorFlow pads for the dilated extent, here 5 and 7.
case("conv2d_dilation_2x3_same", conv2d(2, 2, 3, dilation=(2, 3), pad=(2, 3)), (6, 7, 2))
case("conv2d_dilation_2_stride_2", conv2d(2, 2, 3, stride=2, dilation=2, pad=2), (7, 8, 2))
case("conv2d_groups_2", conv2d(4, 6, 3, groups=2), (5, 5, 4))
case("conv2d_groups_one_filter_each", conv2d(6, 3, 3, pad=1, groups=3), (4, 5, 6))
case("conv2d_groups_one_channel_each", conv2d(5, 10, 3, stride=2, pad="SAME_UPPER", groups=5), (5, 6, 5))
case("conv2d_no_bias", conv2d(3, 4, 3, bias=False), (5, 4, 3))
case("conv2d_no_bias_groups", conv2d(4, 4, 3, groups=2, bias=False), (5, 4, 4))
case("conv2d_relu", conv2d(3, 4, 3, act=relu), (5, 4, 3))
case("conv2d_relu6", conv2d(3, 4, 3, act=relu6), (5, 4, 3), input_range=8)
case("conv2d_leaky_relu", conv2d(3, 4, 3, act=leaky_relu(0.1)), (5, 4, 3))
case("conv2d_clip", conv2d(3, 4, 3, act=clip(-0.5, 1.5)), (5, 4, 3))
case("conv2d_sigmoid", conv2d(3, 4, 3, act=sigmoid), (5, 4, 3))
case("conv2d_tanh", conv2d(3, 4, 3, act=tanh), (5, 4, 3))
case("conv2d_hard_sigmoid", conv2d(3, 4, 3, act=hard_sigmoid(0.2, 0.5)), (5, 4, 3))
case("conv2d_hard_swish", conv2d(3, 4, 3, act=hard_swish), (5, 4, 3))

case("depthwise_conv2d_3x3", depthwise_conv2d(4, 3), (6, 5, 4))
case("depthwise_conv2d_column_kernel", depthwise_conv2d(3, (5, 1), pad=(2, 0)), (6, 5, 3))
case("depthwise_conv2d_same_stride_2_even_size",
     depthwise_conv2d(5, 3, stride=2, pad="SAME_UPPER"), (8, 6, 5))
case("depthwise_conv2d_same_stride_2_odd_size",
     depthwise_conv2d(8, 3, stride=2, pad="SAME_UPPER"), (7, 5, 8))
case("depthwise_conv2d_same_lower", depthwise_conv2d(3, 2, pad="SAME_LOWER"), (4, 5, 3))
case("depthwise_conv2d_pad_asymmetric", depthwise_conv2d(3, 3, stride=(1, 2), pad=(0, 1, 1, 2)), (4, 6, 3))
case("depthwise_conv2d_dilation_2", depthwise_conv2d(3, 3, dilation=2, pad=1), (6, 7, 3))
case("depthwise_conv2d_multiplier_2", depthwise_conv2d(3, 3, multiplier=2), (5, 4, 3))
case("depthwise_conv2d_multiplier_3_stride_2",
     depthwise_conv2d(2, 3, stride=2, pad="SAME_UPPER", multiplier=3), (6, 5, 2))
case("depthwise_conv2d_one_channel", depthwise_conv2d(1, 3, multiplier=8), (5, 5, 1))
case("depthwise_conv2d_no_bias", depthwise_conv2d(5, 3, pad=1, bias=False), (4, 4, 5))
case("depthwise_conv2d_relu6",
     depthwise_conv2d(4, 3, pad="SAME_UPPER", act=relu6), (5, 5, 4), input_range=8)

case("separable_conv2d_3x3", separable_conv2d(4, dict(kernel=3), dict(filters=6)), (6, 5, 4))
case("separable_conv2d_relu6_stride_2",
     separable_conv2d(5, dict(kernel=3, stride=2, pad="SAME_UPPER", act=relu6), dict(filters=9, act=relu6)),
     (8, 6, 5), input_range=8)
case("separable_conv2d_multiplier_2_no_bias",
     separable_conv2d(3, dict(kernel=3, multiplier=2, bias=False), dict(filters=4, bias=False, act=relu)), (5, 4, 3))

case("pooled_conv2d_3x3", pooled_conv2d(4, 6, 3, pad=1, act=relu), (8, 6, 4))
case("pooled_conv2d_odd_size_no_bias", pooled_conv2d(3, 5, (3, 2), bias=False), (9, 8, 3))
case("pooled_conv2d_stride_2_groups_hard_swish",
     pooled_conv2d(4, 4, 3, stride=2, pad="SAME_UPPER", groups=2, act=hard_swish), (7, 9, 4))

case("dense_vector", dense(19, 7), (19,))
case("dense_image", dense(24, 5), (3, 4, 2))
case("dense_volume", dense(24, 4), (2, 2, 3, 2))
case("dense_one_unit", dense(33, 1), (33,))
case("dense_no_bias", dense(10, 6, bias=False), (10,))
case("dense_relu", dense(10, 16, act=relu), (10,))
case("dense_tanh", dense(10, 16, act=tanh), (10,))

case("max_pool2d_2x2", max_pool2d(2, 2), (6, 4, 3))
case("max_pool2d_overlapping", max_pool2d(3, 2), (8, 6, 3))
case("max_pool2d_ceil", max_pool2d(3, 2, ceil=True), (8, 6, 3))
case("max_pool2d_ceil_padded", max_pool2d(2, 2, pad=1, ceil=True), (5, 6, 2))
case("max_pool2d_stride_larger_than_window", max_pool2d(2, 3), (8, 7, 2))
case("max_pool2d_1x1", max_pool2d(1, 2), (5, 4, 3))
case("max_pool2d_2x3", max_pool2d((2, 3), (1, 2)), (5, 7, 2))
case("max_pool2d_pad_1", max_pool2d(3, 1, pad=1), (4, 5, 3))
case("max_pool2d_pad_asymmetric", max_pool2d(3, 2, pad=(0, 2, 1, 0)), (6, 5, 2))
case("max_pool2d_same", max_pool2d(3, 2, pad="SAME_UPPER"), (6, 7, 2))
case("max_pool2d_same_lower", max_pool2d(2, 1, pad="SAME_LOWER"), (4, 5, 2))
case("max_pool2d_dilation", max_pool2d(2, 1, dilation=(2, 3)), (6, 7, 2))

case("average_pool2d_2x2", average_pool2d(2, 2), (6, 4, 3))
case("average_pool2d_overlapping", average_pool2d(3, 2), (7, 5, 3))
case("average_pool2d_stride_larger_than_window", average_pool2d(2, 3), (8, 7, 2))
case("average_pool2d_pad_1", average_pool2d(3, 1, pad=1), (4, 5, 3))
case("average_pool2d_padding_counted", average_pool2d(3, 1, pad=1, count_padding=True), (4, 5, 3))
case("average_pool2d_ceil", average_pool2d(3, 2, ceil=True), (8, 6, 3))
case("average_pool2d_ceil_padding_counted",
     average_pool2d(3, 2, pad=1, ceil=True, count_padding=True), (6, 8, 2))
case("average_pool2d_ceil_padded", average_pool2d(2, 2, pad=1, ceil=True), (5, 6, 2))
case("average_pool2d_asymmetric_padding_counted",
     average_pool2d((3, 2), (2, 1), pad=(2, 0, 0, 1), count_padding=True), (5, 4, 2))
case("average_pool2d_same", average_pool2d(3, 2, pad="SAME_UPPER"), (6, 7, 2))

case("global_average_pool_image", global_pool("GlobalAveragePool"), (5, 4, 7))
case("global_average_pool_volume", global_pool("GlobalAveragePool"), (3, 3, 4, 2))
case("global_max_pool_image", global_pool("GlobalMaxPool"), (5, 4, 7))
case("global_max_pool_volume", global_pool("GlobalMaxPool"), (3, 3, 4, 2))

case("max_pool3d_2x2x2", max_pool3d((2, 2, 2)), (3, 4, 5, 2))
case("max_pool3d_3x7x3", max_pool3d((3, 7, 3), pad=(1, 3, 1)), (4, 9, 5, 1))
case("max_pool3d_stride", max_pool3d((1, 2, 3), stride=(1, 2, 2)), (2, 5, 7, 2))
case("max_pool3d_same", max_pool3d((3, 3, 3), stride=(2, 2, 2), pad="SAME_UPPER"), (3, 4, 5, 2))

case("activate_none", activate(linear), (3, 2, 3))
case("activate_relu", activate(relu), (3, 4, 3))
case("activate_relu6", activate(relu6), (3, 4, 3), input_range=8)
case("activate_leaky_relu", activate(leaky_relu(0.1)), (3, 4, 3))
case("activate_clip", activate(clip(-1, 0.75)), (3, 4, 3))
case("activate_sigmoid", activate(sigmoid), (3, 4, 3), input_range=8)
case("activate_sigmoid_saturated", activate(sigmoid), (9,), input_range=1024)
case("activate_tanh", activate(tanh), (3, 4, 3))
case("activate_tanh_saturated", activate(tanh), (9,), input_range=1024)
case("activate_hard_swish", activate(hard_swish), (3, 4, 3), input_range=8)
case("activate_hard_sigmoid_onnx", activate(hard_sigmoid(0.2, 0.5)), (3, 4, 3), input_range=4)
case("activate_hard_sigmoid_pytorch", activate(hard_sigmoid(1 / 6, 0.5)), (3, 4, 3), input_range=8)
case("activate_relu_volume", activate(relu), (2, 3, 2, 2))
case("prelu_image", prelu(5), (4, 3, 5))
case("prelu_vector", prelu(12), (12,))

case("softmax_vector", softmax(), (10,))
case("softmax_image", softmax(), (3, 4, 5))
case("softmax_large_logits", softmax(), (2, 2, 6), input_range=1024)
case("softmax_one_channel", softmax(), (3, 2, 1))
case("lrn_caffe_defaults", lrn(5, 1e-4, 0.75, 1.0), (2, 3, 9), input_range=64)
case("lrn_alpha_over_size", lrn(3, 0.5, 0.75, 2.0), (3, 2, 6))
case("lrn_alpha_alone", lrn(5, 0.5 * 5, 0.75, 2.0), (3, 2, 8))
case("lrn_size_larger_than_channels", lrn(7, 1.0, 0.5, 1.0), (2, 2, 4))
case("batch_norm_image", batch_norm(5, 1e-5), (4, 3, 5))
case("batch_norm_vector", batch_norm(12, 1e-3), (12,))
case("batch_norm_relu", batch_norm(5, 0.25, act=relu), (4, 3, 5))
case("affine_image", affine(5), (4, 3, 5))
case("affine_scale_only", affine(12, offset=False), (12,))
case("affine_offset_only_volume", affine(4, scale=False), (2, 3, 2, 4))
case("affine_relu", affine(5, act=relu), (4, 3, 5))

case("add_image", add(), (4, 3, 5), (4, 3, 5))
case("add_relu", add(act=relu), (4, 3, 5), (4, 3, 5))
case("add_volume", add(), (2, 2, 3, 2), (2, 2, 3, 2))
case("multiply_image", multiply(), (4, 3, 5), (4, 3, 5))
case("multiply_by_channels", multiply(), (4, 3, 5), (1, 1, 5))
case("multiply_by_pixels", multiply(), (4, 3, 5), (4, 3, 1))
case("multiply_by_columns", multiply(), (4, 3, 5), (1, 3, 1))
case("multiply_by_scalar", multiply(), (4, 3, 5), (1, 1, 1))
case("multiply_volume", multiply(), (2, 2, 3, 2), (1, 2, 1, 2))
case("multiply_relu6", multiply(act=relu6), (4, 3, 5), (4, 3, 5), input_range=8)

case("concat_channels_2", concat(2), (3, 2, 2), (3, 2, 5))
case("concat_channels_3", concat(2), (3, 2, 2), (3, 2, 1), (3, 2, 4))
case("concat_channels_4", concat(2), (2, 2, 2), (2, 2, 1), (2, 2, 3), (2, 2, 4))
case("concat_height_2", concat(0), (3, 2, 3), (1, 2, 3))
case("concat_height_3", concat(0), (1, 2, 3), (2, 2, 3), (3, 2, 3))
case("concat_width_2", concat(1), (3, 2, 3), (3, 4, 3))
case("concat_width_4", concat(1), (2, 1, 3), (2, 2, 3), (2, 3, 3), (2, 1, 3))
case("concat_depth_2", concat(0), (1, 2, 3, 2), (2, 2, 3, 2))
case("concat_depth_3", concat(0), (2, 2, 3, 2), (1, 2, 3, 2), (3, 2, 3, 2))
case("concat_channels_of_volumes", concat(3), (2, 2, 3, 2), (2, 2, 3, 1))
case("reshape_image", reshape(3, 4, 5), (5, 6, 2))
case("reshape_to_volume", reshape(3, 2, 5, 2), (6, 5, 2))
case("flatten_image", reshape(60), (3, 4, 5))
case("transpose_rows_and_columns", transpose(1, 0, 2), (3, 4, 5))
case("transpose_channels_first", transpose(2, 0, 1), (3, 4, 5))
case("transpose_volume", transpose(3, 1, 0, 2), (2, 3, 4, 5))
case("slice_rows", slice_of(0, 1, 3), (4, 3, 2))
case("slice_columns_backwards", slice_of(1, 4, -6, -2), (2, 5, 3))
case("slice_channels", slice_of(2, 2, 6), (3, 2, 7))
case("slice_every_third_channel", slice_of(0, 1, 12, 3), (12,))
case("slice_depth", slice_of(0, 1, 2), (3, 2, 2, 2))
case("broadcast_pixels", broadcast(3, 4, 5), (1, 1, 5))
case("broadcast_channels", broadcast(3, 4, 5), (3, 4, 1))
case("broadcast_volume", broadcast(2, 3, 4, 5), (2, 1, 4, 1))
case("identity_image", identity(), (2, 3, 4))
case("dropout_image", identity(), (2, 3, 4))
case("pad2d_zero", pad2d(1, 1, 1, 1), (3, 2, 3))
case("pad2d_value", pad2d(1, 2, 1, 2, value=-1.5), (3, 2, 3))
case("pad2d_edge", pad2d(0, 2, 3, 1, mode="edge"), (2, 3, 3))
case("pad2d_reflect", pad2d(2, 1, 0, 3, mode="reflect"), (3, 4, 2))

UP, DOWN = (4, 3, 2), (7, 5, 2)
case("resize_nearest_half_pixel_up", resize((7, 5), "nearest", "half_pixel"), UP)
case("resize_nearest_half_pixel_down", resize((4, 3), "nearest", "half_pixel"), DOWN)
case("resize_nearest_asymmetric_up", resize((7, 5), "nearest", "asymmetric", "floor"), UP)
case("resize_nearest_asymmetric_down", resize((4, 3), "nearest", "asymmetric", "floor"), DOWN)
case("resize_nearest_align_corners_up", resize((7, 5), "nearest", "align_corners"), UP)
case("resize_nearest_align_corners_down", resize((4, 3), "nearest", "align_corners"), DOWN)
case("resize_nearest_half_pixel_floor_up", resize((7, 5), "nearest", "tf_half_pixel_for_nn", "floor"), UP)
case("resize_nearest_half_pixel_floor_down",
     resize((4, 3), "nearest", "tf_half_pixel_for_nn", "floor"), DOWN)
case("resize_nearest_pytorch_half_pixel_to_one_row", resize((1, 5), "nearest", "pytorch_half_pixel"), UP)
case("resize_bilinear_half_pixel_up", resize((7, 5), "linear", "half_pixel"), UP)
case("resize_bilinear_half_pixel_down", resize((4, 3), "linear", "half_pixel"), DOWN)
case("resize_bilinear_asymmetric_up", resize((7, 5), "linear", "asymmetric"), UP)
case("resize_bilinear_asymmetric_down", resize((4, 3), "linear", "asymmetric"), DOWN)
case("resize_bilinear_align_corners_up", resize((7, 5), "linear", "align_corners"), UP)
case("resize_bilinear_align_corners_down", resize((4, 3), "linear", "align_corners"), DOWN)
case("resize_bilinear_align_corners_to_one_row", resize((1, 5), "linear", "align_corners"), UP)
case("resize_bilinear_pytorch_half_pixel_to_one_row", resize((1, 5), "linear", "pytorch_half_pixel"), UP)
case("resize_bilinear_half_pixel_to_one_row", resize((1, 5), "linear", "half_pixel"), UP)
case("resize_bilinear_from_one_pixel", resize((5, 1), "linear", "half_pixel"), (1, 1, 3))
for rounding in "round_prefer_floor", "round_prefer_ceil", "floor", "ceil":
    case(f"resize_{rounding}_up", resize((6, 4), "nearest", "asymmetric", rounding), (3, 2, 2))
    case(f"resize_{rounding}_down", resize((2, 3), "nearest", "half_pixel", rounding), (4, 6, 2))
case("bicubic_resize_up", resize((7, 5), "cubic", "half_pixel"), UP)
case("bicubic_resize_down", resize((4, 3), "cubic", "half_pixel"), DOWN)
case("bicubic_resize_slope", resize((7, 5), "cubic", "align_corners", cubic_coeff_a=-0.5), UP)
case("bicubic_resize_exclude_outside",
     resize((7, 5), "cubic", "half_pixel", cubic_coeff_a=-0.5, exclude_outside=1), UP)
case("bicubic_resize_stated_scale", resize((3, 7), "cubic", "asymmetric", scales=(0.75, 1.5)), (5, 5, 2))
case("resize_nearest_stated_scale",
     resize((7, 4), "nearest", "asymmetric", "floor", scales=(1.5, 1.5)), (5, 3, 2))
case("resize_bilinear_stated_scale", resize((3, 7), "linear", "half_pixel", scales=(0.75, 1.5)), (5, 5, 2))


# The file.

UNEVEN = (0.1, 0.3, 0.2, 0.4)
case("decode_boxes_xywh", decode_boxes(7), (7, 1, 4))
case("decode_boxes_yxhw", decode_boxes(6, "yxhw", UNEVEN), (2, 2, 3, 2))
case("decode_grid_xywh", decode_grid(some_priors(3)), (2, 4, 12))
case("decode_grid_yxhw", decode_grid(some_priors(1), "yxhw", UNEVEN), (3, 2, 4))
case("non_max_suppression_each_class", non_max_suppression(20), (30, 1, 4), (30, 1, 2))
case("non_max_suppression_more_than_fit", non_max_suppression(9, -1, 0.125), (30, 1, 4), (30, 1, 3))
case("non_max_suppression_limits", non_max_suppression(12, -2, 0.25, first_class=1, top_k=9, per_class=3),
     (20, 1, 4), (20, 1, 4))
case("non_max_suppression_finds_nothing", non_max_suppression(5, 2), (8, 1, 4), (8, 1, 2))
case("non_max_suppression_centers", non_max_suppression(10, iou=0.25, centers=True), (24, 1, 4), (24, 1, 1))
case("non_max_suppression_indices", non_max_suppression_indices(14, -1, 0.25), (1, 12, 4), (1, 3, 12))
case("non_max_suppression_best_class", non_max_suppression(8, 1, 0.125, first_class=1, best_class=1),
     (40, 1, 4), (40, 1, 5))
case("non_max_suppression_three_classes_each", non_max_suppression(12, 0.5, 0.25, top_k=8, best_class=3),
     (20, 1, 4), (20, 1, 5))


def compute(name):
    """The output of a case as an array (d, h, w, c)."""
    (weight_shapes, run), shapes, input_range = CASES[name]
    random = Generator(name)
    inputs = [random.draw(shape) * np.float32(2 * input_range) for shape in shapes]
    weights = [random.draw(shape) for shape in weight_shapes]
    y = run(*inputs, *weights)
    if y.dtype != np.float32 or not np.isfinite(y).all():
        raise ValueError(f"make_golden.py: {name}: {y.dtype} or not finite, expected finite float32")
    return y.reshape((1,) * (4 - y.ndim) + y.shape)


def literal(v):
    text = f"{v:.9g}"
    return text + ("f" if "." in text or "e" in text else ".f")


def render(outputs):
    lines = ["// Generated by make_golden.py. Do not edit.",
             f"// ONNX Runtime {onnxruntime.__version__}, ONNX {onnx.__version__}, NumPy {np.__version__}",
             "", "constexpr float values[] = {"]
    rows, offset = [], 0
    for name, y in outputs.items():
        d, h, w, c = y.shape
        rows.append(f'    {{"{name}", {{{h}, {w}, {c}, {d}}}, {offset}}},')
        offset += y.size
        lines.append(f"    // {name}")
        numbers = [literal(v) for v in y.flat]
        lines += ["    " + " ".join(v + "," for v in numbers[i:i + 6]) for i in range(0, len(numbers), 6)]
    lines += ["};", "", "constexpr entry entries[] = {", *rows, "};", ""]
    return "\n".join(lines)


def parse(text):
    """What `render` wrote: {name: array}."""
    body = text.split("constexpr float values[] = {")[1].split("};")[0]
    numbers = np.array([float(v) for v in re.findall(r"(\S+?)f,", re.sub(r"//.*", "", body))])
    outputs = {}
    for name, h, w, c, d, offset in re.findall(r'\{"(\w+)", \{(\d+), (\d+), (\d+), (\d+)\}, (\d+)\}', text):
        shape = tuple(map(int, (d, h, w, c)))
        outputs[name] = numbers[int(offset):int(offset) + int(np.prod(shape))].reshape(shape)
    return outputs


def first_difference(stored, outputs):
    if list(stored) != list(outputs):
        changed = sorted(set(stored) ^ set(outputs)) or ["the order"]
        return f"the cases differ: {', '.join(changed)}"
    for name, y in outputs.items():
        if stored[name].shape != y.shape:
            return f"{name}: shape {stored[name].shape} (d, h, w, c), expected {y.shape}"
        error = np.abs(stored[name] - y) / np.maximum(1, np.abs(y))
        if not (error <= 1e-6).all():
            return f"{name}: values differ by up to {error.max():.2g}"
    return None


def main():
    parser = argparse.ArgumentParser(description="Writes the expected outputs of the layer tests.")
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    parser.add_argument("--file", type=Path, default=TARGET, help="by default golden.inc beside this")
    args = parser.parse_args()
    outputs = {name: compute(name) for name in CASES}
    if args.check:
        try:
            stored = parse(args.file.read_text())
        except OSError as error:
            print(f"make_golden.py: {args.file}: {error.strerror}", file=sys.stderr)
            sys.exit(2)
        except (IndexError, ValueError):
            print(f"make_golden.py: {args.file}: not a file that make_golden.py wrote", file=sys.stderr)
            sys.exit(2)
        difference = first_difference(stored, outputs)
        if difference:
            print(f"make_golden.py: {args.file}: {difference}", file=sys.stderr)
            sys.exit(1)
        print(f"{len(outputs)} cases agree")
        return
    temporary = args.file.with_suffix(".tmp")
    temporary.write_text(render(outputs))
    os.replace(temporary, args.file)
    print(f"{len(outputs)} cases written to {args.file}")


if __name__ == "__main__":
    main()
