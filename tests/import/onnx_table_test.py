#!/usr/bin/env python3
"""onnx_table --check: onnx_table_test.py ONNX_TABLE ONNX_TEST_DATA. It fails for a page with a wrong result, current or
not, and for one that is out of date."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

program, data = sys.argv[1], pathlib.Path(sys.argv[2])
problems = []


def expect(what, found, expected):
    if found != expected:
        problems.append(f"{what}: found {found!r}, expected {expected!r}")


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "list").write_text("activation node/test_relu\n")
    shutil.copytree(data / "node/test_relu", folder / "node/test_relu")

    def run(mode):
        command = [program, folder / "list", folder, mode, folder / "page.md"]
        return subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, check=False)

    expect("writing", run("--write").returncode, 0)
    expect("a right result", run("--check").returncode, 0)
    output = folder / "node/test_relu/test_data_set_0/output_0.pb"
    output.write_bytes(output.read_bytes()[:-4] + b"\x00\x00\x80\x40")  # the last element is 4
    expect("a page that is out of date", run("--check").returncode, 1)
    expect("writing a wrong result", run("--write").returncode, 0)
    expect("the page says so", "| no | WRONG: element 59 is " in (folder / "page.md").read_text(), True)
    done = run("--check")
    expect("a wrong result", done.returncode, 1)
    expect("its message", "has wrong results" in done.stdout, True)

print(*problems, sep="\n")
sys.exit(1 if problems else 0)
