#!/usr/bin/env python3
"""What programs that use a model consist of, as nm shows it. Usage: symbols.py COMPILER

A static model, with its arena, lies in .bss. A program that does not profile has no trace of observers, clocks or
reports, even if it includes the headers for them.
"""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FLAGS = ["-std=c++20", "-I", ROOT / "include", "-I", ROOT / "backends" / "reference", "-c"]

PROGRAM = r"""
#include <edgenn.hpp>
#include <edgenn/profile.hpp>
#include <edgenn/summary.hpp>

inline constexpr auto tiny = edgenn::network({8, 8, 1}, [](edgenn::value x) {
  using namespace edgenn;
  x = x | conv2d{.filters = 4, .kernel = 3} | relu;
  x = x | max_pool2d{.window = 2, .stride = 2};
  return x | dense{.units = 3} | softmax{};
});

static float trained[tiny.weight_count];
static edgenn::model<tiny, edgenn::reference> static_model{trained};

unsigned read_cycles();
struct cycle_counter {
  static unsigned now() { return read_cycles(); }
};

float run(std::span<const float, 64> image, void (*put)(std::string_view)) {
#if defined(PROFILED)
  edgenn::profile<decltype(static_model), cycle_counter> times;
  const float first = static_model.run_observed(times, image)[0];
  times.report(put);
  return first;
#else
  static_cast<void>(put);
  return static_model.run(image)[0];
#endif
}
"""

TRACES = ("edgenn::profile<", "::begin(", "::end(", "cycle_counter", "read_cycles", "text_view", "clock", "report")


def symbols(compiler, *flags):
    """(type, demangled name) of every symbol of the compiled program."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = pathlib.Path(folder, "program.cpp"), pathlib.Path(folder, "program.o")
        source.write_text(PROGRAM)
        subprocess.run([compiler, *FLAGS, *flags, source, "-o", made], check=True)
        listing = subprocess.run(["nm", "-C", "--format=posix", made], check=True, capture_output=True, text=True)
    found = []
    for line in listing.stdout.splitlines():
        fields = line.split(" ")
        kind = next(i for i in range(len(fields) - 1, 0, -1) if len(fields[i]) == 1 and fields[i].isalpha())
        found.append((fields[kind], " ".join(fields[:kind])))
    return found


def traces(found):
    return [name for _, name in found if any(trace in name for trace in TRACES)]


def main():
    compiler, failures = sys.argv[1], []
    for level in ("-O0", "-O2", "-Os"):
        plain = symbols(compiler, level)
        sections = [kind for kind, name in plain if name == "static_model"]
        if [kind.lower() for kind in sections] != ["b"]:
            failures.append(f"{level}: static_model is in sections {sections}, expected b (.bss)")
        if traces(plain):
            failures.append(f"{level}: found without a profile: {traces(plain)}")
        # That the names would be found: at every level a profile must call its clock.
        if "read_cycles()" not in traces(symbols(compiler, level, "-DPROFILED")):
            failures.append(f"{level}: a profiled program does not call its clock: this test sees nothing")
    print("\n".join(failures) or f"{compiler}: static models lie in .bss, and profiles cost nothing when absent")
    sys.exit(1 if failures else 0)


main()
