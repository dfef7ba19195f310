#!/usr/bin/env python3
"""Makes the reference pages in a temporary folder. Fails on any warning, such as a public name without comment."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
if shutil.which("doxygen") is None:
    sys.exit("found no doxygen: run sh tools/setup.sh")
with tempfile.TemporaryDirectory(prefix="edgenn-") as folder:
    settings = (ROOT / "docs" / "Doxyfile").read_text() + f'\nOUTPUT_DIRECTORY = "{folder}"\n'
    done = subprocess.run(["doxygen", "-"], cwd=ROOT, input=settings, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    print(done.stdout)
    pages = list(pathlib.Path(folder).rglob("structedgenn_1_1conv2d.html"))
sys.exit(f"exit status {done.returncode}" if done.returncode else None if pages else "conv2d has no page")
