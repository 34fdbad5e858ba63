"""The plainest questions, "What is 12 plus 34?": four operations on two integers, in words and in notation.

What is unusual: the question is apart from the place where its answer stands. "What is 12 plus 34?" is put to a chat
as it is. Where a number is to follow at once the text asks for it: "Answer: ", "It is " or a blank.
"""

import random
import string
from collections.abc import Iterator, Sequence
from itertools import product

from .problems import Problem, Split, integer

WORDED = ("What is {}?", "How much is {}?", "{}?", "Please tell me what {} is.", "Can you calculate {}?")
NOTED = ("What is {}?", "Calculate {}", "{} = ?", "{}", "Compute {}.")
# operation: in words, in notation, whole sentences.
SAID: dict[str, tuple[Sequence[str], Sequence[str], Sequence[str]]] = {
    "add": (["{a} plus {b}"], ["{a} + {b}", "{a}+{b}"], ["What is the sum of {a} and {b}?", "Add {a} and {b}."]),
    "subtract": (
        ["{a} minus {b}"],
        ["{a} - {b}", "{a}-{b}"],
        ["Subtract {b} from {a}.", "What is the difference between {a} and {b}?"],
    ),
    "multiply": (
        ["{a} times {b}", "{a} multiplied by {b}"],
        ["{a} * {b}", "{a}*{b}", "{a} x {b}"],
        ["What is the product of {a} and {b}?", "Multiply {a} by {b}."],
    ),
    "divide": (["{a} divided by {b}"], ["{a} / {b}", "{a}/{b}", "{a} ÷ {b}"], ["Divide {a} by {b}."]),
}
# Operation, how it is said, and the whole question.
QUESTIONS = [
    (operation, said, question)
    for operation, (words, signs, sentences) in SAID.items()
    for said, question in (
        *((text, frame.format(text)) for frame, text in product(WORDED, words)),
        *((text, frame.format(text)) for frame, text in product(NOTED, signs)),
        *((text, text) for text in sentences),
    )
]
# Around a question, up to where its answer stands.
FRAMES = (
    "{} ",
    "{}\nAnswer: ",
    "{} Answer: ",
    "{}\nA: ",
    "{}\nThe answer is ",
    "{} The answer is ",
    "{} It is ",
    "Question: {}\nAnswer: ",
    "Q: {}\nA: ",
)


def plain_questions(split: Split, seed: int, digits: Sequence[int] = (1, 2, 2, 3, 3, 4, 5)) -> Iterator[Problem]:
    """An endless stream of problems whose prompts are the questions alone; quotients are whole.

    digits: lengths of the operands, drawn for each; of a dividend they are those of the quotient.
    """
    generator = random.Random(seed)
    while True:
        operation, said, question = generator.choice(QUESTIONS)
        a, b = integer(generator, digits), integer(generator, digits)
        if operation == "divide":
            b = integer(generator, [length for length in digits if length <= 3] or digits)
            a = str(int(a) * int(b))
        elif operation == "subtract" and generator.random() < 0.8:
            a, b = sorted((a, b), key=int, reverse=True)
        if (operation, b) == ("divide", "0"):
            continue
        order = [name for _, name, _, _ in string.Formatter().parse(question) if name is not None]
        operands = {"a": a, "b": b}
        numbers = tuple(operands[name] for name in order)
        expression = (operation, order.index("a"), order.index("b"))
        problem = Problem(question.format(**operands), numbers, expression, operation, template=said)
        if problem.split == split:
            yield problem


def answered_questions(split: Split, seed: int, digits: Sequence[int]) -> Iterator[Problem]:
    """The questions in frames that ask for the number at once."""
    generator = random.Random(seed)
    for problem in plain_questions(split, seed, digits):
        yield problem._replace(prompt=generator.choice(FRAMES).format(problem.prompt))
