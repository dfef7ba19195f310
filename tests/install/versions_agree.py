#!/usr/bin/env python3
"""Compares the version in every place that states it. Usage: versions_agree.py SOURCES"""
import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1])


def version(file, pattern):
    found = re.findall(pattern, (source / file).read_text(), re.MULTILINE)
    return ".".join(found) or "none"


versions = {
    "CMakeLists.txt": version("CMakeLists.txt", r"^project\(edgenn VERSION ([\d.]+)"),
    "include/edgenn/version.hpp": version("include/edgenn/version.hpp", r"^#define EDGENN_VERSION_[A-Z]+ (\d+)$"),
    "CITATION.cff": version("CITATION.cff", r"^version: (.+)$"),
}
for file, found in versions.items():
    print(f"{found:10} {file}")
sys.exit(0 if len(set(versions.values())) == 1 and "none" not in versions.values() else "the versions differ")
