"""Writes a network in ncnn's format: a text of layers and a file of weights."""
import struct

import numpy

from network import Unsupported

RAW_FP32 = struct.pack("<I", 0)  # the mark before weights that are neither fp16 nor quantised


class Writer:
    def __init__(self, network):
        self.network = network
        self.lines, self.blobs, self.weights = [], set(), []
        self.readers = [sum(n.inputs.count(i) for n in network.nodes) for i in range(len(network.nodes))]
        self.unread = {}  # number of a node: names of its value that nobody has read yet

    def emit(self, kind, name, inputs, outputs, **parameters):
        fields = [f"{key.lstrip('p').replace('_', '-')}={value}" for key, value in parameters.items()]
        self.lines.append(" ".join([kind, name, str(len(inputs)), str(len(outputs)), *inputs, *outputs, *fields]))
        self.blobs.update(outputs)

    def publish(self, node, name):
        """ncnn lets every value be read once; more readers read copies, which cost nothing."""
        count = self.readers[node.number]
        if count > 1:
            copies = [f"{name}_{k}" for k in range(count)]
            self.emit("Split", f"split{node.number}", [name], copies)
            self.unread[node.number] = copies
        else:
            self.unread[node.number] = [name]

    def activation(self, node):
        if node.activation == "relu":
            return {"p9": 1}
        if node.activation == "clip":
            return {"p9": 3, "p_23310": f"2,{node.bounds[0]:e},{node.bounds[1]:e}"}
        return {}

    def store(self, node):
        kernel = node.channels_first_kernel(self.network.nodes[node.inputs[0]])
        self.weights += [RAW_FP32, kernel.astype(numpy.float32).tobytes(), node.bias().tobytes()]
        return kernel.size

    def convolution(self, node, inputs, name, groups):
        y, x = node.y, node.x
        parameters = {"p0": node.channels, "p1": x.kernel, "p11": y.kernel, "p2": x.dilation, "p12": y.dilation,
                      "p3": x.stride, "p13": y.stride, "p4": x.before, "p14": y.before, "p15": x.after,
                      "p16": y.after, "p5": 1, "p6": self.store(node), **self.activation(node)}
        if groups == 1:
            self.emit("Convolution", name, inputs, [name], **parameters)
        else:
            self.emit("ConvolutionDepthWise", name, inputs, [name], **parameters, p7=groups)

    def write(self, node):
        name = f"{node.layer}{node.number}"
        inputs = [self.unread[i].pop() for i in node.inputs]
        if node.layer == "conv2d":
            self.convolution(node, inputs, name, node.groups)
        elif node.layer == "depthwise_conv2d":
            self.convolution(node, inputs, name, self.network.nodes[node.inputs[0]].channels)
        elif node.layer == "dense":
            self.emit("InnerProduct", name, inputs, [name], p0=node.channels, p1=1, p2=self.store(node),
                      **self.activation(node))
        elif node.layer == "max_pool2d":
            y, x = node.y, node.x
            self.emit("Pooling", name, inputs, [name], p0=0, p1=x.kernel, p11=y.kernel, p2=x.stride, p12=y.stride,
                      p3=x.before, p13=y.before, p14=x.after, p15=y.after, p5=1)
        elif node.layer == "max_pool3d":
            z, y, x = node.z, node.y, node.x
            self.emit("Pooling3D", name, inputs, [name], p0=0, p1=x.kernel, p11=y.kernel, p21=z.kernel, p2=x.stride,
                      p12=y.stride, p22=z.stride, p3=x.before, p13=y.before, p23=z.before, p14=x.after, p15=y.after,
                      p16=z.after, p5=1)
        elif node.layer == "global_average_pool":
            self.emit("Pooling", name, inputs, [name], p0=1, p4=1)
        elif node.layer == "lrn":
            f = node.fields
            self.emit("LRN", name, inputs, [name], p0=0, p1=f["size"], p2=f"{f['scale'] * f['size']:e}",
                      p3=f"{f['beta']:e}", p4=f"{f['k']:e}")
        elif node.layer == "softmax":
            self.emit("Softmax", name, inputs, [name], p0=0, p1=1)
        elif node.layer == "concat":
            self.emit("Concat", name, inputs, [name], p0=0)
        else:
            raise Unsupported(f"layer {node.layer} in ncnn")
        self.publish(node, name)

    def text(self):
        first = self.network.nodes[0]
        depth = {"p11": first.depth} if first.depth > 1 else {}
        self.emit("Input", "input", [], ["input"], p0=first.width, p1=first.height, **depth, p2=first.channels)
        self.publish(first, "input")
        for node in self.network.nodes[1:]:
            self.write(node)
        return "\n".join(["7767517", f"{len(self.lines)} {len(self.blobs)}", *self.lines]) + "\n"


def write(network, param_path, weights_path):
    writer = Writer(network)
    param_path.write_text(writer.text())
    with open(weights_path, "wb") as file:
        file.writelines(writer.weights)


def output_name(network):
    return f"{network.output.layer}{network.output.number}"
