"""Replies of a chat model: which of their numbers are results, and what they should be.

What is unusual: a number is a result where the words before it announce one: an expression and "=", or words such as
"7 plus 5 is" and "which equals". Where the question's own expression is known, its answer belongs behind "The answer
is", whatever wrong operation the reply talks of. This makes data for training and evaluation; inference never parses.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from .numeric_match import parse_number
from .problems import Expression
from .reasoning import (
    NUMBER,
    OPERAND,
    WRITTEN_NUMBER,
    Calculation,
    ReasoningText,
    exact_value,
    fraction_value,
    is_rounded,
    leaves,
    parse_expression,
    plain_number,
)

# The words of "11 days a week * 27 days", but not the sign of "3 x 4".
UNIT = r"(?: (?!(?:and|or|is|are|equals|plus|minus|times)\b)[A-Za-z]{2,}| a\b| \([A-Za-z ]+\)){0,4}"
SIGN = r"\s*[-+*/xX×÷−–]\s*"
NOTATION = rf"(?<![\d.,])(?P<expression>{OPERAND}(?:{UNIT}{SIGN}{OPERAND})+){UNIT}"
# A number that is no part of another, no percentage, ordinal or unit; behind words it is no operand, either.
RESULT = r"\s*\$?(?P<result>-?(?:\d+(?:,\d+)*(?:\.\d+)?|\.\d+))(?![\d%A-Za-z]|[.,]\d)"
OPERATOR = r"\s*(?:[-+*/×÷^]|x\b|times\b|plus\b|minus\b|multiplied\b|divided\b)"
ALONE = rf"{RESULT}(?!{OPERATOR}|\s*per ?cent\b)"
OPERAND_FIRST = rf"{RESULT}(?={OPERATOR})"
IS = r"(?:is equal to|is equivalent to|is|are|equals|equal|makes|gives(?: us| you)?|would be|will be|=)"
CUE = (
    rf"(?:{IS}|(?:we|you|they|to) get|gets|results? in|resulting in|which leaves|giving(?: us| you)?"
    r"|(?:give|leave)s? (?:us|you)(?: with)?|a total of)(?: (?:approximately|about|exactly|just|only))?"
)
GAP = r"[^\d.?!\n=]{0,40}?"
OPERANDS = {name: rf"(?<![\d.,])\$?(?P<{name}>{NUMBER}){UNIT}" for name in "ab"}
# An operation by its name, and what to do: of the latter the result is the question's, where that is known.
PHRASES: Sequence[tuple[str, str]] = (
    ("add", "{a} (?:plus|added to) {b}"),
    ("add", "(?:sum|total) of {a} and {b}"),
    ("subtract", "{a} minus {b}"),
    ("subtract", "difference (?:between|of) {a} and {b}"),
    ("subtract", "{b} subtracted from {a}"),
    ("multiply", "{a} (?:times|multiplied by) {b}"),
    ("multiply", "product of {a} and {b}"),
    ("divide", "{a} divided by {b}"),
    ("divide", "quotient of {a} and {b}"),
)
COMMANDS: Sequence[tuple[str, str]] = (
    ("add", "add(?:ing|s)? {a} (?:and|to|with) {b}"),
    ("subtract", "subtract(?:ing|s)? {b} from {a}"),
    ("multiply", "multipl(?:y|ying|ies) {a} (?:by|and|with) {b}"),
    ("divide", "divid(?:e|ing|es) {a} by {b}"),
)
EQUATION = re.compile(rf"{NOTATION}\s*[=≈]{RESULT}")
SAID = re.compile(rf"{NOTATION}{GAP}\b{CUE}{ALONE}")


class _Cue(NamedTuple):
    """Words that announce a result. kind: the operation that they name, or "twice", "answer", "cue".

    is_named: whether they name the result, as "the sum of 2 and 3" does, and do not tell what is done.
    """

    kind: str
    pattern: re.Pattern
    is_named: bool = False


def _cues(number: str) -> list[_Cue]:
    """What announces a number of this pattern."""

    def worded(phrase: str) -> re.Pattern:
        return re.compile(rf"{phrase.format(**OPERANDS)}{GAP}\b{CUE}{number}", re.IGNORECASE)

    twice = r"(?:double of|two times|twice) {a}"
    answered = rf"(?:\b(?:answer|result|solution)\b(?: (?!is\b)[a-z]+){{0,6}}?(?: {IS}:?|:)|(?:^|\n)####){number}"
    return [
        _Cue("twice", worded(twice), True),
        *(_Cue(operation, worded(phrase), True) for operation, phrase in PHRASES),
        *(_Cue(operation, worded(phrase)) for operation, phrase in COMMANDS),
        _Cue("answer", re.compile(answered, re.IGNORECASE)),
        _Cue("cue", re.compile(rf"\b{CUE}{number}", re.IGNORECASE)),
    ]


RESULT_CUES = [_Cue("=", EQUATION), _Cue("=", SAID), *_cues(ALONE)]
EXPRESSION_CUES = _cues(OPERAND_FIRST)  # "which is 172 - 9 = 163"
WRITTEN_NOTATION = re.compile(NOTATION)
SENTENCE_END = re.compile(r"[.!?:](?=\s)|\n")
# Words of a sentence whose result is another than the question's.
OTHERWISE = re.compile(r"\b(?:remainder|itself)\b")
UNFINISHED = re.compile(r"[-\d.,$]+$")


class Prompt(NamedTuple):
    """text: what the user asks. expression: its answer, over decimal texts; None where it is not known.

    group: the row of the evaluation. computes: whether there is anything to compute. answer: the reply's last number,
    where it is known.
    """

    text: str
    expression: Expression | None = None
    group: str = ""
    computes: bool = True
    answer: Decimal | None = None


class Result(NamedTuple):
    """A number that a reply announces as a result.

    start, end: its place in the reply. expression: what computes it; where a result is said again its decimal text.
    wanted: as the DAG would write it; None where no decimal is exact. is_right: the value is the exact one, or that
    rounded to the decimals that are written. is_stated: whether the reply itself says what is computed, as "7 + 5 = "
    does; "The answer is " leaves that to the question.
    """

    start: int
    end: int
    expression: Expression
    wanted: str | None
    is_right: bool
    is_stated: bool = True

    @property
    def is_computed(self) -> bool:
        """Whether it is not said again."""
        return isinstance(self.expression, tuple)


def canonical(expression: Expression | None) -> str | None:
    """The value of an expression as the DAG writes it; None where no decimal is exact."""
    value = exact_value(expression)
    return None if value is None else format(abs(value) if value == 0 else value, "f")


def _numbers(text: str) -> list[Decimal]:
    return [parse_number(match.group()) for match in WRITTEN_NUMBER.finditer(text)]


def _decimal(text: str) -> Decimal:
    """Of a number whose commas need not set off thousands."""
    return Decimal(text.replace(",", ""))


def _parts(expression: Expression) -> Iterator[Expression]:
    """The operations in an expression, the whole last."""
    if isinstance(expression, tuple):
        for part in expression[1:]:
            yield from _parts(part)
        yield expression


def _notation(text: str) -> Expression | None:
    """Without the words for what is counted."""
    return parse_expression(re.sub(r" (?:\([A-Za-z ]+\)|[A-Za-z]{2,}|a\b)", "", text))


def _are_opposite(one: Expression, other: Expression) -> bool:
    left, right = fraction_value(one), fraction_value(other)
    return left is not None and right is not None and left == -right


class _Reader:
    """Finds the results of one reply, from its beginning to its end."""

    def __init__(self, reply: str, prompt: Prompt):
        self.reply, self.prompt = reply, prompt
        self.asked = _numbers(prompt.text)
        self.results: list[Result] = []
        self.deferred: list[Result] = []  # announced where an expression of it comes first

    def read(self) -> list[Result]:
        found = self._found(RESULT_CUES)
        expressions = {start: each for start, each in self._found(EXPRESSION_CUES).items() if start not in found}
        for start in sorted({*found, *expressions}):
            if self.results and start < self.results[-1].end:
                continue
            if start in found:
                self._add(*found[start])
            else:
                self._defer(*expressions[start])
        return self.results

    def _found(self, cues: Sequence[_Cue]) -> dict[int, tuple[re.Match, _Cue]]:
        """By where the number starts; the first of the cues, which are surer, counts."""
        found: dict[int, tuple[re.Match, _Cue]] = {}
        for cue in cues:
            for match in _overlapping(cue.pattern, self.reply):
                found.setdefault(match.start("result"), (match, cue))
        return found

    def _add(self, match: re.Match, cue: _Cue):
        value = _decimal(match["result"])
        sentence = self._sentence(match.start("result"))
        if cue.kind == "=":
            self._computed(match, value, _notation(match["expression"]))
        elif OTHERWISE.search(sentence):
            return
        elif cue.kind in ("answer", "cue"):
            self._announced(match, value, self._asked(sentence), cue.kind == "answer")
        else:
            self._computed(match, value, *self._meant(match, cue, sentence))

    def _defer(self, match: re.Match, cue: _Cue):
        """Of a number that begins the expression of the result that is announced."""
        sentence = self._sentence(match.start("result"))
        if OTHERWISE.search(sentence):
            return
        if cue.kind in ("answer", "cue"):
            expression = self._asked(sentence)
            if expression is None or self._chained(match.start("result")) != fraction_value(expression):
                return  # it is something else that is computed
        else:
            expression, _ = self._meant(match, cue, sentence)
        wanted = canonical(expression)
        if wanted is not None:
            self.deferred.append(Result(*match.span("result"), expression, wanted, True))

    def _meant(self, match: re.Match, cue: _Cue, sentence: str) -> tuple[Expression, Expression]:
        """What words that say an operation mean, and what is right, too.

        Where they tell what is done they mean the question's expression, and what they say is right, too. Where they
        name the result they mean it, and a difference may have the question's sign.
        """
        said = self._said(match, cue.kind)
        asked = None if self._is_answered() else self._asked(sentence)
        operation, left, right = said
        if not cue.is_named:
            return asked or said, said
        turned = operation, right, left
        is_turned = "difference" in match.group().casefold() and asked == turned
        return said, turned if is_turned else said

    def _said(self, match: re.Match, operation: str) -> tuple[str, str, str]:
        """The operation that words say, of two numbers in their order; a difference is positive."""
        left = plain_number(match["a"])
        if operation == "twice":
            return "multiply", left, "2"
        right = plain_number(match["b"])
        if "difference" in match.group().casefold() and Decimal(left) < Decimal(right):
            left, right = right, left
        return operation, left, right

    def _announced(self, match: re.Match, value: Decimal, asked: Expression | None, is_answer: bool):
        """A number that words announce without an operation of their own."""
        said = [result.wanted for result in self.results if result.wanted is not None]
        written = [_decimal(self.reply[result.start : result.end]) for result in self.results]
        if asked is not None and (is_answer or not (self._is_answered() or value in self.asked + written)):
            wanted = canonical(asked)
            if wanted in said:
                self._said_again(match, wanted, value)
            else:
                self._computed(match, value, asked, is_stated=False)
        elif is_answer and said and self.prompt.expression is None:
            if value not in _numbers(self.prompt.text + self.reply[: match.start("result")]):
                self._said_again(match, said[-1], value)
        elif is_answer and said:
            self._said_again(match, canonical(self.prompt.expression), value)

    def _computed(
        self,
        match: re.Match,
        value: Decimal,
        expression: Expression | None,
        also: Expression | None = None,
        is_stated: bool = True,
    ):
        """also: what is right, too."""
        start, end = match.span("result")
        if expression is not None and also is not None and self.reply[start:end] == canonical(also):
            # A difference may have either sign.
            expression = also if _are_opposite(expression, also) else expression
        exact = None if expression is None else fraction_value(expression)
        if expression is None or exact is None:
            return
        chained = self._chained(start)
        is_right = is_rounded(value, exact) if chained is None else chained == exact
        said = None if also is None else fraction_value(also)
        is_right = is_right or (said is not None and is_rounded(value, said))
        self.results.append(Result(start, end, expression, canonical(expression), is_right, is_stated))

    def _chained(self, start: int) -> Fraction | None:
        """The value of an expression that stands there, 24 + 2 in "= 24 + 2 = 26"; None where there is none."""
        chain = WRITTEN_NOTATION.match(self.reply, start)
        expression = None if chain is None else _notation(chain["expression"])
        return None if expression is None else fraction_value(expression)

    def _said_again(self, match: re.Match, wanted: str | None, value: Decimal):
        if wanted is not None:
            start, end = match.span("result")
            self.results.append(Result(start, end, wanted, wanted, value == Decimal(wanted)))

    def _sentence(self, end: int) -> str:
        """The sentence before a number."""
        return self.reply[_sentence_start(self.reply, end) : end]

    def _operands(self) -> list[Decimal]:
        """The question's numbers that matter."""
        assert self.prompt.expression is not None
        return [value for value in map(Decimal, leaves(self.prompt.expression)) if value in self.asked]

    def _asked(self, sentence: str) -> Expression | None:
        """What a sentence that names no other numbers than the question does computes, a part of it or all."""
        if self.prompt.expression is None:
            return None
        numbers = set(_numbers(sentence))
        if not numbers or set(self._operands()) <= numbers:
            return self.prompt.expression if numbers <= set(self.asked) else None
        return next(
            (part for part in _parts(self.prompt.expression) if set(map(Decimal, leaves(part))) == numbers), None
        )

    def _is_answered(self) -> bool:
        return any(result.expression == self.prompt.expression for result in self.results)


def _overlapping(pattern: re.Pattern, text: str) -> Iterator[re.Match]:
    """Matches, each searched for from the last one's result on, which may begin the next expression."""
    match = pattern.search(text)
    while match is not None:
        yield match
        match = pattern.search(text, match.start("result"))


def results(reply: str, prompt: Prompt) -> list[Result]:
    """The numbers of a reply that are results, in their order."""
    return _Reader(reply, prompt).read()


def first_mistake(reply: str, prompt: Prompt) -> Result | None:
    """The first result that is not written as the DAG would write it."""
    return next((each for each in results(reply, prompt) if reply[each.start : each.end] != each.wanted), None)


def _sentence_start(reply: str, position: int) -> int:
    ends = [match.end() for match in SENTENCE_END.finditer(reply, 0, position)]
    return ends[-1] if ends else 0


def finished(reply: str) -> str:
    """A reply that was cut, up to the last end of a sentence; the number at its end may go on."""
    return reply[: _sentence_start(reply, len(reply))] or UNFINISHED.sub("", reply)


def without_last_number(reply: str, end: str) -> str:
    """A reply without a number that stands at its end and may go on, unless it ends with `end`."""
    return reply if reply.endswith(end) else UNFINISHED.sub("", reply)


def mended(reply: str, mistake: Result) -> str | None:
    """The reply up to a mistake, with the right number; None where there is none to write."""
    return None if mistake.wanted is None else reply[: mistake.start] + mistake.wanted


def reply_reasoning(given: str, reply: str, prompt: Prompt) -> ReasoningText:
    """The text of a chat, `given` up to where the reply begins.

    It ends before the first sentence with a mistake. Results that are said again are to be copied.
    """
    reader = _Reader(reply, prompt)
    found = reader.read()
    mistake = next((each for each in found if reply[each.start : each.end] != each.wanted), None)
    if mistake is not None:
        reply = reply[: _sentence_start(reply, mistake.start)]
    calculations, deferred = (
        [
            Calculation(
                each.start + len(given),
                each.end + len(given),
                Decimal(each.wanted),
                each.expression,
                "right",
                is_annotated=each.is_computed,
            )
            for each in results
            if each.wanted is not None and each.end <= len(reply)
        ]
        for results in (found, reader.deferred)
    )
    return ReasoningText(given + reply, calculations, len(given), prompt.group, deferred)
