"""Writes a network as ONNX: images channel by channel, activations as nodes of their own."""
import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from network import Unsupported


class Writer:
    def __init__(self, network):
        self.network = network
        self.nodes, self.initializers = [], []
        self.names = {}  # number of a node: name of its value

    def emit(self, operator, inputs, name, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name, values):
        values = numpy.ascontiguousarray(values, numpy.float32)
        self.initializers.append(numpy_helper.from_array(values, name))
        return name

    def window(self, node):
        axes = [axis for axis in (node.z, node.y, node.x) if axis is not None]
        return {"kernel_shape": [a.kernel for a in axes], "strides": [a.stride for a in axes],
                "dilations": [a.dilation for a in axes],
                "pads": [a.before for a in axes] + [a.after for a in axes]}

    def activated(self, node, value):
        name = f"activation{node.number}"
        if node.activation == "relu":
            return self.emit("Relu", [value], name)
        if node.activation == "clip":
            bounds = [self.constant(f"{side}{node.number}", numpy.float32(bound))
                      for side, bound in zip(("minimum", "maximum"), node.bounds)]
            return self.emit("Clip", [value, *bounds], name)
        return value

    def weights(self, node):
        producer = self.network.nodes[node.inputs[0]]
        return [self.constant(f"kernel{node.number}", node.channels_first_kernel(producer)),
                self.constant(f"bias{node.number}", node.bias())]

    def flat(self, node):
        producer = self.network.nodes[node.inputs[0]]
        value = self.names[producer.number]
        if producer.layer == "dense" or (producer.layer == "softmax" and not producer.is_image):
            return value
        return self.emit("Flatten", [value], f"flat{node.number}", axis=1)

    def write(self, node):
        name = f"{node.layer}{node.number}"
        inputs = [self.names[i] for i in node.inputs]
        if node.layer == "conv2d":
            value = self.emit("Conv", inputs + self.weights(node), name, group=node.groups, **self.window(node))
        elif node.layer == "depthwise_conv2d":
            groups = self.network.nodes[node.inputs[0]].channels
            value = self.emit("Conv", inputs + self.weights(node), name, group=groups, **self.window(node))
        elif node.layer == "dense":
            value = self.emit("Gemm", [self.flat(node), *self.weights(node)], name, transB=1)
        elif node.layer in ("max_pool2d", "max_pool3d"):
            value = self.emit("MaxPool", inputs, name, **self.window(node))
        elif node.layer == "global_average_pool":
            value = self.emit("GlobalAveragePool", inputs, name)
        elif node.layer == "lrn":
            f = node.fields
            value = self.emit("LRN", inputs, name, size=f["size"], alpha=float(f["scale"] * f["size"]),
                              beta=float(f["beta"]), bias=float(f["k"]))
        elif node.layer == "softmax":
            value = self.emit("Softmax", inputs, name, axis=1)
        elif node.layer == "concat":
            value = self.emit("Concat", inputs, name, axis=1)
        else:
            raise Unsupported(f"layer {node.layer} in ONNX")
        self.names[node.number] = self.activated(node, value)

    def model(self):
        self.names[0] = "input"
        for node in self.network.nodes[1:]:
            self.write(node)
        image = self.network.channels_first_image()
        inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, image.shape)]
        result = self.names[self.network.output.number]
        outputs = [helper.make_tensor_value_info(result, TensorProto.FLOAT, None)]
        graph = helper.make_graph(self.nodes, self.network.name, inputs, outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 8
        return model


def write(network, path):
    onnx.save(onnx.shape_inference.infer_shapes(Writer(network).model()), path)
