"""Pictures of a report and of a benchmark; matplotlib is imported where one is drawn."""

import statistics
from pathlib import Path
from typing import Any

from .spec import Plot, Report
from .tables import shares_of


def draw_accuracy(report: Report, plot: Plot):
    """Exact match against operand digits: a line through the means, a point for each seed.

    Nothing is drawn for what is missing.
    """
    from matplotlib.figure import Figure

    table = report.table(plot.table)
    figure = Figure(figsize=(8, 4.5), dpi=150, facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    low, high = min(plot.trained_digits), max(plot.trained_digits)
    axes.axvspan(low - 0.5, high + 0.5, color="0.9", label="lengths in training")
    columns = plot.columns()
    for rank, name in enumerate(plot.models):
        row = table.row(name)
        points = [
            (column.digits, 100 * value) for column in columns for value in shares_of(report, table, row, column)
        ]
        if not points:
            continue
        lengths = sorted({digits for digits, _ in points})
        means = [statistics.mean(y for x, y in points if x == length) for length in lengths]
        # Models of the same accuracy stand beside each other.
        shift = 0.14 * (rank - (len(plot.models) - 1) / 2)
        line = axes.plot([x + shift for x in lengths], means, linewidth=1.5, zorder=10 - rank, label=name)
        marker = "osD^v<>"[rank % 7]
        places = [x + shift for x, _ in points], [y for _, y in points]
        axes.scatter(*places, s=28, marker=marker, color=line[0].get_color(), zorder=20 - rank)
        line[0].set(marker=marker, markersize=5)
    axes.set(
        xlabel="digits of both operands",
        ylabel="exact match, %",
        ylim=(-4, 104),
        xticks=plot.digits,
        title=f"{' and '.join(plot.column.get('operators', '+-*'))}, exact match on new problems",
    )
    axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    Path(plot.output).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(plot.output)


def draw_costs(results: dict[str, dict[str, Any]], file: Path):
    """A step's time over GPT-2's against D and against T, of what has been measured."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.2), dpi=150, facecolor="white", layout="constrained")
    for axes, (suite, label) in zip(figure.subplots(1, 2), (("depth", "D"), ("length", "T")), strict=True):
        found = [result for result in results.values() if result["suite"] == suite]
        at = [int(result["title"].rpartition("=")[2]) for result in found]
        low, high = zip(*(result["quartiles"] for result in found), strict=True) if found else ((), ())
        axes.fill_between(at, low, high, alpha=0.25)
        axes.plot(at, [result["ratio"] for result in found], marker="o")
        axes.set_xscale("log", base=2)
        axes.set(xlabel=label, ylabel="training step / GPT-2's", ylim=(1, None), xticks=at, xticklabels=at)
        axes.grid(alpha=0.3)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file)
