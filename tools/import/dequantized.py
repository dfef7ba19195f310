"""A quantised TFLite model as the float model with the same, dequantised weights."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

STORED = {
    schema.TensorType.INT8: np.int8,
    schema.TensorType.UINT8: np.uint8,
    schema.TensorType.INT16: np.int16,
    schema.TensorType.INT32: np.int32,
}
LOWEST = {schema.TensorType.UINT8: 0, schema.TensorType.INT8: -128}
# Operators whose quantised result is limited by its range, so that the range can stand for an activation.
LIMITED = ("Conv2DOptionsT", "DepthwiseConv2DOptionsT", "FullyConnectedOptionsT", "AddOptionsT", "MulOptionsT")


def scales_of(tensor):
    """Scales and zero points, shaped to be broadcast to the tensor; None if it is not quantised."""
    q = tensor.quantization
    if tensor.type not in STORED or q is None or q.scale is None or len(q.scale) == 0:
        return None
    scale = np.asarray(q.scale, np.float32)
    zero = np.asarray(q.zeroPoint if q.zeroPoint is not None else np.zeros(len(scale)), np.int64)
    if len(scale) == 1:
        return scale[0], zero[0]
    rank = len(tensor.shape)
    shape = [1] * rank
    shape[0 if rank == 1 else q.quantizedDimension] = len(scale)
    return scale.reshape(shape), zero.reshape(shape)


def implied_activation(tensor):
    """RELU or RELU6 where the range of the quantised numbers has that effect."""
    q = tensor.quantization
    if tensor.type not in LOWEST or q is None or q.scale is None or len(q.scale) != 1:
        return schema.ActivationFunctionType.NONE
    if q.zeroPoint[0] != LOWEST[tensor.type]:
        return schema.ActivationFunctionType.NONE
    largest = 255 * float(q.scale[0])
    kinds = schema.ActivationFunctionType
    return kinds.RELU6 if 5.95 < largest < 6.05 else kinds.RELU


def remove_conversions(model, graph):
    """QUANTIZE and DEQUANTIZE do nothing among floats: their readers read what they read."""
    code = schema.BuiltinOperator
    stands_for = {}
    kept = []
    for op in graph.operators:
        entry = model.operatorCodes[op.opcodeIndex]
        op.inputs = [stands_for.get(i, i) for i in op.inputs]
        if max(entry.builtinCode, entry.deprecatedBuiltinCode) in (code.QUANTIZE, code.DEQUANTIZE):
            stands_for[op.outputs[0]] = op.inputs[0]
        else:
            kept.append(op)
    graph.operators = kept
    graph.outputs = [stands_for.get(i, i) for i in graph.outputs]


def dequantized(data):
    """The bytes of the float model."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(bytearray(data), 0))
    graph = model.subgraphs[0]
    for op in graph.operators:
        options = op.builtinOptions
        if type(options).__name__ in LIMITED and options.fusedActivationFunction == 0:
            options.fusedActivationFunction = implied_activation(graph.tensors[op.outputs[0]])
    for tensor in graph.tensors:
        found = scales_of(tensor)
        if found is None:
            continue
        stored = model.buffers[tensor.buffer].data
        if stored is not None and len(stored) > 0:
            numbers = np.frombuffer(bytes(stored), STORED[tensor.type]).reshape(tensor.shape)
            real = (found[0] * (numbers - found[1]).astype(np.float32)).astype(np.float32)
            model.buffers.append(schema.BufferT())
            model.buffers[-1].data = np.frombuffer(real.tobytes(), np.uint8)
            tensor.buffer = len(model.buffers) - 1
        tensor.type = schema.TensorType.FLOAT32
        tensor.quantization = None
    remove_conversions(model, graph)
    builder = flatbuffers.Builder(len(data))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def computed_tensors(data):
    """The numbers of the tensors that operators write, which are not constants."""
    graph = schema.ModelT.InitFromObj(schema.Model.GetRootAs(bytearray(data), 0)).subgraphs[0]
    return {int(i) for op in graph.operators for i in op.outputs}
