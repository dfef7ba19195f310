#!/usr/bin/env python3
"""Trains the three networks of the person detector. See README.md beside it.

    person.py pools                             what EDGENN_DATA_DIR offers
    person.py sheet    NETWORK --output PNG     a batch of training patches as a picture
    person.py train    NETWORK --run FOLDER     trains or goes on training
    person.py curves   --run FOLDER             draws the course of the run
    person.py validate --run FOLDER             miss rate on held-out photos, calibration of the score
    person.py export   --run FOLDER --describe PROGRAM --output FILE

The environment variable EDGENN_DATA_DIR names the folder that holds inria, ccp_street and coco_train.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Optional, Sequence

try:
    import cv2
    import numpy as np
    import torch
except ImportError as missing:
    print(f"person.py: {missing}; README.md beside it says what to install", file=sys.stderr)
    sys.exit(2)

import edgenn_weights as ew
import person_curves
import person_export
import person_pools
import person_validation
from person_augment import Sampler, jitter_of, sheet_of
from person_networks import DEFINITIONS, OCCUPANCY
from person_pools import InputError
from person_training import Training, checkpoint_of, keep_memory, load_checkpoint, stop_on_signals, trained_model


def least_height(network: str) -> float:
    """Persons may be enlarged a little to fill a patch."""
    return max(24.0, 0.6 * OCCUPANCY * DEFINITIONS[network].height)


def run_pools(arguments: argparse.Namespace) -> None:
    for name, validation in (("training", False), ("held out", True)):
        pools = person_pools.load(least_height(arguments.network), validation)
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in pools.sizes.items()))


def run_sheet(arguments: argparse.Namespace) -> None:
    pools = person_pools.load(least_height(arguments.network), validation=False)
    sampler = Sampler(DEFINITIONS[arguments.network], pools, np.random.default_rng(arguments.seed))
    if not cv2.imwrite(arguments.output, sheet_of(sampler)[..., ::-1]):
        raise InputError(f"{arguments.output}: cannot be written")


def run_train(arguments: argparse.Namespace) -> None:
    keep_memory()
    cv2.setNumThreads(1)
    torch.set_num_threads(arguments.threads)
    names = ("network", "seed", "batch", "patches", "minutes", "rate", "decay", "dropout", "bfloat16", "compile",
             "mine_at", "mine_photos", "mine_seconds", "mine_score", "mine_most")  # fmt: skip
    run = {name: getattr(arguments, name) for name in names}
    os.makedirs(arguments.run_folder, exist_ok=True)
    pools = person_pools.load(least_height(arguments.network), validation=False)
    print("pools: " + ", ".join(f"{key} {value}" for key, value in pools.sizes.items()), flush=True)
    training = Training(run, pools)
    checkpoint = checkpoint_of(arguments.run_folder)
    if os.path.exists(checkpoint):
        training.resume(checkpoint)
        print(f"goes on from {checkpoint}: {training.patches} patches", flush=True)
    stop_on_signals(training)
    training.train(checkpoint)


def run_curves(arguments: argparse.Namespace) -> None:
    numbers = json.loads(load_checkpoint(checkpoint_of(arguments.run_folder))["numbers"])
    print(person_curves.draw(numbers, arguments.run_folder))


def run_validate(arguments: argparse.Namespace) -> None:
    cv2.setNumThreads(1)
    torch.set_num_threads(arguments.threads)
    name, model, numbers = trained_model(checkpoint_of(arguments.run_folder))
    definition = DEFINITIONS[name]
    pools = person_pools.load(least_height(name), validation=True)
    findings = person_validation.search(definition, model, pools, arguments.per_octave, jitter_of(definition))
    result = {"network": name, "patches": numbers["step"] * numbers["run"]["batch"]}
    result.update(person_validation.summary(findings))
    text = json.dumps(result, indent=1)
    ew.write_whole(os.path.join(arguments.run_folder, "validation.json"), (text + "\n").encode())
    print(text)


def run_export(arguments: argparse.Namespace) -> None:
    name, model, numbers = trained_model(checkpoint_of(arguments.run_folder))
    size, score = person_export.export(DEFINITIONS[name], model, arguments.describe, arguments.output)
    patches = numbers["step"] * numbers["run"]["batch"]
    print(f"{arguments.output}: {name} after {patches} patches, {size} bytes, score of the drawn person {score:.3f}")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="command", required=True)
    pools = commands.add_parser("pools", help="count photos and persons")
    pools.add_argument("network", nargs="?", default="person_near_slim", choices=sorted(DEFINITIONS))
    pools.set_defaults(call=run_pools)
    sheet = commands.add_parser("sheet", help="a batch of patches as a picture")
    sheet.add_argument("network", choices=sorted(DEFINITIONS))
    sheet.add_argument("--output", required=True)
    sheet.add_argument("--seed", type=int, default=1)
    sheet.set_defaults(call=run_sheet)
    train = commands.add_parser("train", help="train or go on training")
    train.add_argument("network", choices=sorted(DEFINITIONS))
    train.add_argument("--run", dest="run_folder", required=True, help="folder of the run: checkpoint, curves")
    length = train.add_mutually_exclusive_group(required=True)
    length.add_argument("--minutes", type=float, default=0.0, help="length in minutes, mining included")
    length.add_argument("--patches", type=int, default=0, help="length in patches: repeats exactly")
    train.add_argument("--seed", type=int, default=1)
    train.add_argument("--threads", type=int, default=1)
    train.add_argument("--batch", type=int, default=128)
    train.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    train.add_argument("--decay", type=float, default=1e-2)
    train.add_argument("--dropout", type=float, default=0.3)
    train.add_argument("--bfloat16", action="store_true", help="mixed precision, for processors with AVX512_BF16")
    train.add_argument("--compile", action="store_true", help="torch.compile, where PyTorch has it")
    train.add_argument("--mine-at", type=float, nargs="*", default=[0.15, 0.35, 0.6], metavar="SHARE",
                       help="shares of the run after which to search for false alarms")  # fmt: skip
    train.add_argument("--mine-photos", type=int, default=1500)
    train.add_argument("--mine-seconds", type=float, default=240)
    train.add_argument("--mine-score", type=float, default=-1.0)
    train.add_argument("--mine-most", type=int, default=12, help="false alarms kept per photo and round")
    train.set_defaults(call=run_train)
    curves = commands.add_parser("curves", help="draw the course of a run")
    validate = commands.add_parser("validate", help="judge a run on held-out photos")
    validate.add_argument("--per-octave", type=int, default=7)
    validate.add_argument("--threads", type=int, default=1)
    export = commands.add_parser("export", help="write edgenn weights")
    export.add_argument("--describe", required=True, help="the program edgenn-describe")
    export.add_argument("--output", required=True)
    for command, call in ((curves, run_curves), (validate, run_validate), (export, run_export)):
        command.add_argument("--run", dest="run_folder", required=True)
        command.set_defaults(call=call)
    return top


def main(argv: Optional[Sequence[str]] = None) -> int:
    arguments = parser().parse_args(argv)
    try:
        arguments.call(arguments)
    except (InputError, ew.WeightsError, OSError) as error:
        print(f"person.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
