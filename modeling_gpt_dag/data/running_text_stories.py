"""Stories and ledgers: what running text of our own is composed of, in the language of `running_text_writer`.

A block is an event: what is told, and below it what is computed, a sentence a line.
"""

from typing import NamedTuple


class Event(NamedTuple):
    """What happens to the number `x`, told and computed; `y` is what it becomes."""

    told: str
    computed: str = ""


class Story(NamedTuple):
    """A number, `x`, to which things happen, one after the other."""

    name: str
    opening: Event
    events: list[Event]
    question: str


class Ledger(NamedTuple):
    """Numbers of one kind, dollars or things, each under a label, and their sum."""

    name: str
    labels: str
    subject: str
    is_money: bool = False


def _events(blocks: str) -> list[Event]:
    return [Event(*block.split("\n", 1)) for block in blocks.strip().split("\n\n")]


THING_EVENTS = _events("""
{friend} gives {name} {a:num;things} more.
MAKES() {y==x+a;things} {things}.

Then {name} [finds|gets|buys|makes] another {a:num;things}.
With the {a} new ones it is {y==x+a;things}.

[He|She] [loses|gives away|sells|breaks] {a:below x;things} of them.
MAKES() {y==x-a;things} {things}.

[He|She] gives {a:few;things} to {friend} and {b:few;things} to {third}.
[He|She|{name}] [has|keeps|is left with] {y==x-a-b;things} {things}.

{k:divisor x;friends} friends share them [equally|] and {name} gets the part of one.
[Each friend gets|{name} now has|The share of each is] {y==x/k;things} {things}.

{friend} takes {a:below x;things}.
After {friend} took {a}, [there are|{name} has] {y==x-a;things} {things} left.

[He|She] buys {n:few;box} {box} with {a:few;things/box} {things} each.
The {box} hold {s==n*a;things} {things}.
Together with the others there are {y==x+s;things} {things}.

{n:few;friends} friends bring {a:few;things} {things} each.
[The friends bring|The {n} friends bring] {s==n*a;things} {things}.
In total that is {y==x+s;things}.

[He|She] gets {n:few;box} {box} of {a:few;things/box} more.
SO() {name} has {y==x+n*a;things} {things}.

[He|She] gives {a:few;things} to each of {n:few;friends} friends.
{name} gives away {s==[n*a|a*n];things} {things}.
There are {y==x-s;things} left.

[He|She] gives half of them to {friend}.
{friend} gets {s==HALF(x);things} {things}.
{name} [still has|keeps] {y==x-s;things}.

Half of them are lost.
Half of [them is|the {things} is] {y==HALF(x);things}, so [many|{y}] are left.

The number of {things} doubles.
MAKES() {y==[x*2|2*x|x+x];things} {things}.

In a year [he|she] has {n:few} times as many.
[{n} times as many is|After a year {name} has] {y==[x*n|n*x];things}.

{p:percent}% of them are [broken|sold|lost].
{p}% of them[| is|, or] {s==OF(p,x);things} {things}.
The rest is {y==x-s;things} {things}.

The number grows by {p:percent}%.
It grows by {s==OF(p,x);things} {things}.
The new number is {y==x+s;things}.

They are put in {k:divisor x;box} {box}, and {name} keeps one of those.
[Each of the {box} has|In each of them are] {y==x/k;things/box} {things}.

1/{k:divisor x} of them are {color}, and those are given away.
{s==ONE_OF(k,x);things} {things} are {color}.
The others are {y==x-s;things}.

{m:few}/{k:divisor x} of the {things} were left.
[There were|What was left is] {y==PART(m,k,x);things}.
""")
MONEY_EVENTS = _events("""
[He|She] earns {a:dollars} more.
[Now {name} has|With the {a} that is|That makes|The new total is] {y==x+a}.

[He|She] [spends|pays] {a:below x} on a {item}.
[After the {item}|Then|So] {name} has {y==x-a} left.

A {item} costs {a:money} and {name} buys one.
The {item} leaves [him|her|{name}] with [|only ]{y==x-a}.

[He|She] buys {n:few;other} {other}s for {p:money;/other} each.
The {other}s cost {s==[n*p|p*n]}.
[That leaves|So there is|{name} has] {y==x-s}[| left].

[He|She] works {n:few;hours} hours for {a:dollars;/hour} an hour.
The work brings {s==[n*a|a*n]}.
{name} now has {y==x+s}.

[He|She] puts {p:percent}% of it in the bank.
{p}% of [it|{x}] is {s==OF(p,x)}.
[What is left is|So {name} keeps] {y==x-s}.

There is a tax of {p:percent}%.
The tax is {s==OF(p,x)}.
With the tax [it is|this makes] {y==x+s}.

There is a discount of {p:percent}%.
The discount is {s==OF(p,x)}, so the price is {y==x-s}.

[He|She] doubles it.
[Twice|Double] that is {y==[x*2|2*x|x+x]}.

This goes on for {n:few;weeks} weeks.
In {n} weeks that is {y==[x*n|n*x]}.

[He|She] shares it with {k:divisor x;people} people in equal parts.
Everybody gets {y==x/k}[|, that is {y}].

Half of it goes to {friend}.
{friend} gets {s==HALF(x)}.
{name} has {y==x-s} then.

1/{k:divisor x} of the money is spent on food.
The food costs {s==ONE_OF(k,x)}.
The rest is {y==x-s}.
""")
PEOPLE_EVENTS = _events("""
{a:num;people} people get on.
[After that|Then] there are {y==x+a;people} people [on board|in it].

{a:below x;people} get off.
[When {a} get off|Then], {y==x-a;people} [remain|are left].

At the next stop {a:below x;people} get off and {b:num;people} get on.
At the stop the number [becomes|is] {y==x-a+b;people}.

{n:few;groups} groups of {a:few;people} come.
The groups are {s==n*a;people} people.
That makes {y==x+s;people} people[| in all].

{n:few} times as many people come later.
Later {y==[n*x|x*n];people} people [came|come].

1/{k:divisor x} of them are children; the others leave.
[There are|That is] {y==ONE_OF(k,x);people} children[|, so {y} stay].

{p:percent}% leave.
{s==OF(p,x);people} people leave.
{y==x-s;people} stay.

They split into {k:divisor x;teams} teams, and one team stays.
A team has {y==x/k;people} people[|, so {y}].
""")
TIME_EVENTS = _events("""
The next part takes {a:num;minutes} minutes longer.
The next part takes {y==x+a;minutes} minutes.

The way back takes {a:below x;minutes} minutes less.
[Back|On the way back] it takes {y==x-a;minutes}.

{name} does this {n:few;days} days in a row.
In {n} days it is {y==[x*n|n*x];minutes} minutes.

It takes twice as long in the rain.
In the rain it takes {y==[2*x|x*2];minutes} minutes.

{friend} needs half of that time.
{friend} needs {y==HALF(x);minutes} minutes.

There are {n:few;breaks} breaks of {a:few;minutes} minutes.
The breaks are {s==n*a;minutes} minutes.
With them it is {y==x+s;minutes} minutes.

How many seconds is that?
A minute has 60 seconds, so it is {y==[x*60|60*x]} seconds.

This is done every day of the week.
[A week has 7 days, so that is|In a week:] {y==[7*x|x*7];minutes}.
""")
STORIES = [
    Story(
        "things",
        Event("{name} [has|had|owns|collects] {x:num;things} {things}.", ""),
        THING_EVENTS,
        "How many {things} [are there in the end|does {name} have now|are left]?",
    ),
    Story(
        "shop",
        Event(
            "A [shop|store|farm|bakery] [has|starts with|gets] {b:few;box} {box} of {c:few;things/box} {things}.",
            "[There are|It has|The shop starts with] {x==[b*c|c*b];things} {things}[| at first].",
        ),
        THING_EVENTS,
        "[What is the number of {things} at the end|How many {things} remain]?",
    ),
    Story(
        "money",
        Event("{name} has {x:dollars}.", ""),
        MONEY_EVENTS,
        "How much [is that|does {name} have|money is it] [at the end|now]?",
    ),
    Story(
        "wages",
        Event(
            "{name} earns {b:dollars;/hour} an hour and works {c:few;hours} hours.",
            "[{name} earns|The pay is|For {c} hours the pay is] {x==[b*c|c*b]}.",
        ),
        MONEY_EVENTS,
        "How much is [it|left|that in the end]?",
    ),
    Story(
        "prices",
        Event(
            "A {item} costs {b:money} and a {other} costs {c:money}.",
            "[Both|The {item} and the {other}] cost {x==b+c}.",
        ),
        MONEY_EVENTS,
        "What [is the amount|does it come to]?",
    ),
    Story(
        "people",
        Event("A [bus|train|ship|hall] has {x:num;people} people in it.", ""),
        PEOPLE_EVENTS,
        "How many people are [on board|there] at the end?",
    ),
    Story(
        "school",
        Event(
            "A school has {b:few;classes} classes of {c:small;people} children.",
            "The school has {x==[b*c|c*b];people} children.",
        ),
        PEOPLE_EVENTS,
        "How many people is that?",
    ),
    Story(
        "time",
        Event("{name} [walks|reads|swims|cooks] for {x:num;minutes} minutes.", ""),
        TIME_EVENTS,
        "How long does it take [in all|at last]?",
    ),
    Story(
        "trip",
        Event(
            "{name} needs {b:few;hours} hours and {c:small;minutes} minutes.",
            "[In minutes|That is] {s==[b*60|60*b];minutes} [|minutes ]for the hours.\n"
            "The trip takes {x==s+c;minutes} minutes.",
        ),
        TIME_EVENTS,
        "How long is that?",
    ),
]

# label: where it stands in a sentence. money: whether dollars are counted instead of things.
LEDGERS = [
    Ledger("days", "Monday Tuesday Wednesday Thursday Friday Saturday", "On {label} {name} [sells|picks|counts]"),
    Ledger("people", "Amir Bea Cleo Dan Edda Fritz", "{label} [has|had|finds]"),
    Ledger("colors", "red blue green yellow white black", "In the {label} box there are"),
    Ledger("months", "January March April June August October", "In {label} {name} makes", is_money=True),
    Ledger("rooms", "kitchen hall attic cellar garage porch", "In the {label} [there are|lie]"),
    Ledger("costs", "food rent fuel clothes books gifts", "The cost of {label} is", is_money=True),
    Ledger("shops", "first second third fourth fifth", "The {label} shop has"),
    Ledger("teams", "Hawks Lions Bears Foxes Wolves", "The {label} get", is_money=True),
]
# An entry `y` of a ledger; `x` is the entry before it, with the label {before}.
ENTRIES = _events("""
{subject} {y:entry}{unit}.

{subject} {y:entry}{unit}.
{subject} {y}{unit}.

{subject} {a:entry}, but {b:below a} less later.
{subject} {y==a-b;unit}{unit}.

{subject} {n:few;box} times {a:entry}{unit}.
{subject} {y==[n*a|a*n];unit}{unit}.

{subject} {n:few;box} {box} of {a:entry}{unit}.
{subject} {y==[n*a|a*n];unit}{unit}.

{subject} {a:entry} and then {b:entry}{unit}.
{subject} {y==[a+b|a+b|b+a];unit}{unit}.

{subject} {b:entry} more than {before}.
[{subject}|That is {b} more than {before}:] {y==[x+b|x+b|b+x];unit}{unit}.

{subject} {b:below x;unit} [less|fewer] than {before}.
{subject} {y==x-b;unit}{unit}.

{subject} twice as much as {before}.
{subject} {y==[x*2|2*x|x+x];unit}{unit}.

{subject} {n:few} times as much as {before}.
{subject} {y==[x*n|n*x];unit}{unit}.

{subject} half as much as {before}.
{subject} [half of {x}, which is |]{y==HALF(x);unit}{unit}.

{subject} a [third|3rd] of {before}.
{subject} {y==x/3;unit}{unit}.

{subject} a [quarter|fourth] of {before}.
{subject} {y==[x/4|x/4|1/4*x~x/4];unit}{unit}.

{before} is {k:divisor x} times as much as {label}.
{subject} {y==x/k;unit}{unit}.

{subject} one part of {a:multiple k}{unit} in {k:few;parts} parts.
{subject} {y==a/k;unit}{unit}.

{subject} what is left of {a:above x}, without {before}.
{subject} {y==a-x;unit}{unit}.

{subject} {a:large}, but {b:below a} are lost.
{subject} {y==a-b;unit}{unit}.

{subject} {m:few}/{k:divisor x} of {before}.
{subject} [{m}/{k} of that, or |]{y==PART(m,k,x);unit}{unit}.

{subject} 1/{k:divisor x} of {before}.
{subject} {y==ONE_OF(k,x);unit}{unit}.

{subject} {p:percent}% of {before}.
{subject} [{p}% of {x}, or |]{y==OF(p,x);unit}{unit}.

{subject} {p:percent}% more than {before}.
That is {s==OF(p,x);unit} more than {before}.
{subject} {y==x+s;unit}{unit}.

{subject} {b:few} more than twice as much as {before}.
Twice as much is {s==[2*x|x*2];unit}.
{subject} {y==s+b;unit}{unit}.

{subject} {b:few} more than {n:few} times {before}.
{subject} {y==[n*x+b|b+n*x|(n*x)+b|x*n+b];unit}{unit}.
""")
TOTAL = (
    "[In total|Altogether|All of them|Together|The total|In all][:| that is| it is| is| makes] {x==SUM;unit}{unit}."
)
# What is asked of the sum `x` of a ledger.
TOTALS = _events("""
How much is that [in all|together]?

What is the [total|sum]?

How much is that in {n:few;weeks} such weeks?
In {n} weeks it is {y==[x*n|n*x];unit}.

How many more would make {a:above x}?
[{name} needs|Still missing are] {y==a-x;unit}{unit}.

How much is that without {a:below x;unit}?
Without {a} it is {y==x-a;unit}[|{unit}].

How much is it for each of {k:divisor x;people} people?
Each gets {y==x/k;unit}{unit}.

What is {p:percent}% of all?
{p}% of {x} is {y==OF(p,x);unit}.

What if all doubled?
Doubled it would be {y==[x*2|2*x|x+x];unit}.
""")
