#!/usr/bin/env python3
"""The list of operators in docs/importing.md is the program's own: operators_in_docs.py EDGENN_IMPORT FILE [--write]."""
import pathlib
import subprocess
import sys

BEGIN, END = "<!-- operators begin -->\n", "<!-- operators end -->\n"

program, file = sys.argv[1], pathlib.Path(sys.argv[2])
known = {}
for line in subprocess.run([program, "--operators"], capture_output=True, text=True, check=True).stdout.splitlines():
    name, _, condition = line.partition(", ")
    source, operator = name.split()
    known.setdefault((source, condition), []).append(f"`{operator}`")
rows = [f"| {source}{', ' + condition if condition else ''} | {' '.join(operators)} |\n"
        for (source, condition), operators in known.items()]
table = "| | operators |\n|---|---|\n" + "".join(rows)

text = file.read_text()
before, rest = text.split(BEGIN)
_, after = rest.split(END)
expected = before + BEGIN + table + END + after
if "--write" in sys.argv[3:]:
    file.write_text(expected)
elif text != expected:
    sys.exit(f"{file} lists other operators than {program} knows: run this with --write")
