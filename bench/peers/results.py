"""What a comparison found: as text, as Markdown, as a chart. Only Python's standard library."""
import html

EDGENN = "edgenn"
NAMES = {"edgenn": "edgenn", "onnxruntime": "ONNX Runtime", "ncnn": "ncnn", "mnn": "MNN", "openvino": "OpenVINO",
         "litert": "LiteRT (XNNPACK)"}
COLORS = {"edgenn": "#1a7f5a", "onnxruntime": "#8fa3bf", "ncnn": "#c0a36e", "mnn": "#b58aa5",
          "openvino": "#7d8597", "litert": "#a9b388"}


def milliseconds(value):
    """Three digits that mean something."""
    return f"{value:.4f}" if value < 0.1 else f"{value:.3f}" if value < 10 else f"{value:.1f}"


def libraries(results):
    """edgenn, then those that ran at least one network."""
    found = {name for network in results["networks"] for name in network["times"]}
    return [name for name in NAMES if name in found]


def header(results):
    columns = ["network"] + [NAMES[name] for name in libraries(results)]
    return columns + ["best other", "ratio", "ratio of minima", "goal", "goal met", "of FMA peak"]


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
    cells.append(f"{network['share_of_peak'] * 100:.0f} %" if network["macs"] else "-")
    return cells


def table(results):
    return [header(results)] + [row(results, network) for network in results["networks"]]


def text_table(results):
    rows = table(results)
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(r, widths)).rstrip() for r in rows)


def facts(results):
    """Lines that say where, with what and how it was measured."""
    machine, call = results["machine"], results["call_overhead_ms"]
    limits = ", ".join(f"{isa} {value:.0f}" for isa, value in machine["peak_gflops"].items())
    lines = [f"{results['date']}, {machine['cpu']}, {machine['cores']} cores, {machine['system']}",
             f"Measured limits of one core: {limits} GFLOP/s; {machine['read_gigabytes_per_second']:.0f} GB/s read "
             "from memory",
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
    return lines + [f"Not measured: {NAMES[m['library']]} on {m['network']}: {m['reason']}"
                    for m in results["missing"]]


def markdown(results):
    rows = table(results)
    lines = ["# edgenn and other libraries", "", *(f"- {line}" for line in facts(results)), "",
             "Ratio: edgenn's median divided by that of the fastest other library; below 1 edgenn is faster. Peak "
             "shares count the multiply-adds of direct convolution, so Winograd's algorithm can exceed 100 %.", ""]
    lines += ["| " + " | ".join(rows[0]) + " |", "|" + "---|" * len(rows[0])]
    lines += ["| " + " | ".join(r) + " |" for r in rows[1:]]
    met = [n for n in results["networks"] if n.get("ratio") and n.get("goal")]
    count = sum(n["ratio"] <= n["goal"] for n in met)
    return "\n".join(lines) + f"\n\nGoals met: {count} of {len(met)}.\n"


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
