#!/usr/bin/env python3
"""What including edgenn costs the compiler, against the budgets.

    python3 bench/compile_time.py [--check] [--untimed] [--runs N] [--cxx COMPILER]
    python3 bench/compile_time.py --networks [NAME...] [--check] [--untimed] [--cxx COMPILER]

Prints each budget with what was measured. Times are processor time (user and system), the least of N compilations,
or of 3 N where those are over budget; a network's is what it adds to the header's. Memory is the compiler's peak.
Times and memory are judged for g++ and only shown for clang++, the rest is judged for both. --check exits with 1 if
a budget is exceeded; --untimed leaves out time and memory, which depend on the machine.

--networks compiles the networks of bench/networks.hpp, or those named, on the CPU backend for AVX-512 and prints a
Markdown table: seconds, memory, object code (with its constants), longest symbol. Object code is judged for MobileNet
v1 1.0-224, the rest for all; here too g++ alone is judged by seconds and memory.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORE = ["-std=c++20", "-I", str(ROOT / "include")]
REFERENCE = [*CORE, "-I", str(ROOT / "backends" / "reference")]

HEADER = "#include <edgenn.hpp>\n"
PLAN = """
inline constexpr auto graph = edgenn::resized<net.node_count>(net);
inline constexpr edgenn::static_array<edgenn::kernel_needs, graph.capacity> needs{};
inline constexpr auto plan = edgenn::plan_memory(graph, needs, 4, 16);
static_assert(edgenn::is_sound(graph, needs, plan, 4, 16));
static_assert(plan.arena_bytes == plan.lower_bound_bytes);
"""
MODEL = """
static const float weights[net.weight_count] = {};
static edgenn::model<net, edgenn::reference> model{weights};
const float* run(const float* image) {
  return model.run(std::span<const float, decltype(model)::in<>.size()>{image, decltype(model)::in<>.size()}).data();
}
"""
CPU = [*REFERENCE, "-I", str(ROOT / "backends" / "cpu"), "-I", str(ROOT / "bench"), "-O2", "-march=x86-64-v4"]
MODEL_ON_CPU = """#include <edgenn/backends/cpu.hpp>
#include <networks.hpp>
using model = edgenn::model<bench::networks::@, edgenn::native, edgenn::borrowed_arena>;
using arena = std::span<std::byte, model::arena_bytes>;
template <class Model, int Bytes = Model::packed_bytes>
Model bound(const void* weights, std::byte* memory) {
  const arena in{memory, model::arena_bytes};
  if constexpr (Bytes > 0) {
    return Model{std::span<const std::byte, Bytes>{static_cast<const std::byte*>(weights), Bytes}, in};
  } else {
    const auto* canonical = static_cast<const float*>(weights);
    return Model{std::span<const float, Model::weight_count>{canonical, Model::weight_count}, in};
  }
}
template <class Model, int Bytes = Model::packed_bytes>
void pack_weights(const float* from, std::byte* to) {
  if constexpr (Bytes > 0)
    Model::pack(std::span<const float, Model::weight_count>{from, Model::weight_count},
                std::span<std::byte, Bytes>{to, Bytes});
}
void pack(const float* from, std::byte* to) { pack_weights<model>(from, to); }
const float* run(const void* weights, std::byte* memory, const float* x) {
  return bound<model>(weights, memory).run(std::span<const float, model::in<>.size()>{x, model::in<>.size()}).data();
}
"""
LENET5 = HEADER + """#include <edgenn/networks/lenet5.hpp>
inline constexpr const auto& net = edgenn::networks::lenet5;
"""
MOBILENET_V1 = HEADER + """#include <edgenn/networks/mobilenet_v1.hpp>
inline constexpr const auto& net = edgenn::networks::mobilenet_v1<>;
"""
# Two modules in the manner of GoogLeNet: branches, concat, shapes that differ everywhere.
INCEPTION = HEADER + """
struct module {
  int one, three_in, three, five_in, five, pool;
  constexpr edgenn::value operator()(edgenn::value x) const {
    using namespace edgenn;
    const auto pointwise = [](int filters) { return conv2d{.filters = filters, .kernel = 1, .act = relu}; };
    const value a = x | pointwise(one);
    const value b = x | pointwise(three_in) | conv2d{.filters = three, .kernel = 3, .pad = same, .act = relu};
    const value c = x | pointwise(five_in) | conv2d{.filters = five, .kernel = 5, .pad = same, .act = relu};
    const value d = x | max_pool2d{.window = 3, .stride = 1, .pad = same} | pointwise(pool);
    return concat(a, b, c, d);
  }
};
inline constexpr auto net = edgenn::network({28, 28, 192}, [](edgenn::value x) {
  using namespace edgenn;
  x = x | module{64, 96, 128, 16, 32, 32} | module{128, 128, 192, 32, 96, 64};
  return x | global_average_pool{} | dense{.units = 1000} | softmax{};
});
"""

SECONDS_HEADER = 0.15
SECONDS_NETWORK = 0.1
SECONDS_MODEL, MEGABYTES_MODEL, KILOBYTES_MODEL = 10, 700, 400
MODEL_OF_KILOBYTES = "mobilenet_v1_100_224"
LONGEST_SYMBOL = 1000
FOREIGN = re.compile(r"/(Eigen|xsimd)/|/(\w*intrin|arm_\w+)\.h$|/(iostream|istream|ostream|fstream|sstream)$")


class Cost:
    def __init__(self):
        self.seconds, self.megabytes = float("inf"), 0.0


def compile_once(command, cost):
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"failed: {' '.join(command)}")
    cost.seconds = min(cost.seconds, usage.ru_utime + usage.ru_stime)
    cost.megabytes = max(cost.megabytes, usage.ru_maxrss / 1024)


def within_budget(costs):
    header = costs["header"].seconds
    extra = [cost.seconds - header for name, cost in costs.items() if name != "header"]
    return header <= SECONDS_HEADER and max(extra) <= SECONDS_NETWORK


class Table:
    """Rows of what, budget, measured; remembers whether a budget was exceeded."""

    def __init__(self):
        self.exceeded = False

    def row(self, what, budget, found, unit, judged, digits=0):
        over = found > budget
        self.exceeded = self.exceeded or (over and judged)
        note = ("exceeded" if over else "") if judged else "not judged"
        print(f"{what:58} {budget:>8,} {found:>10,.{digits}f} {unit:2} {note}".rstrip())


class Compiler:
    def __init__(self, name, folder):
        self.name, self.folder = name, folder
        self.judged = "clang" not in pathlib.Path(name).name
        version = subprocess.run([name, "--version"], capture_output=True, text=True, check=True)
        self.version = version.stdout.splitlines()[0]

    def command(self, program, flags, output="/dev/null"):
        source = self.folder / f"{zlib.crc32(program.encode())}.cpp"
        source.write_text(program)
        return [self.name, *flags, "-c", str(source), "-o", str(output)]

    def times(self, table, runs):
        programs = {
            "header": self.command(HEADER, CORE),
            "LeNet-5": self.command(LENET5 + PLAN, CORE),
            "MobileNet v1": self.command(MOBILENET_V1 + PLAN, CORE),
        }
        costs = {name: Cost() for name in programs}
        # In turn, so that a busy machine slows down all of them; longer where the first runs are over budget.
        for run in range(3 * runs):
            if run >= runs and (within_budget(costs) or not self.judged):
                break
            for name, command in programs.items():
                compile_once(command, costs[name])
        header = costs.pop("header")
        table.row("core header alone", SECONDS_HEADER, header.seconds, "s", self.judged, 3)
        for name, cost in costs.items():
            extra = cost.seconds - header.seconds
            table.row(f"{name} with its plan, beyond the header", SECONDS_NETWORK, extra, "s", self.judged, 3)
        model = Cost()
        compile_once(self.command(MOBILENET_V1 + MODEL, [*REFERENCE, "-O2"]), model)
        table.row("MobileNet v1 on the reference backend, -O2", SECONDS_MODEL, model.seconds, "s", self.judged, 2)
        table.row("  memory", MEGABYTES_MODEL, model.megabytes, "MB", self.judged)
        print(f"{'  memory of the core header alone':58} {'':8} {header.megabytes:>10,.0f} MB")

    def symbols(self, table):
        for name, program in (("MobileNet v1", MOBILENET_V1), ("two inception modules", INCEPTION)):
            for level in ("-O0", "-O2"):
                output = self.folder / "program.o"
                compile_once(self.command(program + MODEL, [*REFERENCE, level], output), Cost())
                table.row(f"longest symbol of {name}, {level}", LONGEST_SYMBOL, longest_symbol(output), "", True)

    def includes(self, table):
        command = self.command(HEADER, CORE)
        files = subprocess.run([*command[:-2], "-M"], capture_output=True, text=True, check=True).stdout
        foreign = [file for file in files.replace("\\\n", " ").split()[2:] if FOREIGN.search(file)]
        table.row("SIMD, Eigen and iostream headers in the core header", 0, len(foreign), "", True)
        for file in foreign:
            print(f"  {file}")


def longest_symbol(output):
    names = subprocess.run(["nm", "-C", output], capture_output=True, text=True, check=True).stdout
    return max(len(line[19:]) for line in names.splitlines())


def known_networks():
    text = (ROOT / "bench" / "networks.hpp").read_text()
    return re.findall(r"^inline constexpr const auto& (\w+) =", text.split("namespace networks {")[1], re.MULTILINE)


def networks_on_cpu(compiler, names, timed):
    """Prints a table of the networks; says whether one exceeds a budget that it is judged by."""
    print(f"{compiler.version}, {' '.join(CPU[-2:])}\n")
    print("| network | seconds | memory, MB | object code, KB | longest symbol |\n|---|--:|--:|--:|--:|")
    exceeded = []
    output = compiler.folder / "network.o"
    for name in names:
        cost = Cost()
        compile_once(compiler.command(MODEL_ON_CPU.replace("@", name), CPU, output), cost)
        sizes = subprocess.run(["size", output], capture_output=True, text=True, check=True).stdout
        kilobytes = int(sizes.splitlines()[1].split()[0]) / 1000
        symbol = longest_symbol(output)
        print(f"| {name} | {cost.seconds:.1f} | {cost.megabytes:.0f} | {kilobytes:.0f} | {symbol} |", flush=True)
        judged = [("characters of a symbol", symbol, LONGEST_SYMBOL)]
        if name == MODEL_OF_KILOBYTES:
            judged.append(("KB of object code", kilobytes, KILOBYTES_MODEL))
        if compiler.judged and timed:
            judged += [("s", cost.seconds, SECONDS_MODEL), ("MB", cost.megabytes, MEGABYTES_MODEL)]
        exceeded += [f"{name}: {found:,.1f} {unit}, budget {budget:,}" for unit, found, budget in judged
                     if found > budget]
    print()
    for line in exceeded:
        print(line)
    return bool(exceeded)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit with 1 if a budget is exceeded")
    parser.add_argument("--untimed", action="store_true", help="only what is not time or memory")
    parser.add_argument("--runs", type=int, default=7, metavar="N", help="compilations of each program (default 7)")
    parser.add_argument("--cxx", action="append", metavar="COMPILER", help="default: g++, and clang++ if installed")
    parser.add_argument("--networks", nargs="*", metavar="NAME", help="whole networks on the CPU backend")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.networks or []) - set(known_networks()))
    if unknown:
        parser.error(f"--networks: found {', '.join(unknown)}, expected some of {', '.join(known_networks())}")
    if arguments.runs < 1:
        parser.error(f"--runs: found {arguments.runs}, expected 1 or more")
    names = arguments.cxx or ["g++"] + (["clang++"] if shutil.which("clang++") else [])
    for name in names:
        if shutil.which(name) is None:
            parser.error(f"found no compiler {name}")
    table, exceeded = Table(), False
    with tempfile.TemporaryDirectory(prefix="edgenn-") as folder:
        for name in names:
            compiler = Compiler(name, pathlib.Path(folder))
            if arguments.networks is not None:
                exceeded |= networks_on_cpu(compiler, arguments.networks or known_networks(), not arguments.untimed)
                continue
            print(f"{compiler.version:58} {'budget':>8} {'measured':>10}")
            if not arguments.untimed:
                compiler.times(table, arguments.runs)
            compiler.symbols(table)
            compiler.includes(table)
            print()
    if arguments.check and (exceeded or table.exceeded):
        sys.exit("a budget is exceeded")


main()
