#!/usr/bin/env python3
"""Programs that must not compile, and what the compiler must say of them.

    check.py COMPILER [CASE]     check all cases, or show what COMPILER says of one

A case is the text between `#ifdef CASE_<name>` and the next `#endif` of a .cpp file in this folder. One of its
lines ends in `// expect: <text>`. The case holds if the compiler refuses the file with the case, accepts it
without, names the text in an error or note of its own (not only in a quoted source line), shows the marked line,
and needs no more than a screen or two to say so.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
INCLUDE = ROOT / "include" / "edgenn"
FLAGS = ["-std=c++20", "-fsyntax-only", "-Werror=unused-result", "-I", ROOT / "include", "-I", ROOT / "backends" / "reference"]
MOST_LINES = 100  # clang 14 says each error of a constant expression twice
DIAGNOSTIC = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+):\d+: |^\S.*: (error|note): ")

# Messages that no program can bring about on the machines that run this test.
UNREACHABLE = {
    "edgenn: the memory plan is not sound: a defect",
    "edgenn: weights are used in place on little-endian processors only; copy_to works on all",
}


class Case:
    def __init__(self, path, name):
        self.path, self.name, self.text, self.line = path, name, "", 0


def read_cases(path):
    cases, case = [], None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        begin = re.match(r"#ifdef CASE_(\w+)$", line)
        expected = re.search(r"// expect: (.+)$", line)
        if begin:
            case = Case(path, begin[1])
            cases.append(case)
        elif line == "#endif":
            case = None
        elif expected:
            if case is None or case.text:
                sys.exit(f"{path.name}:{number}: expected one `// expect:` in each case")
            case.text, case.line = expected[1], number
    for case in cases:
        if not case.text:
            sys.exit(f"{path.name}: case {case.name} has no `// expect:`")
    return cases


def compile_file(compiler, path, case=None):
    define = [f"-DCASE_{case}"] if case else []
    done = subprocess.run([compiler, *FLAGS, *define, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, env={**os.environ, "LC_ALL": "C"})
    return done.returncode, done.stdout


def check(compiler, case):
    """Returns what is wrong, or nothing."""
    status, output = compile_file(compiler, case.path, case.name)
    if status == 0:
        return "it compiled"
    lines = output.splitlines()
    said = [line for line in lines if DIAGNOSTIC.match(line)]
    if not any(case.text in line for line in said):
        return f"no error or note says: {case.text}\n{output}"
    if not any(line.startswith(f"{case.path}:{case.line}:") for line in lines):
        return f"line {case.line} is not shown\n{output}"
    if len(lines) > MOST_LINES:
        return f"{len(lines)} lines of output, expected {MOST_LINES} at most"
    return ""


def uncovered(cases):
    """The library's messages that no case expects."""
    names = re.findall(r"^void (\w+)\(", (INCLUDE / "error.hpp").read_text(), re.MULTILINE)
    for header in sorted(INCLUDE.rglob("*.hpp")):
        texts = re.findall(r'"(edgenn: [^"\\]*)', header.read_text())
        names += [text for text in texts if text.strip() not in UNREACHABLE]
    expected = [case.text for case in cases]
    return [name for name in names if not any(text in name or name in text for text in expected)]


def main():
    compiler = sys.argv[1]
    files = sorted(FOLDER.glob("*.cpp"))
    cases = [case for path in files for case in read_cases(path)]
    if len(sys.argv) > 2:
        for case in cases:
            if case.name == sys.argv[2]:
                sys.exit(compile_file(compiler, case.path, case.name)[1])
        sys.exit(f"check.py: found no case {sys.argv[2]}")
    failures = [f"no case expects: {text}" for text in uncovered(cases)]
    for path in files:
        status, output = compile_file(compiler, path)
        if status != 0:
            failures.append(f"{path.name} does not compile without any case\n{output}")
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for case, wrong in zip(cases, pool.map(lambda c: check(compiler, c), cases)):
            if wrong:
                failures.append(f"{case.path.name}: {case.name}: {wrong}")
    print("\n".join(failures) or f"{len(cases)} cases hold with {compiler}")
    sys.exit(1 if failures else 0)


main()
