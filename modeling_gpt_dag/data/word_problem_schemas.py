"""Schemas of word problems of our own: facts, and questions about any of their numbers.

What is unusual: a schema is a few numbers and what relates them. Each of them can be what is asked for, so the same
facts come with several questions, and a fact that is not needed stays in the text as a number that does not matter.

A block is a schema, in the language of `running_text_writer`: its name and the kinds of its numbers; "a. ..." tells
the number a, "a! ..." does so and is told in any case, "a~ ..." stands there where a is asked for; "+ ..." is a fact
about something else; "a = b-c? ..." asks for a number, and says what computes it.
"""

import re
from typing import NamedTuple


class Asked(NamedTuple):
    """number: its letter. formula: what computes it, over the other letters. text: the question."""

    number: str
    formula: str
    text: str


class Schema(NamedTuple):
    """kinds: fields that say what the numbers are. facts: of each number, in their order; vague: the same where the
    number is asked for. needed: numbers without which the others cannot be understood. others: facts about other
    things, which do not matter.
    """

    name: str
    kinds: str
    facts: dict[str, str]
    vague: dict[str, str]
    needed: set[str]
    others: list[str]
    questions: list[Asked]


FACT = re.compile(r"(?P<number>[a-z])(?P<kind>[.!~]) (?P<text>.*)")
QUESTION = re.compile(r"(?P<number>[a-z]) = (?P<formula>[^?]*)\? (?P<text>.*)")


def parsed(blocks: str) -> list[Schema]:
    schemas = []
    for block in blocks.strip().split("\n\n"):
        head, *lines = block.split("\n")
        name, _, kinds = head.partition("; ")
        schema = Schema(name, kinds, {}, {}, set(), [], [])
        for line in lines:
            if line.startswith("+ "):
                schema.others.append(line[2:])
            elif (fact := FACT.fullmatch(line)) is not None:
                (schema.vague if fact["kind"] == "~" else schema.facts)[fact["number"]] = fact["text"]
                schema.needed.update(fact["number"] if fact["kind"] == "!" else "")
            else:
                question = QUESTION.fullmatch(line)
                assert question is not None, line
                schema.questions.append(Asked(question["number"], question["formula"], question["text"]))
        schemas.append(schema)
    return schemas


# Something is changed: before, the change, after.
CHANGES = """
a gift; {s:num}{g:num}{e=s+g}
s. {name} [had|started with|owned] {s} {things}[| at first].
g. [{friend} gave {name} {g} more {things}|Then {name} got {g} more {things} from {friend}].
g~ [{friend} gave {name} some more {things}|Then {name} got a few more from {friend}].
e. [Now {name} has|In the end {name} has|That makes] {e} {things}.
s = e-g? How many {things} did {name} have [at first|before that|in the beginning]?
g = e-s? How many {things} did {friend} give [to {name}|away]?
e = s+g? How many {things} does {name} have [now|in the end|altogether]?
+ {third} has {x:num} {things}.

a loss; {s:large}{g:below s}{e=s-g}
s. [There were {s} {things} in the {box}|{name} had {s} {things}].
g. [{g} of them [were lost|broke|were taken away]|{name} [lost|gave away|used|threw away] {g} {things}].
g~ [Some of them [were lost|broke|were taken away]|{name} [lost|gave away|used] some {things}].
e. [There are {e} {things} left|{e} {things} [are left|remain]|Now there are {e} {things}].
s = e+g? How many {things} were there [at first|before|in the beginning]?
g = s-e? How many {things} [were lost|are gone|did {name} lose]?
e = s-g? How many {things} are [left|still there|there now]?
+ {friend} lost {x:num} {things} [last week|the day before], too.

a trip to the shop; {s:dollars}{g:below s}{e=s-g}
s. {name} [had|took|went to the shop with] {s}.
g. [{name} spent {g} on {item}s|[He|She] bought a {item} for {g}|A {item} cost {g}].
g~ [{name} spent some money on {item}s|[He|She] bought a {item}].
e. [Now {name} has {e} left|{e} [were|was] left|{name} came home with {e}].
s = e+g? How much money did {name} have [at first|before|to begin with]?
g = s-e? How much [did {name} spend|did the {item} cost|money was spent]?
e = s-g? How much money [is left|does {name} have now|does {name} have left]?
+ The {other} costs {x:dollars}.
+ {friend} spent {x:dollars} in the same shop.

a bus; {s:num}{g:num}{h:below s}{e=s+g-h}
s. There were {s} people on a bus.
s~ There were some people on a bus.
h. At the [stop|station] {h} people got off.
g. [Then|There] {g} [others|people] got on.
e. Now there are {e} people on the bus.
s = e+h-g? How many people were on the bus before the [stop|station]?
g = e+h-s? How many people got on?
h = s+g-e? How many people got off?
e = s+g-h? How many people are on the bus now?
+ The bus has {x:large} seats.

a shelf; {s:num}{g:num}{h:num}{e=s+g+h}
s. [A library shelf held {s} books|There were {s} books on a shelf].
s~ [A library shelf held some books|There were some books on a shelf].
g. On Monday {g} books were added.
g~ On Monday some books were added.
h. On Tuesday {h} more were added.
h~ On Tuesday some more were added.
e. [Then|Now] the shelf [had|held] {e} books.
s = e-g-h? How many books were on the shelf [before Monday|at first]?
g = e-s-h? How many books were added on Monday?
h = e-s-g? How many books were added on Tuesday?
e = s+g+h? How many books are on the shelf now?
d = g+h? How many books were added [altogether|in the two days]?
+ There are {x:few} shelves in the room.

a savings box; {s:dollars}{g:dollars}{h:dollars}{e=s+g-h}
s. {name} had saved {s}.
s~ {name} had saved some money.
g. [For a birthday|Last week] {name} got {g} [more|from {friend}].
h. Then {name} [bought|paid for] a {item} for {h}.
e. Now there [is|are] {e} in the savings box.
s = e+h-g? How much had {name} saved at first?
g = e+h-s? How much money did {name} get?
h = s+g-e? How much did the {item} cost?
e = s+g-h? How much money does {name} have now?
+ A new {other} would cost {x:dollars}.

growing; {s:num}{g:num}{e=s+g}
s. [A tree was {s} cm tall|The plant was {s} cm high].
s~ [A tree|A plant] was measured.
g. [It grew {g} cm|In the spring it grew by {g} cm].
g~ It grew [in the spring|for a year].
e. Now it is {e} cm [tall|high].
s = e-g? How [tall|high] was it [before|at first], in cm?
g = e-s? By how many cm did it grow?
e = s+g? How [tall|high] is it now, in cm?
+ The [fence|wall] beside it is {x:num} cm high.

a battery; {s:hundreds}{g:below s}{e=s-g}
s. The tank [holds|held] {s} liters of water[| in the morning].
g. [{g} liters were used|{name} took {g} liters] [during the day|for the garden].
g~ Some water was used for the garden.
e. [In the evening|Then] {e} liters were left.
s = e+g? How many liters were in the tank in the morning?
g = s-e? How many liters of water were used?
e = s-g? How many liters are left?
+ The garden has {x:small} rows of {things}.

temperature; {s:small}{g:below s}{e=s-g}
s. At noon it was {s} degrees.
s~ At noon it was warm.
g. By evening it had become {g} degrees colder.
g~ By evening it had become colder.
e. In the evening it was {e} degrees.
s = e+g? How warm was it at noon?
g = s-e? By how many degrees did it become colder?
e = s-g? What was the temperature in the evening?
+ Yesterday it was {x:small} degrees at noon.

two days of selling; {s:large}{g:below s}{h:below s}{e=s-g-h}
s. {name} brought {s} {things} to the market.
s~ {name} brought {things} to the market.
g. [On the first day|In the morning] {g} of them were sold.
h. [On the second day|In the afternoon] {h} [more |]were sold.
e. {e} {things} were not sold.
s = e+g+h? How many {things} [did {name} bring|were there] [in the beginning|at first]?
g = s-e-h? How many were sold [on the first day|in the morning]?
h = s-e-g? How many were sold [on the second day|in the afternoon]?
e = s-g-h? How many {things} are left?
d = g+h? How many {things} were sold [in all|altogether]?
+ Each costs {x:money}.

"""

# Two or three numbers beside each other.
COMPARISONS = """
more than a friend; {a:num}{d:num}{b=a+d}
a. {name} has {a} {things}.
d. {friend} has {d} more {things} than {name}.
b. {friend} has {b} {things}.
a = b-d? How many {things} does {name} have?
d = b-a? How many more {things} does {friend} have than {name}?
b = a+d? How many {things} does {friend} have?
+ {third} has {x:num} {things}.
+ {third} has {x:few} more {things} than last year.

fewer than a friend; {a:large}{d:below a}{b=a-d}
a. {name} [found|collected|picked] {a} {things}.
d. {friend} [found|collected|picked] {d} fewer than {name}.
b. {friend} [found|collected|picked] {b} {things}.
a = b+d? How many {things} did {name} get?
d = a-b? How many fewer did {friend} get than {name}?
b = a-d? How many {things} did {friend} get?
t = a+b? How many {things} did they get together?
+ {third} got {x:num} {things}.

both together; {a:num}{b:num}{t=a+b}
a. {name} has {a} {things}.
b. {friend} has {b} {things}.
t. [Together|Between them] they have {t} {things}.
a = t-b? How many {things} does {name} have?
b = t-a? How many {things} does {friend} have?
t = a+b? How many {things} do [they|the two] have [together|in all|altogether]?
+ {third} has {x:num} {things}, too.

three of them; {a:num}{b:num}{c:num}{t=a+b+c}
a. {name} has {a} {things}.
b. {friend} has {b}.
c. {third} has {c}.
t. Together the three have {t} {things}.
a = t-b-c? How many {things} does {name} have?
c = t-a-b? How many {things} does {third} have?
t = a+b+c? How many {things} do the three have [together|altogether]?
d = a+b? How many {things} do {name} and {friend} have together?
f = b+c? How many {things} do {friend} and {third} have together?

two colors; {a:num}{b:num}{t=a+b}
a. [There are {a} red {things} in the {box}|The {box} hold {a} red {things}].
b. [There are {b} blue ones|{b} blue {things} are there, too].
t. There are {t} {things} in all.
a = t-b? How many {things} are red?
b = t-a? How many {things} are blue?
t = a+b? How many {things} are there [in all|altogether]?
+ There are {x:num} green {item}s.

three colors; {a:large}{b:below a}{c:below b}
a. There are {a} red {things}.
b. There are {b} blue {things}.
c. There are {c} green {things}.
t = a+b+c? How many {things} are there in all?
d = a-b? How many more red than blue {things} are there?
f = b-c? How many fewer green than blue {things} are there?
g = a-c? How many more red than green {things} are there?
h = a+c? How many {things} are red or green?
k = b+c? How many {things} are not red?

heights; {a:large}{d:below a}{b=a-d}
a. {name} is {a} cm tall.
d. {friend} is {d} cm shorter.
b. {friend} is {b} cm tall.
a = b+d? How tall is {name}, in cm?
d = a-b? How many cm taller is {name} than {friend}?
b = a-d? How tall is {friend}, in cm?
+ The door is {x:num} cm high.

ages; {a:small}{d:few}{b=a+d}
a. {name} is {a} years old.
d. {friend} is {d} years older than {name}.
b. {friend} is {b} years old.
a = b-d? How old is {name}?
d = b-a? How many years older is {friend}?
b = a+d? How old is {friend}?
t = a+b? How old are they together?
+ {third} is {x:small} years old.
+ They have known each other for {x:few} years.

prices beside each other; {a:dollars}{b:below a}
a. A {item} costs {a}.
b. A {other} costs {b}.
t = a+b? How much do the {item} and the {other} cost together?
d = a-b? How much more does the {item} cost than the {other}?
+ {name} has {x:dollars}.

points in two games; {a:num}{b:num}{c:num}{d:num}
a. {name} scored {a} points in the first game.
b. {name} scored {b} points in the second.
c. {friend} scored {c} points in the first game.
d. {friend} scored {d} in the second.
t = a+b? How many points did {name} score in all?
u = c+d? How many points did {friend} score altogether?
v = a+c? How many points did the two score in the first game?
w = b+d? How many points did the two score in the second game?

short of a goal; {a:large}{b:below a}{d=a-b}
a! {name} [wants|needs] {a} {things}.
a~ {name} collects {things}.
b. [He|She] has {b} {things}[| already].
d. [He|She] still needs {d}.
a = b+d? How many {things} does {name} want?
b = a-d? How many {things} does {name} have?
d = a-b? How many more {things} does {name} need?
+ {friend} has {x:num} {things}.

girls and boys; {a:num}{b:num}{t=a+b}
a. There are {a} girls in the [school|club|choir].
b. There are {b} boys.
t. The [school|club|choir] has {t} children.
a = t-b? How many girls are there?
b = t-a? How many boys are there?
t = a+b? How many children are there?
+ There are {x:few} teachers.

distance left; {a:large}{b:below a}{d=a-b}
a. It is {a} km from {name}'s home to the [sea|lake|city].
a~ {name} drives to the [sea|lake|city].
b. {name} has [driven|gone] {b} km[| so far].
d. There are {d} km to go.
a = b+d? How many km is it to the [sea|lake|city]?
b = a-d? How many km has {name} gone?
d = a-b? How many km are left?
+ {friend} has driven {x:num} km today.

"""

# Groups of the same size.
GROUPS = """
full boxes; {n:few}{m:num}{t=n*m}
n. {name} has {n} {box}.
m. There are {m} {things} in each.
m~ Each holds the same number of {things}.
t. There are {t} {things} in all.
n~ {name} has some {box} of {things}.
n = t/m? How many {box} does {name} have?
m = t/n? How many {things} are in each?
t = n*m? How many {things} [are there|does {name} have] [in all|altogether]?
+ {friend} has {x:few} {box}.

shared out; {n:few}{m:num}{t=n*m}
t! {name} has {t} {things}.
t~ {name} has some {things}.
n. [He|She] [shares them equally among|gives the same number to each of] {n} children.
m. Each child gets {m} {things}.
t = n*m? How many {things} does {name} have?
n = t/m? How many children are there?
m = t/n? How many {things} does each child get?
+ {friend} has {x:num} {things}.

packed; {n:small}{m:few}{t=n*m}
t! {name} packs {t} {things}.
t~ {name} packs {things}.
m. {m} {things} go into each [box|bag].
n. [He|She] needs {n} [boxes|bags].
t = n*m? How many {things} are packed?
m = t/n? How many {things} go into each?
n = t/m? How many [boxes|bags] are needed?
+ A [box|bag] costs {x:money}.

rows of chairs; {n:small}{m:small}{t=n*m}
n. There are {n} rows of chairs[| in a hall].
n~ There are rows of chairs in a hall.
m. [Each row has|In every row there are] {m} chairs.
t. There are {t} chairs in the hall.
n = t/m? How many rows of chairs are there?
m = t/n? How many chairs are in a row?
t = n*m? How many chairs are there?
+ {x:num} people came.

the price of several; {n:few}{p:money}{t=n*p}
n! {name} [buys|bought] {n} {item}s.
n~ {name} [buys|bought] some {item}s.
p. [Each|One {item}|A {item}] costs {p}.
t. [He|She] paid {t}[| for the {item}s].
n = t/p? How many {item}s did {name} buy?
p = t/n? How much does one {item} cost?
t = n*p? How much [did|does] {name} pay for the {item}s?
+ A {other} costs {x:money}.
+ {name} has {x:dollars}.

wages; {n:few}{p:dollars}{t=n*p}
n! {name} works {n} hours.
n~ {name} works by the hour.
p. [He|She] gets {p} an hour.
t. [He|She] earns {t}.
n = t/p? How many hours does {name} work?
p = t/n? How much does {name} get for an hour?
t = n*p? How much does {name} earn?
+ {friend} gets {x:dollars} an hour.

pages a day; {n:few}{m:num}{t=n*m}
t. A book has {t} pages.
t~ {name} reads a book.
m. {name} reads {m} pages a day.
n. [He|She] needs {n} days.
t = n*m? How many pages does the book have?
m = t/n? How many pages does {name} read a day?
n = t/m? How many days does {name} need [for the book|to finish it]?
+ The book cost {x:money}.
+ {friend} reads {x:num} pages a day.

speed; {n:few}{m:num}{t=n*m}
m! A [train|car|ship] goes {m} km an hour.
m~ A [train|car|ship] goes at the same speed all day.
n. It is on its way for {n} hours.
t. It goes {t} km.
m = t/n? How many km does it go in an hour?
n = t/m? How many hours does it take?
t = n*m? How many km does it go?
+ There are {x:num} people on board.

weights; {n:few}{m:num}{t=n*m}
n. There are {n} bags of [flour|rice|sand].
m. Each bag weighs {m} kg.
t. The bags weigh {t} kg together.
n = t/m? How many bags are there?
m = t/n? How much does one bag weigh, in kg?
t = n*m? How much do the bags weigh together, in kg?
+ The truck weighs {x:large} kg.

times as many; {k:few}{a:num}{b=k*a}
a. {name} has {a} {things}.
k. {friend} has {k} times as many[| as {name}].
b. {friend} has {b} {things}.
a = b/k? How many {things} does {name} have?
k = b/a? How many times as many {things} as {name} does {friend} have?
b = k*a? How many {things} does {friend} have?
t = a+k*a? How many {things} do they have together?
d = k*a-a? How many more {things} does {friend} have than {name}?
+ {third} has {x:num} {things}.

twice as many; {a:num}{b=2*a}
a. {name} [has|found] {a} {things}.
b. {friend} has {b}, twice as many.
b = 2*a? How many {things} does {friend} have if it is twice as many?
d = a/2? How many {things} would half of them be?
t = a+2*a? How many do they have together if {friend} has twice as many?

teams; {n:few}{m:few}{t=n*m}
t. There are {t} children.
t~ Some children play.
m. They form teams of {m}.
n. There are {n} teams.
t = n*m? How many children are there?
m = t/n? How many children are in a team?
n = t/m? How many teams are there?
+ They play for {x:small} minutes.

legs and wheels; {n:few}{m:few}{a=4*n}
n. There are {n} horses [in the field|on the farm].
m. There are {m} [ducks|hens].
a = 4*n? A horse has 4 legs. How many legs do the horses have?
b = 2*m? A bird has 2 legs. How many legs do the birds have?
t = n+m? How many animals are there?
d = 4*n+2*m? The birds have 2 legs each, the others 4. How many legs are there?

seconds and days; {n:few}
n. [It took|{name} waited] {n} hours.
a = n*60? An hour has 60 minutes. How many minutes is that?

weeks; {n:few}
n. {name} stays for {n} weeks.
a = n*7? A week has 7 days. How many days is that?
+ It is {x:num} km away.

cents; {n:few}{a=n*100}
n. {name} has {n} dollars.
a = n*100? A dollar has 100 cents. How many cents is that?

meters; {n:small}
n. The [rope|wire] is {n} meters long.
a = n*100? A meter has 100 cm. How many cm is that?

a rectangle; {a:small}{b:small}{t=a*b}
a. A [garden|room|field] is {a} m long.
a~ A [garden|room|field] is measured.
b. It is {b} m wide.
t. Its area is {t} square meters.
a = t/b? How long is it, in m?
b = t/a? How wide is it, in m?
t = a*b? What is its area, in square meters?
u = 2*a+2*b? What is the length of the fence around it, in m?

dozens; {n:few}
n. {name} buys {n} cartons with 12 eggs each.
a = n*12? How many eggs are that?
+ A carton costs {x:money}.

"""

# Several steps.
STEPS = """
boxes and some more; {n:few}{m:few}{g:num}{t=n*m}{e=t+g}
n! {name} has {n} {box}.
m. Each of them holds {m} {things}.
g. [Besides|Outside of the {box}] there are {g} {things} more.
e. There are {e} {things} altogether.
e = n*m+g? How many {things} are there altogether?
g = e-n*m? How many {things} are outside of the {box}?
t = n*m? How many {things} are in the {box}?
+ {friend} has {x:num} {things}.

boxes and some are taken; {n:few}{m:few}{t=n*m}{g:below t}{e=t-g}
n! {name} has {n} {box}.
m. Each of them holds {m} {things}.
g. {friend} takes {g} {things}.
e. Then there are {e} {things}.
e = n*m-g? How many {things} are left?
g = n*m-e? How many {things} does {friend} take?

two kinds bought; {n:few}{p:dollars}{k:few}{q:dollars}
n! {name} buys {n} {item}s.
p. A {item} costs {p}.
k. [He|She] buys {k} {other}s, too.
q. A {other} costs {q}.
t = n*p+k*q? How much does {name} pay in all?
a = n*p? How much do the {item}s cost?
b = k*q? How much do the {other}s cost?
c = n+k? How many things does {name} buy?

change; {n:few}{p:dollars}{t=n*p}{s:above t}{e=s-t}
n! {name} buys {n} {item}s.
p. One costs {p}.
s. [He|She] pays with {s}.
e. [He|She] gets {e} back.
e = s-n*p? How much does {name} get back?
s = n*p+e? How much did {name} pay with?
t = n*p? How much do the {item}s cost?

sharing with more; {n:few}{m:few}{t=n*m}{a:below t}{b=t-a}
a. {name} has {a} {things}.
b. {friend} has {b} {things}.
n. They put them together and share them among {n} children.
m. Each gets {m}.
m = (a+b)/n? How many {things} does each child get?
t = a+b? How many {things} are shared?
a = n*m-b? How many {things} did {name} have?

what is left is shared; {n:few}{m:few}{t=n*m}{g:num}{s=t+g}
s! {name} had {s} {things}.
s~ {name} had some {things}.
g! [He|She] gave {g} of them away[| on the way].
n. The others were shared by {n} friends.
m. Each friend got {m}.
m = (s-g)/n? How many did each friend get?
r = s-g? How many {things} were there to share?
s = n*m+g? How many {things} did {name} have at first?

a remainder; {n:few}{m:few}{r:below n}{t=n*m+r}
t! {name} has {t} {things}.
n. [He|She] puts them into {box} of {n}.
m. {m} {box} become full.
r = t-n*m? How many {things} are left over?
+ {friend} has {x:few} {box}.

two workers; {a:num}{b:num}{n:few}{t=a+b}{u=t*n}
a. {name} makes {a} {things} a day.
b. {friend} makes {b} {things} a day.
n. They work for {n} days.
t = a+b? How many {things} do they make in one day?
u = (a+b)*n? How many {things} do they make in all?
v = a*n? How many {things} does {name} make?
w = b*n? How many {things} does {friend} make?

more each, and together; {a:num}{d:few}{b=a+d}
a. {name} read {a} pages.
d. {friend} read {d} pages more.
t = a+a+d? How many pages did they read together?
b = a+d? How many pages did {friend} read?

a third person; {a:num}{d:num}{b=a+d}{f:below b}
a. {name} has {a} {things}.
d. {friend} has {d} more than {name}.
f. {third} has {f} fewer than {friend}.
c = a+d-f? How many {things} does {third} have?
b = a+d? How many {things} does {friend} have?

days of different work; {a:num}{b:num}{n:few}{k:few}
a! On weekdays {name} runs {a} minutes a day.
n. There were {n} weekdays.
b. On weekends [he|she] runs {b} minutes a day.
k. There were {k} days at weekends.
t = a*n+b*k? How many minutes did {name} run in all?
u = a*n? How many minutes did {name} run on weekdays?
v = b*k? How many minutes did {name} run on weekends?

a discount; {p:hundreds}{q:percent}
p. A {item} costs ${p}.
q. There is {q}% off.
d = p*q/100? How many dollars are taken off?
e = p-p*q/100? How much does the {item} cost now?
+ A {other} costs {x:dollars}.

per cent of things; {n:hundreds}{q:percent}
n. There are {n} people in the hall.
q. {q}% of them are children.
a = n*q/100? How many children are there?
b = n-n*q/100? How many are not children?

half of them; {n:even}{g:few}
n. {name} has {n} {things}.
g. [He|She] gives half of them to {friend} and then finds {g}.
h = n/2? How many {things} does {friend} get?
e = n/2+g? How many {things} does {name} have then?

an average; {a:num}{b:num}{s=a+b}
a. In the first week {name} sold {a} {things}.
b. In the second week {name} sold {b}.
t = a+b? How many {things} did {name} sell in the two weeks?
d = b-a? How many more did [he|she] sell in the second week, if it was more?

how long it lasts; {n:few}{m:few}{t=n*m}
t. {name} has {t} kg of food for the animals.
m. They eat {m} kg a day.
n = t/m? For how many days does it last?
w = m*7? How many kg do they eat in a week of 7 days?
+ There are {x:few} animals.

earning and spending; {n:few}{p:dollars}{t=n*p}{g:below t}
n! {name} works for {n} days.
p. [He|She] gets {p} a day.
g. [He|She] spends {g} of it.
e = n*p-g? How much does {name} keep?
t = n*p? How much does {name} earn?

missing money; {n:few}{p:dollars}{t=n*p}{s:below t}
n! {name} wants to buy {n} {item}s.
p. A {item} costs {p}.
s. [He|She] has {s}.
e = n*p-s? How much more money does {name} need?
t = n*p? How much do the {item}s cost?

there and back; {a:num}{n:few}
a. It is {a} km to the school.
n. {name} goes there and back on {n} days.
d = 2*a? How many km does {name} go on one day?
t = 2*a*n? How many km does [he|she] go in all?

"""

SCHEMAS = [*parsed(CHANGES), *parsed(COMPARISONS), *parsed(GROUPS), *parsed(STEPS)]
# Behind a question, up to where its answer stands.
ANSWERS = (
    *["{}\nAnswer: "] * 4,
    *["Question: {}\nAnswer: "] * 2,
    "Q: {}\nA: ",
    "{} The answer is ",
    "{}\nThe answer is ",
    "{} Answer: ",
    "{}\n\nAnswer: ",
    "Problem: {}\nAnswer: ",
)
# Before any of the facts; the numbers do not matter.
ASIDES = (
    "{name} is {x:small} years old.",
    "It is {x:few} o'clock.",
    "{friend} lives {x:small} km away.",
    "There are {x:small} children in {name}'s class.",
    "The shop opens at {x:few}.",
    "Last year there were {x:num} {item}s.",
    "{third} has {x:few} brothers and sisters.",
    "{third} bought {x:few} {other}s.",
)
