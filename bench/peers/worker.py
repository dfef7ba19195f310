"""Runs one network with one of the other libraries, inside the environment that compare.py made.

    worker.py versions                     prints the versions of the libraries as JSON
    worker.py difference FOUND EXPECTED    prints the largest difference of two files of floats, as a part of the
                                           largest expected value; inf if they cannot be compared
    worker.py LIBRARY FOLDER THREADS       converts the network in FOLDER, then obeys lines on standard input:
    output FILE                            writes the output as raw floats in edgenn's order
    run WARMUP SAMPLES N                   runs WARMUP times, then prints SAMPLES times the nanoseconds of one run,
                                           each the mean of N runs
    cpu WARMUP SAMPLES N                   the same in nanoseconds of processor time

It answers each with one line, as edgenn_runner does.
"""
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import time

PACKAGES = {"onnxruntime": "onnxruntime", "ncnn": "ncnn", "mnn": "MNN", "openvino": "openvino",
            "litert": "ai-edge-litert"}


CLOCKS = {"run": time.perf_counter_ns, "cpu": time.process_time_ns}


def made(path, make):
    """`path`, made if it does not exist; never half of it."""
    if not path.exists():
        part = path.with_name("part_" + path.name)
        make(part)
        part.rename(path)
    return path


def onnx_file(network, folder):
    import to_onnx
    return made(folder / "network.onnx", lambda path: to_onnx.write(network, path))


class OnnxRuntime:
    def __init__(self, network, folder, threads):
        import numpy
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.add_session_config_entry("session.set_denormal_as_zero", "1")
        self.session = onnxruntime.InferenceSession(str(onnx_file(network, folder)), options,
                                                    providers=["CPUExecutionProvider"])
        self.network = network
        self.image = onnxruntime.OrtValue.ortvalue_from_numpy(network.channels_first_image())
        self.binding = self.session.io_binding()
        self.binding.bind_ortvalue_input("input", self.image)
        result = self.session.get_outputs()[0]
        self.result = onnxruntime.OrtValue.ortvalue_from_shape_and_type(result.shape, numpy.float32)
        self.binding.bind_ortvalue_output(result.name, self.result)

    def run(self):
        self.session.run_with_iobinding(self.binding)

    def output(self):
        self.run()
        return self.network.channels_last(self.result.numpy())


class Openvino:
    def __init__(self, network, folder, threads):
        import openvino
        self.network = network
        core = openvino.Core()
        settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1,
                    "ENABLE_CPU_PINNING": False}
        compiled = core.compile_model(core.read_model(onnx_file(network, folder)), "CPU", settings)
        self.request = compiled.create_infer_request()
        self.image = network.channels_first_image()
        self.request.set_input_tensor(openvino.Tensor(self.image, shared_memory=True))

    def run(self):
        self.request.infer(share_outputs=True)

    def output(self):
        self.run()
        return self.network.channels_last(self.request.get_output_tensor().data)


# MNN's own script for this, mnnconvert, also reports what it did to its authors, for which it installs packages into
# whichever Python comes first on the path. The converter itself does neither.
MNN_CONVERT = "import sys, MNN, _tools; _tools.mnnconvert(['mnnconvert'] + sys.argv[1:])"


class Mnn:
    def __init__(self, network, folder, threads):
        source = onnx_file(network, folder)
        model = made(folder / "network.mnn", lambda path: subprocess.run(
            [sys.executable, "-c", MNN_CONVERT, "-f", "ONNX", "--modelFile", source, "--MNNModel", path, "--bizCode",
             "bench"], check=True, stdout=sys.stderr))
        import MNN
        import numpy
        self.network = network
        self.interpreter = MNN.Interpreter(str(model))
        self.session = self.interpreter.createSession({"numThread": threads, "backend": "CPU", "precision": "high"})
        self.input = self.interpreter.getSessionInput(self.session)
        image = network.channels_first_image()
        self.image = MNN.Tensor(image.shape, MNN.Halide_Type_Float, image, MNN.Tensor_DimensionType_Caffe)
        self.device_result = self.interpreter.getSessionOutput(self.session)
        shape = self.device_result.getShape()
        self.result = MNN.Tensor(shape, MNN.Halide_Type_Float, numpy.zeros(shape, numpy.float32),
                                 MNN.Tensor_DimensionType_Caffe)

    def run(self):
        self.input.copyFrom(self.image)
        self.interpreter.runSession(self.session)
        self.device_result.copyToHostTensor(self.result)

    def output(self):
        self.run()
        return self.network.channels_last(self.result.getNumpyData())


class Ncnn:
    def __init__(self, network, folder, threads):
        import ncnn
        import to_ncnn
        weights = folder / "network.ncnn.bin"
        param = made(folder / "network.ncnn.param", lambda path: to_ncnn.write(network, path, weights))
        self.network = network
        self.net = ncnn.Net()
        options = self.net.opt
        options.num_threads = threads
        options.lightmode = True
        options.use_vulkan_compute = False
        for name in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage"):
            setattr(options, name, False)
        self.allocators = ncnn.PoolAllocator(), ncnn.PoolAllocator()
        options.blob_allocator, options.workspace_allocator = self.allocators
        if self.net.load_param(str(param)) != 0 or self.net.load_model(str(weights)) != 0:
            raise RuntimeError("ncnn does not load the network")
        image = network.channels_first_image()[0]  # an ncnn.Mat of it does not keep it alive
        self.image = ncnn.Mat(image).clone()
        self.result_name = to_ncnn.output_name(network)

    def run(self):
        extractor = self.net.create_extractor()
        extractor.input("input", self.image)
        return extractor.extract(self.result_name)[1]

    def output(self):
        import numpy
        return self.network.channels_last(numpy.array(self.run()))


class Litert:
    def __init__(self, network, folder, threads):
        from ai_edge_litert.interpreter import Interpreter

        import to_tflite
        model = made(folder / "network.tflite", lambda path: to_tflite.write(network, path))
        self.network = network
        self.interpreter = Interpreter(model_path=str(model), num_threads=threads)
        self.interpreter.allocate_tensors()
        first = self.interpreter.get_input_details()[0]
        self.interpreter.set_tensor(first["index"], network.image)

    def run(self):
        self.interpreter.invoke()

    def output(self):
        self.run()
        result = self.interpreter.get_tensor(self.interpreter.get_output_details()[0]["index"])
        y = self.network.output
        return result.reshape(y.height, y.width, y.channels)


LIBRARIES = {"onnxruntime": OnnxRuntime, "ncnn": Ncnn, "mnn": Mnn, "openvino": Openvino, "litert": Litert}


def versions():
    found = {}
    for library, package in PACKAGES.items():
        try:
            found[library] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found


def difference(found, expected):
    import numpy
    found, expected = (numpy.fromfile(path, numpy.float32) for path in (found, expected))
    largest = numpy.abs(expected).max(initial=0)
    if found.shape != expected.shape or not largest > 0:
        return float("inf")
    gap = numpy.abs(found - expected).max()
    return float(gap / largest) if numpy.isfinite(gap) else float("inf")


def time_runs(run, clock, warmup, samples, count):
    for _ in range(warmup):
        run()
    taken = []
    for _ in range(samples):
        start = clock()
        for _ in range(count):
            run()
        taken.append((clock() - start) / count)
    return " ".join(f"{t:.1f}" for t in taken)


def serve(library, folder, threads, answers):
    from network import Network
    network = Network(folder)
    peer = LIBRARIES[library](network, folder, threads)

    def answer(line):
        answers.write(line + "\n")
        answers.flush()

    answer("ready")
    for line in sys.stdin:
        command, *arguments = line.split(maxsplit=1)
        if command in CLOCKS:
            answer(time_runs(peer.run, CLOCKS[command], *map(int, arguments[0].split())))
        elif command == "output":
            peer.output().astype("float32").tofile(arguments[0].strip())
            answer("written")
        else:
            sys.exit(f"worker: unknown command {line!r}")


def main():
    if sys.argv[1:] == ["versions"]:
        print(json.dumps(versions()))
        return
    if sys.argv[1:2] == ["difference"]:
        print(difference(*sys.argv[2:]))
        return
    # Libraries print to standard output as they please: answers go through a copy of it.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    library, folder, threads = sys.argv[1:]
    serve(library, pathlib.Path(folder), int(threads), answers)


main()
