"""Columns of numbers and what is asked of all of them: sums, means, counts, the largest and the smallest.

What is unusual: a list may be longer in the evaluation than in training. What a model learns is where a list begins
and where it ends. In some of the lists to train on words or blanks stand between the numbers, so that the first number
is as many tokens back as in a longer list.
"""

import random
from collections.abc import Iterator, Sequence
from decimal import Decimal

from .problems import Problem, Split, integer

# What is asked, with how it is announced in a sentence and at the foot of a column.
ASKED: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "sum": (
        ("Their sum is ", "Together they make ", "In total that is ", "Added up they are ", "The total is "),
        ("Total: ", "Sum: ", "Total ", "Amount due: ", "In all: "),
    ),
    "mean": (("Their mean is ", "On average that is ", "The average is "), ("Mean: ", "Average: ")),
    "count": (("That is a list of length ", "How many numbers are these? "), ("Entries: ", "Number of lines: ")),
    "max_of": (("The largest is ", "The greatest of them is "), ("Largest: ", "Maximum: ")),
    "min_of": (("The smallest is ", "The least of them is "), ("Smallest: ", "Minimum: ")),
}
SHARES = {"sum": 5, "mean": 1, "count": 2, "max_of": 2, "min_of": 2}
SENTENCES = (
    "The numbers are {}. ",
    "Here are some numbers: {}. ",
    "{}: ",
    "We counted {}. ",
    "The list is {}.\n",
    "Take {}. ",
    "[{}]\n",
)
JOINTS = (", ", " and ", "; ", " ", "\n")
TERMS = ("{}=", "{} = ", "{}\n= ", "What is {}? ", "Calculate {}: ")
COLUMNS = ("Invoice\n", "Receipt:\n", "Item, price\n", "", "Costs this month\n", "Points\n")
ITEMS = ("bread", "milk", "tea", "rice", "soap", "eggs", "paper", "a lamp", "nails", "paint", "a chair", "stamps")
LINES = ("{item} {number}", "{item}: {number}", "{item} ... {number}", "- {item}, {number}", "{number} {item}")
PRICES = 1 / 3  # share of the lists whose numbers have cents
STRETCHED = 0.4  # share of the lists to train on in which words or blanks stand between the numbers
DETAILS = (
    "from the market",
    "for the kitchen",
    "in red and blue",
    "as agreed with the neighbours",
    "which came by mail",
    "delivered on a rainy morning",
    "of the best quality",
    "to be paid before the end of the month",
    "not returned",
    "for the party",
)
MOST_DETAILS, MOST_WIDTH = 3, 30  # behind a number or an item; of a sign, in characters with its blanks


def _number(generator: random.Random, digits: Sequence[int], is_price: bool) -> str:
    return integer(generator, digits) + (f".{generator.randrange(100):02d}" if is_price else "")


def _details(generator: random.Random, is_stretched: bool) -> str:
    if not is_stretched:
        return ""
    return "".join(f" {detail}" for detail in generator.sample(DETAILS, generator.randint(1, MOST_DETAILS)))


def _written(generator: random.Random, numbers: Sequence[str], asked: str, is_stretched: bool) -> tuple[str, str]:
    """A prompt, and its template."""
    sentence, foot = ASKED[asked]
    form = generator.random()
    if asked == "sum" and form < 0.3:
        frame, sign = generator.choice(TERMS), generator.choice(("+", " + "))
        if is_stretched:
            sign = sign.center(generator.randint(3, MOST_WIDTH))
        return frame.format(sign.join(numbers)), frame
    if form < 0.6:
        head, line = generator.choice(COLUMNS), generator.choice(LINES)
        currency = generator.choice(("", "", "$"))
        items = [generator.choice(ITEMS) + _details(generator, is_stretched) for _ in numbers]
        rows = [line.format(item=item, number=currency + each) for item, each in zip(items, numbers, strict=True)]
        end = generator.choice(foot)
        return head + "".join(f"{row}\n" for row in rows) + end + currency, f"{head}{line} {end}"
    frame, joint, end = generator.choice(SENTENCES), generator.choice(JOINTS), generator.choice(sentence)
    numbers = [number + _details(generator, is_stretched) for number in numbers]
    text = joint.join([", ".join(numbers[:-1]), numbers[-1]] if joint == " and " else numbers)
    return frame.format(text) + end, f"{frame}{joint}{end}"


def list_problems(
    split: Split, seed: int, digits: Sequence[int] = (1, 2, 3, 4), lengths: Sequence[int] = tuple(range(2, 11))
) -> Iterator[Problem]:
    """An endless stream of problems of one split; the group is what is asked, of how many numbers.

    digits: of the numbers, before the point of a price. lengths: of the lists. Raises ValueError for a length below 2.
    """
    if min(lengths) < 2:
        raise ValueError(f"list_lengths={list(lengths)}: a list has at least 2 numbers")
    generator = random.Random(seed)

    def problems() -> Iterator[Problem]:
        while True:
            (asked,) = generator.choices(list(SHARES), list(SHARES.values()))
            is_price = generator.random() < PRICES
            length = generator.choice(lengths)
            numbers = [_number(generator, digits, is_price) for _ in range(length)]
            if asked == "mean":  # made to come out even
                unit = Decimal("0.01") if is_price else Decimal(1)
                total = sum(map(Decimal, numbers))
                numbers[-1] = str(Decimal(numbers[-1]) + (-total % (length * unit)))
            is_stretched = split == "train" and generator.random() < STRETCHED
            prompt, template = _written(generator, numbers, asked, is_stretched)
            kind = "prices" if is_price else "numbers"
            group = f"{asked} of {length} {kind}" if asked == "sum" else asked
            problem = Problem(prompt, tuple(numbers), (asked, 0, length - 1), group, template=template)
            if problem.split == split:
                yield problem

    return problems()
