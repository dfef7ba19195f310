"""A training run of one person network: batches, mining rounds, checkpoints. person.py is its command line."""

from __future__ import annotations

import ctypes
import io
import json
import math
import os
import signal
import sys
import time
from typing import Any, Dict, List, Optional

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import edgenn_weights as ew
from person_augment import Hard, Sampler
from person_networks import DEFINITIONS, build, folded, margin, normalise
from person_pools import InputError, Pools
from person_pyramid import Detector, false_alarms, inside, tolerated_overlap

CHECKPOINT_VERSION = 1
CHECKPOINT_SECONDS = 180.0
REPORT_SECONDS = 20.0
LABEL_SMOOTHING = 0.02
WARM_UP_STEPS = 200
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # names of <malloc.h>
MEAN_EVERY = 5  # steps
MEAN_KEEP = 0.98


def keep_memory() -> None:
    """Lets glibc keep freed memory: large tensors are otherwise given back and zeroed again every step."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    mallopt(M_MMAP_MAX, 0)
    mallopt(M_TRIM_THRESHOLD, -1)


def clock(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def learning_rate(progress: float, step: int, peak: float) -> float:
    """Linear warm-up over the first steps, half a cosine down to a hundredth over the whole run."""
    warm = min(1.0, (step + 1) / WARM_UP_STEPS)
    return peak * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


class Training:
    """Everything a run is made of; `save` and `resume` keep all of it, so a broken run goes on where it was."""

    def __init__(self, run: Dict[str, Any], pools: Pools) -> None:
        self.run = run
        self.definition = DEFINITIONS[run["network"]]
        torch.manual_seed(run["seed"])
        self.model = build(self.definition, run["dropout"]).to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=run["rate"], weight_decay=run["decay"])
        # The running mean of the weights: while rates are high it is the better network, so it is what mines
        # and what is exported.
        self.mean = build(self.definition, run["dropout"]).to(memory_format=torch.channels_last)
        self.mean.load_state_dict(self.model.state_dict())
        self.random = np.random.default_rng(run["seed"])
        self.sampler = Sampler(self.definition, pools, self.random)
        self.step = 0
        self.seconds = 0.0  # spent in training and mining
        self.rounds = 0
        self.history: List[Dict[str, float]] = []
        self.stopping = False

    @property
    def patches(self) -> int:
        return self.step * self.run["batch"]

    def progress(self) -> float:
        """0 to 1 in the unit that bounds the run: patches, which repeats exactly, or minutes."""
        if self.run["patches"]:
            return self.patches / self.run["patches"]
        return self.seconds / (60 * self.run["minutes"])

    def save(self, path: str) -> None:
        """The safe loader takes no objects, so numbers travel as JSON beside the tensors."""
        numbers = {
            "run": self.run,
            "step": self.step,
            "seconds": self.seconds,
            "rounds": self.rounds,
            "history": self.history,
            "random": self.random.bit_generator.state,
        }
        state = {
            "version": CHECKPOINT_VERSION,
            "numbers": json.dumps(numbers),
            "model": self.model.state_dict(),
            "mean": self.mean.state_dict(),
            "optimizer": self.optimizer.state_dict()["state"],
            "torch_random": torch.get_rng_state(),
            "hard": torch.from_numpy(self.sampler.hard.places),
        }
        buffer = io.BytesIO()
        torch.save(state, buffer)
        ew.write_whole(path, buffer.getvalue())

    def resume(self, path: str) -> None:
        """Goes on from a checkpoint of the same network; length and rates may have been changed meanwhile."""
        state = load_checkpoint(path)
        numbers = json.loads(state["numbers"])
        for key in ("network", "seed", "batch"):
            if numbers["run"][key] != self.run[key]:
                raise InputError(f"{path}: {key} is {numbers['run'][key]}, expected {self.run[key]}")
        self.step, self.seconds = numbers["step"], numbers["seconds"]
        self.rounds, self.history = numbers["rounds"], numbers["history"]
        self.random.bit_generator.state = numbers["random"]
        self.model.load_state_dict(state["model"])
        self.mean.load_state_dict(state["mean"])
        settings = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state["optimizer"], "param_groups": settings})
        torch.set_rng_state(state["torch_random"])
        self.sampler.hard = Hard(state["hard"].numpy())

    def mine(self) -> None:
        """Searches training photos for false alarms of the network as it is; adds them to all earlier ones."""
        started = time.monotonic()
        detector = Detector(self.definition, folded(self.mean.eval()))
        photos = self.sampler.pools.photos
        candidates = [index for index, photo in enumerate(photos) if photo.source in ("background", "everyday")]
        street = [index for index, photo in enumerate(photos) if photo.source == "street"]
        order = self.random.permutation(candidates).tolist()[: self.run["mine_photos"]]
        order += self.random.permutation(street).tolist()[: self.run["mine_photos"] // 5]
        order = self.random.permutation(order).tolist()
        found = []
        searched = 0
        tolerated = tolerated_overlap(self.sampler.jitter)
        for index in order:
            if self.stopping or time.monotonic() - started > self.run["mine_seconds"]:
                break
            photo = photos[index]
            boxes = detector(photo.pixels, self.run["mine_score"])[:40]
            boxes = false_alarms(boxes, photo.persons, tolerated)
            if photo.source == "street":
                boxes = inside(boxes, photo.persons)
            for x, y, width, height, _ in boxes[: self.run["mine_most"]]:
                found.append((index, x + width / 2, y + height / 2, height))
            searched += 1
        places = np.array(found, np.float64).reshape(-1, 4)
        self.sampler.hard = Hard(np.concatenate([self.sampler.hard.places, places]))
        seconds = time.monotonic() - started
        self.seconds += seconds
        self.rounds += 1
        print(
            f"mining round {self.rounds}: {len(places)} false alarms in {searched} of {len(order)} photos,"
            f" {len(self.sampler.hard.places)} in all, {seconds:.0f} s",
            flush=True,
        )

    def _due_rounds(self) -> int:
        return sum(self.progress() >= share for share in self.run["mine_at"])

    def train(self, checkpoint: str, after_report: Any = None) -> None:
        """Trains to the end or until a signal; saves every few minutes and when it stops."""
        forward = compiled(self.model) if self.run["compile"] else self.model
        batch = self.run["batch"]
        mixed = self.run["bfloat16"]
        saved = reported = time.monotonic()
        total = right_person = right_other = 0.0
        steps = 0
        self.model.train()
        while self.progress() < 1 and not self.stopping:
            if self._due_rounds() > self.rounds:
                self.mine()
                self.save(checkpoint)
            began = time.monotonic()
            rate = learning_rate(self.progress(), self.step, self.run["rate"])
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            pixels, labels = self.sampler.batch(batch)
            inputs, targets = normalise(torch.from_numpy(pixels)), torch.from_numpy(labels)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=mixed):
                logits = forward(inputs)
            logits = logits[:, :, 0, 0].float()
            loss = F.cross_entropy(logits, targets, label_smoothing=LABEL_SMOOTHING)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            self.step += 1
            if self.step % MEAN_EVERY == 0:
                self._update_mean()
            steps += 1
            right = (logits.detach().argmax(1) == targets).float()
            total += loss.item()
            right_person += right[targets == 1].mean().item()
            right_other += right[targets == 0].mean().item()
            now = time.monotonic()
            self.seconds += now - began
            if now - reported >= REPORT_SECONDS or self.progress() >= 1:
                self._report(total / steps, right_person / steps, right_other / steps,
                             steps * batch / (now - reported), rate)  # fmt: skip
                total = right_person = right_other = 0.0
                steps = 0
                reported = now
            if now - saved >= CHECKPOINT_SECONDS:
                self.save(checkpoint)
                if after_report is not None:
                    after_report(self)
                saved = now
        self.save(checkpoint)
        if after_report is not None:
            after_report(self)

    @torch.no_grad()
    def _update_mean(self) -> None:
        # A young run has a short memory: its first weights are no use.
        keep = min(MEAN_KEEP, self.step / (self.step + 10 * MEAN_EVERY))
        for mean, now in zip(self.mean.state_dict().values(), self.model.state_dict().values()):
            if mean.dtype.is_floating_point:
                mean.mul_(keep).add_(now, alpha=1 - keep)

    def _report(self, loss: float, person: float, other: float, speed: float, rate: float) -> None:
        progress = self.progress()
        left = self.seconds / progress * (1 - progress) if progress > 0 else 0.0
        self.history.append(
            {"patches": self.patches, "seconds": self.seconds, "loss": loss, "person": person, "other": other,
             "rate": rate, "rounds": self.rounds}  # fmt: skip
        )
        print(
            f"{self.run['network']} {100 * progress:5.1f} %  {self.patches} patches  {speed:.0f}/s"
            f"  {clock(left)} left  loss {loss:.4f}  right: persons {100 * person:.2f} %"
            f"  others {100 * other:.2f} %  rate {rate:.1e}",
            flush=True,
        )


def compiled(model: nn.Module) -> nn.Module:
    """torch.compile where this PyTorch has it; it needs a C++ compiler."""
    if not hasattr(torch, "compile"):
        return model
    return torch.compile(model)


def stop_on_signals(training: Training) -> None:
    """Ctrl-C and SIGTERM let the step in progress end and save; a second one ends at once."""

    def stop(number: int, _frame: Optional[Any]) -> None:
        training.stopping = True
        print("stopping after this step; the same command goes on later", file=sys.stderr, flush=True)
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


def load_checkpoint(path: str) -> Dict[str, Any]:
    """What Training.save wrote. Runs no code from the file where PyTorch can promise that."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except Exception as error:  # torch raises many types for a damaged file
        raise InputError(f"{path}: is not a checkpoint: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(state, dict) or state.get("version") != CHECKPOINT_VERSION:
        raise InputError(f"{path}: is not a checkpoint of version {CHECKPOINT_VERSION}")
    return state


def trained_model(path: str) -> "tuple[str, nn.Sequential, Dict[str, Any]]":
    """Network name, folded network and the numbers of a checkpoint."""
    state = load_checkpoint(path)
    numbers = json.loads(state["numbers"])
    definition = DEFINITIONS[numbers["run"]["network"]]
    model = build(definition, numbers["run"]["dropout"])
    model.load_state_dict(state["mean"])
    return definition.name, folded(model.eval()), numbers


def checkpoint_of(run_folder: str) -> str:
    return os.path.join(run_folder, "checkpoint.pt")


__all__ = ["Training", "load_checkpoint", "trained_model", "checkpoint_of", "stop_on_signals", "margin"]
