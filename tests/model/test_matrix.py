"""Every way to generate, numerics, planner and backbone: the same tokens as without a cache.

`pytest -m slow tests/model/test_matrix.py --matrix FILE.md` writes the table of RESULTS.md.
"""

import pytest
import torch

from helpers.backbones import FAMILIES, attach, make_backbone

pytestmark = pytest.mark.slow
PROMPTS = ["1,234+.5=46\n-$3.5*2=", "two hundred and 7*8=", "no number"]
LONG = "98765432109876543210*8="
GREEDY = {"do_sample": False}


def generate(model, batch, **options):
    torch.manual_seed(0)
    return model.generate(**batch, max_new_tokens=8, eos_token_id=None, pad_token_id=0, **options)


def cached_against_uncached(**options):
    """A mode that differs from the reference in its cache alone."""
    static = {"cache_implementation": "static", "disable_compile": True} if options.pop("static", False) else {}
    chunks = {"prefill_chunk_size": options.pop("chunk")} if "chunk" in options else {}

    def run(model, batch, backbone):
        return generate(model, batch, **options, **static, **chunks), generate(
            model, batch, use_cache=False, **options
        )

    return run


def assisted(role: str):
    def run(model, batch, backbone):
        one = {name: tensor[:1] for name, tensor in batch.items()}
        main, assistant = (model, backbone) if role == "main" else (backbone, model)
        return generate(main, one, **GREEDY, assistant_model=assistant), generate(main, one, **GREEDY, use_cache=False)

    return run


def continued(model, batch, backbone):
    ids = batch["input_ids"][:1]
    first = generate(model, {"input_ids": ids}, **GREEDY, return_dict_in_generate=True)
    longer = torch.cat([first.sequences, ids[:, -4:]], 1)
    kept = generate(model, {"input_ids": longer}, **GREEDY, past_key_values=first.past_key_values)
    return kept, generate(model, {"input_ids": longer}, **GREEDY, use_cache=False)


def alone(model, batch, backbone):
    rows = [
        generate(model, {"input_ids": row[mask.bool()][None]}, **GREEDY)[0, -8:]
        for row, mask in zip(batch["input_ids"], batch["attention_mask"], strict=True)
    ]
    return generate(model, batch, **GREEDY)[:, -8:], torch.stack(rows)


def from_embeddings(model, batch, backbone):
    embeds = model.get_input_embeddings()(batch["input_ids"])
    # Some embeddings scale what they return; generate() takes what they return.
    ours = generate(model, {"inputs_embeds": embeds, "attention_mask": batch["attention_mask"]}, **GREEDY)
    return ours, generate(model, batch, **GREEDY, use_cache=False)[:, -8:]


MODES = {
    "greedy": cached_against_uncached(**GREEDY),
    "static cache": cached_against_uncached(**GREEDY, static=True),
    "beams": cached_against_uncached(**GREEDY, num_beams=3),
    "sampling, 3 each": cached_against_uncached(do_sample=True, num_return_sequences=3),
    "chunked prefill": cached_against_uncached(**GREEDY, chunk=3),
    "assisted": assisted("main"),
    "as assistant": assisted("assistant"),
    "kept cache": continued,
    "left padding": alone,
    "from embeddings": from_embeddings,
}


@pytest.fixture(scope="module")
def models(tokenizer):
    made = {}

    def get(family: str, numerics: str):
        if (family, numerics) not in made:
            backbone = make_backbone(family)
            options = {"dag_numerics": "soft", "dag_num_values": 1} if numerics == "soft" else {"dag_num_values": 5}
            if numerics == "exact, joint":
                options["dag_planner"] = "joint"
            if numerics == "exact, 40 digits":
                options["dag_digits"] = 40
            made[family, numerics] = (attach(backbone, tokenizer, **options), backbone)
        return made[family, numerics]

    return get


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("numerics", ["exact", "exact, joint", "exact, 40 digits", "soft"])
@pytest.mark.parametrize("family", FAMILIES)
def test_generation_equals_the_uncached_forward(models, tokenizer, family, numerics, mode, record_property):
    record_property("matrix", (f"{family}, {numerics}", mode))
    model, backbone = models(family, numerics)
    prompts = [LONG, *PROMPTS] if numerics == "exact, 40 digits" else PROMPTS
    batch = dict(tokenizer(prompts, padding=True, return_tensors="pt"))
    ours, expected = MODES[mode](model, batch, backbone)
    assert torch.equal(ours, expected)
