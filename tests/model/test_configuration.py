"""GPTDAGConfig: what it builds, and what it refuses."""

import json

import pytest
import torch
from transformers import AutoConfig, GPT2Config, LlamaConfig

from modeling_gpt_dag import GPTDAGConfig, GPTDAGForCausalLM
from modeling_gpt_dag.configuration_gpt_dag import NUMERICS
from modeling_gpt_dag.dag_operations import OPERATIONS


def test_flat_keywords_build_a_gpt2_backbone():
    config = GPTDAGConfig(n_layer=3, n_head=4, n_embd=128, dag_depth=2)
    assert isinstance(config.backbone_config, GPT2Config)
    assert (config.hidden_size, config.num_attention_heads, config.backbone_config.n_layer) == (128, 4, 3)


def test_defaults_are_those_of_the_design():
    exact, soft = GPTDAGConfig(), GPTDAGConfig(dag_numerics="soft")
    assert exact.dag_operations == ["add", "identity", "multiply", "subtract"]
    assert (exact.dag_depth, exact.dag_numerics, exact.dag_num_plans, exact.dag_temperature) == (4, "exact", 16, 2.0)
    assert (exact.dag_num_values, exact.dag_context_layers, exact.dag_gate) == (8, 0, "convex")
    assert (soft.dag_num_values, soft.dag_context_layers, soft.dag_gate) == (1, 1, "none")
    assert exact.dag_number_positions and not soft.dag_number_positions


@pytest.mark.parametrize(
    ("settings", "layers"),
    [({"dag_depth": 0}, 2), ({"dag_depth": 1}, 5), ({"dag_depth": 2, "dag_numerics": "soft"}, 3)],
    ids=["no DAG", "exact: number memory", "soft: context block"],
)
def test_every_layer_with_a_cache_slot_is_counted(settings, layers):
    assert GPTDAGConfig(n_layer=2, n_embd=16, n_head=2, **settings).num_hidden_layers == layers


def test_another_decoder_can_be_the_backbone():
    backbone = LlamaConfig(hidden_size=24, num_attention_heads=3, num_hidden_layers=2, vocab_size=50, head_dim=8)
    config = GPTDAGConfig(backbone_config=backbone)
    assert (config.hidden_size, config.vocab_size, config.tie_word_embeddings) == (24, 50, False)
    assert GPTDAGConfig(backbone_config=backbone.to_dict()).backbone_config.model_type == "llama"


def test_a_backbone_given_is_not_changed_by_flat_keywords():
    backbone = GPT2Config(n_embd=32, n_head=2)
    assert GPTDAGConfig(backbone_config=backbone, n_embd=64).hidden_size == 64
    assert backbone.n_embd == 32


def test_a_saved_config_loads_as_it_was(make_config, tmp_path):
    config = make_config(dag_constants=["100"], dag_operations=["add", "divide"])
    config.save_pretrained(tmp_path)
    assert AutoConfig.from_pretrained(tmp_path).to_diff_dict() == config.to_diff_dict()


def test_the_special_tokens_of_gpt2_do_not_leak_into_other_vocabularies():
    config = GPTDAGConfig(n_embd=16, n_head=2, vocab_size=20)
    assert config.eos_token_id is None and config.backbone_config.eos_token_id is None


def number_tokens(**changes):
    return {symbol: [i] for i, symbol in enumerate("0123456789-.)")} | changes


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dag_depth": -1}, "dag_depth=-1: must be 0"),
        ({"dag_numerics": "fuzzy"}, f"dag_numerics='fuzzy': must be one of {', '.join(NUMERICS)}"),
        ({"dag_precision": 0}, "dag_precision=0: must be None or from 1 to 16"),
        (
            {"dag_precision": 13, "dag_operations": ["add", "sqrt", "sin"]},
            r"dag_precision=13: must be None or from 1 to 12, the digits to which \['sqrt', 'sin'\] can be rounded",
        ),
        (
            {"dag_numerics": "soft", "dag_operations": ["add", "gcd", "round"]},
            r"dag_operations=.*\['gcd', 'round'\] are exact only",
        ),
        ({"dag_operations": ["add", "modulo"]}, f"'modulo'.* known are {', '.join(OPERATIONS)}"),
        ({"dag_operations": []}, r"dag_operations=\[\]: must name at least one"),
        ({"dag_operations": ["add", "add"]}, "each once"),
        ({"dag_gate": "open"}, "dag_gate='open': must be one of convex, none"),
        ({"dag_num_values": 0}, "dag_num_values=0: must be at least 1"),
        ({"dag_planner_layer": 0}, "dag_planner_layer=0: must be from 1 to 12"),
        ({"n_layer": 2, "dag_planner_layer": 3}, "dag_planner_layer=3: must be from 1 to 2"),
        ({"dag_numerics": "soft", "dag_num_values": 2}, "dag_num_values=2: must be 1"),
        ({"dag_numerics": "soft", "dag_number_positions": True}, "dag_number_positions=True: must be false: soft"),
        ({"dag_numerics": "soft", "dag_constants": ["2"]}, r"dag_constants=\['2'\]: must be empty: soft"),
        ({"dag_constants": ["two"]}, "'two' is no decimal"),
        ({"dag_constants": ["0." + 19 * "1"]}, "is no decimal of at most 18 digits"),
        ({"dag_digits": 40, "dag_constants": [41 * "1"]}, "is no decimal of at most 40 digits"),
        ({"dag_digits": 17}, "dag_digits=17: must be from 18 to 256"),
        ({"dag_digits": 257}, "dag_digits=257: must be from 18 to 256"),
        ({"dag_numerics": "soft", "dag_digits": 40}, "dag_digits=40: must be 18: soft numerics"),
        ({"dag_min_plan_prob": 1.5}, "dag_min_plan_prob=1.5: is a probability"),
        ({"dag_numerics": "soft", "dag_min_plan_prob": 0.5}, "dag_min_plan_prob=0.5: must be 0: soft numerics"),
        ({"dag_compare_values": True}, 'dag_compare_values=True: needs dag_planner="joint"'),
        ({"dag_min_confidence": -0.1}, "dag_min_confidence=-0.1: is a probability"),
        ({"dag_numerics": "soft", "dag_min_confidence": 0.5}, "dag_min_confidence=0.5: must be 0: soft numerics"),
        ({"dag_key_size": 0}, "dag_key_size=0: must be at least 1"),
        ({"dag_numerics": "soft", "dag_key_size": 8}, "dag_key_size=8: must be none: soft numerics"),
        ({"dag_num_plans": 0}, "dag_num_plans=0: must be at least 1"),
        ({"dag_temperature": 0.0}, "dag_temperature=0.0: must be positive"),
        ({"dag_dept": 2}, "unknown field dag_dept=2; GPTDAGConfig has .*dag_depth"),
        ({"n_embd": 30, "n_head": 4}, "hidden_size=30: must be a multiple of num_attention_heads=4"),
        ({"backbone_config": {"model_type": "gpt9"}}, "model_type='gpt9', which transformers does not know"),
        ({"number_tokens": number_tokens(**{"7": [99999]})}, "outside the vocabulary of 50257"),
        ({"number_tokens": number_tokens(**{"7": []})}, r"no token for \['7'\]"),
        ({"number_tokens": number_tokens(seven=[7])}, "unknown symbols"),
        ({"number_tokens": number_tokens(**{"7": [3]})}, "several symbols"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_cannot_work_is_refused_by_name(settings, message):
    with pytest.raises(ValueError, match=message):
        GPTDAGConfig(**settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dag_digits": 10}, "dag_digits=10: must be from 18 to 256"),
        ({"dag_digits": 300}, "dag_digits=300: must be from 18 to 256"),
        ({"dag_depth": -1}, "dag_depth=-1: must be 0"),
    ],
)
def test_what_cannot_work_is_refused_where_a_saved_model_is_loaded_with_it(make_model, tmp_path, settings, message):
    make_model().save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=message):
        GPTDAGForCausalLM.from_pretrained(tmp_path, **settings)


def test_a_directory_with_the_former_name_of_a_field_loads_and_is_saved_with_the_new_one(make_model, encode, tmp_path):
    model = make_model(dag_num_plans=7)
    model.save_pretrained(tmp_path / "old")
    path = tmp_path / "old" / "config.json"
    path.write_text(path.read_text().replace('"dag_num_plans"', '"dag_beams"'))
    loaded = GPTDAGForCausalLM.from_pretrained(tmp_path / "old")
    assert loaded.config.dag_num_plans == loaded.config.dag_beams == 7
    assert torch.equal(loaded(encode("12+34=")).logits, model(encode("12+34=")).logits)
    loaded.save_pretrained(tmp_path / "new")
    saved = json.loads((tmp_path / "new" / "config.json").read_text())
    assert saved["dag_num_plans"] == 7 and "dag_beams" not in saved
