"""What a comparison found: as text, as Markdown, as a chart. Only Python's standard library."""
import html

EDGENN, ONE_THREAD, EIGEN = "edgenn", "edgenn_one_thread", "eigen"
NAMES = {EDGENN: "edgenn", ONE_THREAD: "edgenn, one thread", "onnxruntime": "ONNX Runtime", "ncnn": "ncnn",
         "mnn": "MNN", "openvino": "OpenVINO", "litert": "LiteRT (XNNPACK)", EIGEN: "edgenn on Eigen"}
COLORS = {EDGENN: "#1a7f5a", ONE_THREAD: "#7fbfa5", "onnxruntime": "#8fa3bf", "ncnn": "#c0a36e", "mnn": "#b58aa5",
          "openvino": "#7d8597", "litert": "#a9b388", EIGEN: "#c9dcd3"}


def milliseconds(value):
    """Three digits that mean something."""
    return f"{value:.4f}" if value < 0.1 else f"{value:.3f}" if value < 10 else f"{value:.1f}"


def libraries(results):
    """edgenn, then those that ran at least one network."""
    found = {name for network in results["networks"] for name in network["times"]}
    return [name for name in NAMES if name in found]


def with_speed_up(results):
    return any("speed_up" in network for network in results["networks"])


def header(results):
    columns = ["network"] + [NAMES[name] for name in libraries(results)]
    columns += ["best other", "ratio", "ratio of minima", "goal", "goal met"]
    return columns + (["speed-up"] if with_speed_up(results) else []) + ["of the limit"]


def share_of_limit(results, network):
    """The larger share: what bounds the network. Memory does not if all of it stays in the caches."""
    peak, memory = network["share_of_peak"], network["share_of_memory"]
    streams = network["bytes"] > results["machine"]["cache_bytes"] or network["macs"] == 0
    return f"{memory * 100:.0f} % memory" if streams and memory > peak else f"{peak * 100:.0f} % FMA"


def row(results, network):
    cells = [network["name"]]
    for name in libraries(results):
        times = network["times"].get(name)
        cells.append(f"{milliseconds(times['median_ms'])} ({milliseconds(times['minimum_ms'])})" if times else "-")
    ratio, goal = network.get("ratio"), network.get("goal")
    cells.append(NAMES[network["best_rival"]] if ratio else "-")
    cells.append(f"{ratio:.2f}" if ratio else "-")
    cells.append(f"{network['ratio_of_minima']:.2f}" if ratio else "-")
    cells.append(f"{goal:.2f}" if goal else "-")
    cells.append("-" if not (ratio and goal) else "yes" if ratio <= goal else "no")
    if with_speed_up(results):
        cells.append(f"{network['speed_up']:.2f}" if "speed_up" in network else "-")
    cells.append(share_of_limit(results, network))
    return cells


def summary(results):
    """The table in short: edgenn and the fastest other library."""
    rows = [["network", "edgenn, ms", "fastest other, ms", "ratio"]]
    for network in results["networks"]:
        own, best = network["times"][EDGENN], network.get("best_rival")
        other = f"{milliseconds(network['times'][best]['median_ms'])} {NAMES[best]}" if best else "-"
        ratio = f"{network['ratio']:.2f}" if best else "-"
        rows.append([network["name"], milliseconds(own["median_ms"]), other, ratio])
    return markdown_table(rows)


def verdicts(results):
    """Each goal of the comparison, with what was found."""
    threads = f"{results['threads']} thread{'s' if results['threads'] > 1 else ''}"
    found = []
    for network in results["networks"]:
        if "goal" in network:
            ratio = network.get("ratio")
            found.append({"what": f"{network['name']}, {threads}: ratio to the fastest other library",
                          "goal": f"at most {network['goal']:.2f}", "met": bool(ratio and ratio <= network["goal"]),
                          "found": f"{ratio:.3f} ({NAMES[network['best_rival']]})" if ratio else "no other library"})
        if "speed_up_goal" in network:
            found.append({"what": f"{network['name']}, {threads}: speed-up over one thread",
                          "goal": f"at least {network['speed_up_goal']:.2f}", "found": f"{network['speed_up']:.2f}",
                          "met": network["speed_up"] >= network["speed_up_goal"]})
    return found


def table(results):
    return [header(results)] + [row(results, network) for network in results["networks"]]


def text_table(results):
    rows = table(results)
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(r, widths)).rstrip() for r in rows)


def read_by_all(results):
    """What several threads read together. It was measured before each network: on a virtual machine it may change
    from one minute to the next."""
    rates = results["machine"].get("read_by_all_threads", [])
    if results["threads"] == 1 or not rates:
        return ""
    return f", {min(rates):.0f} to {max(rates):.0f} GB/s by {results['threads']} threads together"


def facts(results):
    """Lines that say where, with what and how it was measured."""
    machine, call = results["machine"], results["call_overhead_ms"]
    limits = ", ".join(f"{isa} {value:.0f}" for isa, value in machine["peak_gflops"].items())
    lines = [f"{results['date']}, {machine['cpu']}, {machine['cores']} cores, {machine['system']}",
             f"Measured limits of one core: {limits} GFLOP/s; {machine['read_gigabytes_per_second']:.0f} GB/s read "
             "from memory" + read_by_all(results),
             f"edgenn {results['edgenn']['version']} ({results['edgenn']['commit']}), instruction set "
             f"{results['edgenn']['isa']}, {results['compiler']}, {results['flags']}",
             "Others: " + ", ".join(f"{NAMES[n]} {v}" for n, v in results["versions"].items())
             + f"; Python {results['python']}",
             f"{results['threads']} thread{'s' if results['threads'] > 1 else ''}, batch 1, fp32, "
             f"{results['rounds']} alternating rounds; milliseconds of {results['clock']}, median (minimum)"]
    if call:
        lines.append("Already subtracted from the other libraries' times, what one call from Python costs: "
                     + ", ".join(f"{NAMES[n]} {v * 1000:.1f} us" for n, v in call.items()))
    worst = max((t["difference"] for n in results["networks"] for t in n["times"].values()), default=0)
    lines.append(f"Outputs agree with edgenn's within {worst:.1e} of the largest value of an output")
    lines.append("Each library runs alone: the processes of the others are stopped meanwhile. Memory for all is that "
                 "of malloc, in pages as the system gives them")
    return lines + [f"Not measured: {NAMES[m['library']]} on {m['network']}: {m['reason']}"
                    for m in results["missing"]]


def markdown_table(rows):
    lines = ["| " + " | ".join(rows[0]) + " |", "|" + "---|" * len(rows[0])]
    return "\n".join(lines + ["| " + " | ".join(r) + " |" for r in rows[1:]])


EXPLANATION = """Ratio: edgenn's median divided by that of the fastest other library; below 1 edgenn is faster. The \
limit is the measured FMA peak or, where weights and images exceed the last cache or nothing is multiplied, the rate \
of reading memory, whichever is closer. Shares of the peak count the multiply-adds of direct convolution, so \
Winograd's algorithm can exceed 100 %."""


def section(results):
    """How it was measured, and the times."""
    return "\n".join([*(f"- {line}" for line in facts(results)), "", EXPLANATION, "", markdown_table(table(results))])


def markdown(results):
    goals = verdicts(results)
    met = sum(v["met"] for v in goals)
    return f"# edgenn and other libraries\n\n{section(results)}\n\nGoals met: {met} of {len(goals)}.\n"


def svg(results):
    """Bars for every network: time relative to edgenn's. One that is too long for the chart ends in dots."""
    shown = [n for n in results["networks"] if EDGENN in n["times"] and len(n["times"]) > 1]
    names = libraries(results)
    bar, gap, left, width, longest = 11, 16, 190, 860, 3.0
    scale = (width - left - 150) / longest
    height = 70 + sum(len(n["times"]) * bar + gap for n in shown)
    threads = results["threads"]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
             f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
             f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
             f'<text x="10" y="18" font-size="13" fill="#222">Time of one inference relative to edgenn, fp32, '
             f'{threads} thread{"s" if threads > 1 else ""} (longer is slower)</text>']
    x = 10
    for name in names:
        label = NAMES[name]
        parts.append(f'<rect x="{x}" y="30" width="10" height="10" fill="{COLORS[name]}"/>'
                     f'<text x="{x + 14}" y="39" fill="#222">{html.escape(label)}</text>')
        x += 34 + 7 * len(label)
    y = 58
    for network in shown:
        own = network["times"][EDGENN]["median_ms"]
        middle = y + len(network["times"]) * bar / 2 + 4
        parts.append(f'<text x="{left - 8}" y="{middle:.0f}" text-anchor="end" fill="#222">'
                     f'{html.escape(network["name"])}</text>')
        for name in names:
            if name not in network["times"]:
                continue
            time = network["times"][name]["median_ms"]
            length = min(time / own, longest) * scale
            more = " ..." if time / own > longest else ""
            parts.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar - 2}" fill="{COLORS[name]}"/>'
                         f'<text x="{left + length + 4:.1f}" y="{y + bar - 3}" font-size="9" fill="#444">'
                         f'{milliseconds(time)} ms{more}</text>')
            y += bar
        y += gap
    parts.append(f'<line x1="{left + scale:.1f}" y1="52" x2="{left + scale:.1f}" y2="{height - 12}" stroke="#222" '
                 'stroke-width="0.7" stroke-dasharray="3 3"/></svg>')
    return "\n".join(parts) + "\n"
