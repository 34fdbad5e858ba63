"""A report's cells as Markdown tables, the README's headline and a picture.

What is unusual: tables are made from the cells' files alone, of whatever is there. A cell that is missing reads "not
run", one with fewer seeds than asked for says so, and a missed bound is written as missed.
"""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..evaluation.statistics import wilson_interval
from .cells import read_cell
from .spec import Column, ModelRow, Plot, Report, Table

NOT_RUN = "not run"
FACTORS = {
    "plan": "plan right",
    "result": "result right",
    "gate": "gate fired",
    "text": "text right",
    "false_fires": "fired too early",
}


def share(result: dict[str, Any] | None) -> float | None:
    """Exact match or false fires, 0..1; None where nothing was scored or the model has no gate."""
    if result is None:
        return None
    return result["fired"] / result["n"] if "fired" in result else result["exact_match"]


def results_of(report: Report, table: Table, row: ModelRow, column: Column) -> list[Any] | None:
    """The column's results, one for each seed that has run; None where none has."""
    known = [read_cell(cell)["evaluations"] for cell in report.row_cells(table, row)]
    results = [evaluations[column.key]["result"] for evaluations in known if column.key in evaluations]
    return results or None


def mean_and_deviation(values: Sequence[float], unit: str = "", digits: int = 1) -> str:
    """Of shares, in per cent, with `digits` behind the point; of a single value there is no deviation."""
    deviation = f" ± {100 * statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{100 * statistics.mean(values):.{digits}f}{deviation}{unit}"


def _bound(column: Column) -> str:
    bounds = [(">=", column.at_least), ("<=", column.at_most)]
    return ", ".join(f"{sign} {bound}" for sign, bound in bounds if bound is not None)


def misses(column: Column, values: Sequence[float]) -> bool:
    """Whether the mean lies outside the column's bounds."""
    mean = 100 * statistics.mean(values)
    # Sums of shares are off in their last bits; 99.9 % of 500 is not below 99.9.
    too_low = column.at_least is not None and mean < column.at_least - 1e-9
    return too_low or (column.at_most is not None and mean > column.at_most + 1e-9)


def _losses(report: Report, table: Table, row: ModelRow, column: Column) -> list[float]:
    """Validation losses of the row, by seed, or by what share they are above another model's; of what has run."""

    def by_seed(row: ModelRow) -> dict[int, float]:
        found = {}
        for cell in report.row_cells(table, row):
            result = read_cell(cell)["evaluations"].get(column.key, {}).get("result")
            if result is not None:
                found[cell.training.seed] = result["validation_loss"]
        return found

    losses = by_seed(row)
    if column.above is None:
        return list(losses.values())
    others = by_seed(table.row(column.above))
    return [loss / others[seed] - 1 for seed, loss in losses.items() if seed in others]


def _loss(report: Report, table: Table, row: ModelRow, column: Column) -> str:
    """A cell of validation losses in the main table."""
    if row.solver is not None or row.name == column.above:
        return "-"
    values, seeds = _losses(report, table, row, column), len(report.row_cells(table, row))
    if not values:
        return NOT_RUN
    if column.above is not None:
        text = mean_and_deviation(values, " %", digits=2)
    else:
        text = f"{statistics.mean(values):.4f}" + (f" ± {statistics.stdev(values):.4f}" if len(values) > 1 else "")
    if len(values) < seeds:
        text += f", {len(values)} of {seeds} seeds"
    return f"**missed:** {text}" if row is table.models[0] and misses(column, values) else text


def _accuracy(column: Column, results: list[Any] | None, seeds: int, is_bound: bool) -> str:
    """A cell of the main table."""
    if results is None:
        return NOT_RUN
    scored = [result for result in results if share(result) is not None]
    if not scored:
        return "-"
    values = [share(result) for result in scored]
    hits = sum(round(value * result["n"]) for value, result in zip(values, scored, strict=True))
    low, high = wilson_interval(hits, sum(result["n"] for result in scored))
    text = f"{mean_and_deviation(values)} [{100 * low:.1f}, {100 * high:.1f}]"
    if len(results) < seeds:
        text += f", {len(results)} of {seeds} seeds"
    return f"**missed:** {text}" if is_bound and misses(column, values) else text


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(line) + " |" for line in (head, *rows)]
    lines.insert(1, "|---" * len(head) + "|")
    return "\n".join(lines)


def _sizes(results: list[Any]) -> str:
    """n of one seed, and how many problems were left out."""
    found = {
        f"{result['n']}" + (f" ({result['left_out']['n']} left out)" if result.get("left_out", {}).get("n") else "")
        for result in results
    }
    return " or ".join(sorted(found)) or NOT_RUN


def accuracy_table(report: Report, table: Table) -> str:
    """Models x columns, below them n and the bounds."""
    rows, sizes = [], {column.key: [] for column in table.columns}
    for row in table.models:
        seeds = len(report.row_cells(table, row))
        line = [row.name]
        for column in table.columns:
            results = results_of(report, table, row, column)
            if column.measure == "validation_loss":
                line.append(_loss(report, table, row, column))
            else:
                line.append(_accuracy(column, results, seeds, row is table.models[0]))
            sizes[column.key] += [result for result in results or [] if result is not None]
        rows.append(line)
    rows.append(["n, each seed", *(_sizes(sizes[column.key]) for column in table.columns)])
    if any(_bound(column) for column in table.columns):
        rows.append(["bound", *(_bound(column) for column in table.columns)])
    return _markdown(["model", *(column.name for column in table.columns)], rows)


def training_table(report: Report, table: Table) -> str:
    """What each trained model cost, and the commits of training and measuring."""
    rows = []
    for row in table.models:
        cells = [read_cell(cell) for cell in report.row_cells(table, row)]
        cells = [cell for cell in cells if cell["evaluations"]]
        commits = {entry["commit"] for cell in cells for entry in cell["evaluations"].values()}
        costs = ["-"] * 3
        if row.recipe is not None and cells:
            trainings = [cell["training"] for cell in cells]
            commits |= {training["commit"] for training in trainings}
            costs = [
                " or ".join(f"{number:,}" for number in sorted({cell["parameters"] for cell in cells})),
                " or ".join(f"{number:,}" for number in sorted({training["steps"] for training in trainings})),
                f"{statistics.mean(training['cpu_seconds'] for training in trainings):,.0f}",
            ]
        rows.append([row.name, *costs, ", ".join(sorted(commits)) or NOT_RUN])
    return _markdown(["model", "parameters", "steps", "CPU seconds", "commit"], rows)


def factors_table(report: Report, table: Table) -> str | None:
    """What the exact matches are made of, means over the seeds; None where no model has factors."""
    rows = []
    for row in table.models:
        for column in table.columns:
            results = results_of(report, table, row, column) or []
            factors = [result["factors"] for result in results if result is not None and result.get("factors")]
            if factors:
                means = [statistics.mean(factor[name] for factor in factors) for name in FACTORS]
                rows.append([row.name, column.name, *(f"{100 * mean:.1f}" for mean in means)])
    return _markdown(["model", "on", *FACTORS.values()], rows) if rows else None


def draw_accuracy(report: Report, plot: Plot):
    """Exact match against operand digits: a line through the means, a point for each seed; nothing for what is
    missing."""
    from matplotlib.figure import Figure

    table = report.table(plot.table)
    figure = Figure(figsize=(8, 4.5), dpi=150, facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    low, high = min(plot.trained_digits), max(plot.trained_digits)
    axes.axvspan(low - 0.5, high + 0.5, color="0.9", label="lengths in training")
    columns = plot.columns()
    for rank, name in enumerate(plot.models):
        results = [results_of(report, table, table.row(name), column) or [] for column in columns]
        points = [(column.digits, share(result)) for column, of in zip(columns, results, strict=True) for result in of]
        points = [(digits, 100 * value) for digits, value in points if value is not None]
        if not points:
            continue
        lengths = sorted({digits for digits, _ in points})
        means = [statistics.mean(y for x, y in points if x == length) for length in lengths]
        # Models of the same accuracy stand beside each other.
        shift = 0.14 * (rank - (len(plot.models) - 1) / 2)
        line = axes.plot([x + shift for x in lengths], means, linewidth=1.5, zorder=10 - rank, label=name)
        style = {"marker": "osD^v<>"[rank % 7], "color": line[0].get_color(), "zorder": 20 - rank}
        axes.scatter([x + shift for x, _ in points], [y for _, y in points], s=28, **style)
        line[0].set(marker=style["marker"], markersize=5)
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
