#!/usr/bin/env python3
"""Trains the three networks of the person detector. See README.md beside it.

    person.py pools                             what EDGENN_DATA_DIR offers
    person.py sheet    NETWORK --output PNG     a batch of training patches as a picture
    person.py train    NETWORK --run FOLDER     trains or goes on training
"""

from __future__ import annotations

import argparse
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

import person_pools
from person_augment import Sampler, sheet_of
from person_networks import DEFINITIONS, OCCUPANCY
from person_pools import InputError
from person_training import Training, checkpoint_of, stop_on_signals


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


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="command", required=True)
    pools = commands.add_parser("pools", help="count photos and persons")
    pools.add_argument("network", nargs="?", default="person_near", choices=sorted(DEFINITIONS))
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
    return top


def main(argv: Optional[Sequence[str]] = None) -> int:
    arguments = parser().parse_args(argv)
    try:
        arguments.call(arguments)
    except (InputError, OSError) as error:
        print(f"person.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
