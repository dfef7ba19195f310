#!/usr/bin/env python3
"""Trains LeNet-5 and LeNet-300-100 on MNIST and writes their weights for edgenn. See README.md beside it.

    lenet.py train   NETWORK --describe PROGRAM --output FILE    trains, then exports
    lenet.py export  NETWORK --checkpoint FILE --describe PROGRAM --output FILE
    lenet.py outputs NETWORK --weights FILE --count N --output FILE

The environment variable EDGENN_DATA_DIR names the folder that holds mnist/ with its four idx files.
"""

from __future__ import annotations

import argparse
import copy
import io
import json
import math
import os
import sys
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
    from torch import Tensor, nn
except ImportError as missing:
    print(
        f"lenet.py: {missing}; run it with a Python that has PyTorch and numpy"
        " (on Debian: apt-get install python3-torch python3-numpy, then /usr/bin/python3)",
        file=sys.stderr,
    )
    sys.exit(2)

import edgenn_weights as ew
from mnist import CLASSES, PIXEL_SCALE, SIDE, Augmentation, InputError, load_digits, load_test_digits

HELD_OUT = 5_000
EVALUATION_BATCH = 500
CHECKPOINT_VERSION = 1

# The golden input: pen strokes of a four whose tail curls up, x to the right and y downwards, in pixels.
PEN_STROKES = (
    ((13, 6), (11.5, 5.5), (11, 8), (9.5, 11), (10, 12), (12.5, 13), (18, 11)),
    ((19, 9.5), (18, 11), (16, 22), (14, 23), (12, 21)),
)
PEN_RADIUS = 1.0
GOLDEN_LEAST = 0.05  # probability of each of the three digits that it might be

Chw = Tuple[int, int, int]


@dataclass(frozen=True)
class Network:
    """A network and how it is trained. `flattened`: the (C, H, W) shape before the first dense layer."""

    build: Callable[[], nn.Sequential]
    flattened: Chw
    epochs: int
    batch: int
    peak_rate: float
    weight_decay: float


def lenet5() -> nn.Sequential:
    """Caffe's variant: no activation after the convolutions. Dropout exists in training only."""
    return nn.Sequential(
        nn.Conv2d(1, 20, 5),
        nn.MaxPool2d(2, 2),
        nn.Conv2d(20, 50, 5),
        nn.MaxPool2d(2, 2),
        nn.Flatten(),
        nn.Linear(800, 500),
        nn.ReLU(),
        nn.Dropout(0.4),
        nn.Linear(500, CLASSES),
    )


def lenet_300_100() -> nn.Sequential:
    """No dropout: with it the held-out digits did worse, the distortions alone prevent overfitting."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(SIDE * SIDE, 300),
        nn.ReLU(),
        nn.Linear(300, 100),
        nn.ReLU(),
        nn.Linear(100, CLASSES),
    )


NETWORKS: Dict[str, Network] = {
    "lenet5": Network(lenet5, (50, 4, 4), 50, 128, 2e-3, 0.02),
    "lenet_300_100": Network(lenet_300_100, (1, SIDE, SIDE), 120, 128, 2e-3, 0.02),
}


def weighted_layers(model: nn.Sequential) -> List[nn.Module]:
    return [layer for layer in model if isinstance(layer, (nn.Conv2d, nn.Linear))]


def canonical_tensors(model: nn.Sequential, flattened: Chw) -> List[np.ndarray]:
    """The weights in edgenn's order: HWC activations, so OHWI kernels and dense rows over HWC inputs."""
    tensors = []
    behind_flatten = True
    for layer in weighted_layers(model):
        kernel = layer.weight.detach()
        if isinstance(layer, nn.Conv2d):
            kernel = kernel.permute(0, 2, 3, 1)
        elif behind_flatten:
            # PyTorch flattened CHW; the same inputs arrive here in HWC order.
            kernel = kernel.reshape(-1, *flattened).permute(0, 2, 3, 1).flatten(1)
            behind_flatten = False
        tensors += [kernel.contiguous().numpy(), layer.bias.detach().numpy()]
    return tensors


def canonical_dims(model: nn.Sequential, flattened: Chw) -> List[Tuple[int, ...]]:
    return [tuple(tensor.shape) for tensor in canonical_tensors(model, flattened)]


def load_canonical(model: nn.Sequential, flattened: Chw, tensors: Sequence[np.ndarray]) -> None:
    """The inverse of canonical_tensors."""
    channels, height, width = flattened
    behind_flatten = True
    pending = iter(tensors)
    with torch.no_grad():
        for layer in weighted_layers(model):
            kernel = torch.from_numpy(next(pending))
            if isinstance(layer, nn.Conv2d):
                kernel = kernel.permute(0, 3, 1, 2)
            elif behind_flatten:
                kernel = kernel.reshape(-1, height, width, channels).permute(0, 3, 1, 2).flatten(1)
                behind_flatten = False
            layer.weight.copy_(kernel)
            layer.bias.copy_(torch.from_numpy(next(pending)))


def rounded_to_fp16(model: nn.Sequential) -> nn.Sequential:
    """A copy whose weights are what an fp16 file holds; arithmetic stays fp32."""
    rounded = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in rounded.parameters():
            parameter.copy_(parameter.half().float())
    return rounded


def make_deterministic(seed: int, threads: int) -> None:
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)


@torch.no_grad()
def probabilities(model: nn.Sequential, images: Tensor) -> Tensor:
    """The network's softmax output, [count, 10]."""
    model.eval()
    batches = images.split(EVALUATION_BATCH)
    return torch.cat([F.softmax(model(batch), dim=1) for batch in batches])


def evaluate(model: nn.Sequential, images: Tensor, labels: Tensor) -> Tuple[float, float]:
    """Share of right answers and mean cross-entropy."""
    output = probabilities(model, images)
    right = (output.argmax(1) == labels).float().mean().item()
    loss = F.nll_loss(torch.log(output.clamp_min(1e-12)), labels).item()
    return right, loss


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up over the first tenth, then half a cosine down to zero."""
    warm_up = max(1, steps // 10)
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class Training:
    """One run: model, optimiser, random states and the best epoch so far, all of it in the checkpoint."""

    def __init__(self, name: str, epochs: int, seed: int, threads: int) -> None:
        self.network = NETWORKS[name]
        self.run: Dict[str, Any] = {"network": name, "epochs": epochs, "seed": seed, "threads": threads}
        make_deterministic(seed, threads)
        self.model = self.network.build().to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=self.network.peak_rate, weight_decay=self.network.weight_decay
        )
        self.shuffle = torch.Generator().manual_seed(seed + 1)
        self.distort = torch.Generator().manual_seed(seed + 2)
        self.epoch = 0
        self.seconds = 0.0
        self.best: Dict[str, Any] = {"epoch": 0, "accuracy": -1.0, "loss": math.inf, "model": {}}

    def save(self, path: str) -> None:
        """The safe loader of PyTorch 1.13 takes no float, so numbers travel as JSON beside the tensors."""
        best = dict(self.best)
        best_model = best.pop("model")
        numbers = {"run": self.run, "epoch": self.epoch, "seconds": self.seconds, "best": best}
        state = {
            "version": CHECKPOINT_VERSION,
            "best_model": best_model,
            "numbers": json.dumps(numbers),
            "model": self.model.state_dict(),
            # The other half, the settings, is rebuilt from the network's own.
            "optimizer": self.optimizer.state_dict()["state"],
            "random": [torch.get_rng_state(), self.shuffle.get_state(), self.distort.get_state()],
        }
        buffer = io.BytesIO()
        torch.save(state, buffer)
        ew.write_whole(path, buffer.getvalue())

    def resume(self, path: str) -> None:
        state = load_checkpoint(path)
        if state["run"] != self.run:
            raise InputError(f"{path}: belongs to the run {state['run']}, expected {self.run}")
        self.epoch = state["epoch"]
        self.seconds = state["seconds"]
        self.best = state["best"]
        self.model.load_state_dict(state["model"])
        settings = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state["optimizer"], "param_groups": settings})
        torch.set_rng_state(state["random"][0])
        self.shuffle.set_state(state["random"][1])
        self.distort.set_state(state["random"][2])

    def train_epoch(self, images: Tensor, labels: Tensor) -> float:
        """One pass over the digits; the last few that do not fill a batch wait for the next shuffle."""
        self.model.train()
        augment = Augmentation(self.distort)
        batch = self.network.batch
        steps_per_epoch = len(images) // batch
        steps = steps_per_epoch * self.run["epochs"]
        order = torch.randperm(len(images), generator=self.shuffle)
        total = 0.0
        for index in range(steps_per_epoch):
            rate = learning_rate(self.epoch * steps_per_epoch + index, steps, self.network.peak_rate)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            chosen = order[index * batch : (index + 1) * batch]
            inputs = augment(images[chosen]).contiguous(memory_format=torch.channels_last)
            loss = F.cross_entropy(self.model(inputs), labels[chosen])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.item()
        self.epoch += 1
        return total / steps_per_epoch

    def keep_if_best(self, accuracy: float, loss: float) -> None:
        if (accuracy, -loss) > (self.best["accuracy"], -self.best["loss"]):
            model = copy.deepcopy(self.model.state_dict())
            self.best = {"epoch": self.epoch, "accuracy": accuracy, "loss": loss, "model": model}


def load_checkpoint(path: str) -> Dict[str, Any]:
    """What Training.save wrote, its numbers unpacked. Runs no code from the file."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise InputError(f"{path}: missing") from None
    except Exception:
        # The loader's own words advise to load the file unsafely, hence not passed on.
        raise InputError(f"{path}: not a checkpoint of this program") from None
    version = state.get("version") if isinstance(state, dict) else None
    if version != CHECKPOINT_VERSION:
        raise InputError(f"{path}: checkpoint version is {version}, expected {CHECKPOINT_VERSION}")
    state.update(json.loads(state["numbers"]))
    state["best"]["model"] = state["best_model"]
    return state


def train(training: Training, checkpoint: Optional[str]) -> None:
    """Runs the epochs that are left. It never sees the test digits."""
    images, labels = load_digits("train", 60_000)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(training.run["seed"]))
    kept, held_out = order[HELD_OUT:], order[:HELD_OUT]
    train_images, train_labels = images[kept], labels[kept]
    held_images, held_labels = images[held_out], labels[held_out]
    epochs = training.run["epochs"]
    first = training.epoch
    began = time.monotonic() - training.seconds
    resumed = training.seconds
    while training.epoch < epochs:
        loss = training.train_epoch(train_images, train_labels)
        # The file will hold fp16, so the epoch is chosen by what fp16 weights do.
        accuracy, held_loss = evaluate(rounded_to_fp16(training.model), held_images, held_labels)
        training.keep_if_best(accuracy, held_loss)
        training.seconds = time.monotonic() - began
        pace = (training.seconds - resumed) / (training.epoch - first)
        print(
            f"epoch {training.epoch:3d}/{epochs}  loss {loss:.4f}  validation {100 * accuracy:.2f} %"
            f" (loss {held_loss:.4f})  elapsed {clock(training.seconds)}"
            f"  remaining {clock(pace * (epochs - training.epoch))}",
            flush=True,
        )
        if checkpoint:
            training.save(checkpoint)
    best = training.best
    print(f"best epoch {best['epoch']}: validation {100 * best['accuracy']:.2f} % with fp16-rounded weights")


def describe(program: str, name: str) -> ew.Description:
    """The C++ side's description, checked against the network as PyTorch has it."""
    description = ew.describe(program, name)
    network = NETWORKS[name]
    expected = canonical_dims(network.build(), network.flattened)
    found = [spec.dims for spec in description.tensors]
    if found != expected:
        raise InputError(f"{program} {name}: tensors are {found}, expected {expected}")
    ends = (("inputs", description.inputs, SIDE**2), ("outputs", description.outputs, CLASSES))
    for what, shapes, size in ends:
        if [math.prod(dims) for dims in shapes] != [size]:
            raise InputError(f"{program} {name}: {what} are {list(shapes)}, expected one of {size} elements")
    return description


def draw_golden_digit() -> Tensor:
    """An image [1, 1, 28, 28] of grey level / 256, like those of MNIST and none of them.

    A digit somewhere between 4, 5 and 9, so that the golden output depends visibly on the weights. The edge
    of the strokes is a pixel wide. Only operations that IEEE 754 rounds in one way: the same bits everywhere.
    """
    y, x = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    distance = np.full((SIDE, SIDE), np.inf)
    for stroke in PEN_STROKES:
        for (x0, y0), (x1, y1) in zip(stroke, stroke[1:]):
            dx, dy = x1 - x0, y1 - y0
            along = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0, 1)
            away_x, away_y = x - x0 - along * dx, y - y0 - along * dy
            distance = np.minimum(distance, np.sqrt(away_x * away_x + away_y * away_y))
    levels = np.floor(255 * np.clip(PEN_RADIUS + 0.5 - distance, 0, 1))
    return torch.from_numpy((levels * PIXEL_SCALE).astype(np.float32)).reshape(1, 1, SIDE, SIDE)


def export(name: str, state: Dict[str, Tensor], description: ew.Description, path: str) -> None:
    """Writes the fp16 weights with a golden pair, reads the file back and measures what it holds."""
    network = NETWORKS[name]
    images, labels = load_test_digits()
    trained = network.build()
    trained.load_state_dict(state)
    golden_input = draw_golden_digit()
    golden_output = probabilities(rounded_to_fp16(trained), golden_input)
    third = golden_output.flatten().sort(descending=True).values[2].item()
    if third < GOLDEN_LEAST:
        raise InputError(
            f"{name}: is too sure of the golden digit, the third output is {third:.3f}, expected at least"
            f" {GOLDEN_LEAST}: draw another in PEN_STROKES"
        )
    pair = ew.GoldenPair(
        # One channel: CHW and HWC are the same order of elements.
        [golden_input[0].numpy().reshape(description.inputs[0])],
        [golden_output.numpy().reshape(description.outputs[0])],
    )
    size = ew.write(path, description, canonical_tensors(trained, network.flattened), "fp16", pair)
    stored = load_weights(name, path)
    if not torch.equal(probabilities(stored, golden_input), golden_output):
        raise InputError(f"{path}: read back, its golden output differs")
    full, _ = evaluate(trained, images, labels)
    half, _ = evaluate(stored, images, labels)
    fingerprint = f"0x{description.fingerprint:016x}"
    print(f"wrote {path}: {size} bytes, {description.weight_count} weights, fingerprint {fingerprint}")
    shares = ", ".join(f"{digit}: {p:.3f}" for digit, p in enumerate(golden_output.flatten().tolist()))
    print(f"golden output {shares}")
    print(f"test accuracy {100 * full:.2f} % with fp32 weights, {100 * half:.2f} % with fp16-rounded weights")


def load_weights(name: str, path: str) -> nn.Sequential:
    """The network with the weights of an .edgenn file."""
    network = NETWORKS[name]
    model = network.build()
    try:
        tensors = ew.read(path).tensors(canonical_dims(model, network.flattened))
    except FileNotFoundError:
        raise InputError(f"{path}: missing") from None
    load_canonical(model, network.flattened, tensors)
    return model


def run_train(arguments: argparse.Namespace) -> None:
    # Whatever the export needs is looked at before the training, so that its lack does not cost a run.
    description = describe(arguments.describe, arguments.network)
    load_test_digits()
    for path in (arguments.output, arguments.checkpoint):
        if path and not os.path.isdir(os.path.dirname(os.path.abspath(path))):
            raise InputError(f"{path}: its folder is missing")
    epochs = arguments.epochs or NETWORKS[arguments.network].epochs
    training = Training(arguments.network, epochs, arguments.seed, arguments.threads)
    if arguments.checkpoint and os.path.exists(arguments.checkpoint):
        training.resume(arguments.checkpoint)
        print(f"resuming after epoch {training.epoch} of {epochs}")
    train(training, arguments.checkpoint)
    export(arguments.network, training.best["model"], description, arguments.output)


def run_export(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(arguments.threads)
    description = describe(arguments.describe, arguments.network)
    state = load_checkpoint(arguments.checkpoint)
    run, best = state["run"], state["best"]
    if run["network"] != arguments.network:
        raise InputError(f"{arguments.checkpoint}: holds {run['network']}, expected {arguments.network}")
    if state["epoch"] < run["epochs"]:
        print(f"note: the run stands at epoch {state['epoch']} of {run['epochs']}", file=sys.stderr)
    print(
        f"seed {run['seed']}, {state['epoch']} epochs in {clock(state['seconds'])}, best epoch"
        f" {best['epoch']}: validation {100 * best['accuracy']:.2f} % with fp16-rounded weights"
    )
    export(arguments.network, best["model"], description, arguments.output)


def run_outputs(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(arguments.threads)
    model = load_weights(arguments.network, arguments.weights)
    images, labels = load_test_digits()
    if arguments.count > len(images):
        raise InputError(f"--count is {arguments.count}, expected at most {len(images)}")
    output = probabilities(model, images[: arguments.count])
    ew.write_whole(arguments.output, output.numpy().astype("<f4").tobytes())
    right = int((output.argmax(1) == labels[: arguments.count]).sum())
    print(f"wrote {arguments.output}: {arguments.count} x {CLASSES} fp32, {right} digits right")


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not positive")
    return value


def seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**32:
        raise argparse.ArgumentTypeError(f"{value} is not in 0 to 2^32 - 1")
    return value


def parse(arguments: Optional[Sequence[str]] = None) -> argparse.Namespace:
    what = "Train LeNet-5 and LeNet-300-100 on MNIST for edgenn."
    parser = argparse.ArgumentParser(prog="lenet.py", description=what)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], None], what: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=what, description=what)
        sub.set_defaults(run=run)
        sub.add_argument("network", choices=sorted(NETWORKS))
        sub.add_argument("--threads", type=positive, default=2, help="threads of PyTorch (default 2)")
        sub.add_argument("--output", required=True, metavar="FILE", help="the file to write")
        return sub

    def add_describe(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--describe", required=True, metavar="PROGRAM", help="path of edgenn-describe")

    sub = command("train", run_train, "Train a network and export its weights.")
    add_describe(sub)
    sub.add_argument("--epochs", type=positive, help="default: what the network needs")
    sub.add_argument("--seed", type=seed, default=1, help="default 1")
    sub.add_argument("--checkpoint", metavar="FILE", help="saved every epoch; if it exists, resumed from")
    sub = command("export", run_export, "Export the best epoch of a checkpoint.")
    add_describe(sub)
    sub.add_argument("--checkpoint", required=True, metavar="FILE")
    sub = command("outputs", run_outputs, "Write PyTorch's probabilities for N test digits as raw fp32.")
    sub.add_argument("--weights", required=True, metavar="FILE", help="an .edgenn file")
    sub.add_argument("--count", type=positive, default=10_000, metavar="N", help="default: all 10000")
    return parser.parse_args(arguments)


def main() -> int:
    arguments = parse()
    try:
        arguments.run(arguments)
    except (InputError, ew.WeightsError, OSError) as error:
        print(f"lenet.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
