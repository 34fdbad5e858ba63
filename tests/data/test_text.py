"""Text as blocks: what is packed, cached, streamed and held back; every way in which text cannot be had."""

import json
from itertools import islice

import pytest
from transformers.utils import logging

from modeling_gpt_dag.data.arguments import TextArguments
from modeling_gpt_dag.data.records import BadRecordError
from modeling_gpt_dag.data.text import pack_documents, text_datasets

BLOCK = 16
TEXT = "".join(
    f"In {1900 + number} there were {number * 7}, each at {number}.50, or 12345678901234567890123.\n"
    for number in range(200)
)
slow = pytest.mark.slow  # importing datasets alone takes a second


@pytest.fixture
def corpus(tmp_path) -> str:
    """A folder with a text file and one of JSON lines."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT)
    rows = [{"id": number, "text": f"document {number}"} for number in range(60)]
    (folder / "b.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(folder)


def decoded(tokenizer, blocks) -> str:
    return "".join(tokenizer.decode(block["input_ids"]) for block in blocks)


def test_documents_are_joined_by_the_eos_token_and_cut_into_blocks(tokenizer):
    batch = {"text": ["one", "two ", "three"], "ends": [True, False, True], "error": [None] * 3}
    blocks = pack_documents(batch, tokenizer, 4, skips=False)["input_ids"]
    assert [tokenizer.decode(block) for block in blocks] == ["one<|endoftext|>", "two ", "thre"]


def test_a_row_without_text_is_refused_or_logged(tokenizer, caplog):
    batch = {"text": [None, "text"], "ends": [False, True], "error": ["a.txt, line 3: bad", None]}
    with pytest.raises(BadRecordError, match="a.txt, line 3: bad; --on_bad_record skip"):
        pack_documents(batch, tokenizer, 4, skips=False)
    logging.enable_propagation()
    try:
        assert len(pack_documents(batch, tokenizer, 4, skips=True)["input_ids"]) == 1
    finally:
        logging.disable_propagation()
    assert "left out: a.txt, line 3: bad" in caplog.text


@slow
@pytest.mark.parametrize("streaming", [False, True])
def test_what_is_validated_on_is_never_trained_on(datasets_cache, corpus, tokenizer, streaming):
    args = TextArguments(train_files=[corpus], validation_share=0.25, streaming=streaming)
    train, validation = text_datasets(tokenizer, args, BLOCK, seed=0)
    ours, theirs = decoded(tokenizer, train), decoded(tokenizer, validation)
    years = [{word for word in text.split() if word.isdecimal() and len(word) == 4} for text in (ours, theirs)]
    assert len(years[0] | years[1]) > 150 and not {year for year in years[0] & years[1] if year[:2] in ("19", "20")}
    documents = [{part for part in text.split("<|endoftext|>")[1:-1] if "document" in part} for text in (ours, theirs)]
    assert all(documents) and not documents[0] & documents[1]


@slow
def test_a_stream_holds_the_text_of_the_dataset_on_disk(datasets_cache, corpus, tokenizer):
    (train, validation), (stream, streamed) = (
        text_datasets(tokenizer, TextArguments(train_files=[corpus], streaming=streaming), BLOCK, 0)
        for streaming in (False, True)
    )
    assert validation["input_ids"][:].equal(streamed["input_ids"][:])
    # A shuffled stream packs each file by itself.
    blocks = [tokenizer.decode(block["input_ids"]) for block in stream]
    assert len(train) - 1 <= len(blocks) <= len(train)
    assert all(block in TEXT or "document" in block or "<|endoftext|>" in block for block in blocks)


@slow
def test_a_second_reading_comes_from_the_cache_and_a_changed_file_does_not(
    datasets_cache, corpus, tokenizer, tmp_path
):
    def read() -> tuple[dict, str]:
        train, _ = text_datasets(tokenizer, TextArguments(train_files=[corpus]), BLOCK, 0)
        files = {file: file.stat().st_mtime_ns for file in datasets_cache.rglob("*.arrow")}
        return files, decoded(tokenizer, train.select(range(3)))

    first = read()
    assert len(first[0]) == 4 and read() == first
    (tmp_path / "corpus" / "a.txt").write_text(TEXT.replace("In", "On"))
    changed, text = read()
    assert len(changed) == 8 and text.startswith("On")


@slow
def test_several_processes_pack_the_same_text(datasets_cache, tmp_path, tokenizer):
    for name in ("a.jsonl", "b.jsonl"):
        rows = [json.dumps({"text": f"{name} {number}"}) + "\n" for number in range(1500)]
        (tmp_path / name).write_text("".join(rows))
    args = TextArguments(train_files=[str(tmp_path)], num_proc=2)
    train, _ = text_datasets(tokenizer, args, BLOCK, 0)
    documents = set(decoded(tokenizer, train).split("<|endoftext|>"))
    assert len(documents) > 0.95 * 0.9 * 3000


@slow
@pytest.mark.parametrize("streaming", [False, True])
def test_broken_lines_are_refused_with_file_and_line_or_counted(
    datasets_cache, corpus, tokenizer, streaming, caplog, tmp_path, record_property
):
    told = "refused with file and line; or left out, and counted or, of a stream, logged (`--on_bad_record skip`)"
    record_property("fault", ("corrupt or truncated line of text", told))
    with (tmp_path / "corpus" / "b.jsonl").open("a") as file:
        file.write('{"text": "cut o\n{"text": 3}\n' + '{"text": "good"}\n' * 9)
    args = {"train_files": [corpus], "streaming": streaming, "validation_share": 0.25}
    with pytest.raises(BadRecordError, match="b.jsonl, line 61: broken JSON.*--on_bad_record skip"):
        text_datasets(tokenizer, TextArguments(**args), BLOCK, 0)
    logging.enable_propagation()
    try:
        for _ in range(2):  # the second time from the cache
            caplog.clear()
            train, _ = text_datasets(tokenizer, TextArguments(**args, on_bad_record="skip"), BLOCK, 0)
            assert "good" in decoded(tokenizer, train) and "cut o" not in decoded(tokenizer, train)
            if streaming:
                assert "left out:" in caplog.text and "b.jsonl, line 62" in caplog.text
            else:
                assert "cannot be read: 2; the first:" in caplog.text and "b.jsonl, line 61" in caplog.text
    finally:
        logging.disable_propagation()


@slow
@pytest.mark.parametrize("streaming", [False, True])
def test_a_named_dataset_is_read_from_its_column_and_its_null_rows_are_told_of(
    datasets_cache, tmp_path, tokenizer, streaming
):
    rows = [{"id": number, "body": f"document {number}"} for number in range(80)]
    (tmp_path / "named").mkdir()
    (tmp_path / "named" / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    args = {"dataset_name": str(tmp_path / "named"), "streaming": streaming}
    train, validation = text_datasets(tokenizer, TextArguments(**args, text_column="body"), BLOCK, 0)
    assert "document 7<|endoftext|>" in decoded(tokenizer, train) + decoded(tokenizer, validation)
    for column, message in (("text", "there is no column 'text'; there are id, body"), ("id", "holds no text but 0")):
        with pytest.raises(ValueError, match=message):
            text_datasets(tokenizer, TextArguments(**args, text_column=column), BLOCK, 0)
    rows[5]["body"] = None
    (tmp_path / "named" / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(BadRecordError, match="has no text" if streaming else "named, row 6: no text"):
        text_datasets(tokenizer, TextArguments(**args, text_column="body"), BLOCK, 0)


@slow
def test_no_more_than_the_given_number_of_blocks_are_validated_on(datasets_cache, corpus, tokenizer):
    for streaming in (False, True):
        args = TextArguments(train_files=[corpus], num_eval_blocks=3, streaming=streaming)
        train, validation = text_datasets(tokenizer, args, BLOCK, 0)
        assert len(validation) == 3 and len(list(islice(train, 9))) == 9


@slow
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"train_files": None}, "text comes either from --train_files, .* or from --dataset_name"),
        ({"dataset_name": "a/b"}, "text comes either .*; a recipe's is taken away by --dataset_name \"\" or"),
        ({"train_files": None, "dataset_name": "nobody/nothing"}, "nobody/nothing .* no dataset could be loaded"),
        ({"validation_share": 0.0}, "validation_share=0.0: is a share"),
        ({"validation_share": 1e-6}, "validation_share=1e-06 holds back less than a block of block_size=16"),
        ({"validation_share": 0.999999}, "no block of block_size=16 tokens in the text"),
        ({"num_proc": 0}, "num_proc=0: must be at least 1"),
        ({"num_eval_blocks": 0}, "num_eval_blocks=0: must be at least 1"),
        ({"on_bad_record": "log"}, "on_bad_record='log': must be one of error, skip"),
    ],
)  # fmt: skip
def test_text_that_cannot_be_had_is_refused_with_the_way_out(datasets_cache, tmp_path, tokenizer, given, message):
    (tmp_path / "a.jsonl").write_text('{"text": "just a single document here"}\n' * 30)
    with pytest.raises(ValueError, match=message):
        text_datasets(tokenizer, TextArguments(**{"train_files": [str(tmp_path / "a.jsonl")]} | given), BLOCK, 0)
