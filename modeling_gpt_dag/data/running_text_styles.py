"""How running text of our own is written: words, signs, units, layouts, and what stands around a solution.

Of each list one is drawn for a text, so what is frequent stands in it more often.
"""

# Drawn for the fields `{name}`, `{friend}` and `{third}`, `{item}` and `{other}`, and the others.
NAMES = """
Ann Ben Carl Dora Eve Finn Gina Hugo Ida Jack Mara Nils Olga Pete Quin Rosa Sven Tara Uma Vito Wanda Yusuf Zoe Aiko
Bilal Chidi Dalia Emil Farah Goran Hana Ivan Jonas Keiko Lina Milo
"""
THINGS = """
apples pens coins books shells cards stamps nuts marbles eggs tickets cookies plants bricks toys roses fish bottles
chairs balls photos shirts letters sheep buttons posters muffins lemons tiles candles
"""
ITEMS = "book pen coat bag ticket lamp chair hat phone table bike mug cake shirt radio blanket kettle"
COLORS = "red blue green yellow white black striped"
BOXES = "boxes bags packs crates jars shelves rows baskets trays"

# Ways to write the signs, the more frequent ones more often.
TIGHT_SIGNS = {"*": "* * * * x x ×", "/": "/ / / ÷", "+": "+", "-": "- - - −"}
WIDE_SIGNS = TIGHT_SIGNS | {"-": "- - - − –"}  # without blanks "3–5" is a range
WORD_SIGNS = {"*": "times|multiplied by|times", "/": "divided by|over", "+": "plus|added to|and", "-": "minus|less"}
LATEX_SIGNS = {"*": r"\times|\cdot|\times", "/": r"\div|/", "+": "+", "-": "-"}
WIDE_EQUALS = [" = "] * 14 + ["=", "= "]
LATEX_FRAMES = [("", ""), ("\\( ", " \\)"), ("\\(", "\\)"), ("$", "$"), ("$$", "$$"), ("\\[ ", " \\]")]
TIGHT_EQUALS = ["="] * 9 + [" = "] * 6 + ["= ", " ="]
WORD_EQUALS = [" equals ", " is ", " is equal to ", " makes ", " gives ", " = "]

# What stands around the unit of an operand, "apples", and behind a price; a text has one of each.
UNIT_FORMS = """#|#|#|#|#|#|#|#|#|#|#|#|# each|# per {box}|# a day|more #|of the #|# in the {box}|total #|\
# for {name}|# {friend} bought|# per week|{color} #|#/{other}|#/day|#/{item} sold|#/person|old # that are left|\
# she has|# from {friend} and {third}|# per {other}"""
PRICE_FORMS = "|||||/{other}|/hour| each| per {item}| a day|/day|/person| per week| for the {item}| dollars"

# Behind which sentence what follows, and before it; "@" is the number of the sentence.
LAYOUTS = [
    *[("\n", "")] * 8,
    *[(" ", "")] * 5,
    ("\n\n", ""),
    ("\n", "- "),
    ("\n", "* "),
    ("\n", "• "),
    ("\n", "@. "),
    ("\n", "@) "),
    ("\n", "(@) "),
    ("\n", "Step @: "),
    ("\n", "**Step @:** "),
    ("\n\n", "Step @. "),
    ("\n\n", "### Step @\n"),
]
FRAMES = [
    *["{}\n"] * 8,
    "{}\n\n",
    "{} ",
    "Question: {}\nAnswer: ",
    "Q: {}\nA: ",
    "Question: {}\nAnswer:\n",
    "Problem: {}\nSolution: ",
    "Problem. {}\n\nSolution.\n",
    "**Problem:** {}\n\n**Solution:**\n",
    "User: {}\nAssistant: ",
    "{}\nLet's think step by step.\n",
    "{} Show your work.\n",
    "Exercise {n:small}. {}\n",
    "{n:few}) {}\n",
]
CLOSINGS = [
    "The answer is {t}.",
    "Answer: {t}",
    "The final answer is {t}.",
    "Final answer: {t}",
    "So the answer is {t}.",
    "**Answer: {t}**",
    "= {t}",
    "{t}",
    "Therefore, it is {t} in all.",
    "So we get {t}, as asked.",
    "That is the result: {t}.",
]
# What may lead to a calculation of `{t}`, instead of the pattern's words or before them; `{q}` and `{w}` are operands.
LEADS = [
    "[Since|As|If|Because|When] there are {q}[ {things}|], ",
    "[Since|If|When] one is {q} and the other {w}, [then |]",
    "[Since|If] {name} [has|needs|uses|buys] {q} [at {w} each|of {w}|and {w} more], ",
    "With {q} and {w} [we get|it is|this makes] ",
    "{name} has {q} [{things}|of them|left], so ",
    "{name} [bought|made|saw] {q} {things} [and|for|at] {w} [{other}s|each|more], [which is|or|so that is|meaning] ",
    "For {q} [{things}|people|days] at {w} each, [it is|that makes] ",
    "Of the {q}, ",
    "We [take|use] {q} and {w}: ",
    "In {q} [days|weeks|hours|trips], [{name} makes|there are|it is] ",
    "{q} [people|{things}|hours|of them] and {w} [more|others|{things}] [is|make|are] ",
    "Each of the {q} [has|gets|costs] {w}, [so|and] [it is|that is|in all it is] ",
    "[First|Then|Next|Now|Finally|After that][,|] [find|calculate|work out|compute|determine] [the total|how many "
    "there are|the cost|the number of {things}|what is left|the rest]: ",
    "[First|Then|Next|Now|Finally][,|] [add|take|multiply|divide|use] [the numbers|both|them|these amounts] [together|"
    "to find the answer|to get the result]: ",
    "[First|Then|Next] [add|multiply|divide|take] {q} [and|by|from|with] {w} to [find|see] [the total|how many]: ",
    "[The total|The number of {things}|The cost|The rest|The amount|The share] [is|was|will be] ",
    "[Total|Result|Cost|Rest|{name}|Number|{things}] = ",
    "[Total|Cost|{name}|Amount]: ",
    "SO() [{name} has|they have|it costs|it takes|{name} needs|{name} made] [a total of |exactly |]",
    "[He|She|{name}] [needs|has|makes|gets] {t} [{things} |in total |more |]because ",
    "",
]
# Numbers in the question that have nothing to do with it, and in the solution.
REMARKS = [
    "{friend} is {r:small} years old.",
    "The shop opens at {r:few} o'clock.",
    "In {r:year} there were {w:small} of them.",
    "It is {r:small} degrees outside.",
    "{name} lives at {r:num} Mill Street.",
    "A {item} costs {r:money} there.",
    "{friend} has {r:num} {other}s at home.",
    "The way there is {r:small} miles long.",
    "The bus takes {r:small} minutes.",
    "{friend} has a {item} for {r:dollars} and one for {w:dollars}.",
    "It weighs {r:half} pounds.",
    "School starts at {r:few}:{w:two}.",
    "{r:small} of the {w:hundreds} seats are free.",
    "{name} is in grade {r:few}.",
    "This is on page {r:num}.",
    "The {r:few} friends meet at {w:few}:30.",
    "[In total|All together|Altogether], {friend} has {r:num} {other}s.",
    "The total number of {other}s is {r:num}.",
    "[If the|The] total [is|was] ${r:num}, of which {friend} pays {w:few} parts[|.]",
    "{friend} now has {r:num} {other}s [left|in all].",
    "{friend} [left with|got] ${r:num} in change.",
    "The [sum|rest|average|difference] of theirs is {r:num}.",
]
SOLUTION_REMARKS = [
    "[First,|Note that|We know that|Remember that] {name} is {r:small} years old, which does not matter.",
    "[Note|Remember]: the {r:small} degrees do not matter here.",
    "Let x be the number that is asked.",
    "1 week = 7 days and 1 day = 24 hours.",
    "1 hour = 60 minutes.",
    "There are 12 in a dozen.",
    "The question was asked in {r:year}.",
    "We need no {r:num} for this.",
    "100% is the whole.",
    "Let us check page {r:num} of the book.",
]

# Arguments of a macro and what it stands for: `p` per cent of `x`, `m` of its `k` parts; what leads to a result.
MACROS = {
    "OF": (
        "px",
        "[x * p%~x*p/100|p% * x~x*p/100|p% of x~x*p/100|p' * x|x * p'|p' * x|x * p'|p / 100 * x~x*p/100"
        "|(p / 100) * x~x*p/100|x * (p / 100)~x*p/100|x * p / 100|x / 100 * p~x*p/100]",
    ),
    "PART": ("mkx", "[m / k * x~x*m/k|x * m / k|(m / k) * x~x*m/k|x * (m / k)~x*m/k|m/k of x~x*m/k]"),
    "ONE_OF": ("kx", "[x / k|x / k|x / k|1 / k * x~x/k|x * 1 / k~x/k|(1 / k) * x~x/k|1/k of x~x/k]"),
    "SO": ("", "[So|Now|Then|This means|That means|Thus|Therefore,|Hence,|After that,|In the end]"),
    "MAKES": (
        "",
        "[SO() there are|SO() {name} has|That leaves|That makes|[He|She] [now|then] has|There are|We get|It is]",
    ),
    "HALF": ("x", "[x / 2|x / 2|1 / 2 * x~x/2|x * 1 / 2~x/2|x * .5|.5 * x|(1 / 2) * x~x/2]"),
}
