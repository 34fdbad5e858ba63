"""Perplexity before and after, against the library's own loss; open gates by line."""

import pytest
import torch

from helpers.backbones import attach, make_backbone
from modeling_gpt_dag.evaluation.language_cost import language_cost

LINES = ["no numbers here\n", "version 3.5, 17 pages\n", "\n", "the end\n", "4 and 5 .\n"]


def test_perplexities_are_those_of_the_backbone_and_of_the_model(tokenizer):
    backbone = make_backbone("llama")
    model = attach(backbone, tokenizer).eval()
    report = language_cost(model, tokenizer, LINES)
    ids = torch.tensor([tokenizer("".join(LINES), add_special_tokens=False)["input_ids"]])
    assert report.all.before == pytest.approx(backbone(ids, labels=ids).loss.exp().item(), rel=1e-4)
    assert report.all.after == pytest.approx(model(ids, labels=ids).loss.exp().item(), rel=1e-4)
    assert report.all.tokens == ids.shape[1] and report.with_numbers.tokens == len(LINES[1] + LINES[4])
    other = language_cost(model, tokenizer, LINES, backbone=make_backbone("gpt2"))
    assert other.all.before != report.all.before and other.all.after == report.all.after


@pytest.mark.parametrize(("bias", "opened"), [(9.0, 2), (-9.0, 0)])
def test_open_gates_are_counted_by_line_with_numbers(tokenizer, bias, opened):
    model = attach(make_backbone("llama"), tokenizer, dag_operations=["identity"]).eval()
    with torch.no_grad():
        model.model.mixer.gate_head.weight.zero_()
        model.model.mixer.gate_head.bias.fill_(bias)
    assert language_cost(model, tokenizer, LINES).false_gate_rate.opened == opened
    without = language_cost(model, tokenizer, ["no numbers\n"])
    assert without.all.before == without.all.after and without.false_gate_rate.n == 0


def test_too_short_a_text_is_refused(tokenizer):
    with pytest.raises(ValueError, match="a text of 1 tokens"):
        language_cost(attach(make_backbone("llama"), tokenizer), tokenizer, ["a"])
