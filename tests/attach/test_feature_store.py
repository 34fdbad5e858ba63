"""Training on stored hidden states: the same loss and gradients as through the frozen backbone; stores that resume."""

import shutil
from types import SimpleNamespace

import pytest
import torch

from helpers.backbones import attach, make_backbone
from modeling_gpt_dag.attach.feature_store import ROW_TOKENS, Examples, FeatureStore, collate_packed, collate_padded
from modeling_gpt_dag.data.examples import Example

PROMPTS = [("12+3=", "15\n"), ("what is 7 minus 20? ", "-13\n"), ("page 3, 4\n", ""), ("2*3=", "6\n")]


@pytest.fixture
def examples(tokenizer) -> list[Example]:
    made = []
    for prompt, answer in PROMPTS:
        asked, answered = (tokenizer(text, add_special_tokens=False)["input_ids"] for text in (prompt, answer))
        labels = [-100] * len(asked) + answered if answer else asked
        made.append(Example(asked + answered, labels))
    return made


def model_of(tokenizer, **settings):
    # All plans are drawn and all numbers searched, so that nothing is left to chance.
    settings = {
        "dag_depth": 1,
        "dag_num_plans": 1000,
        "dag_value_loss_weight": 0.5,
        "dag_value_positions": 100,
        **settings,
    }
    return attach(make_backbone("llama"), tokenizer, **settings).freeze_backbone()


def padded(examples: list[Example]) -> dict[str, torch.Tensor]:
    def rows(part: int, filler: int) -> torch.Tensor:
        tensors = [torch.tensor(example[part]) for example in examples]
        return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=filler)

    return {"input_ids": rows(0, 0), "labels": rows(1, -100), "attention_mask": (rows(0, -1) >= 0).long()}


def gradients(model, batch) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    model.train().zero_grad()
    loss = model(**batch).loss
    loss.backward()
    return loss.detach(), {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


# A parameter that decides on the plan, and so must be trained: its name depends on the numerics.
PLANNER = {"exact": "model.dag.slot_head.weight", "soft": "model.dag.plan_in.weight"}


@pytest.mark.parametrize(("numerics", "context"), [("exact", 0), ("exact", 1), ("soft", 1)])
def test_loss_and_gradients_equal_those_through_the_frozen_backbone(tokenizer, examples, tmp_path, numerics, context):
    settings = {"dag_num_values": 5} if numerics == "exact" else {"dag_num_values": 1, "dag_value_loss_weight": 0.0}
    model = model_of(tokenizer, dag_numerics=numerics, dag_context_layers=context, **settings)
    store = FeatureStore.build(model.model.backbone, examples, tmp_path, model.config.dag_planner_layer)
    if numerics == "soft":
        model.model.dag.choose = lambda logits: logits.softmax(-1)  # no noise
    through, expected = gradients(model, padded(examples))
    loss, found = gradients(model, collate_packed([store[index] for index in range(len(store))]))
    torch.testing.assert_close(loss, through)
    assert found.keys() == expected.keys()
    assert expected[PLANNER[numerics]].abs().sum() > 0
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-3, atol=1e-5, msg=name)


def test_a_row_for_each_text_gives_the_same_loss_and_gradients_and_asks_only_for_labelled_logits(tokenizer, examples):
    model = model_of(tokenizer, dag_num_values=5)
    through, expected = gradients(model, padded(examples))
    batch = collate_padded([Examples(examples)[index] for index in range(len(examples))])
    assert batch["input_ids"].shape == (4, 1 + max(len(example.input_ids) for example in examples))
    assert len(batch["logits_to_keep"]) < batch["input_ids"].shape[1]
    loss, found = gradients(model, batch)
    torch.testing.assert_close(loss, through)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-3, atol=1e-5, msg=name)


def test_a_packed_row_says_where_texts_begin_and_asks_only_for_labelled_logits(tokenizer, examples, tmp_path):
    model = model_of(tokenizer)
    store = FeatureStore.build(model.model.backbone, examples, tmp_path, model.config.dag_planner_layer)
    batch = collate_packed([store[0], store[2]])
    filling = [0] * (ROW_TOKENS - 18)
    assert batch["position_ids"][0].tolist() == [*range(8), *range(10), *filling]
    assert batch["labels"][0, 18:].tolist() == [-100] * len(filling)
    assert batch["logits_to_keep"].tolist() == [4, 5, 6, *range(8, 17)]
    assert model(**batch).logits.shape[1] == 12


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_stored_are_the_hidden_states_of_each_text_alone(tokenizer, examples, tmp_path, dtype):
    backbone = make_backbone("llama").model.to(dtype)
    FeatureStore.build(backbone, examples, tmp_path, batch_tokens=40)
    store = FeatureStore.build(backbone, examples, tmp_path, batch_tokens=40)  # from the disk
    for index, example in enumerate(examples):
        alone = backbone(torch.tensor([example.input_ids])).last_hidden_state[0]
        stored = store[index]["backbone_hidden_states"]
        assert stored.dtype == dtype
        torch.testing.assert_close(stored, alone, rtol=2e-2 if dtype == torch.bfloat16 else 1e-4, atol=2e-2)


def test_an_interrupted_computation_goes_on_where_it_stopped(tokenizer, examples, tmp_path, monkeypatch):
    monkeypatch.setattr("modeling_gpt_dag.attach.feature_store.SAVE_EVERY", 1)
    backbone = make_backbone("llama").model
    whole = FeatureStore.build(backbone, examples, tmp_path / "whole", batch_tokens=10).hidden_states.clone()
    seen = []

    def stop(module, inputs, output):
        seen.append(1)
        if len(seen) == 3:
            raise KeyboardInterrupt

    hook = backbone.register_forward_hook(stop)
    with pytest.raises(KeyboardInterrupt):
        FeatureStore.build(backbone, examples, tmp_path / "store", batch_tokens=10)
    resumed = FeatureStore.build(backbone, examples, tmp_path / "store", batch_tokens=10)
    hook.remove()
    assert len(seen) == 5 and torch.equal(resumed.hidden_states, whole)  # four batches, one of them twice


def test_a_store_of_another_backbone_or_of_other_texts_is_refused(tokenizer, examples, tmp_path):
    backbone = make_backbone("llama").model
    FeatureStore.build(backbone, examples, tmp_path)
    with pytest.raises(ValueError, match="was made from other data"):
        FeatureStore.build(backbone, examples[:-1], tmp_path)
    with torch.no_grad():
        next(backbone.parameters())[0, 0] += 1
    with pytest.raises(ValueError, match="was made from other backbone"):
        FeatureStore.build(backbone, examples, tmp_path)


def test_too_small_a_disk_is_refused_before_anything_is_computed(tokenizer, examples, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    with pytest.raises(OSError, match="features of 48 tokens take 0.003 MB .* has room for 0.001 MB"):
        FeatureStore.build(make_backbone("llama").model, examples, tmp_path)
    assert not (tmp_path / "hidden_states.bin").exists()
