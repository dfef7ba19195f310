"""Draws the course of a training run."""

from __future__ import annotations

import json
import os
from typing import Any, Dict

from person_pools import InputError


def draw(numbers: Dict[str, Any], folder: str) -> str:
    """Writes curves.svg and history.json into the run's folder; needs matplotlib. Returns the picture's path."""
    try:
        import matplotlib
    except ImportError:
        raise InputError("curves need matplotlib") from None
    matplotlib.use("svg")
    from matplotlib import pyplot

    history = numbers["history"]
    with open(os.path.join(folder, "history.json"), "w", encoding="utf-8") as file:
        json.dump({"run": numbers["run"], "history": history}, file, indent=1)
    patches = [entry["patches"] / 1e6 for entry in history]
    figure, (loss, wrong) = pyplot.subplots(2, 1, sharex=True, figsize=(8, 6), constrained_layout=True)
    loss.plot(patches, [entry["loss"] for entry in history])
    loss.set_ylabel("loss")
    loss.set_title(numbers["run"]["network"])
    for key, label in (("person", "persons"), ("other", "other patches")):
        wrong.plot(patches, [100 * max(1e-4, 1 - entry[key]) for entry in history], label=label)
    wrong.set_yscale("log")
    wrong.set_ylabel("wrong, % of training patches")
    wrong.set_xlabel("patches, millions")
    wrong.legend()
    for before, after in zip(history, history[1:]):
        if after["rounds"] > before["rounds"]:
            for axes in (loss, wrong):
                axes.axvline(after["patches"] / 1e6, color="grey", linewidth=0.8, linestyle=":")
    path = os.path.join(folder, "curves.svg")
    figure.savefig(path)
    pyplot.close(figure)
    return path
