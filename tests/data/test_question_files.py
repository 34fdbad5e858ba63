"""Questions from files: every format, and whatever can be wrong with a file."""

import json
import re

import pytest

from modeling_gpt_dag.data.arguments import QuestionArguments
from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.question_files import FORMATS, Question, question_file_lines, read_questions

BAD_QUESTION = (
    "corrupt or truncated record of a file of questions",
    "refused with file and line; or left out and counted (`--on_bad_record skip`)",
)


@pytest.fixture
def write(tmp_path):
    def write(name: str, content) -> str:
        """A file of text, of JSON where the content is a list or a dict, of lines of JSON where the name says so."""
        if not isinstance(content, str):
            lines = content if name.endswith(".jsonl") else [content]
            content = "".join(json.dumps(line) + "\n" for line in lines)
        (tmp_path / name).write_text(content, encoding="utf-8")
        return str(tmp_path / name)

    return write


SAMPLES = {
    "prompt": ("own.jsonl", [{"prompt": "40+2=", "answer": "42"}], ("40+2=", "42")),
    "gpt3": ("a.jsonl", [{"context": "Q: 4 plus 1?\n\nA:", "completion": " 5"}], ("Q: 4 plus 1?\n\nA:", " 5")),
    "gsm8k": (
        "b.jsonl",
        [
            {
                "question": "A mill grinds 1,500 sacks twice. How many?",
                "answer": "2*1500=<<2*1500=3000>>3000\n#### 3,000",
            }
        ],
        ("A mill grinds 1,500 sacks twice. How many? ", "3000"),
    ),
    "svamp": (
        "c.json",
        [
            {
                "Body": "Ida has 9 kites.",
                "Question": "She sells 2. How many stay?",
                "Answer": 7.0,
                "Type": "Subtraction",
            }
        ],
        ("Ida has 9 kites. She sells 2. How many stay? ", "7"),
    ),
    "svamp_train": (
        "d.csv",
        'Question,Numbers,Answer,Body\n"number1 cups , each for number0 , cost ?",2.5 4.0,10.0,x\n',
        ("4 cups , each for 2.5 , cost ? ", "10"),
    ),
    "asdiv": (
        "e.xml",
        '<?xml version="1.0" encoding="UTF-8"?><File><ProblemSet><Problem ID="1"><Body>Six owls sit.</Body>'
        "<Question>Two fly. How many sit?</Question><Answer>4 (owls)</Answer><Formula>6-2=4</Formula></Problem>"
        "</ProblemSet></File>",
        ("Six owls sit. Two fly. How many sit? ", "4"),
    ),
    "mawps": (
        "f.json",
        [{"id": 1, "original_text": "3 bags of 6 figs . How many ?", "equation": "x=3*6", "ans": "18.0"}],
        ("3 bags of 6 figs . How many ? ", "18"),
    ),
    "bigbench": (
        "g.json",
        {"name": "sums", "examples": [{"input": "What is 8 plus 9?", "target_scores": {"3": 0.0, "17": 1.0}}]},
        ("What is 8 plus 9? ", "17"),
    ),
}


def asked(questions: list[Question]) -> list[tuple[str, str]]:
    return [(question.prompt, question.answer) for question in questions]


@pytest.mark.parametrize("format_name", FORMATS)
def test_each_format_is_recognised_by_its_fields(write, format_name):
    name, content, question = SAMPLES[format_name]
    read = read_questions(QuestionArguments(questions=write(name, content)))
    assert (read.format, asked(read.questions), *read[2:]) == (format_name, [question], 0, 0)


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        ({"sQuestion": "9 less 9 ?", "lSolutions": [0.0]}, "0"),
        ({"original_text": "9 less 9 ?", "ans": 0.8333333333333334}, "0.8333333333333334"),
        ({"input": "9 less 9 ?", "target": ["12.50"]}, "12.50"),
        ({"original_text": "9 less 9 ?", "ans": 123456789012345678901}, "123456789012345678901"),
    ],
)
def test_answers_come_as_numbers_texts_and_lists_of_one(write, row, answer):
    assert asked(read_questions(QuestionArguments(questions=write("a.json", [row]))).questions) == [
        ("9 less 9 ? ", answer)
    ]


def test_a_format_can_be_named_and_prompts_can_be_shaped(write):
    file = write("a.jsonl", [{"prompt": "p", "answer": 1, "context": "2 and 3?", "completion": "5"}])
    arguments = QuestionArguments(questions=file, questions_format="gpt3", prompt_template="Q: {question} {x}\nA: ")
    assert asked(read_questions(arguments).questions) == [("Q: 2 and 3? {x}\nA: ", "5")]


GOOD = '{"prompt": "1+1=", "answer": 2}\n\n'


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", GOOD + '{"prompt": "2+2=", "n": 1}', "a.jsonl, line 3: .* needs the field 'answer'; .* prompt, n"),
        ("a.jsonl", '{"question": "2+2?"}', "line 1: format gsm8k needs the field 'answer'; .* question"),
        ("a.jsonl", GOOD + '{"prompt": ', "a.jsonl, line 3: broken JSON"),
        ("a.jsonl", GOOD + "[1]", r"a.jsonl, line 3: must be an object with fields, not \[1\]"),
        ("a.jsonl", GOOD + '{"prompt": "a", "answer": "two"}', "line 3: the answer 'two' is no number"),
        ("a.jsonl", GOOD + '{"prompt": "a", "answer": true}', "line 3: the answer True is no number"),
        ("a.jsonl", GOOD + '{"prompt": "a", "answer": NaN}', "line 3: the answer nan is no number"),
        ("a.jsonl", GOOD + '{"prompt": " ", "answer": 1}', "line 3: the question is empty"),
        ("a.jsonl", GOOD + '{"prompt": 3, "answer": 1}', "line 3: the field 'prompt' must be text, not 3"),
        ("a.jsonl", '{"question": "a?", "answer": "5"}', "line 1: the answer does not end in '#### NUMBER'"),
        ("a.jsonl", '{"colour": "red"}', "the fields colour are of no known format: prompt .*gpt3"),
        ("a.jsonl", "\n", "a.jsonl holds no questions"),
        ("a.json", '[{"ans": 1,\n "x"}]', "a.json: broken JSON: .* line 2"),
        ("a.json", '[{"original_text": "a", "ans": 1}, {"ans": 2}]', "a.json, row 2: .* field 'original_text or"),
        ("a.json", '{"prompt": "a", "answer": 1}', "must be a list of questions"),
        ("a.json", '[{"input": "a", "target": ["1", "2"]}]', "row 1: 2 answers"),
        ("a.csv", "Question,Numbers,Answer\nnumber0 ?,1.0,1\nnumber2 ?,1.0,1\n", "line 3: .*number2, Numbers only 1"),
        ("a.csv", "Question,Numbers,Answer\nnumber0 ?,1.0\n", "line 2: .* needs the field 'Answer'"),
        ("a.csv", 'Question,Numbers,Answer\n"number0 ?,1.0\n', "broken CSV: unexpected end of data"),
        ("a.xml", "<P><Problem></P>", "a.xml: broken XML: mismatched tag: line 1"),
        ("a.txt", "1+1=2", "unknown kind of file '.txt'; known: .jsonl, .json, .csv, .xml"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(write, name, content, message, record_property):
    record_property("fault", BAD_QUESTION)
    with pytest.raises(ValueError, match=message):
        read_questions(QuestionArguments(questions=write(name, content)))


def test_text_that_is_not_utf_8_is_refused(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(GOOD.encode() + b'{"prompt": "\xff"}')
    with pytest.raises(ValueError, match="a.jsonl, line 3: not UTF-8 text"):
        read_questions(QuestionArguments(questions=str(tmp_path / "a.jsonl")))


def test_questions_whose_answer_is_no_number_are_left_out_and_counted_if_asked(write):
    file = write("a.jsonl", GOOD + '{"prompt": "a", "answer": "1 1/2"}')
    questions = read_questions(QuestionArguments(questions=file, skip_non_numbers=True))
    assert len(questions.questions) == 1 and questions.non_numbers == 1
    only = write("b.jsonl", '{"prompt": "a", "answer": "1 1/2"}')
    with pytest.raises(ValueError, match="holds no question whose answer is a number"):
        read_questions(QuestionArguments(questions=only, skip_non_numbers=True))


BROKEN = [
    '{"prompt": ',
    "[1]",
    '{"prompt": 3, "answer": 1}',
    '{"prompt": "a"}',
    '{"prompt": " ", "answer": 1}',
]


def test_broken_records_are_left_out_and_counted_if_asked(write, record_property):
    record_property("fault", BAD_QUESTION)
    file = write("a.jsonl", "\n".join([BROKEN[0], GOOD, *BROKEN[1:]]))
    questions = read_questions(QuestionArguments(questions=file, on_bad_record="skip"))
    assert asked(questions.questions) == [("1+1=", "2")] and questions.bad_records == len(BROKEN)
    only = write("b.jsonl", BROKEN[0])
    with pytest.raises(ValueError, match="no question that can be read; .*b.jsonl, line 1: broken JSON"):
        read_questions(QuestionArguments(questions=only, on_bad_record="skip"))


def test_each_question_lies_on_one_side_of_the_split_whatever_its_spaces_capitals_and_template(write):
    rows = [{"original_text": f"{a} figs and {b} .", "ans": a + b} for a in range(20) for b in range(20)]
    arguments = QuestionArguments(questions=write("a.json", rows))
    train, evaluation = (read_questions(arguments, split).questions for split in ("train", "evaluation"))
    assert sorted(train + evaluation) == sorted(read_questions(arguments).questions)
    assert 20 < len(evaluation) < 60
    varied = [{"original_text": row["original_text"].upper().replace(" ", "  "), "ans": 1} for row in rows]
    arguments = QuestionArguments(questions=write("b.json", varied), prompt_template="Q: {question}\n")
    again = read_questions(arguments, "evaluation").questions
    assert [re.findall(r"\d+", question.prompt) for question in again] == [
        re.findall(r"\d+", question.prompt) for question in evaluation
    ]


def test_a_file_without_questions_on_a_side_is_refused(write):
    arguments = QuestionArguments(questions=write("a.jsonl", GOOD))
    assert asked(read_questions(arguments, "train").questions) == [("1+1=", "2")]
    with pytest.raises(ValueError, match="a.jsonl holds no questions in the split evaluation: too few"):
        read_questions(arguments, "evaluation")


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({}, ValueError, "questions need --questions"),
        ({"questions": "none.jsonl"}, FileNotFoundError, "there is no file none.jsonl"),
        ({"questions": "a.jsonl", "questions_format": "xls"}, ValueError, "'xls': unknown; known formats: .*bigbench"),
        ({"questions": "a.jsonl", "prompt_template": "Q:"}, ValueError, "'Q:': must contain {question}"),
        ({"questions": "a.jsonl", "on_bad_record": "log"}, ValueError, "must be one of error, skip"),
    ],
    ids=["no file", "missing file", "unknown format", "template without question", "unknown treatment"],
)  # fmt: skip
def test_arguments_that_cannot_be_are_refused(given, error, message):
    with pytest.raises(error, match=message):
        read_questions(QuestionArguments(**given))


FORM = PlanFormat(2, 4, ["2"], ["add", "identity", "multiply", "subtract", "divide"])
ROWS = {
    "svamp": {"Body": "9 kites, 2 sold", "Question": "Left?", "Equation": "( 9.0 - 2.0 )", "Answer": 7.0},
    "svamp_train": {
        "Question": "number0 kites, number1 sold ?",
        "Numbers": "9.0 2.0",
        "Equation": "- number0 number1",
    },
    "asdiv": {"body": "9 kites, 2 sold.", "question": "Left?", "answer": "7 (kites)", "formula": "9-2=7"},
    "mawps": {"original_text": "9 kites, 2 sold. Left?", "equation": "x=9-2", "ans": 7.0},
    "gsm8k": {"question": "9 kites, 2 sold.", "answer": "9-2 = <<9-2=7>>7 are left.\n#### 7"},
}


@pytest.mark.parametrize("name", ROWS)
def test_equations_of_every_format_become_plans(write, name):
    row = ROWS[name] | ({"Answer": "7"} if name == "svamp_train" else {})
    (line,) = question_file_lines(QuestionArguments(questions=write("a.jsonl", [row])), FORM)
    assert line.plan == [(1, 0, 3), (5, -100, 1)] and line.answer == "7"


def test_the_answer_of_a_labelled_question_is_written_as_the_dag_writes_it(write):
    row = {"original_text": "2 kites at 3.75 each?", "equation": "x=2*3.75", "ans": 7.5}
    (line,) = question_file_lines(QuestionArguments(questions=write("a.json", [row])), FORM)
    assert line.answer == "7.50"


WRONG = {
    "9-3": "the equation gives 6, the answer is 7",
    "9/0": "the equation gives nothing, the answer is 7",
    "12-5": "uses a number that is neither in the question nor among the constants",
    "9-9/9-9/9": "needs 3 steps",
    "63/9+9/7-9/7": "neither in the question",
}


@pytest.mark.parametrize("equation", WRONG)
def test_an_equation_that_makes_no_plan_is_refused_with_its_place_or_left_out_and_counted(write, equation, caplog):
    good = {"original_text": "9 kites, 2 sold. Left?", "equation": "x=9-2", "ans": 7.0}
    file = write("a.jsonl", [good, good | {"original_text": "9 kites. Left?", "equation": f"x={equation}"}])
    with pytest.raises(ValueError, match=rf"a.jsonl, line 2: .*{WRONG[equation]}"):
        question_file_lines(QuestionArguments(questions=file), FORM)
    with caplog.at_level("WARNING"):
        assert len(question_file_lines(QuestionArguments(questions=file, on_bad_record="skip"), FORM)) == 1
    (record,) = caplog.records
    assert re.match("left out: 1 questions whose equation makes no plan.*line 2", record.message)


def test_a_question_without_an_equation_that_can_be_read_has_no_plan(write):
    rows = [{"original_text": "9 kites?", "equation": "(200/x)-5=1", "ans": 7}, {"original_text": "9?", "ans": 4}]
    lines = question_file_lines(QuestionArguments(questions=write("a.jsonl", rows)), FORM)
    assert [(line.answer, line.plan) for line in lines] == [("7", None), ("4", None)]
    bad = [{"original_text": "9?", "equation": "x=1+1", "ans": 9}]
    with pytest.raises(ValueError, match="holds no question whose equation makes a plan; the first: .*line 1"):
        question_file_lines(QuestionArguments(questions=write("b.jsonl", bad), on_bad_record="skip"), FORM)


def test_questions_are_grouped_by_a_field_that_every_row_must_have(write):
    rows = [{"prompt": "1+1=", "answer": "2", "module": "add"}, {"prompt": "2*3=", "answer": "6", "module": "mul"}]
    read = read_questions(QuestionArguments(questions=write("a.jsonl", rows), group_by="module"))
    assert [question.group for question in read.questions] == ["add", "mul"]
    with pytest.raises(
        ValueError, match="a.jsonl, line 1: there is no field 'kind' to group by, but the fields prompt"
    ):
        read_questions(QuestionArguments(questions=write("a.jsonl", rows), group_by="kind"))


def test_an_answer_may_be_a_fraction(write):
    rows = [{"prompt": "Divide 8 by -6. ", "answer": "-4/3"}, {"prompt": "Half of 3? ", "answer": "3/2"}]
    read = read_questions(QuestionArguments(questions=write("a.jsonl", rows)))
    assert [question.answer for question in read.questions] == ["-4/3", "3/2"]
    with pytest.raises(ValueError, match="the answer '1/0' is no number"):
        read_questions(QuestionArguments(questions=write("b.jsonl", [{"prompt": "What? ", "answer": "1/0"}])))
