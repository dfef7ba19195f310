"""The detectors that photos can be given to from here. Each is a function of a photo (height x width x 3
bytes, blue first) that returns rows x, y, w, h, score. All run on one thread."""

import os

import numpy as np

from errors import InputError

PERSON_ASPECT = 0.41


def without_duplicates(boxes, limit):
    """Greedy suppression, best first: of two boxes whose intersection is more than limit times the smaller
    one, the worse goes."""
    boxes = boxes[np.argsort(-boxes[:, 4], kind="stable")]
    kept = []
    while len(boxes):
        best, boxes = boxes[0], boxes[1:]
        kept.append(best)
        width = np.minimum(best[0] + best[2], boxes[:, 0] + boxes[:, 2]) - np.maximum(best[0], boxes[:, 0])
        height = np.minimum(best[1] + best[3], boxes[:, 1] + boxes[:, 3]) - np.maximum(best[1], boxes[:, 1])
        common = np.maximum(width, 0) * np.maximum(height, 0)
        boxes = boxes[common <= limit * np.minimum(best[2] * best[3], boxes[:, 2] * boxes[:, 3])]
    return np.array(kept).reshape(-1, 5)


def hog(enlarge=1.0):
    """OpenCV's people detector: histograms of oriented gradients (Dalal and Triggs, CVPR 2005) with a linear
    classifier trained on INRIA, over windows of 64 x 128 pixels every 4 pixels at scales 1.05 apart.

    What OpenCV leaves to the user is set so that the detector does well: borders of 32 pixels for persons at
    the photo's edge; windows down to a score of -0.5 instead of OpenCV's grouping, of which those that
    overlap by more than 0.65 of the smaller one go; a person is 0.8 of the window's height. enlarge: the
    photo's scale beforehand, for persons of less than 100 pixels."""
    import cv2

    if not hasattr(cv2, "HOGDescriptor"):
        raise InputError(f"OpenCV {cv2.__version__} has no HOG detector any more: expected version 4")
    cv2.setNumThreads(1)
    descriptor = cv2.HOGDescriptor()
    descriptor.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())

    def detect(photo):
        if enlarge != 1:
            photo = cv2.resize(photo, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_LINEAR)
        windows, scores = descriptor.detectMultiScale(
            photo, hitThreshold=-0.5, winStride=(4, 4), padding=(32, 32), scale=1.05, groupThreshold=0
        )
        if not len(windows):
            return np.zeros((0, 5))
        x, y, w, h = (np.asarray(windows, float) / enlarge).T
        person = 0.8 * h
        boxes = np.stack(
            [
                x + w / 2 - PERSON_ASPECT * person / 2,
                y + h / 2 - person / 2,
                PERSON_ASPECT * person,
                person,
                np.ravel(scores),
            ],
            axis=1,
        )
        return without_duplicates(boxes, 0.65)

    return detect


def with_more_detections(model, most):
    """The bytes of a TensorFlow Lite model whose detection operator gives up to most detections (the
    published SSD-MobileNet: 10, over all classes). The number is one byte in the operator's options, a
    FlexBuffer; it is found by trying which byte changes it and nothing else."""
    from flatbuffers import flexbuffers

    key = model.find(b"max_detections\0")
    if key < 0 or not 0 < most < 128:
        raise InputError("no detection operator in the model")

    def options(data, start):
        length = int.from_bytes(data[start - 4 : start], "little")
        if not key - start < length < 4096:
            return None
        try:
            found = flexbuffers.Loads(data[start : start + length])
        except Exception:  # whatever a FlexBuffer reader makes of bytes that are none
            return None
        return found if isinstance(found, dict) and "max_detections" in found else None

    for start in range(key, max(4, key - 512), -1):
        original = options(model, start)
        if original:
            wanted = {**original, "max_detections": most}
            length = int.from_bytes(model[start - 4 : start], "little")
            for position in range(key, start + length):
                changed = model[:position] + bytes([most]) + model[position + 1 :]
                if model[position] == original["max_detections"] and options(changed, start) == wanted:
                    return changed
    raise InputError("the model's detection operator does not tell how many detections it gives")


def ssd(model=None):
    """SSD-MobileNet v1, 300 x 300, trained on all of COCO, 8-bit weights, by LiteRT: the whole photo squeezed
    to the input's size; class person, scores from 0.01. model: the file; without it,
    ssd_mobilenet_v1/detect.tflite under EDGENN_MODELS_DIR."""
    import cv2
    from ai_edge_litert.interpreter import Interpreter

    cv2.setNumThreads(1)
    if model is None:
        folder = os.environ.get("EDGENN_MODELS_DIR")
        if not folder:
            raise InputError(
                "ssd: the environment variable EDGENN_MODELS_DIR does not name the models' folder"
            )
        model = os.path.join(folder, "ssd_mobilenet_v1", "detect.tflite")
    try:
        with open(model, "rb") as stream:
            content = with_more_detections(stream.read(), 100)
    except OSError as error:
        raise InputError(f"{model}: {error.strerror}") from None
    except InputError as error:
        raise InputError(f"{model}: {error}") from None
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    entrance = interpreter.get_input_details()[0]
    boxes, classes, scores, count = (detail["index"] for detail in interpreter.get_output_details())
    side = tuple(entrance["shape"][2:0:-1])

    def detect(photo):
        small = cv2.cvtColor(cv2.resize(photo, side, interpolation=cv2.INTER_LINEAR), cv2.COLOR_BGR2RGB)
        interpreter.set_tensor(entrance["index"], small[None])
        interpreter.invoke()
        height, width = photo.shape[:2]
        found = []
        for index in range(int(interpreter.get_tensor(count)[0])):
            score = float(interpreter.get_tensor(scores)[0, index])
            if int(interpreter.get_tensor(classes)[0, index]) == 0 and score > 0.01:
                top, left, bottom, right = np.clip(interpreter.get_tensor(boxes)[0, index], 0, 1)
                found.append(
                    [left * width, top * height, (right - left) * width, (bottom - top) * height, score]
                )
        return np.array(found, float).reshape(-1, 5)

    return detect
