"""Documents of files: the two splits of the split, and the place of whatever is broken."""

import json

import pytest

from modeling_gpt_dag.data.documents import PIECE, read_documents, text_files
from modeling_gpt_dag.data.records import is_held_out

SHARE = 0.3


@pytest.fixture
def read(tmp_path):
    def read(name: str, content: str | bytes, split: str, skips: bool = False, column: str = "text") -> list[dict]:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        rows = read_documents(text_files([str(tmp_path / name)]), column, split, SHARE, skips)
        return [row for row in rows if row["text"] != ""]

    return read


def jsonl(*documents) -> str:
    return "".join(json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(documents))


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "windows"])
def test_the_end_of_a_text_file_is_held_back_and_no_character_is_lost(read, ending):
    text = "".join(f"Zeile {number}, schön.{ending}" for number in range(3000))
    splits = {split: read("a.txt", "\ufeff" + text, split) for split in ("train", "evaluation")}
    whole = ["".join(row["text"] for row in rows) for rows in splits.values()]
    assert "".join(whole) == text and len(whole[1]) == pytest.approx(SHARE * len(text), rel=0.01)
    assert len(splits["train"]) > 1 and all(len(row["text"]) < 2 * PIECE for row in splits["train"])
    assert [row["ends"] for row in splits["train"]][-2:] == [False, True]


def test_a_text_in_a_single_line_is_cut_between_characters(read):
    text = "日本é" * 20_000
    whole = ["".join(row["text"] for row in read("a.txt", text, split)) for split in ("train", "evaluation")]
    assert "".join(whole) == text and 0.25 < len(whole[1]) / len(text) < 0.35


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_documents_lie_on_the_side_their_hash_says_all_copies_on_the_same(read, tmp_path, kind):
    texts = [f"document {number}" for number in range(100)] * 2
    content = jsonl(*texts)
    if kind == "parquet":
        parquet = pytest.importorskip("pyarrow.parquet")
        import pyarrow

        parquet.write_table(pyarrow.table({"text": texts}), tmp_path / "a")
        content = (tmp_path / "a").read_bytes()
    train, held = ([row["text"] for row in read(f"a.{kind}", content, split)] for split in ("train", "evaluation"))
    assert sorted(train + held) == sorted(texts) and not set(train) & set(held)
    assert held == [text for text in texts if is_held_out(text, SHARE)] and 30 < len(held) < 90


BROKEN = {
    "broken JSON": ('{"text": "cut o', "line 2: broken JSON"),
    "not UTF-8": (b'{"text": "\xff"}', "line 2: not UTF-8 text"),
    "no object": ('["a"]', "line 2: must be an object with fields"),
    "no column": ('{"id": 1, "body": "a"}', "line 2: there is no column 'text'; there are id, body: choose one with"),
    "no text": ('{"text": null}', "line 2: the column 'text' holds no text but None"),
    "half a character": ('{"text": "\\ud800"}', "line 2: not a text"),
}


@pytest.mark.parametrize(("line", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_told_of_once_and_ends_the_reading_unless_skipped(read, line, message):
    line = line if isinstance(line, bytes) else line.encode()
    held = next(f"text {number}" for number in range(99) if is_held_out(f"text {number}", SHARE))
    kept = next(f"text {number}" for number in range(99) if not is_held_out(f"text {number}", SHARE))
    content = jsonl(kept).encode() + line + b"\n" + jsonl(kept, held).encode()
    rows = read("a.jsonl", content, "train")
    assert len(rows) == 2 and rows[1]["text"] is None and f"a.jsonl, {message}" in rows[1]["error"]
    rows = read("a.jsonl", content, "train", skips=True)
    assert [row["text"] for row in rows] == [kept, None, kept]
    assert [row["text"] for row in read("a.jsonl", content, "evaluation")] == [held]


def test_a_broken_line_of_a_text_file_is_told_of_on_its_own_split(read):
    content = b"good\n" * 3 + b"\xff\n" + b"good\n" * 60
    errors = [row["error"] for row in read("a.txt", content, "train", skips=True) if row["error"]]
    assert len(errors) == 1 and "a.txt, line 4: not UTF-8 text" in errors[0]
    text = "".join(row["text"] or "" for row in read("a.txt", content, "train", skips=True))
    assert set(text.split()) == {"good"}
    held = read("a.txt", content, "evaluation")
    assert held and all(row["error"] is None for row in held)


def test_a_truncated_parquet_file_and_a_missing_column_are_told_of(read, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow

    parquet.write_table(pyarrow.table({"body": ["a"], "id": [1]}), tmp_path / "a")
    content = (tmp_path / "a").read_bytes()
    (row,) = read("a.parquet", content[:-20], "train")
    assert "a.parquet, behind row 0: broken Parquet" in row["error"]
    (row,) = read("a.parquet", content, "train")
    assert "a.parquet: there is no column 'text'; there are body, id" in row["error"]
    (row,) = read("a.parquet", content, "train", column="id")
    assert "a.parquet, row 1: the column 'id' holds no text but 1" in row["error"]


def test_folders_are_searched_and_files_named_twice_are_read_once(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("b.txt", "in/a.jsonl", "in/notes.md"):
        (tmp_path / name).write_text("x")
    files = text_files([str(tmp_path), str(tmp_path / "b.txt")])
    assert [name.removeprefix(str(tmp_path)) for name, _, _ in files] == ["/b.txt", "/in/a.jsonl"]
    before = files[0]
    (tmp_path / "b.txt").write_text("xy")
    assert text_files([str(tmp_path)])[0] != before, "a changed file must not come from a cache"


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("none.txt", FileNotFoundError, "there is no file or folder .*none.txt"),
        ("a.docx", ValueError, r"unknown kind of file '.docx'; known: .txt, .jsonl, .parquet"),
        ("empty.txt", ValueError, "empty.txt is empty"),
        ("folder", ValueError, r"the folder .*folder holds no files of the kinds .txt, .jsonl, .parquet"),
    ],
)
def test_what_is_no_text_file_is_refused(tmp_path, name, error, message):
    (tmp_path / "a.docx").write_text("x")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(error, match=message):
        text_files([str(tmp_path / name)])
