"""Running text of our own: solutions in which numbers are computed, restated and merely mentioned.

What is unusual: it is made to be varied, so that a calculator trained on it alone computes in text that nobody here
wrote. What is told are patterns, and stories and ledgers composed of events; how it is written, signs, units, layouts
and frames, is drawn for each text. A pattern says what computes a number in the place where the number stands.
"""

import random
import re
from collections.abc import Iterator

from . import running_text_styles as styles
from .problems import Split
from .reasoning import ReasoningText
from .running_text_patterns import LINES, PATTERNS, PLAIN, Pattern
from .running_text_sheets import BEFORE, BEHIND, HEADS, SHEETS, Sheet
from .running_text_stories import ENTRIES, LEDGERS, STORIES, TOTAL, TOTALS, Event, Ledger, Story
from .running_text_words import WORDS
from .running_text_writer import Writer, draw_style, expanded, renamed, written_texts

SHARES = {"patterns": 5, "words": 10, "lines": 3, "sheets": 8, "stories": 4, "ledgers": 4, "plain": 4}  # of the texts
PROMPT_SHARE = 0.9
OTHER_NUMBERS = 100  # behind the names of numbers that belong to no pattern; no story has so many events
OPERAND = re.compile(r"(?<![a-z])[a-z]\d*(?![a-z\d])")
EQUATION = re.compile(r"\{(\w+)==([^{};~]*)[^{}]*\}")


def _composed(parts: list[Event]) -> tuple[str, str]:
    """What is told and what is computed, of events each of which goes on from the `y` of the one before it."""
    told, computed = [], []
    for number, (tell, compute) in enumerate(parts):
        names = {"x": f"y{number - 1}", "y": f"y{number}"}
        told.append(renamed(tell, names, number))
        computed.append(renamed(compute, names, number))
    return " ".join(filter(None, told)), "\n".join(filter(None, computed))


def _story(story: Story, generator: random.Random) -> Pattern:
    events = generator.sample(story.events, generator.choice((1, 2, 2, 3, 3, 4, 5)))
    opening = Event(*(renamed(text, {"x": "y"}, 0) for text in story.opening))
    told, computed = _composed([opening, *events])
    return Pattern(f"story: {story.name}", f"{told} {story.question}", computed)


def _ledger(ledger: Ledger, generator: random.Random) -> Pattern:
    labels = generator.sample(ledger.labels.split(), generator.choice((2, 2, 3, 3, 3, 4, 4, 5)))
    first = [entry for entry in ENTRIES if "before" not in entry.told]
    entries = [generator.choice(ENTRIES if number else first) for number in range(len(labels))]
    subject = generator.choice((ledger.subject, ledger.subject, "{label}:", "{label} ="))
    parts = []
    for number, entry in enumerate(entries):
        words = {"label": labels[number], "before": labels[number - 1]}
        told = entry.told.replace("{subject}", ledger.subject)
        computed = entry.computed.replace("{subject}", subject)
        parts.append(Event(*(_filled(text, words, ledger.is_money) for text in (told, computed))))
    total = " + ".join(f"y{number}" for number in range(len(labels)))
    asked = generator.choice(TOTALS)
    parts.append(Event("", _filled(TOTAL.replace("SUM", total), {}, ledger.is_money).replace("{x=", "{y=")))
    parts.append(Event(*(_filled(text, {}, ledger.is_money) for text in asked)))
    told, computed = _composed(parts)
    return Pattern(f"ledger: {ledger.name}", told, computed)


def _sheet(sheet: Sheet, generator: random.Random) -> Pattern:
    formulas = generator.choices(sheet.formulas, k=generator.choice((2, 3, 4, 4, 5, 6)))
    is_money = generator.random() < 0.4
    computed = [Event(sheet.kinds, f"{BEFORE}{{y=={formula}}}{BEHIND}") for formula in formulas]
    kinds, text = (_filled(part, {}, is_money) for part in _composed(computed))
    return Pattern(sheet.name, generator.choice(HEADS), text, kinds)


def _filled(text: str, words: dict[str, str], is_money: bool) -> str:
    """An entry with its words; what is counted are dollars or things."""
    text = text.replace(":entry", ":dollars" if is_money else ":num;things")
    text = text.replace(";unit", "" if is_money else ";things").replace("{unit}", "" if is_money else " {things}")
    return re.sub(r"\{(label|before)\}", lambda match: words[match[1]], text)


def _pattern(generator: random.Random) -> Pattern:
    (source,) = generator.choices(list(SHARES), list(SHARES.values()))
    if source == "stories":
        return _story(generator.choice(STORIES), generator)
    if source == "ledgers":
        return _ledger(generator.choice(LEDGERS), generator)
    if source == "sheets":
        return _sheet(generator.choice(SHEETS), generator)
    return generator.choice({"patterns": PATTERNS, "words": WORDS, "lines": LINES, "plain": PLAIN}[source])


def _laid_out(sentences: list[str], generator: random.Random) -> str:
    separator, before = generator.choice(styles.LAYOUTS)
    if separator != " " and generator.random() < 0.5:
        sentences = [sentence.removesuffix(".") for sentence in sentences]
    return separator.join(
        before.replace("@", str(number)) + sentence[:1].upper() + sentence[1:]
        for number, sentence in enumerate(sentences, 1)
    )


def _led(sentence: str, given: list[str], generator: random.Random) -> str:
    """Half of the sentences as they are; the others with something said before their first calculation.

    It is about the operands, or about any of the numbers given, so that the latest number is not always an operand.
    """
    match = EQUATION.search(sentence)
    if match is None or "=" in sentence[: match.start()] or generator.random() < 0.5:
        return sentence
    operands = OPERAND.findall(match[2])
    generator.shuffle(operands)
    other = generator.choice(given) if given and generator.random() < 0.2 else operands[-1]
    names = {"q": operands[0], "w": other, "t": match[1]}
    lead = renamed(expanded(generator.choice(styles.LEADS), generator), names, OTHER_NUMBERS)
    before = sentence[: match.start()]
    is_kept = ":" in before or generator.random() < 0.3  # what declares a number is
    return lead + (before if is_kept else "") + sentence[match.start() :]


def _told(pattern: Pattern, generator: random.Random) -> tuple[str, str]:
    """The whole prompt and the whole text of a pattern, with its layout and numbers that do not matter."""
    prompt, text = (expanded(part, generator) for part in (pattern.prompt, pattern.text))
    given = re.findall(r"\{(\w+):", prompt)
    sentences = [_led(sentence, given, generator) for sentence in text.split("\n")]
    remarks = generator.sample(styles.REMARKS, generator.choice((0, 0, 0, 1, 1, 2)))
    for number, remark in enumerate(remarks, OTHER_NUMBERS + 1):
        remark = renamed(expanded(remark, generator), {}, number)
        prompt = f"{prompt} {remark}" if generator.random() < 0.3 else f"{remark} {prompt}"
    results = re.findall(r"\{(\w+)=", text)
    if results and generator.random() < 0.15:
        remark = renamed(expanded(generator.choice(styles.SOLUTION_REMARKS), generator), {}, OTHER_NUMBERS)
        sentences.insert(generator.randint(0, len(sentences)), remark)
    if results and generator.random() < 0.35:
        sentences.append(generator.choice(styles.CLOSINGS).replace("{t}", f"{{{results[-1]}}}"))
    if "¦" in pattern.text:
        return prompt, "\n".join(sentences)
    return prompt, _laid_out(sentences, generator)


def _written(pattern: Pattern, generator: random.Random) -> ReasoningText:
    """Raises ValueError where the numbers drawn lead to one that is not to be written."""
    prompt, text = _told(pattern, generator)
    frame = renamed(generator.choice(styles.FRAMES), {}, OTHER_NUMBERS - 1)
    writer = Writer(generator, draw_style(generator), [frame.replace("{}", ""), prompt, text, pattern.kinds])
    if pattern.name.startswith("word") or generator.random() < PROMPT_SHARE:
        writer.write(frame.replace("{}", prompt).lstrip())
    length = len(writer.text)
    writer.write(text + "\n")
    return ReasoningText(writer.text, writer.calculations, length, pattern.name)


def running_texts(split: Split, seed: int) -> Iterator[ReasoningText]:
    """An endless stream of texts of one split, by a hash of the text; the pattern of each is its `group`."""
    generator = random.Random(seed)
    return written_texts(split, lambda: _pattern(generator), lambda pattern: _written(pattern, generator))
