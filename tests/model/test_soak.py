"""Endurance: random bytes through generation, thousands of times."""

import gc

import psutil
import pytest
import torch

from helpers.naive_dag import readable_numbers, written_characters
from helpers.numbers import decimals, texts
from modeling_gpt_dag.dag_operations import OPERATIONS
from modeling_gpt_dag.decimal_tensor import DecimalTensor

pytestmark = pytest.mark.slow
BATCHES, ROWS, LONGEST, NEW_TOKENS = 100, 100, 64, 16
MEBIBYTE = 2**20


def random_prompts(vocab_size: int, number_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Left-padded prompts of 0 to 64 bytes and their mask, (rows, 64) each; half of them nearly all numbers."""
    lengths = torch.randint(LONGEST + 1, (ROWS, 1))
    mask = (torch.arange(LONGEST) >= LONGEST - lengths).long()
    any_byte = torch.randint(1, vocab_size, (ROWS, LONGEST))
    number = number_ids[torch.randint(len(number_ids), (ROWS, LONGEST))]
    is_number = torch.rand(ROWS, LONGEST) < torch.tensor([0.0, 0.9])[torch.randint(2, (ROWS, 1))]
    return torch.where(is_number, number, any_byte) * mask, mask


def read_by_hand(row: list[int], characters: dict[int, str], size: int) -> list[str | None]:
    """The numbers that the last token of a row decides on: those before the number it may be writing."""
    text = "".join(characters.get(token, "a") for token in row)
    numbers = readable_numbers(text[: len(text) - written_characters(text)])[:size]
    return texts(numbers) + [None] * (size - len(numbers))


def test_ten_thousand_prompts_of_any_bytes_leave_logits_finite_numbers_right_and_memory_as_it_was(make_model, symbols):
    model = make_model(n_positions=LONGEST + NEW_TOKENS, dag_operations=list(OPERATIONS))
    shown = {"opening": " ", "unreadable": "⅓"}
    characters = {token: shown.get(symbol, symbol) for symbol, tokens in symbols.items() for token in tokens}
    number_ids, size = torch.tensor(list(characters)), model.config.dag_num_values
    options = {"max_new_tokens": NEW_TOKENS, "eos_token_id": None, "output_logits": True}
    resident = []
    for batch in range(BATCHES):
        prompts, mask = random_prompts(model.config.vocab_size, number_ids)
        output = model.generate(
            prompts,
            attention_mask=mask,
            do_sample=batch % 2 == 1,
            pad_token_id=0,
            return_dict_in_generate=True,
            **options,
        )
        assert all(logits.isfinite().all() for logits in output.logits), batch
        mask = torch.nn.functional.pad(mask, (0, NEW_TOKENS), value=1)
        with torch.no_grad():
            dag = model(output.sequences, attention_mask=mask, output_dag=True, use_cache=False).dag
        assert all(part.isfinite().all() for part in dag.to_tuple() if part.is_floating_point()), batch
        initial = (dag.values_mantissa, dag.values_scale, dag.values_mask)
        found = texts(decimals(DecimalTensor(*(part[:, -1, :size] for part in initial))))
        for index, (row, is_text) in enumerate(zip(output.sequences, mask.bool(), strict=True)):
            expected = read_by_hand(row[is_text].tolist(), characters, size)
            assert found[index * size : (index + 1) * size] == expected, row[is_text].tolist()
        if batch in (BATCHES // 10, BATCHES - 1):
            gc.collect()
            resident.append(psutil.Process().memory_info().rss)
    assert resident[1] - resident[0] < 16 * MEBIBYTE
