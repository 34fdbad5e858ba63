"""Questions in a tokenizer's own tokens: labelled is what the model has to write, and nothing else."""

from decimal import Decimal
from itertools import cycle

import pytest

from modeling_gpt_dag.data.examples import as_chat, question, question_examples, reasoning_example, text_examples
from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.reasoning import Calculation, ReasoningText
from modeling_gpt_dag.data.tasks import Line

SUM = Line("12+3=", "15", "\n")


def text_of(tokenizer, example) -> tuple[str, str]:
    """The text, and its labelled part."""
    labelled = [token for token, label in zip(example.input_ids, example.labels, strict=True) if label != -100]
    return tokenizer.decode(example.input_ids), tokenizer.decode(labelled)


def test_of_a_question_the_answer_and_the_end_of_the_line_are_labelled(tokenizer, symbols):
    assert text_of(tokenizer, question(tokenizer, symbols, SUM)) == ("12+3=15\n", "15\n")
    ending = Line("she has ", "-1.5", " pens.\n")
    assert text_of(tokenizer, question(tokenizer, symbols, ending)) == ("she has -1.5\n", "-1.5\n")


def test_of_a_plain_line_nothing_is_labelled(tokenizer, symbols):
    assert text_of(tokenizer, question(tokenizer, symbols, Line("page 3\n"))) == ("page 3\n", "")


def test_a_chat_is_in_the_template_and_ends_with_the_end_of_text(tokenizer, symbols):
    text, labelled = text_of(tokenizer, question(tokenizer, symbols, SUM, chat=True))
    assert text == "12+3=15<|endoftext|>" and labelled == "15<|endoftext|>"


def test_answers_are_written_with_the_tokens_that_the_dag_writes(tokenizer, symbols):
    other = {**symbols, "1": [symbols["7"][0], *symbols["1"]]}
    assert text_of(tokenizer, question(tokenizer, other, SUM))[1] == "75\n"


def test_streams_take_turns_and_a_share_of_the_questions_are_chats(tokenizer, symbols):
    streams = [cycle([SUM]), cycle([Line("2*3=", "6", "\n")])]
    examples = question_examples(tokenizer, symbols, streams, 200, seed=0, chat_question_share=0.3)
    texts = [text_of(tokenizer, example)[0] for example in examples]
    assert all(text.startswith("2*3=6" if number % 2 else "12+3=15") for number, text in enumerate(texts))
    assert 40 < sum(text.endswith("<|endoftext|>") for text in texts) < 80


def test_a_share_of_chats_needs_a_template(tokenizer, symbols, monkeypatch):
    with pytest.raises(ValueError, match="chat_question_share=2"):
        question_examples(tokenizer, symbols, [cycle([SUM])], 1, seed=0, chat_question_share=2)
    monkeypatch.setattr(tokenizer, "chat_template", None)
    with pytest.raises(ValueError, match="no chat template"):
        question_examples(tokenizer, symbols, [cycle([SUM])], 1, seed=0, chat_question_share=0.5)


def test_passages_of_text_have_numbers_and_no_labels(tokenizer, symbols):
    text = "no numbers in this part of the text. " * 20 + "In 1987 there were 3,456 of them. " * 20
    examples = text_examples(tokenizer, symbols, text, num_passages=5, seed=0)
    assert len(examples) == 5
    for example in examples:
        passage, labelled = text_of(tokenizer, example)
        assert any(character.isdigit() for character in passage) and labelled == ""
    with pytest.raises(ValueError, match="no passage with numbers"):
        text_examples(tokenizer, symbols, "nothing to read", 5, seed=0)


def test_a_plan_is_labelled_where_the_answer_is_written_and_the_ending_is_left_to_the_backbone(tokenizer, symbols):
    line = SUM._replace(plan=[(1, 0, 0)])
    example = question(tokenizer, symbols, line)
    bare = question(tokenizer, symbols, SUM)
    start = len(tokenizer(SUM.prompt)["input_ids"])
    assert example.input_ids == bare.input_ids and bare.plans is None
    assert example.labels[start:-1] == bare.labels[start:-1] and example.labels[-1] == -100 != bare.labels[-1]
    assert example.plans == {place: [(1, 0, 0)] for place in range(start - 1, start + len(SUM.answer))}


def test_a_running_text_as_a_chat_has_its_prompt_as_the_message_and_its_numbers_in_place(tokenizer, monkeypatch):
    template = "{% for message in messages %}<user>{{ message['content'] }}</user>{% endfor %}<assistant>"
    monkeypatch.setattr(tokenizer, "chat_template", template)
    number = Calculation(18, 20, Decimal(12), ("add", "5", "7"), "right")
    chat = as_chat(tokenizer, ReasoningText("5 and 7?\nThey are 12.\n", [number], 9, "sum"))
    assert chat.text == "<user>5 and 7?</user><assistant>They are 12.\n" and chat.group == "sum"
    (moved,) = chat.calculations
    assert chat.text[moved.start : moved.end] == "12" and moved.expression == ("add", "5", "7")
    assert chat.text[chat.prompt_length :] == "They are 12.\n"


def test_where_a_deferred_result_could_stand_its_plan_is_labelled_and_not_the_number_that_stands_there(tokenizer):
    form = PlanFormat(1, 4, [], ["add", "identity", "subtract", "multiply"])
    reply = "2 * 1,000 = 2,000. Take 9 from 172, which is 172 - 9 = 163."
    numbers = [Calculation(12, 17, Decimal(2000), ("multiply", "2", "1000"), "right")]
    numbers += [Calculation(55, 58, Decimal(163), ("subtract", "172", "9"), "right")]
    deferred = [Calculation(45, 48, Decimal(163), ("subtract", "172", "9"), "right")]
    example, labelled = reasoning_example(tokenizer, ReasoningText(reply, numbers, deferred=deferred), form)
    written = "2 * 1,000 = 2000. Take 9 from 172, which is 172 - 9 = 163."
    assert text_of(tokenizer, example) == (written, "2000163") and labelled == 2
    place, plan = written.index("172 -"), [(0, 1, 2)]
    assert (example.plans[place - 1], example.plans[written.index("163") - 1]) == (plan, [(1, 0, 2)])
    assert not example.plans.keys() & {place, place + 1, place + 2}


def test_the_parts_of_a_fraction_have_a_plan_each(tokenizer, symbols):
    line = Line("8/-6=", "-4/3", "\n", [(1, 0, 0)], [(2, 1, 1)])
    example = question(tokenizer, symbols, line)
    assert text_of(tokenizer, example) == ("8/-6=-4/3\n", "-4/3")
    # "-4/" is written behind "=", "-" and "4", "3" and its end behind "/" and "3".
    assert example.plans == {4: [(1, 0, 0)], 5: [(1, 0, 0)], 6: [(1, 0, 0)], 7: [(2, 1, 1)], 8: [(2, 1, 1)]}
