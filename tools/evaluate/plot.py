"""The curve of miss rate against false positives per image, both axes logarithmic, as SVG or PNG."""

import os

import numpy as np

from errors import InputError, whole_file


def draw(path, results):
    """results: (figures, Curve) of each detector, as evaluate.py makes them; they are drawn best first."""
    import matplotlib

    kind = os.path.splitext(path)[1].lower()
    if kind not in (".svg", ".png"):
        raise InputError(f"{path}: found ending {kind or 'none'}, expected .svg or .png")
    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "edgenn"  # the same figures give the same file
    from matplotlib import pyplot
    from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

    figure, axes = pyplot.subplots(figsize=(7, 5), dpi=120, layout="constrained")
    lowest = 1.0
    for figures, curve in sorted(results, key=lambda result: result[0]["log_average_miss_rate"]):
        x = np.concatenate(
            [[1e-4], np.maximum(curve.false_positives, 1e-4), [max(10.0, *curve.false_positives[-1:])]]
        )
        y = np.concatenate([[1.0], curve.miss_rate, [curve.floor()]])
        shown = y[y > 0]
        lowest = min(lowest, *shown[-1:])
        axes.step(
            x,
            np.where(y > 0, y, np.nan),
            where="post",
            linewidth=1.6,
            label=f"{figures['log_average_miss_rate']:.3f}  {figures['detector']}",
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlim=(3e-3, 10),
        ylim=(min(0.05, max(0.02, lowest * 0.9)), 1.0),
        xlabel="false positives per image",
        ylabel="miss rate",
    )
    ticks = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.64, 0.8, 1]
    axes.yaxis.set_major_locator(FixedLocator([tick for tick in ticks if tick >= axes.get_ylim()[0]]))
    axes.yaxis.set_minor_locator(NullLocator())
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.grid(which="major", color="0.85", linewidth=0.6)
    axes.legend(title="log-average miss rate", loc="lower left", fontsize=9, title_fontsize=9)
    try:
        with whole_file(path, "wb") as stream:
            figure.savefig(stream, format=kind[1:], metadata={"Date": None} if kind == ".svg" else None)
    finally:
        pyplot.close(figure)
