"""Generation with the cache equals generation without it, token for token."""

import pytest
import torch
from transformers import DynamicCache

PROMPTS = ["12+34=", "-7.5*2=1", "9"]


@pytest.fixture(params=["exact", "soft"])
def model(request, make_model):
    return make_model(dag_numerics=request.param)


def generate(model, batch, **options):
    return model.generate(
        **batch, max_new_tokens=12, eos_token_id=None, pad_token_id=model.config.pad_token_id or 0, **options
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
        assert torch.equal(row[-12:], alone[0, -12:])


@pytest.mark.parametrize("chunk", [1, 3])
def test_logits_in_chunks_through_the_cache_equal_those_of_one_pass(model, encode, chunk):
    ids = encode("12+34=46\n-3.5*2=-7.0\n1-")
    cache = DynamicCache(config=model.config)
    parts = [model(part, past_key_values=cache).logits for part in ids.split(chunk, 1)]
    torch.testing.assert_close(torch.cat(parts, 1), model(ids).logits, rtol=1e-4, atol=1e-4)


def test_generation_is_deterministic(model, tokenizer):
    batch = tokenizer(PROMPTS, padding=True, return_tensors="pt")
    assert torch.equal(generate(model, batch, do_sample=False), generate(model, batch, do_sample=False))


def test_a_prompt_without_numbers_works_as_text(model, tokenizer):
    output = generate(model, tokenizer(["Hello"], return_tensors="pt"), do_sample=False)
    assert output.shape == (1, 17)
