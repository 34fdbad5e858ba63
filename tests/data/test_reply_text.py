"""Replies as a small chat model writes them: which numbers are results, and what they should be."""

from decimal import Decimal

import pytest

from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.reasoning import plan_of
from modeling_gpt_dag.data.reply_text import Prompt, finished, first_mistake, mended, reply_reasoning, results

PLUS = Prompt("What is 345 plus 678?", ("add", "345", "678"))
TIMES = Prompt("What is 8296 times 25?", ("multiply", "8296", "25"))
STORY = Prompt("Ben has 4 pens and 5 caps. How many?")


def found(reply: str, prompt: Prompt = STORY) -> list[tuple[str, str | None]]:
    """Each result as it is written and as it should be."""
    return [(reply[each.start : each.end], each.wanted) for each in results(reply, prompt)]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("so Tom has 23 - 8 = 11 apples left.", [("11", "15")]),
        ("34 * 5 = 150\n\nSo, 34 * 5 = 150.", [("150", "170"), ("150", "170")]),
        ("3 shirts = 3 * $12.50 = $33.50.", [("33.50", "37.50")]),
        ("A total of 3954 boxes with 8 shells each would be 3954 * 8 = 31,632 shells.", [("31,632", "31632")]),
        ("So, 5 * 28 equals 156.", [("156", "140")]),
        ("22 * 29746, which gives us 632128.", [("632128", "654412")]),
        ("11 days a week * 27 days a week = 352 days.", [("352", "297")]),
        ("500 / 20 ≈ 22.5 and 99 ÷ 33 = 2.5.", [("22.5", "25"), ("2.5", "3")]),
        ("1,250 divided by 5 is 2,750.", [("2,750", "250")]),
        ("The result of 8296 multiplied by 8925 is 731,250.", [("731,250", "74041800")]),
        ("To add 12 and 30, put them together to get 43.", [("43", "42")]),
        ("the difference between 89 and 163, which is 15.", [("15", "74")]),
        ("If you subtract 2 from 9, you get 11.", [("11", "7")]),
        ("Subtracting 2 from 9 gives you 11.", [("11", "7")]),
        ("1018 / 3 is approximately 340.", [("340", None)]),
        ("93731 divided by 2218 leaves a remainder of 1.", []),
        ("multiply 94 by itself, which is 94.", []),
        ("which is 465 - 7091 = 100.", [("100", "-6626")]),
        ("465 times 9 is 20% more, 465 times 9 is 2 times as much.", []),
        ("1. 8 pens\n2. 9 caps\nOn page 12 there are 4 pens.", []),
        ("It was built in 1984 and is 20 meters high.", []),
        ("7 / 0 = 0.", []),
        ("$81.16 (pen) + $41.67 (lamp) = $162.25.", [("162.25", "122.83")]),
        ("7485 * 9216 = 633,2160000", [("633,2160000", "68981760")]),
        ("The double of 833 is 833.", [("833", "1666")]),
    ],
)
def test_results_are_the_numbers_behind_an_expression_and_a_word_that_announces_them(reply, expected):
    assert found(reply) == expected


@pytest.mark.parametrize(
    ("reply", "prompt", "expected"),
    [
        ("To add 345 and 678, we multiply 345 by 678, which is 21921.", PLUS, [("21921", "1023")]),
        ("The answer is 21921.", PLUS, [("21921", "1023")]),
        ("The answer is 345.", PLUS, [("345", "1023")]),
        ("We look at 345, which is 345.", PLUS, []),
        ("The first number is 345 and the second is 678.", PLUS, []),
        ("345 multiplied by 678 is 21921.", PLUS, [("21921", "233910")]),
        ("345 minus 678 is 12.", PLUS, [("12", "-333")]),
        ("The difference between 5 and 9 is 3.", Prompt("5 - 9?", ("subtract", "5", "9")), [("3", "4")]),
        ("The difference between 5 and 9 is -4.", Prompt("5 - 9?", ("subtract", "5", "9")), [("-4", "-4")]),
        ("345 + 600 = 945. So there are 945.", PLUS, [("945", "945")]),
        ("The result of multiplying 345 by 678 is large.", PLUS, []),
        ("8296 is multiplied by 25. This gives 1207.", TIMES, [("1207", "207400")]),
        ("8296 * 20 = 165920.\nThis gives 1207.", TIMES, [("165920", "165920"), ("1207", "207400")]),
        ("We use 3 steps, which is 12.", TIMES, []),
        ("#### 12", TIMES, [("12", "207400")]),
    ],
)
def test_where_the_question_is_known_its_answer_belongs_behind_the_announcement(reply, prompt, expected):
    assert found(reply, prompt) == expected


def test_a_part_of_the_question_is_computed_where_the_sentence_names_no_more():
    prompt = Prompt("Ann has 10 pens, buys 5 and loses 3.", ("subtract", ("add", "10", "5"), "3"))
    reply = "Ann has 10 and 5, which is 16. Ann loses 3. The answer is 14."
    assert found(reply, prompt) == [("16", "15"), ("14", "12")]


def test_a_result_said_again_is_the_same_number_and_no_calculation():
    reply = "345 + 678 = 1023.\nThe answer is 21921."
    first, again = results(reply, PLUS)
    assert first.expression == ("add", "345", "678") and (again.expression, again.is_computed) == ("1023", False)
    assert again.wanted == "1023" and not again.is_right
    assert found("2 + 2 = 4. The answer is 7.") == [("4", "4"), ("7", "4")]
    assert found("2 + 2 = 4. The answer is 5.", Prompt("5?")) == [("4", "4")]  # it may be of what was asked


def test_an_equation_goes_on_where_a_result_is_the_next_operand():
    same, wrong = "1 + 8 = 1 + 8 = 9", "16 + 13 = 16 * 13 = 208"
    assert [each.is_right for each in results(same, STORY)] == [True, True]
    assert [each.is_right for each in results(wrong, STORY)] == [False, True]
    # What stands before a place says what is to be written there.
    assert mended(same, first_mistake(same, STORY)) == "1 + 8 = 9"


@pytest.mark.parametrize(
    ("reply", "is_right"),
    [
        ("10 / 4 = 3", True),
        ("10 / 4 = 2", True),
        ("10 / 4 = 2.5", True),
        ("10 / 4 = 2.50", True),
        ("10 / 4 = 2.4", False),
        ("2 / 3 = 0.67", True),
        ("2 / 3 = 0.66", False),
        ("3 - 5 = -2", True),
        ("3 - 5 = 2", False),
    ],
)
def test_a_rounded_number_is_right_to_its_decimals(reply, is_right):
    assert [each.is_right for each in results(reply, STORY)] == [is_right]


def test_the_first_mistake_is_mended_and_the_text_cut_there():
    reply = "5 + 5 = 10. So 10 + 1 = 12, and that's it."
    assert mended(reply, first_mistake(reply, STORY)) == "5 + 5 = 10. So 10 + 1 = 11"
    assert first_mistake("5 + 5 = 10.", STORY) is None
    third = "2 / 3 = 0.5"
    assert mended(third, first_mistake(third, STORY)) is None


def test_a_reply_that_was_cut_ends_with_its_last_whole_sentence():
    assert finished("It is 4. So 12 + 3 = 1") == "It is 4."
    assert finished("12 + 3 = 1") == "12 + 3 = "
    assert finished("It is 1.5 or") == "It is 1.5 or"


def test_the_running_text_of_a_reply_ends_before_what_is_still_wrong():
    text = reply_reasoning("user: 5 + 5?\n", "5 + 5 = 10. We know 10 * 2 = 20.\nAnd 20 / 3 = 7. Good.", STORY)
    assert text.text == "user: 5 + 5?\n5 + 5 = 10. We know 10 * 2 = 20.\n"
    assert [text.text[each.start : each.end] for each in text.calculations] == ["10", "20"]
    assert [each.value for each in text.calculations] == [Decimal(10), Decimal(20)]
    assert {each.verdict for each in text.calculations} == {"right"} and text.prompt_length == 13


@pytest.mark.parametrize(
    ("reply", "prompt", "deferred"),
    [
        ("subtract 9 from 172, which is 172 - 9 = 163.", STORY, [("172", "163")]),
        ("The sum of 4 and 5 is $4 + $5 = $9.", STORY, [("4", "9")]),
        ("The difference between 89 and 163 is 89 minus 163.", STORY, [("89", "74")]),
        ("The answer to that is 345 + 678.", PLUS, [("345", "1023")]),
        ("The answer to that is 345 * 678 = 233910.", PLUS, []),  # something else
        ("We get 1 + 2 = 3 boxes.", STORY, []),  # no words say what is computed
        ("The sum of 4 and 5 is 9, and 9 * 2 = 18.", STORY, []),
        ("9 divided by 4 leaves a remainder of 9 - 8 = 1.", STORY, []),
    ],
)
def test_a_result_is_deferred_where_words_announce_it_and_its_expression_comes_first(reply, prompt, deferred):
    text = reply_reasoning("user: ?\n", reply, prompt)
    assert [(text.text[each.start : each.end], str(each.value)) for each in text.deferred] == deferred
    # What the expression gives is a result like others, right or mended.
    assert not set(text.deferred) & set(text.calculations)


def test_what_the_words_say_is_right_beside_what_was_asked():
    (result,) = results("Multiply 345 by 678, which is 233910.", PLUS)
    assert result.is_right and result.wanted == "1023"
    (result,) = results("Divide 345 by 678, which is 0.5088495575.", PLUS)
    assert result.is_right and result.wanted == "1023"
    (result,) = results("Divide 345 by 678, which is 0.5088495574.", PLUS)
    assert not result.is_right


def test_a_result_said_again_is_to_be_copied_and_is_no_calculation_of_its_own():
    text = reply_reasoning("user: ?\n", "345 + 678 = 1023. The answer is 1023.", PLUS)
    first, again = text.calculations
    assert first.is_annotated and not again.is_annotated and again.expression == "1023"
    form = PlanFormat(2, 3, [], ["add", "identity"])
    assert plan_of(text.text, first, form)[0] == (1, 0, 0) and plan_of(text.text, again, form)[0][::2] == (0, 1)
