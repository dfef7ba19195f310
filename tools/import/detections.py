"""The results of TFLite's operator for detectors in the form that edgenn gives them."""
import flatbuffers.flexbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

NAME = b"TFLite_Detection_PostProcess"


class Detections:
    """Rows of class, score, x1, y1, x2, y2 from the four results of the operator at the end of a model."""

    def __init__(self, data):
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(bytearray(data), 0))
        graph = model.subgraphs[0]
        found = [op for op in graph.operators if model.operatorCodes[op.opcodeIndex].customCode == NAME]
        self.outputs = None  # of the operator: boxes, classes, scores, number; none if the model has no such operator
        if found:
            self.outputs = [int(i) for i in found[0].outputs]
            self.name = graph.tensors[self.outputs[0]].name.decode()
            options = flatbuffers.flexbuffers.Loads(bytes(bytearray(found[0].customOptions)))
            # Classes that are not counted come first: the background.
            self.first_class = int(graph.tensors[found[0].inputs[1]].shape[-1]) - options["num_classes"]

    def rows(self, interpreter):
        """(n, 6). Rows that are empty have class -1 and zeros."""
        boxes, classes, scores, count = (interpreter.get_tensor(i)[0] for i in self.outputs)
        rows = np.zeros((len(boxes), 6), np.float32)
        rows[:, 0], rows[:, 1], rows[:, 2:] = classes + self.first_class, scores, boxes[:, [1, 0, 3, 2]]
        rows[int(count):] = [-1, 0, 0, 0, 0, 0]
        return rows
