#!/usr/bin/env python3
"""Draws a comparison as a bar chart (SVG) or writes it as Markdown.

    python3 bench/peers/plot.py RESULTS.json OUT.svg|OUT.md
"""
import json
import pathlib
import sys

import results


def fail(message):
    print(f"plot.py: {message}", file=sys.stderr)
    sys.exit(2)


def main():
    if len(sys.argv) != 3:
        fail("expected two arguments, a file of results and what to write")
    source, target = map(pathlib.Path, sys.argv[1:])
    writers = {".svg": results.svg, ".md": results.markdown}
    if target.suffix not in writers:
        fail(f"found {target.name}, expected a name that ends in .svg or .md")
    try:
        text = writers[target.suffix](json.loads(source.read_text()))
    except (OSError, ValueError, KeyError) as error:
        fail(f"{source} is no file of results of compare.py: {error!r}")
    part = target.with_name(target.name + ".part")
    part.write_text(text)
    part.rename(target)


main()
