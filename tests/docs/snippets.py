#!/usr/bin/env python3
"""Keeps code in the documentation equal to the programs that are compiled and run.

    snippets.py ROOT [--write]

A code block of a Markdown file under ROOT that follows a line `<!-- code: PATH -->` must hold the file PATH
(relative to ROOT), word for word. --write puts it there; without it differences are listed and the exit
status is 1. It is an error if ROOT's README.md and docs/ hold no such line at all.
"""
import argparse
import pathlib
import re
import sys

BLOCK = re.compile(r"(<!-- code: (?P<path>\S+) -->\n```\w*\n)(?P<code>.*?)(?P<end>^```$)", re.DOTALL | re.MULTILINE)
MARKER = "<!-- code:"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()

    found, wrong = 0, 0
    for page in [args.root / "README.md", *sorted((args.root / "docs").glob("*.md"))]:
        text = page.read_text()
        blocks = list(BLOCK.finditer(text))
        if len(blocks) != text.count(MARKER):
            print(f"{page}: a line '{MARKER} ... -->' is not followed by a code block")
            wrong += 1
        for block in blocks:
            found += 1
            if block["code"] != (args.root / block["path"]).read_text():
                wrong += not args.write
                print(f"{page}: the code block of {block['path']} {'was' if args.write else 'is'} out of date")
        if args.write:
            page.write_text(BLOCK.sub(lambda b: b[1] + (args.root / b["path"]).read_text() + b["end"], text))
    if found == 0:
        print(f"{args.root}: no code block to check")
        return 1
    print(f"{found} code blocks checked")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
