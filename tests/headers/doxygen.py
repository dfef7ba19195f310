#!/usr/bin/env python3
"""Makes the reference pages in a temporary folder. Fails on any warning, such as a public name without comment.

First it proves that Doxygen would tell: names without comment, in every public namespace, must give warnings.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NOT_PUBLIC = re.compile(r"\b(detail|\w+_parts)\b")
# A name of each kind in the namespace {space}; {n} tells the namespaces apart.
UNDOCUMENTED = """
namespace {space} {{
void function_{n}();
inline constexpr int variable_{n} = 0;
enum class enumeration_{n} {{ value }};
struct structure_{n} {{
  int in_structure_{n};
}};
using alias_{n} = int;
/** Described. */
struct described_{n} {{
  int member_{n};
}};
}}
"""
KINDS = ("function", "variable", "enumeration", "structure", "alias", "member")


def public_namespaces():
    """Those that the headers open, edgenn first."""
    found = set()
    for header in (ROOT / "include").rglob("*.hpp"):
        stack = []
        for line in header.read_text().splitlines():
            if opened := re.fullmatch(r"namespace ([\w:]+) {", line):
                stack.append(opened[1])
                found.add("::".join(stack))
            elif line.startswith("}  // namespace"):
                stack.pop()
    return sorted(space for space in found if not NOT_PUBLIC.search(space))


def run_doxygen(folder, *more):
    settings = (ROOT / "docs" / "Doxyfile").read_text()
    return subprocess.run(
        ["doxygen", "-"],
        cwd=ROOT,
        input="\n".join([settings, f'OUTPUT_DIRECTORY = "{folder}"', *more]),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def main():
    if shutil.which("doxygen") is None:
        return "found no doxygen: run sh tools/setup.sh"
    spaces = public_namespaces()
    with tempfile.TemporaryDirectory(prefix="edgenn-") as folder:
        header = pathlib.Path(folder) / "undocumented.hpp"
        header.write_text("".join(UNDOCUMENTED.format(space=space, n=n) for n, space in enumerate(spaces)))
        done = run_doxygen(folder, f'INPUT += "{header}"')
        unseen = [
            f"{space}: {kind}"
            for n, space in enumerate(spaces)
            for kind in KINDS
            if not re.search(rf": (warning|error): .*\b{kind}_{n}\b.* is not documented", done.stdout)
        ]
        if done.returncode == 0 or unseen:
            found = ", ".join(unseen) or "exit status 0"
            return f"names without comment went unseen: {found}. Is each namespace in docs/namespaces.dox?"
    with tempfile.TemporaryDirectory(prefix="edgenn-") as folder:
        done = run_doxygen(folder)
        print(done.stdout)
        if done.returncode:
            return f"exit status {done.returncode}"
        if not list(pathlib.Path(folder).rglob("structedgenn_1_1conv2d.html")):
            return "conv2d has no page"
    print(f"{len(spaces)} namespaces, no name without comment")
    return None


if __name__ == "__main__":
    sys.exit(main())
