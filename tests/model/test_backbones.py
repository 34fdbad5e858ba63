"""A DAG on any decoder: parity to the bit, freezing, saving, every way to generate. Tiny random backbones."""

import pytest
import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)

from helpers.backbones import FAMILIES, attach, make_backbone
from helpers.models import assert_same_model
from modeling_gpt_dag import GPTDAGForCausalLM

PLAIN, NUMBERS = "no numbers - here. (none)", "12+34=46\n-3.5*2="


# The fast suite has GPT-2 everywhere and a Llama in test_modeling.py; all families run with the slow tests.
@pytest.fixture(scope="module", params=[pytest.param(family, marks=pytest.mark.slow) for family in FAMILIES])
def backbone(request):
    return make_backbone(request.param)


def test_text_without_numbers_has_the_backbones_logits_to_the_bit_before_and_after_training(
    backbone, tokenizer, encode
):
    model = attach(backbone, tokenizer)
    plain, numbers = encode(PLAIN), encode(NUMBERS)
    expected = backbone(plain).logits
    assert torch.equal(model(plain).logits, expected)
    optimizer = torch.optim.SGD(model.freeze_backbone().train().parameters(), lr=0.5)
    model(numbers, labels=numbers).loss.backward()
    optimizer.step()
    model.eval()
    assert torch.equal(model(plain).logits, expected)
    assert not torch.equal(model(numbers).logits, backbone(numbers).logits)


def test_depth_zero_is_the_backbone_to_the_bit(backbone, tokenizer, encode):
    model = attach(backbone, None, dag_depth=0)
    for text in (PLAIN, NUMBERS):
        assert torch.equal(model(encode(text)).logits, backbone(encode(text)).logits)
    assert model.num_parameters() == backbone.num_parameters()


def test_freezing_leaves_exactly_the_dag_trainable(backbone, tokenizer, encode):
    model = attach(backbone, tokenizer).freeze_backbone()
    trainable = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    dag = {name for name, _ in model.named_parameters() if ".backbone." not in name and "lm_head" not in name}
    parts = {"dag", "mixer", "planner_input"}
    assert trainable == dag and parts <= {name.split(".")[1] for name in dag} <= {*parts, "symbol_embedding"}
    ids = encode(NUMBERS)
    model.train()(ids, labels=ids).loss.backward()
    assert all((parameter.grad is not None) is (name in dag) for name, parameter in model.named_parameters())


def test_embeddings_are_tied_as_the_backbones_are(backbone, tokenizer):
    model = attach(backbone, tokenizer)
    tied = backbone.get_output_embeddings().weight is backbone.get_input_embeddings().weight
    assert (model.lm_head.weight is model.get_input_embeddings().weight) is tied
    if not tied:
        rows = model.lm_head.weight[model.model.number_memory.written_tokens]
        assert torch.equal(model.model.symbol_embedding.weight, rows)


def test_the_dag_speaks_as_loudly_as_the_backbone(backbone, tokenizer, encode):
    model = attach(backbone, tokenizer)
    norm = model.model.backbone(encode(NUMBERS)).last_hidden_state.norm(dim=-1).mean().item()
    assert model.model.mixer.dag_scale.item() * 16**0.5 == pytest.approx(norm, rel=0.5)


def test_it_saves_and_loads_to_the_bit(backbone, tokenizer, encode, tmp_path):
    model = attach(backbone, tokenizer)
    model.save_pretrained(tmp_path)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path)
    assert type(loaded) is GPTDAGForCausalLM
    assert_same_model(loaded, model, encode(NUMBERS))


@pytest.mark.parametrize("numerics", ["exact", "soft"])
@pytest.mark.parametrize("cache", [None, "static"], ids=["dynamic", "static"])
def test_cached_generation_equals_uncached(backbone, tokenizer, numerics, cache):
    model = attach(backbone, tokenizer, dag_numerics=numerics, dag_num_values=5 if numerics == "exact" else 1)
    batch = tokenizer([NUMBERS, "7*8="], padding=True, return_tensors="pt")
    options = {"max_new_tokens": 6, "do_sample": False, "eos_token_id": None}
    expected = model.generate(**batch, **options, use_cache=False)
    options |= {"disable_compile": True}  # compiled generation has a test of its own
    assert torch.equal(model.generate(**batch, **options, cache_implementation=cache), expected)


def test_the_backbone_of_another_gpt_dag_can_be_the_backbone(tokenizer, encode, tmp_path):
    first = attach(make_backbone("llama"), tokenizer)
    first.generation_config.max_new_tokens = 7
    again = attach(first, tokenizer, dag_depth=1)
    assert again.config.dag_depth == 1 and again.generation_config.max_new_tokens is None
    attach(make_backbone("llama"), None, dag_depth=0).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    for model in (again, GPTDAGForCausalLM.from_backbone(str(tmp_path), dag_depth=1)):
        assert torch.equal(model(encode(PLAIN)).logits, first(encode(PLAIN)).logits)


def test_a_directory_can_be_the_backbone(tokenizer, encode, tmp_path):
    backbone = make_backbone("llama")
    backbone.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model = GPTDAGForCausalLM.from_backbone(str(tmp_path), dag_depth=1, dtype="bfloat16")
    assert model.dtype == torch.bfloat16 and model.config.number_tokens is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: T5ForConditionalGeneration(T5Config(d_model=16, d_kv=8, d_ff=8, num_layers=1, num_heads=2)),
            "T5ForConditionalGeneration is not a causal language model; a DAG needs a decoder",
        ),
        (
            lambda: AutoModelForCausalLM.from_config(
                AutoConfig.for_model(**FAMILIES["llama"] | {"model_type": "phi", "num_key_value_heads": 2})
            ),
            "has a bias",
        ),
        (
            lambda: AutoModelForCausalLM.from_config(
                AutoConfig.for_model(**FAMILIES["llama"] | {"model_type": "granite", "logits_scaling": 2.0})
            ),
            "more to its logits",
        ),
    ],
    ids=["encoder-decoder", "biased head", "scaled logits"],
)
def test_what_is_not_a_plain_decoder_is_refused(make, message, symbols, tokenizer):
    with pytest.raises(ValueError, match=message):
        GPTDAGForCausalLM.from_backbone(make(), tokenizer=tokenizer)


def test_an_exact_dag_asks_for_the_tokenizer():
    with pytest.raises(ValueError, match="pass the backbone's tokenizer"):
        GPTDAGForCausalLM.from_backbone(make_backbone("gpt2"))
