"""Reports of evaluations as Markdown tables."""

from typing import Any


def percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _row_name(report: dict[str, Any]) -> str:
    return f"{report['digits']}{', held out' if report['held_out'] else ''}"


def exact_match_table(reports: list[dict[str, Any]]) -> str:
    """Reports of `evaluate_task`, one per row, as a Markdown table by group."""
    groups = sorted({group for report in reports for group in report["groups"]})
    lines = ["| digits | " + " | ".join(groups) + " | all | n | left out |", "|---|" + "---|" * (len(groups) + 3)]
    for report in reports:
        cells = [percent(report["groups"].get(group, {"exact_match": None})["exact_match"]) for group in groups]
        row = [
            _row_name(report),
            *cells,
            percent(report["exact_match"]),
            str(report["n"]),
            str(report["left_out"]["n"]),
        ]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def factors_table(reports: list[dict[str, Any]]) -> str:
    """What the exact matches of `evaluate_task` reports are made of, as a Markdown table."""
    names = {
        "plan": "plan right",
        "result": "result right",
        "gate": "gate fired",
        "text": "text right",
        "false_fires": "fired too early",
    }
    lines = ["| digits | " + " | ".join(names.values()) + " |", "|---|" + "---|" * len(names)]
    for report in reports:
        lines.append(
            "| " + " | ".join([_row_name(report), *(percent(report["factors"][factor]) for factor in names)]) + " |"
        )
    return "\n".join(lines)


def questions_table(report: dict[str, Any]) -> str:
    """A report of `evaluate_questions` as a Markdown table."""
    rows = {"numeric match": "numeric_match", "strict match": "strict_match", "gate fired": "gate"}
    lines = [f"| {report['format']}, n = {report['n']} | share | 95 % interval |", "|---|---|---|"]
    for title, name in rows.items():
        cell = report[name]
        interval = " - ".join(percent(end) for end in cell["interval"]) if cell else "-"
        lines.append(f"| {title} | {percent(cell['share']) if cell else '-'} | {interval} |")
    left_out = report["left_out"]
    return "\n".join(lines) + (
        f"\n\nleft out: {left_out['too_long']} too long for the model, {left_out['non_numbers']} without a number, "
        f"{left_out['bad_records']} that cannot be read"
    )
