"""Generation with the cache equals generation without it, token for token; test_matrix.py has all the other modes."""

import pytest
import torch
from transformers import DynamicCache

from modeling_gpt_dag import word_tokens
from modeling_gpt_dag.number_words import DEFAULT_WORD_GROUPS

PROMPTS = ["1,234+.5=", "two hundred and -7.5*[2,3]=1", "12345678901234567890*-7=", "9"]
LENGTH = 7


@pytest.fixture(params=["exact", "joint", "slot layers", "compared values", "words", "40 digits", "soft"])
def model(request, make_model, tokenizer):
    options = {
        "joint": {"dag_planner": "joint"},
        "slot layers": {"dag_planner": "joint", "dag_slot_layers": 2},
        "compared values": {"dag_planner": "joint", "dag_compare_values": True},
        "words": {"dag_number_words": DEFAULT_WORD_GROUPS, "word_tokens": word_tokens(tokenizer)},
        "40 digits": {"dag_digits": 40, "dag_constants": ["1" * 40]},
    }
    return make_model(**options.get(request.param, {"dag_numerics": request.param}))


def generate(model, batch, **options):
    return model.generate(
        **batch, max_new_tokens=LENGTH, eos_token_id=None, pad_token_id=model.config.pad_token_id or 0, **options
    )


@pytest.mark.parametrize(
    "options",
    [{"do_sample": False}, {"do_sample": True, "top_k": 5}, {"num_beams": 3, "do_sample": False}],
    ids=["greedy", "sampling", "beams"],
)
def test_cached_equals_uncached(model, tokenizer, options):
    batch = tokenizer(PROMPTS, padding=True, return_tensors="pt")
    outputs = []
    for use_cache in (True, False):
        torch.manual_seed(1)
        outputs.append(generate(model, batch, use_cache=use_cache, **options))
    assert torch.equal(*outputs)


def test_left_padding_changes_nothing(model, tokenizer):
    batch = generate(model, tokenizer(PROMPTS, padding=True, return_tensors="pt"), do_sample=False)
    for row, prompt in zip(batch, PROMPTS, strict=True):
        alone = generate(model, tokenizer([prompt], return_tensors="pt"), do_sample=False)
        assert torch.equal(row[-LENGTH:], alone[0, -LENGTH:])


@pytest.mark.parametrize("chunk", [1, 3])
def test_logits_in_chunks_through_the_cache_equal_those_of_one_pass(model, encode, chunk):
    ids = encode("1,234+.5\n-$3.5*[1,2]=1,23 twenty-one two-7123456789012345678\n1-")
    cache = DynamicCache(config=model.config)
    parts = [model(part, past_key_values=cache).logits for part in ids.split(chunk, 1)]
    torch.testing.assert_close(torch.cat(parts, 1), model(ids).logits, rtol=1e-4, atol=1e-4)


def test_a_prompt_without_numbers_works_as_text(model, tokenizer):
    output = generate(model, tokenizer(["Hello"], return_tensors="pt"), do_sample=False)
    assert output.shape == (1, 5 + LENGTH)


@pytest.mark.parametrize("side", ["left", "right"])
def test_ragged_batches_give_each_row_its_own_logits(model, tokenizer, side):
    batch = tokenizer(PROMPTS, padding=True, padding_side=side, return_tensors="pt")
    # generate() derives positions from the mask, and so does whoever pads on the left.
    positions = (batch["attention_mask"].cumsum(1) - 1).clamp(min=0)
    logits = model(**batch, position_ids=positions).logits
    for row, mask, prompt in zip(logits, batch["attention_mask"].bool(), PROMPTS, strict=True):
        alone = model(**tokenizer([prompt], return_tensors="pt")).logits[0]
        torch.testing.assert_close(row[mask], alone, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", ["boolean", "additive"])
def test_a_4d_mask_does_what_the_2d_mask_does(model, encode, kind):
    ids = encode("7712+34=")
    mask = torch.ones_like(ids)
    mask[:, :2] = 0
    allowed = torch.ones(1, 1, 8, 8, dtype=torch.bool).tril() & mask.bool()[:, None, None, :]
    four = allowed if kind == "boolean" else torch.where(allowed, 0.0, torch.finfo(torch.float32).min)
    ours, theirs = model(ids, attention_mask=four).logits, model(ids, attention_mask=mask).logits
    torch.testing.assert_close(ours[:, 2:], theirs[:, 2:], rtol=1e-4, atol=1e-4)


@pytest.mark.slow
def test_compiled_static_generation_equals_eager(model, tokenizer, fresh_compiler):
    batch = tokenizer(PROMPTS[:1], return_tensors="pt")
    expected = generate(model, batch, do_sample=False, use_cache=False)
    # The kernels of limbs take a C++ compiler minutes; here what is traced is run as it is.
    backend = "inductor" if model.config.dag_digits == 18 else "aot_eager"
    compiled = torch.compile(model.forward, fullgraph=True, dynamic=True, backend=backend)
    model.forward = compiled
    assert torch.equal(generate(model, batch, do_sample=False, cache_implementation="static"), expected)
