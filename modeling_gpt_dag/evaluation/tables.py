"""Reports of evaluations as Markdown tables."""

from collections.abc import Sequence

from ..command_line.markdown import markdown_table
from .reports import ExactMatch, QuestionReport, Score, TaskReport

# Fields of `Breakdown` -> headings.
BREAKDOWN = {
    "plan": "plan right",
    "result": "result right",
    "gate": "gate fired",
    "text": "text right",
    "opened_early": "fired too early",
}


def percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _row_name(report: TaskReport) -> str:
    return f"{report.digits}{', held out' if report.held_out else ''}"


def exact_match_table(reports: Sequence[TaskReport]) -> str:
    """One report per row, by group, and its worst template where it has templates."""
    groups = sorted({group for report in reports for group in report.groups})
    has_templates = any(report.worst is not None for report in reports)
    nothing = Score(None, 0, (None, None))
    rows = [
        [
            _row_name(report),
            *(percent(report.groups.get(group, nothing).exact_match) for group in groups),
            percent(report.exact_match),
            str(report.n),
            str(report.left_out.n),
            *([percent(report.number), worst_template_text(report)] if has_templates else []),
        ]
        for report in reports
    ]
    head = ["digits", *groups, "all", "n", "left out"]
    return markdown_table(head + ["right number", "worst template"] * has_templates, rows)


def worst_template_text(report: ExactMatch) -> str:
    if report.worst is None:
        return "-"
    sentence = report.worst.template.strip().replace("\n", " / ").replace("|", "\\|")
    return f"{percent(report.worst.score.exact_match)} of {report.worst.score.n}: {sentence}"


def breakdown_table(reports: Sequence[TaskReport]) -> str:
    """What the exact matches are made of; of the reports that say so."""
    rows = [
        [_row_name(report), *(percent(getattr(report.breakdown, part)) for part in BREAKDOWN)]
        for report in reports
        if report.breakdown is not None
    ]
    return markdown_table(["digits", *BREAKDOWN.values()], rows)


def questions_table(report: QuestionReport) -> str:
    shares = {
        "numeric match": report.numeric_match,
        "strict match": report.strict_match,
        "gate fired": report.gate,
        "numeric match where it fired": report.presented,
    }
    rows = []
    for title, cell in shares.items():
        measured = ["-", "-"] if cell is None else [percent(cell.share), " - ".join(map(percent, cell.interval))]
        rows.append([title, *measured])
    left_out = report.left_out
    parts = [
        markdown_table([f"{report.format}, n = {report.n}", "share", "95 % interval"], rows),
        f"left out: {left_out.too_long} too long for the model, {left_out.non_numbers} without a number, "
        f"{left_out.bad_records} that cannot be read",
    ]
    head = ["n", "numeric match", "strict match", "gate fired", "numeric match where it fired"]
    for title, groups in (("group", report.groups), ("by its equation", report.kinds)):
        rows = [
            [name, str(each.n), *map(percent, (each.numeric_match, each.strict_match, each.gate, each.presented))]
            for name, each in groups.items()
        ]
        parts += [markdown_table([title, *head], rows)] if rows else []
    return "\n\n".join(parts)
