"""Writes a network as TFLite. Layout of images and order of weights are edgenn's own."""
import flatbuffers
import numpy
from ai_edge_litert import schema_py_generated as schema

from network import Unsupported

ACTIVATIONS = {"none": schema.ActivationFunctionType.NONE, "relu": schema.ActivationFunctionType.RELU}
Operator, Options = schema.BuiltinOperator, schema.BuiltinOptions


def activation(node):
    if node.activation == "clip" and node.bounds == (0.0, 6.0):
        return schema.ActivationFunctionType.RELU6
    if node.activation not in ACTIVATIONS:
        raise Unsupported(f"activation {node.activation} {node.bounds} in TFLite")
    return ACTIVATIONS[node.activation]


def is_same(axis, extent, out):
    """Whether the padding of `axis` is TFLite's SAME."""
    span = (axis.kernel - 1) * axis.dilation + 1
    total = max(0, (out - 1) * axis.stride + span - extent)
    return out == -(-extent // axis.stride) and (axis.before, axis.after) == (total // 2, total - total // 2)


class Writer:
    def __init__(self, network):
        self.network = network
        self.tensors, self.buffers, self.operators = [], [self.buffer(None)], []
        self.codes = []
        self.values = {}  # number of a node: number of its tensor

    @staticmethod
    def buffer(data):
        buffer = schema.BufferT()
        buffer.data = data
        return buffer

    def tensor(self, name, shape, values=None):
        tensor = schema.TensorT()
        tensor.name, tensor.shape = name, list(shape)
        tensor.type = schema.TensorType.FLOAT32
        if values is not None:
            if values.dtype == numpy.int32:
                tensor.type = schema.TensorType.INT32
            tensor.buffer = len(self.buffers)
            self.buffers.append(self.buffer(numpy.frombuffer(numpy.ascontiguousarray(values).tobytes(), numpy.uint8)))
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def constant(self, name, values):
        return self.tensor(name, values.shape, values)

    def emit(self, code, inputs, name, shape, kind=Options.NONE, options=None):
        if code not in self.codes:
            self.codes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = self.codes.index(code)
        operator.inputs, operator.outputs = list(inputs), [self.tensor(name, shape)]
        operator.builtinOptionsType, operator.builtinOptions = kind, options
        self.operators.append(operator)
        return operator.outputs[0]

    def padded(self, node, value, fill):
        """The number of the input and the rule for the padding; padding that no rule describes becomes a layer."""
        producer = self.network.nodes[node.inputs[0]]
        axes = ((node.y, producer.height, node.height), (node.x, producer.width, node.width))
        if all(axis.before == 0 and axis.after == 0 for axis, _, _ in axes):
            return value, schema.Padding.VALID
        if all(is_same(*axis) for axis in axes):
            return value, schema.Padding.SAME
        y, x = node.y, node.x
        border = numpy.array([[0, 0], [y.before, y.after], [x.before, x.after], [0, 0]], numpy.int32)
        inputs = [value, self.constant(f"border{node.number}", border)]
        shape = [1, producer.height + y.before + y.after, producer.width + x.before + x.after, producer.channels]
        name = f"padded{node.number}"
        if fill == 0:
            return self.emit(Operator.PAD, inputs, name, shape, Options.PadOptions, schema.PadOptionsT()), \
                schema.Padding.VALID
        inputs.append(self.constant(f"fill{node.number}", numpy.array([fill], numpy.float32)))
        return self.emit(Operator.PADV2, inputs, name, shape, Options.PadV2Options, schema.PadV2OptionsT()), \
            schema.Padding.VALID

    def weights(self, node):
        kernel = numpy.asarray(node.tensors["kernel"])
        if node.layer == "depthwise_conv2d":
            kernel = kernel[None]
        return [self.constant(f"kernel{node.number}", kernel), self.constant(f"bias{node.number}", node.bias())]

    @staticmethod
    def slide(options, node, padding):
        options.padding, options.strideH, options.strideW = padding, node.y.stride, node.x.stride
        if hasattr(options, "dilationHFactor"):
            options.dilationHFactor, options.dilationWFactor = node.y.dilation, node.x.dilation
            options.fusedActivationFunction = activation(node)
        return options

    def write(self, node):
        name = f"{node.layer}{node.number}"
        shape = [1, node.height, node.width, node.channels]
        inputs = [self.values[i] for i in node.inputs]
        producer = self.network.nodes[node.inputs[0]]
        if node.layer == "conv2d":
            value, padding = self.padded(node, inputs[0], 0)
            options = self.slide(schema.Conv2DOptionsT(), node, padding)
            result = self.emit(Operator.CONV_2D, [value, *self.weights(node)], name, shape, Options.Conv2DOptions,
                               options)
        elif node.layer == "depthwise_conv2d":
            value, padding = self.padded(node, inputs[0], 0)
            options = self.slide(schema.DepthwiseConv2DOptionsT(), node, padding)
            options.depthMultiplier = node.channels // producer.channels
            result = self.emit(Operator.DEPTHWISE_CONV_2D, [value, *self.weights(node)], name, shape,
                               Options.DepthwiseConv2DOptions, options)
        elif node.layer == "dense":
            value, count = inputs[0], producer.height * producer.width * producer.channels
            if len(self.tensors[value].shape) != 2:
                options = schema.ReshapeOptionsT()
                options.newShape = [1, count]
                new_shape = self.constant(f"shape{node.number}", numpy.array([1, count], numpy.int32))
                value = self.emit(Operator.RESHAPE, [value, new_shape], f"flat{node.number}", [1, count],
                                  Options.ReshapeOptions, options)
            options = schema.FullyConnectedOptionsT()
            options.fusedActivationFunction = activation(node)
            result = self.emit(Operator.FULLY_CONNECTED, [value, *self.weights(node)], name, [1, node.channels],
                               Options.FullyConnectedOptions, options)
        elif node.layer == "max_pool2d":
            value, padding = self.padded(node, inputs[0], numpy.finfo(numpy.float32).min)
            options = self.slide(schema.Pool2DOptionsT(), node, padding)
            options.filterHeight, options.filterWidth = node.y.kernel, node.x.kernel
            result = self.emit(Operator.MAX_POOL_2D, [value], name, shape, Options.Pool2DOptions, options)
        elif node.layer == "global_average_pool":
            options = schema.ReducerOptionsT()
            options.keepDims = True
            axes = self.constant(f"axes{node.number}", numpy.array([1, 2], numpy.int32))
            result = self.emit(Operator.MEAN, [inputs[0], axes], name, shape, Options.ReducerOptions, options)
        elif node.layer == "lrn":
            options, f = schema.LocalResponseNormalizationOptionsT(), node.fields
            options.radius, options.bias, options.alpha, options.beta = f["size"] // 2, f["k"], f["scale"], f["beta"]
            result = self.emit(Operator.LOCAL_RESPONSE_NORMALIZATION, inputs, name, shape,
                               Options.LocalResponseNormalizationOptions, options)
        elif node.layer == "softmax":
            options = schema.SoftmaxOptionsT()
            options.beta = 1.0
            result = self.emit(Operator.SOFTMAX, inputs, name, self.tensors[inputs[0]].shape,
                               Options.SoftmaxOptions, options)
        elif node.layer == "concat":
            options = schema.ConcatenationOptionsT()
            options.axis = 3
            result = self.emit(Operator.CONCATENATION, inputs, name, shape, Options.ConcatenationOptions, options)
        else:
            raise Unsupported(f"layer {node.layer} in TFLite")
        self.values[node.number] = result

    def code(self, builtin):
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = builtin
        code.version = 1
        return code

    def model(self):
        first = self.network.nodes[0]
        if first.depth > 1:
            raise Unsupported("pools in three dimensions in TFLite")
        self.values[0] = self.tensor("input", [1, first.height, first.width, first.channels])
        for node in self.network.nodes[1:]:
            self.write(node)
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs, graph.outputs = [self.values[0]], [self.values[self.network.output.number]]
        model = schema.ModelT()
        model.version = 3
        model.operatorCodes = [self.code(c) for c in self.codes]
        model.subgraphs, model.buffers = [graph], self.buffers
        return model


def write(network, path):
    model = Writer(network).model()
    size = sum(0 if b.data is None else len(b.data) for b in model.buffers)
    builder = flatbuffers.Builder(size + (1 << 20))
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    path.write_bytes(builder.Output())
