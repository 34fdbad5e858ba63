"""The benchmark: both sides do the same work, and a limit that is exceeded is written as missed."""

from dataclasses import replace

import pytest
import torch

from helpers.scripts import script
from modeling_gpt_dag.report.benchmark import CASES, Case, Side, Work, block_parameters, build, measure
from modeling_gpt_dag.report.benchmark_tables import cost_table

TINY = Side("train", width=16, blocks=2, batch=2, length=8, dag={"dag_depth": 2})


@pytest.mark.slow
@pytest.mark.parametrize("work", ["train", "prefill", "decode", "dag"])
@pytest.mark.parametrize("dag_numerics", ["exact", "soft"])
def test_each_kind_of_work_is_measured_as_a_ratio(work, dag_numerics):
    ours = replace(TINY, work=work, dag={"dag_numerics": dag_numerics})
    reference = replace(ours, length=4) if work == "dag" else replace(ours, dag=None)
    case = Case("train", "tiny", ours, reference, limit=0.0)
    result = measure(case, 3, torch.device("cpu"), torch.float, "processor", peak_tflops=1.0)
    assert result["rounds"] == 3 and result["quartiles"][0] <= result["ratio"] <= result["quartiles"][1]
    assert ("mfu" in result) == (work == "train")
    row = cost_table([result | {"commit": "abc"}]).splitlines()[-1]
    assert row.startswith("| tiny |") and "**missed:**" in row


def test_the_peak_of_memory_holds_what_stands_and_what_a_step_allocates():
    work = Work(replace(TINY, dag=None), torch.device("cpu"), torch.float)
    work()
    parameters = sum(parameter.nbytes for parameter in work.model.parameters())
    assert work.standing_bytes() >= 3 * parameters  # AdamW keeps two moments
    logits = work.ids.numel() * work.model.config.vocab_size * 4
    assert work.peak_bytes() > work.standing_bytes() + parameters + 2 * logits


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case.reference.dag is None], ids=lambda case: case.title)
def test_the_blocks_of_both_sides_are_the_same(case):
    with torch.device("meta"):
        ours, reference = build(case.ours), build(case.reference)
    assert block_parameters(ours) == block_parameters(reference)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "message"),
    [(["--suite", "speed"], "suite 'speed' is unknown; known are train"), (["--rounds", "1"], "at least 2")],
    ids=["suite", "rounds"],
)
def test_the_script_refuses_in_one_line(flags, message):
    assert message in script("benchmark", *flags, ok=False)
