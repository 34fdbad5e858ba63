"""How prose begins that has numbers and nothing to compute: a pretrained model goes on with it.

What is unusual: only the beginnings are ours. What a model writes behind them has its own years, counts, dates, tables
and prices, so that a gate learns where numbers stand that nobody computed.
"""

import random
import re
from collections.abc import Iterator

# Each of {…} is drawn: y a year, n a count, d a decimal, p a price, t a thing, c a place, w a name, m a month.
STARTS = (
    "{c} is a town in the north of the region. At the census of {y} it had a population of",
    "The {y} season was the {n}th season of the {c} football club.",
    "{w} {w} (born {n} {m} {y}) is a former",
    "In {y}, the {t} of {c}",
    "= {w} =\n\n{w} is a {y} film directed by",
    "= = History = =\n\nThe {t} was first built in {y}",
    "The album was released on {n} {m} {y} and reached number {n}",
    "The {n}th Infantry Division was formed in {m} {y}",
    "On {m} {n}, {y}, a storm with winds of {n} miles per hour",
    "The ship was {d} metres long and had a crew of",
    "The species was described in {y}. Adults are {d} cm long",
    "Highway {n} is a road in {c}. It runs for {d} miles from",
    "The {t} covers {n} square kilometres and lies {n} metres above sea level",
    "The match ended {n}–{n}, with {w} scoring in the {n}th minute",
    "Chapter {n}\n\nIt was {y}, and {w} was",
    "Table {n}. Number of {t}s by year.\n\nYear | Number\n{y} | {n}\n{y} | {n}\n",
    "The bridge, opened in {y} at a cost of ${p}",
    "Between {y} and {y}, the number of {t}s in {c}",
    "The temperature in {c} ranges from {n} °C in {m} to",
    "The battle of {c} took place on {n} {m} {y}. The {n},000 men",
    "{w} won the election with {d}% of the vote, while",
    "The study followed {n} patients aged {n} to {n} years.",
    "Abstract. We measured the {t} in {n} samples and found a mean of {d}",
    "The novel sold {n},000 copies in its first {n} weeks",
    "According to a report from {y}, about {n}% of",
    "The station has {n} platforms and is served by {n} trains per hour",
    "The episode was watched by {d} million viewers when it aired on {m} {n}, {y}",
    "Ingredients: {n} cups of flour, {n} eggs, {n} g of butter.",
    "Day {n}: we drove {n} km to {c} and",
    "The king reigned from {y} until his death in",
    "The company was founded in {y} with {n} employees. By {y},",
    "Version {d} was released in {m} {y}. Changes:\n\n1.",
    "{n}. The first rule of the {t} is",
    "The {t} weighs {d} kg and costs ${p} in most shops",
    "She was {n} years old when, in {y}, she moved to",
    "The law of {y} (article {n}, section {n}) says that",
    "Flight {n} left {c} at {n}:{n} with {n} passengers on board",
    "The planet orbits its star every {d} days at a distance of",
    "In the {n}th century the city of {c} had",
    "The single peaked at number {n} in {c} and number",
    "The school has {n} pupils, {n} teachers and",
    "He scored {n} goals in {n} games for {c} before",
    "The river is {n} km long; its basin covers",
    "The museum holds more than {n},000 objects, among them",
    "The first {t} was sold in {y} for",
    "The earthquake of {y} had a magnitude of {d}",
    "The film cost ${n} million and earned",
    "The {t} is open from {n} am to {n} pm.",
    "Room {n} was on the {n}th floor, and",
    "Call us at 555-{y} or write to {n} {w} Street",
)
THINGS = ("castle", "library", "telescope", "bicycle", "violin", "harbour", "clock", "garden", "lamp", "church")
PLACES = ("Norham", "Velika", "Port Ellis", "Santa Rita", "Oakfield", "Brenwick", "Tarnow", "Kilmore", "Lindau")
NAMES = ("Marlow", "Anders", "Petrova", "Okafor", "Delgado", "Whitby", "Nakano", "Fischer", "Rahman", "Corbett")
MONTHS = ("January", "March", "April", "May", "June", "August", "September", "October", "December")


def prose_starts(seed: int) -> Iterator[str]:
    """An endless stream of beginnings."""
    generator = random.Random(seed)

    def drawn(kind: str) -> str:
        if kind == "y":
            return str(generator.randint(1780, 2020))
        if kind == "n":
            return str(generator.randint(1, generator.choice([12, 60, 900])))
        if kind == "d":
            return f"{generator.uniform(0.5, 90):.1f}"
        if kind == "p":
            return f"{generator.uniform(2, 400):.2f}"
        return generator.choice({"t": THINGS, "c": PLACES, "w": NAMES, "m": MONTHS}[kind])

    while True:
        yield re.sub(r"\{(\w)\}", lambda match: drawn(match[1]), generator.choice(STARTS))
