"""Problems: a prompt, the expression whose value is the answer, and the split that the problem is in.

What is unusual: no problem of the evaluation is trained on, whatever the seeds and options. A hash of a problem's
numbers and operations, in no particular order, says its split. So `3+5`, `5+3` and "the sum of 5 and 3" are in the
same one.
"""

import random
import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from ..configuration_gpt_dag import GPTDAGConfig
from ..dag_operations import OPERATIONS
from ..decimal_tensor import MAX_DIGITS
from ..plans import IGNORE_INDEX
from .checks import check_share
from .exact_values import RANGES, Value, combined, computed, fits, written
from .number_places import NumberPlace, numbers_of

Split = Literal["train", "evaluation"]
# Leaves are numbers of the prompt, by the order in which they are read, and constants, as text. An operation on a
# range has the first and the last of its numbers.
# An operation of one operand has it twice.
Expression = int | str | tuple[str, "Expression", "Expression"]

OPERATORS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
PRECEDENCE = {"add": 1, "subtract": 1, "multiply": 2, "divide": 2}
EVALUATION_SHARE = 10  # one problem in so many is for evaluation
END_OF_LINE = "\n"


class PlanFormat(NamedTuple):
    """What a plan label can say: steps, slots of numbers read, constants behind them, names of the operations.

    words: which number words are read (`GPTDAGConfig.dag_number_words`).
    """

    depth: int
    num_values: int
    constants: Sequence[str]
    operations: Sequence[str]
    words: Sequence[str] = ()


def reads_one(name: str) -> bool:
    """Whether an operation has one operand."""
    return OPERATIONS[name].operands == 1


def operation_names(expression: Expression) -> set[str]:
    """The operations in an expression."""
    if not isinstance(expression, tuple):
        return set()
    return {expression[0]}.union(*map(operation_names, expression[1:]))


def places(first: "Expression", last: "Expression") -> range:
    """The places of the numbers in a range."""
    assert isinstance(first, int) and isinstance(last, int), "a range is made of numbers of the prompt"
    return range(first, last + 1)


def plan_format(config: GPTDAGConfig) -> PlanFormat:
    """What plans of a model of this config can say."""
    assert config.dag_num_values is not None  # the config derives it where it is not given
    return PlanFormat(
        config.dag_depth, config.dag_num_values, config.dag_constants, config.dag_operations, config.dag_number_words
    )


class _Values(NamedTuple):
    """Every operand and result of an expression, and whether the last, the answer, comes of rounded values."""

    all: tuple[Value, ...]
    is_rounded: bool


@lru_cache(maxsize=1)  # a problem's are asked for several times in turn
def _values(numbers: tuple[str, ...], expression: Expression) -> _Values:
    """Raises ArithmeticError where there is no result."""
    seen: list[Value] = []

    def value(expression: Expression) -> tuple[Value, bool]:
        result: tuple[Value, bool]
        if isinstance(expression, tuple):
            name, left, right = expression
            if name in RANGES:
                result = RANGES[name]([value(place)[0] for place in places(left, right)]), False
            else:
                first, of_first = value(left)
                second, of_second = (first, of_first) if reads_one(name) else value(right)
                are_rounded = of_first or of_second
                given, rounds = computed(name, first, second, are_rounded)
                result = given, rounds or are_rounded
        else:
            result = Decimal(numbers[expression] if isinstance(expression, int) else expression), False
        seen.append(result[0])
        return result

    _, is_rounded = value(expression)
    return _Values(tuple(seen), is_rounded)


class Problem(NamedTuple):
    """numbers: all numbers of the prompt as decimal text, in its order, those that do not matter included.

    ending: what follows the answer. group: the row of the result table that the problem belongs to. template: the
    sentence without its numbers and names, where it has one.
    """

    prompt: str
    numbers: tuple[str, ...]
    expression: Expression
    group: str
    ending: str = END_OF_LINE
    template: str = ""

    def values(self) -> tuple[Value, ...]:
        """Every operand and result of the expression, the answer last; raises ArithmeticError where there is none."""
        return _values(self.numbers, self.expression).all

    @property
    def answer(self) -> str:
        """As exact numerics writes it: an endless result rounded to 10 significant digits."""
        return format(self._written(), "f")

    def _written(self) -> Decimal:
        values = _values(self.numbers, self.expression)
        return written(values.all[-1], values.is_rounded)

    @property
    def has_answer(self) -> bool:
        """Whether exact numerics of 18 digits holds operands and results, and can write the last."""
        return self.has_answer_within(MAX_DIGITS)

    def has_answer_within(self, digits: int) -> bool:
        """The same of so many digits."""
        try:
            values = self.values()
        except ArithmeticError:
            return False
        return all(fits(value, digits) for value in [*values, self._written()])

    @property
    def split(self) -> Split:
        leaves, names = [], []
        stack = [self.expression]
        while stack:
            expression = stack.pop()
            if isinstance(expression, tuple):
                name, left, right = expression
                names.append(name)
                stack += places(left, right) if name in RANGES else (left, right)[: 2 - reads_one(name)]
            else:
                leaves.append(self.numbers[expression] if isinstance(expression, int) else expression)
        key = repr((sorted(leaves), sorted(names))).encode()
        return "evaluation" if zlib.crc32(key) % EVALUATION_SHARE == 0 else "train"

    def read(self, words: Sequence[str]) -> list[NumberPlace]:
        """The numbers that a model reads in the prompt, latest first. words: which number words it reads."""
        return [place for place in numbers_of(self.prompt, tuple(words)) if place.readable <= len(self.prompt)][::-1]

    def ranks(self, words: Sequence[str]) -> list[int]:
        """The slot of each number: the latest that is read is slot 0, and words of the prompt may be numbers, too."""
        if not words:
            return list(range(len(self.numbers)))[::-1]
        ranks = [rank for rank, place in enumerate(self.read(words)) if not place.in_words][::-1]
        assert len(ranks) == len(self.numbers), f"the numbers of {self.prompt!r} are not {self.numbers}"
        return ranks

    def plan(self, format: PlanFormat) -> list[tuple[int, int, int]]:
        """The steps that compute the answer at the end of the prompt: operand1, operand2, operation.

        A step comes behind the steps of its operands, the left operand's first; what stands in the expression twice
        is computed once. Steps that are left over carry the
        result on by `identity`, whose second operand has no label. Raises ValueError where the format has too few
        steps, slots, constants or operations.
        """
        first_result = format.num_values + len(format.constants)
        ranks = self.ranks(format.words)
        steps: list[tuple[int, int, str]] = []
        slot_of: dict[Expression, int] = {}  # of what is computed already

        def need(condition: bool, what: str):
            if not condition:
                raise ValueError(f"{self.prompt!r} needs {what}; the model has {format}")

        def slot(expression: Expression) -> int:
            if isinstance(expression, int):
                rank = ranks[expression]
                need(rank < format.num_values, f"{rank + 1} numbers")
                return rank
            if isinstance(expression, str):
                need(expression in format.constants, f"the constant {expression}")
                return format.num_values + list(format.constants).index(expression)
            if expression not in slot_of:
                name, left, right = expression
                steps.append((slot(left), IGNORE_INDEX if reads_one(name) else slot(right), name))
                slot_of[expression] = first_result + len(steps) - 1
            return slot_of[expression]

        result = slot(self.expression)
        while len(steps) < format.depth:
            steps.append((result, IGNORE_INDEX, "identity"))
            result = first_result + len(steps) - 1
        need(len(steps) <= format.depth, f"{len(steps)} steps")
        for name in {name for _, _, name in steps}:
            need(name in format.operations, f"the operation {name}")
        return [(left, right, format.operations.index(name)) for left, right, name in steps]


def over_texts(expression: Expression, numbers: Sequence[str]) -> Expression:
    """The expression with the prompt's numbers in place of where they are read."""
    if isinstance(expression, tuple):
        name, left, right = expression
        return name, over_texts(left, numbers), over_texts(right, numbers)
    return numbers[expression] if isinstance(expression, int) else expression


def integer(generator: random.Random, digits: Sequence[int], negative_operand_share: float = 0.0) -> str:
    """An integer of a length drawn from `digits`, negative with a probability of `negative_operand_share`."""
    length = generator.choice(digits)
    number = generator.randint(10 ** (length - 1) if length > 1 else 0, 10**length - 1)
    return str(-number if negative_operand_share > 0 and generator.random() < negative_operand_share else number)


def _operand(
    generator: random.Random, digits: Sequence[int], negative_operand_share: float, decimal_share: float
) -> str:
    number = integer(generator, digits, negative_operand_share)
    if decimal_share == 0 or generator.random() >= decimal_share:
        return number
    places = generator.randint(1, 3)
    return f"{number}.{generator.randrange(10**places):0{places}d}"


def _product(numbers: Sequence[str]) -> str:
    """Of two numbers, as it is written."""
    return format(written(combined("multiply", *map(Decimal, numbers))), "f")


def _by_precedence(operators: Sequence[str]) -> Expression:
    """Products and quotients before sums, both from the left."""
    terms: list[Expression] = [0]
    names = []
    for index, operator in enumerate(operators):
        if operator in "*/":
            terms[-1] = (OPERATORS[operator], terms[-1], index + 1)
        else:
            names.append(OPERATORS[operator])
            terms.append(index + 1)
    total = terms[0]
    for name, term in zip(names, terms[1:], strict=True):
        total = (name, total, term)
    return total


def _any_order(generator: random.Random, operators: Sequence[str], first: int = 0) -> Expression:
    """An order of evaluation drawn at random."""
    if not operators:
        return first
    root = generator.randrange(len(operators))
    left = _any_order(generator, operators[:root], first)
    return OPERATORS[operators[root]], left, _any_order(generator, operators[root + 1 :], first + root + 1)


SIGNS = {operation: sign for sign, operation in OPERATORS.items()}


class Style(NamedTuple):
    """How people write an expression.

    signs: by operation. blank: around them. end: behind all. groups: whether commas set off thousands. currency:
    before each number.
    """

    signs: dict[str, str] = SIGNS
    blank: str = ""
    end: str = "="
    groups: bool = False
    currency: str = ""

    def number(self, text: str) -> str:
        sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
        if self.groups:
            whole, point, decimals = text.partition(".")
            text = f"{int(whole):,}{point}{decimals}"
        return sign + self.currency + text


PLAIN = Style()


def random_style(generator: random.Random) -> Style:
    """With blanks or without, signs of print or of programs, thousands set off or not, now and then in dollars."""
    signs = SIGNS | {"multiply": generator.choice("*××x"), "divide": generator.choice("//÷")}
    blank = generator.choice(("", " ", " "))
    if signs["multiply"] == "x":
        blank = " "  # "0x5" is another notation
    end = generator.choice(("=", " = ", ": "))  # behind " =" an answer might begin with a blank
    return Style(signs, blank, end, generator.random() < 0.4, "$" if generator.random() < 0.1 else "")


def notation(expression: Expression, numbers: Sequence[str], style: Style = PLAIN) -> str:
    """The expression as it is written, with the parentheses that its order of evaluation needs."""
    if isinstance(expression, int):
        return style.number(numbers[expression])
    assert isinstance(expression, tuple), "constants are in no expression that is written with operators"
    name, left, right = expression
    operator = style.blank + style.signs[name] + style.blank

    def operand(child: Expression, tighter: bool) -> str:
        text = notation(child, numbers, style)
        loose = isinstance(child, tuple) and PRECEDENCE[child[0]] < PRECEDENCE[name] + tighter
        return f"({text})" if loose else text

    return operand(left, False) + operator + operand(right, True)


def arithmetic_problems(
    split: Split,
    seed: int,
    operators: str = "+-*",
    digits: Sequence[int] = (1, 2, 3, 4),
    num_operators: Sequence[int] = (1,),
    parentheses_share: float = 0.0,
    negative_operand_share: float = 0.0,
    decimal_share: float = 0.0,
    notation_share: float = 0.0,
) -> Iterator[Problem]:
    """An endless stream of problems `a+b*c=` of one split.

    operators: any of "+", "-", "*", "/". digits: operand lengths, drawn per operand. num_operators: drawn per problem.
    parentheses_share: share of the problems whose order of evaluation is drawn at random; they are written with the
    parentheses that the order needs. negative_operand_share, decimal_share: share of the operands that are negative,
    that have decimals. notation_share: share of the problems in a `random_style`, such as "1,234 × 5 = ". Half of
    the quotients of two operands come out even; others are rounded as the model rounds them.
    Raises ValueError for other operators, for counts below 1 and for what is no share.
    """
    unknown = [operator for operator in operators if operator not in OPERATORS]
    if unknown or not operators:
        raise ValueError(f"operators={operators!r}: must be some of {''.join(OPERATORS)!r}")
    if not digits or min(digits) < 1:
        raise ValueError(f"digits={list(digits)}: operands have at least 1 digit")
    if not num_operators or min(num_operators) < 1:
        raise ValueError(f"num_operators={list(num_operators)}: a problem has at least 1 operator")
    check_share("parentheses_share", parentheses_share)
    check_share("negative_operand_share", negative_operand_share)
    check_share("decimal_share", decimal_share)
    check_share("notation_share", notation_share)
    generator = random.Random(seed)
    single = max(num_operators) == 1

    def problems() -> Iterator[Problem]:
        while True:
            count = generator.choice(num_operators)
            chosen = [generator.choice(operators) for _ in range(count)]
            shares = negative_operand_share, decimal_share
            numbers = tuple(_operand(generator, digits, *shares) for _ in range(count + 1))
            if chosen == ["/"] and generator.random() < 0.5:
                numbers = (_product(numbers), numbers[1])
            free = generator.random() < parentheses_share
            expression = _any_order(generator, chosen) if free else _by_precedence(chosen)
            group = chosen[0] if single else f"{count} operator{'s' * (count > 1)}"
            style = PLAIN
            if notation_share > 0 and generator.random() < notation_share:
                style = random_style(generator)
            problem = Problem(notation(expression, numbers, style) + style.end, numbers, expression, group)
            if problem.split == split:
                yield problem

    return problems()


def distinct(problems: Iterator[Problem], num_samples: int) -> list[Problem]:
    """The first `num_samples` different problems of a stream; fewer where no more turn up in 2,000 draws in a row."""
    found: dict[str, Problem] = {}
    repeats = 0
    while len(found) < num_samples and repeats < 2_000:
        problem = next(problems)
        repeats = repeats + 1 if problem.prompt in found else 0
        found.setdefault(problem.prompt, problem)
    return list(found.values())
