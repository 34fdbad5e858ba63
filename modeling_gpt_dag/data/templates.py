"""The parts that wordings are composed of, and the sentences of the evaluation, which are written down.

A field of a sentence is a number, `{a}` or `{b:money}`, drawn as its kind says (an integer of the problem's digits by
default), or a word from a list, `{name}`. Expressions name the numbers that matter; the others distract. No template
contains a word of a list, so sentences of different templates differ.
"""

from typing import NamedTuple

from .problems import Expression


class Template(NamedTuple):
    """text: the prompt. expression: over the fields of the text and constants. ending: what follows the answer.

    group: the row of the result table. family: how the sentence is composed. Families of a group are drawn equally
    often; "" and "told" are about numbers alone, the others about things.
    """

    text: str
    expression: Expression
    group: str
    ending: str = "\n"
    family: str = ""


ADD, SUBTRACT, REVERSED, MULTIPLY = (
    ("add", "a", "b"),
    ("subtract", "a", "b"),
    ("subtract", "b", "a"),
    ("multiply", "a", "b"),
)
TWICE = ("multiply", "a", "2")
Texts = list[tuple[str, Expression, list[str]]]

# What is asked, as a noun phrase and as a command.
PHRASES: Texts = [
    (
        "sum",
        ADD,
        [
            "{a} plus {b}",
            "the sum of {a} and {b}",
            "the total of {a} and {b}",
            "{a} and {b} together",
            "{a} increased by {b}",
            "{a} more than {b}",
            "{a} + {b}",
        ],
    ),
    (
        "difference",
        SUBTRACT,
        ["{a} minus {b}", "the difference of {a} and {b}", "{a} less {b}", "{a} decreased by {b}", "{a} - {b}"],
    ),
    (
        "difference, reversed",
        REVERSED,
        [
            "{a} subtracted from {b}",
            "{a} less than {b}",
            "{a} fewer than {b}",
            "{a} below {b}",
            "{a} taken from {b}",
            "{a} taken away from {b}",
        ],
    ),
    ("product", MULTIPLY, ["{a} times {b}", "the product of {a} and {b}", "{a} multiplied by {b}", "{a} * {b}"]),
    ("twice", TWICE, ["twice {a}", "the double of {a}", "two times {a}"]),
    ("two steps", ("subtract", ADD, "c"), ["{a} plus {b} minus {c}", "{a} and {b} together, less {c}"]),
    ("two steps", ("add", SUBTRACT, "c"), ["{a} minus {b} plus {c}"]),
    ("two steps", ("subtract", SUBTRACT, "c"), ["{a} minus {b} minus {c}"]),
    ("two steps", ("add", MULTIPLY, "c"), ["{a} times {b} plus {c}", "{a} multiplied by {b}, plus {c}"]),
    ("two steps", ("subtract", MULTIPLY, "c"), ["{a} times {b} minus {c}", "the product of {a} and {b}, minus {c}"]),
    (
        "two steps",
        ("add", ADD, "c"),
        ["the sum of {a}, {b} and {c}", "{a} plus {b} plus {c}", "the total of {a}, {b} and {c}"],
    ),
    ("two steps", ("add", TWICE, "b"), ["twice {a} plus {b}", "the double of {a} plus {b}"]),
    ("two steps", ("subtract", TWICE, "b"), ["twice {a} minus {b}"]),
]
COMMANDS: Texts = [
    ("sum", ADD, ["add {a} and {b}", "add {a} to {b}", "increase {a} by {b}", "start with {a} and add {b}"]),
    (
        "difference",
        SUBTRACT,
        [
            "take {a} and subtract {b}",
            "start with {a} and subtract {b}",
            "start with {a}, remove {b}",
            "decrease {a} by {b}",
        ],
    ),
    (
        "difference, reversed",
        REVERSED,
        ["subtract {a} from {b}", "take {a} from {b}", "take {a} away from {b}", "remove {a} from {b}"],
    ),
    ("product", MULTIPLY, ["multiply {a} by {b}", "multiply {a} and {b}"]),
    ("twice", TWICE, ["double {a}", "multiply {a} by two"]),
    ("two steps", ("subtract", ADD, "c"), ["add {a} and {b}, then subtract {c}", "take {a}, add {b}, subtract {c}"]),
    ("two steps", ("multiply", ADD, "c"), ["add {a} and {b}, then multiply by {c}"]),
    ("two steps", ("multiply", SUBTRACT, "c"), ["start with {a}, subtract {b}, then multiply by {c}"]),
    ("two steps", ("add", MULTIPLY, "c"), ["multiply {a} by {b}, then add {c}", "multiply {a} and {b}, then add {c}"]),
    ("two steps", ("subtract", MULTIPLY, "c"), ["multiply {a} by {b}, then subtract {c}"]),
    ("two steps", ("add", REVERSED, "c"), ["subtract {a} from {b}, then add {c}"]),
    ("two steps", ("add", ADD, "c"), ["add {a}, {b} and {c}", "add {a} and {b}, then add {c}"]),
    ("two steps", ("add", TWICE, "b"), ["double {a}, then add {b}"]),
]
PHRASE_FRAMES = [
    "What is []? ",
    "How much is []? ",
    "Compute []: ",
    "Compute []. The answer is ",
    "Find []. The result is ",
    "[] is ",
    "[] equals ",
    "[] gives ",
    "The value of [] is ",
    "{name} wants to know []. It is ",
]
COMMAND_FRAMES = [
    "[]: ",
    "[]. The answer is ",
    "[]. The result is ",
    "If you [], you have ",
    "If you [], you get ",
    "{name} has to []. The result is ",
    "When {name} and {friend} [], it makes ",
]
# What somebody is told to do.
TOLD: Texts = [
    ("sum", ADD, ["adds {a} and {b}", "adds {a} to {b}"]),
    ("difference", SUBTRACT, ["takes {a} and subtracts {b}", "decreases {a} by {b}"]),
    ("difference, reversed", REVERSED, ["subtracts {a} from {b}", "takes {a} away from {b}"]),
    ("product", MULTIPLY, ["multiplies {a} by {b}", "multiplies {a} and {b}"]),
    ("twice", TWICE, ["doubles {a}"]),
]
TELLERS = ["{name} ", "{name}, who is {s:small} years old, ", "In {y:year}, {name} ", "{name} of room {s:small} "]
TOLD_QUESTIONS = [". The answer is ", ". The result is ", " and gets ", ", which makes "]
# Numbers before the question that have nothing to do with it.
DISTRACTIONS = ["On page {s:small}: ", "In {y:year}, {name} asked: ", "Question {s:small}. ", "Room {s:small}. "]

# Stories: who has what, what happens, what is asked.
OPENINGS = [
    ("{name} has {a} {things}", " {things}.\n"),
    ("{name} had {a} {things}", " {things}.\n"),
    ("A farm had {a} hens", " hens.\n"),
    ("There were {a} {things} in a box", " {things}.\n"),
    ("Bus {s:small} had {a} people", " people.\n"),
    ("In {y:year}, {name} had {a} {things}", " {things}.\n"),
    ("{name}, who is {s:small} years old, has {a} {things}", " {things}.\n"),
    ("{name} has {a} {things} and {d:small} toys", " {things}.\n"),
]
EVENTS: Texts = [
    (
        "sum",
        ADD,
        ["gets {b} more", "found {b} more", "bought {b} more", "then there were {b} more"],
    ),
    ("difference", SUBTRACT, ["lost {b}", "sold {b}", "gave {b} to {friend}", "then {b} were lost"]),
    ("two steps", ("subtract", ADD, "c"), ["gets {b} more and then lost {c}", "found {b} more, then sold {c}"]),
    ("two steps", ("add", SUBTRACT, "c"), ["lost {b} and then found {c}", "sold {b}, then gets {c} more"]),
    ("two steps", ("subtract", SUBTRACT, "c"), ["lost {b} and then sold {c}"]),
    ("two steps", ("add", ADD, "c"), ["found {b} more and then bought {c} more"]),
]
QUESTIONS = ["Now there are ", "The rest is ", "The total is ", "Left over: ", "In all there are ", "Now {name} has "]
# Text, expression, group and ending.
STORIES: list[tuple[str, Expression, str, str]] = [
    ("There are {a} red and {b} blue {things}, in all ", ADD, "sum", " {things}.\n"),
    ("{name} has {a} and {friend} {b} {things}, in all ", ADD, "sum", " {things}.\n"),
    ("Room {s:small} has {a} seats, room {t:small} has {b} seats, in all ", ADD, "sum", " seats.\n"),
    ("{name} has {a} {things} and {d:small} toys and gets {b} more {things}. The {things} are ", ADD, "sum", "\n"),
    ("{name} reads {a} pages a day. In {b} days that is ", MULTIPLY, "product", " pages.\n"),
    ("{name} has {a} {things} and {friend} has twice as many, which is ", TWICE, "twice", " {things}.\n"),
    ("{a} boxes of {b} {things} and {c} more make ", ("add", MULTIPLY, "c"), "two steps", " {things}.\n"),
]
PACKAGES = [
    ("{a} rows of {b} chairs", " chairs.\n"),
    ("{a} boxes with {b} {things} each", " {things}.\n"),
    ("{a} bags of {b} {things}", " {things}.\n"),
    ("{name} packs {a} boxes of {b} {things}", " {things}.\n"),
    ("{name} has {a} boxes of {b} {things} each", " {things}.\n"),
    ("There are {a} rooms with {b} chairs in each", " chairs.\n"),
    ("{name}, who is {s:small} years old, packs {a} boxes of {b} {things}", " {things}.\n"),
    ("In {y:year}, {name} bought {a} boxes of {b} {things}", " {things}.\n"),
]
PACKAGE_QUESTIONS = [" make ", ", in all ", ", so there are ", ". The total is ", ". In all there are ", ", together "]
PRICES = [
    "A {item} costs ${a:money} and a {other} costs ${b:money}",
    "A {item} costs ${a:money}, a {other} ${b:money}",
    "{name} buys a {item} for ${a:money} and a {other} for ${b:money}",
    "The bill is ${a:money} and the tip is ${b:money}",
]
PRICE_QUESTIONS = [". Together they cost $", ". The total is $", ", so the total is $", ", together $", ". In all: $"]
UNIT_PRICES = [
    "One {item} costs ${a:money}",
    "A {item} costs ${a:money}",
    "Each {item} is ${a:money}",
    "The price of a {item} is ${a:money}",
    "{name} buys a {item} for ${a:money}",
]
UNIT_PRICE_QUESTIONS = [
    ", so {b:small} {item}s cost $",
    ", so {b:small} of them cost $",
    ". Then {b:small} {item}s cost $",
    ". The price of {b:small} of them is $",
    ". {b:small} {item}s make $",
]
MONEY: Texts = [
    (
        "money",
        ADD,
        [
            "{name} has ${a:money} and gets ${b:money} more. Now {name} has $",
            "{name} had ${a:money} and found ${b:money}. Now {name} has $",
        ],
    ),
    (
        "money",
        SUBTRACT,
        [
            "{name} had ${a:money} and spent ${b:money}. Left over: $",
            "{name} has ${a:money} and lost ${b:money}. The rest is $",
            "{name} pays with ${a:money} for a {item} of ${b:money}. The change is $",
            "A {item} of ${a:money} is ${b:money} less today, that is $",
        ],
    ),
]

HELD_OUT = [
    Template("What is the sum of {a} and {b}? ", ADD, "sum"),
    Template("Compute {a} plus {b}. The answer is ", ADD, "sum"),
    Template("Add {a} to {b}: ", ADD, "sum"),
    Template("{name} had {a} {things} and found {b} more. Now {name} has ", ADD, "sum", " {things}.\n"),
    Template("What is the difference of {a} and {b}? ", SUBTRACT, "difference"),
    Template("Start with {a} and subtract {b}. The answer is ", SUBTRACT, "difference"),
    Template("{a} minus {b} is ", SUBTRACT, "difference"),
    Template("A farm had {a} hens and lost {b}. Now it has ", SUBTRACT, "difference", " hens.\n"),
    Template("Subtract {a} from {b}: ", REVERSED, "difference, reversed"),
    Template("What is {a} less than {b}? ", REVERSED, "difference, reversed"),
    Template("If you take {a} away from {b}, you have ", REVERSED, "difference, reversed"),
    Template("What is the product of {a} and {b}? ", MULTIPLY, "product"),
    Template("Multiply {a} by {b}. The answer is ", MULTIPLY, "product"),
    Template("Compute {a} times {b}: ", MULTIPLY, "product"),
    Template("{name} packs {a} boxes of {b} {things}, in all ", MULTIPLY, "product", " {things}.\n"),
    Template("What is the double of {a}? ", TWICE, "twice"),
    Template("Compute the double of {a}: ", TWICE, "twice"),
    Template("A {item} costs ${a:money} and a {other} costs ${b:money}. Together they cost $", ADD, "money"),
    Template("{name} had ${a:money} and lost ${b:money}. Left over: $", SUBTRACT, "money"),
    Template("One {item} costs ${a:money}, so {b:small} {item}s cost $", MULTIPLY, "money"),
    Template("In {y:year}, {name} had {a} {things} and lost {b}. Left over: ", SUBTRACT, "distractor", " {things}.\n"),
    Template("{name}, who is {s:small} years old, adds {a} and {b}. The answer is ", ADD, "distractor"),
    Template("What is {a} plus {b} plus {c}? ", ("add", ADD, "c"), "two steps"),
    Template("Add {a} and {b}, then subtract {c}. The result is ", ("subtract", ADD, "c"), "two steps"),
]

# Nothing is computed here; a gate that fires is an error.
PLAIN_OPENINGS = [
    "",
    "On {day:day} {month} {year:year} ",
    "In {year:year} ",
    "Yesterday ",
    "At {hour:small}:{minute:two} ",
]
PLAIN_CLAUSES = [
    "it rained for {n} days",
    "version {n}.{s:small}.{t:small} was made",
    "call 555-{four:four} for help",
    "see page {n} of chapter {s:small}",
    "the list is {n}, {m}, {k} and {l}",
    "the numbers are {n} {m} {k}",
    "the code of box {s:small} is {n}-{two:two}-{m}",
    "bus {s:small} leaves at {hour:small}:{minute:two}",
    "{name} lives at {n} Mill Street",
    "{name} was in room {n}",
    "{name} is {s:small} years old",
    "team {s:small} won {t:small}-{u:small}",
    "room {n} is on floor {s:small}",
    "{name} was born in {year:year}",
    "a farm had {n} hens",
    "{name} has {n} {things} and {friend} has {m} toys",
    "there are {n} {things} in box {s:small}",
    "a {item} of {n} pages costs ${m}.{two:two}",
    "the answer is on page {n}",
    "the number of {name} is {n}",
    "the list of {n} {things} is on page {m}",
    "the rooms of floor {s:small} are {n} and {m}",
    "the code of {year:year} was {n}",
    "question {s:small} is about {n} {things}",
    "train {n} stops at platform {s:small}",
    "the train to {name} leaves at {hour:small}:{minute:two} from platform {s:small}",
    "flight {n} and flight {m} go to the same town",
    "the shop at {n} Long Road opens at {hour:small}",
    "{name} moved from {n} Green Street to {m} Park Road",
    "houses {n} and {m} are for sale",
    "the file has {n} lines and {m} words",
    "chapter {s:small} begins on page {n} and ends on page {m}",
    "{name} and {friend} sit in row {s:small}, seats {n} and {m}",
    "the {item} with number {n} won",
    "the keys {n}, {m} and {k} open doors on floor {s:small}",
    "the series goes {n} {m} {k} {l}",
    "box {s:small} and box {t:small} are for {name}",
    "a box has {n} {things}, another has {m}, and {name} has {s:small}",
    "{name} was here on {day:day} {month} and {friend} on {other_day:day} {month}",
    "the school has {s:small} classes and {n} chairs",
    "on {day:day} {month} it was {s:small} degrees",
    "the year {year:year} had {s:small} long months",
    "{name} ran {s:small}.{t:small} miles in {u:small} minutes",
    "the score after {s:small} games is {n} to {m}",
]
PLAIN_JOINTS = [". ", ", and ", "; "]
PLAIN_HELD_OUT = [
    "On {day:day} {month} {year:year} {name} was at 555-{four:four}.",
    "See version {n}.{s:small}.{t:small} on page {m}.",
    "The codes are {n}, {m} and {k}.",
    "Bus {s:small} and bus {t:small} leave from {n} Hill Street.",
    "{name} was born on {day:day} {month} {year:year}.",
    "Room {n} has {m} chairs and {s:small} {things}.",
    "The list of {year:year} is {n} {m} {k}.",
]

NAMES = ["Ann", "Ben", "Carl", "Dora", "Eve", "Finn", "Gina", "Hugo", "Ida", "Jack"]
THINGS = ["apples", "pens", "coins", "books", "shells", "cards", "stamps", "nuts"]
ITEMS = ["book", "pen", "coat", "bag", "ticket", "lamp", "chair"]
MONTHS = ["January", "March", "May", "June", "July", "August", "October", "November"]
