"""Sentences of running text of our own: what is asked, and the solution, in the language of `running_text_writer`.

A block is a pattern: its name, which is the row of the evaluation, what is asked, and the solution, a sentence a line.
A last line "where ..." holds fields that are not written: what is computed there is not asked of the calculator.
"""

from typing import NamedTuple


class Pattern(NamedTuple):
    """name: the row of the evaluation. prompt: what is asked. text: what follows, a sentence a line. kinds: fields
    that are never written; they say what numbers are.
    """

    name: str
    prompt: str
    text: str
    kinds: str = ""


def parsed(blocks: str) -> list[Pattern]:
    patterns = []
    for block in blocks.strip().split("\n\n"):
        told, _, kinds = block.partition("\nwhere ")
        name, prompt, text = told.split("\n", 2)
        patterns.append(Pattern(name, prompt, text, kinds))
    return patterns


PATTERNS = parsed("""
steps: sum
{name} has {a:num;things} {things} and gets {b:num;things} more. How many {things} does {name} have?
[{name} has {a} {things} and gets {b} more, so {name} has|So {name} has|There are] {t==a+b;things} {things}.

steps: difference
{name} has {a:num;things} {things} and gives {b:below a;things} to {friend}. How many are left?
{name} starts with {a} {things}.
After giving away {b}, there are {t==a-b;things} {things} left.

steps: product
There are {n:few;boxes} boxes with {a:num;things/box} {things} each. How many {things} are there?
Each of the {n} boxes has {a} {things}.
{t==[n*a|a*n]}, so there are {t} {things}.

steps: quotient
{name} shares {a:multiple n;things} {things} among {n:few;friends} friends. How many does each get?
We divide the {things} by the friends: {t==a/n;things}.
Each friend gets {t} {things}.

steps: two sums
{name} reads {a:num;pages} pages on Monday, {b:num;pages} on Tuesday and {c:num;pages} on Friday.
On Monday and Tuesday {name} reads {s==a+b;pages} pages.
With Friday it is {t==s+c;pages} pages.

steps: three terms
A shelf has {a:num;red} red, {b:num;blue} blue and {c:num;green} green {things}. How many in total?
The total number of {things} is {t==a+b+c}.

steps: take two away
{name} has {a:large} {things}, sells {b:below a} and gives {c:few} away.
[There are|{name} keeps|That leaves] {t==a-b-c;things} {things}[| left].

steps: product, then sum
{name} buys {n:few;packs} packs of {a:num;things} {things} and has {b:num;things} at home.
The packs hold {s==n*a} {things}.
Together with the {b} at home there are {t==s+b;things}.

steps: in one line
{n:few;groups} groups of {a:num;people} people and {b:num;people} more people come. How many people come?
In all {t==[n*a+b|b+n*a|(n*a)+b|b+(n*a)|n*a+b];people} people come.

steps: two products in one line
{n:few;bags} bags hold {a:few;things} {things} each, {m:few;bags} others {b:few;things} each.
[There are|Together they hold] {t==[n*a+m*b|(n*a)+(m*b)|(a*n)+(b*m)];things} {things}.

steps: difference of products
{name} sells {n:small;bags} bags of {a:num;things} {things} and takes {b:few} bags of 3 back.
{name} sells {s==n*a} {things} and takes back {r==b*3}.
So {t==s-r;things} are gone.

steps: parentheses
{name} earns {a:dollars} and spends {b:below a} each week. How much is left after {n:few;weeks} weeks?
Each week leaves money over: {t==[(a-b)*n|n*(a-b)]}.
So {name} has {t} after {n} weeks.

steps: a sum times a number
A set has {a:few;forks} forks and {b:few;knives} knives. {name} has {n:few;sets} sets.
[{name} has|There are] {t==[(a+b)*n|n*(a+b)]} pieces.

steps: a sum shared
{a:num;things} {things} and {b:num;things} others are put in {n:divisor a} boxes.
A box gets {t==(a+b)/n;things} {things}.

steps: three factors
{n:few;floors} floors have {m:few;rooms} rooms each, a room has {a:few;windows} windows.
The number of windows is {t==[n*m*a|a*m*n|m*a*n];windows}.

steps: product, then quotient
{n:few} {box} with {a:few} {things} are shared by {k:divisor a} people.
Each [person|one] gets {t==[n*a/k|(n*a)/k|a*n/k];things} {things}.

steps: two equations in one sentence
{name} picks {n:few} times {a:num;things} {things} and {friend} {m:few} times {b:num;things}.
{name} picks {s==n*a;things} {things} and {friend} picks {r==m*b;things}, so together they pick {t==s+r;things}[| \
{things}].

steps: result far back
{name} has {n:few} {box} of {a:few} {things}. {friend} has {b:num}. On day {d:few} {c:few} more come.
{name} has {s==n*a;things} {things}.
{friend} has {b}, and on day {d} gets {r==b+c;things} in all.
On day {d} there were [also|still] {c} new ones.
Together they have {t==[s+r|r+s];things} {things}.

steps: twice
{name} has {a:num;things} {things}. {friend} has twice as many. How many does {friend} have?
{friend} has {t==[2*a|a*2|a+a];things} {things}, which is twice the {a} of {name}.

steps: half
{name} sold {a:even;things} {things} in May and half as many in June. How many in both months?
In June {name} sold {s==HALF(a);things} {things}.
In both months {name} sold {t==a+s;things} {things}.

steps: because
{name} has {n:few;box} {box} with {a:num;things} {things}.
[He|She] has {t} {things} because {t==n*a}
[He|She] has {s} when one {box} is gone because {s==t-a}

steps: because, in words
{a:num} people come and {b:below a} go. Each of the others pays {p:dollars}.
There are {s} people because {a} minus {b} equals {s=a-b}
They pay {t} because {s} times {p} equals {t=s*p}

steps: equation first
{name} walks {a:num;miles} miles on {n:few;days} days.
{t==[a*n|n*a]}
[That many|So {t}] miles are walked by {name}.

steps: an unknown
{n:few} times a number plus {a:multiple n} is {b:multiple n}. What is the number?
Let x be the number.
{n}x + {a} = {b}
{n}x = {s==b-a}
x = {t==s/n}

steps: an unknown in a sum
{name} has {n:few} times as many {things} as {friend}, and together they have {b:large}.
Let x be the number of {friend}'s {things}.
[So|Then] x + {n}x = {b}
[Combining like terms gives|That is] {s}x = {b}
[Dividing both sides by {s} gives x|x] = {t==b/s}
where {s=n+1}

steps: an unknown difference
{name} has {a:multiple n} more than {n:few} times what {friend} has, which makes {b:multiple n}.
[We write|The equation is] {n} * y + {a} = {b}
[Subtracting {a} from both sides|Without the {a}]: {n} * y = {b} - {a}
So {n} * y is {s==b-a}
Then y = {t==s/n} {things}

steps: an expression with an unknown
{name} has y {things}, {friend} {a:few} more and {third} {b:few} more than {friend}; all have {c:large}.
{friend} has y + {a}, {third} has y + {a} + {b} = y + {s==a+b}
Total: y + y + {a} + y + {s} = {c}
Without the extra {things} there are {r==c-a-s}
y = {t==r/3}

steps: an equation solved
{n:few} times a number and {k:few} times it make, with {c:multiple s} more, {b:multiple s}. What is it?
[Let x be the number.|We write:|Then] {n}x + {k}x + {c} = {b}
[Combining like terms, we get|Together that is|Now combine like terms to get|This simplifies to] {s}x + {c} = {b}
[Subtracting {c} from both sides[ of the equation|][, we get|]|Now subtract {c} from both sides to get|So] \
{s}x = {d=b-c}
[Dividing both sides by {s}[, we get|]|Now divide by {s}:|So] x = {t=d/s}
where {s=n+k}

steps: an equation with a difference
{name} has {n:few} times as many {things} as {friend} less {c:multiple s}, and both have {b:multiple s}. How many has \
{friend}?
We know that m = {n}p - {c} and m + p = {b}
[Substituting the first equation into the second, we get|So] {n}p - {c} + p = {b}
[Combining like terms, we get|That is] {s}p - {c} = {b}
[Adding {c} to both sides[ of the equation|], we get|Thus] {s}p = {d=b+c}
[Dividing both sides by {s}, we get|Therefore] p = {t=d/s}
[Substituting this [value |]back into the equation m = {n}p - {c}, we get m|Then m] \
= {=n*t-c} = {u=n*t} - {c} = {v=u-c}
where {s=n+1}

steps: checked
What is {a:num} less {b:below a}?
{t==a-b}
[Check|To check]: {u==t+b}, which is right.

receipt: price times number
A {item} costs {p:money;/item}. What do {n:few;item} of them cost?
{n} {item}s cost {t==[n*p|p*n]}.

receipt: two items
A {item} costs {p:money}, a {other} {q:money}. What is the bill?
{item}: {p}
{other}: {q}
Total: {t==p+q}

receipt: change
{name} has {a:dollars} and pays a bill of {b:below a}. What is the change?
The change is {t==a-b}.

receipt: items and tip
{name} pays {a:dollars} for food and {b:dollars} for drinks, and leaves a tip of {p:percent}%.
Food and drinks: {s==a+b}.
The tip is {r==OF(p,s)}.
With the tip the bill is {t==s+r}.

receipt: lines
Write the receipt of {name}.
{n:few} x {item} at {p:money} = {s=n*p}
{m:few} x {other} at {q:money} = {r=m*q}
Subtotal = {t=s+r}
Paid {c:above t}
Change = {u=c-t}

receipt: a table
[Fill in the table.|What does each line come to?]
¦ item ¦ number ¦ price ¦ cost ¦
¦---¦---¦---¦---¦
¦ {item} ¦ {n:few} ¦ {p:dollars} ¦ {s=n*p} ¦
¦ {other} ¦ {m:few} ¦ {q:dollars} ¦ {r=m*q} ¦
¦ total ¦ ¦ ¦ {t=s+r} ¦

receipt: profit
{name} buys a {item} for {a:dollars} and sells it for {b:above a}. How much is the profit on {n:few}?
The profit [on one|per {item}] is {s==b-a}.
For {n} of them it is {t==[s*n|n*s]}.

receipt: cents
{name} has {n:few;quarters} quarters, {m:few;dimes} dimes and {k:few} nickels.
The quarters are {s==n*25;cents} cents[|, the quarters].
The dimes are {r==m*10;cents} cents.
The nickels are {q==k*5;cents} cents.
[All|The coins] are worth {t==s+r+q;cents} cents.

receipt: coins in dollars
{name} has {n:few} quarters and {m:few} dimes.
[The quarters are worth|He has] {s==[n*.25|.25*n]} in quarters
and {r==[m*.10|m*.1]} in dimes
so {t==s+r} [in all|together]

receipt: saved for something
{name} saves {a:dollars;/week} a week for a {item} of {b:dollars}. {friend} gives {c:dollars}.
[In {n:few} weeks {name} saves|After {n:few} weeks there are] {s==[a*n|n*a]}.
With the gift it is {t==s+c}.

conversion: minutes
A film lasts {n:few;hours} hours and {m:few;minutes} minutes. How many minutes is that?
{n} hours are {s==[n*60|60*n]} minutes.
With {m} more that is {t==s+m;minutes} minutes.

conversion: weeks
{name} runs {a:few;miles} miles a day. How far in {n:few;weeks} weeks?
{n} weeks have {s==[n*7|7*n];days} days.
{name} runs {t==[s*a|a*s];miles} miles.

conversion: dozens
How many eggs are {n:few;dozen} dozen eggs?
[A dozen is 12, so {n} dozen are|There are] {t==[12*n|n*12];eggs} eggs.

conversion: years
{name} pays {a:dollars;/month} a month for {n:few;years} years.
There are {s==[n*12|12*n];months} months.
The cost is {t==[s*a|a*s]}.

conversion: a whole year
A plant drinks {a:few;cups} cups a [day|week].
In a year that is {t==[a*52|52*a|a*365|365*a];cups} cups.

conversion: seconds to minutes
A machine makes {a:few;things} {things} in {b:sixties;seconds} seconds.
{b} seconds are {s==b/60;minutes} minutes.
So it makes {a} in {s} minutes, and in {n:few} times that {t==a*n}.

conversion: feet and inches
{name} is {n:few;feet} feet and {m:few;inches} inches tall.
[In inches:|That is] {t==[n*12+m|(n*12)+m|12*n+m];inches} inches.

conversion: grams
A bag weighs {a:half;kg} kilograms. {name} has {n:few;bags} bags.
The bags weigh {s==[a*n|n*a];kg} kilograms, which is {t==[s*1000|1000*s];grams} grams.

conversion: dollars to cents
{name} has {a:dollars}. A {item} is {b:few} cents.
{a} is {t==[a*100|100*a];cents} cents.

comparison: more
{name} has {a:num;things} {things} and {friend} has {b:below a;things}. How many more has {name}?
{name} has {a} and {friend} has {b}.
The difference is {t==a-b;things}, so {name} has {t} more.

comparison: which is
{name} scored {a:num;points} points, {friend} {b:below a;points}.
{name} scored {a} points, which is {t==a-b} [points |]more than {friend}.

comparison: older
{name} is {n:small;years} years old. {friend} is {m:few;years} years older. How old are they together?
{friend} is {s==[n+m|m+n];years} years old.
Together they are {t==[n+s|s+n];years}.

comparison: ages in some years
{name} is {n:few} times as old as {friend}, who is {a:few;years}. How old is {name} in {m:few;years} years?
{name} is {s==[n*a|a*n];years} years old now.
In {m} years {name} will be {t==s+m;years}.

comparison: born in
{name} was born in {y:year} and {friend} {n:few} years later. How old is {friend} in {z:late}?
{friend} was born in {s==y+n}.
In {z} {friend} is {t==z-s} years old.

comparison: taller
A tree is {a:half;feet} feet tall, another {n:few} times as tall.
The other is {s==[n*a|a*n];feet} feet tall.
It is {t==s-a;feet} feet taller.

comparison: third of a sum
{name} has {a:num;things} and {friend} {b:num;things}. {third} has 1/{k:few} of what both have.
Both have {s==a+b;things} {things}.
{third} has {t==ONE_OF(k,s);things} {things}.

per cent: of a number
Of the {a:hundreds;people} people at a fair {n:percent} per cent are children. How many children are there?
There are {t==OF(n,a);children} children among the {a} people.

per cent: discount
A {item} of {a:hundreds} dollars is sold {n:percent} per cent cheaper. What does it cost now?
The discount is {s==OF(n,a)} dollars.
The {item} now costs {t==a-s} dollars.

per cent: what is left of a hundred
{p:percent}% of {a:hundreds} {things} are {color}. How many are not?
[If {p}% are {color}, then|So] {r==100-p}% are not.
{r}% of {a} is {t==OF(r,a);things}.

per cent: share in per cent
{a:few} of {b:hundred} {things} are {color}. What share is that?
[The share is|In per cent:] {t==[a/b*100~a*100/b|(a/b)*100~a*100/b|a*100/b]}%.

per cent: growth factor
{name}'s pay of {a:hundreds} dollars grows by half each year.
After a year it is {s==[a*1.5|1.5*a]} dollars.
After two years it is {t==[s*1.5|1.5*s]} dollars.

per cent: of the rest
{p:percent}% of {a:hundreds} people walk, {q:percent}% of the others ride.
{s==OF(p,a);people} people walk.
{r==a-s;people} do not.
Of these {t==OF(q,r);people} ride.

part: of a number
{m:few}/{k:few} of the {a:multiple k;things} {things} are {color}.
{s==PART(m,k,a);things} {things} are {color}.

part: and the rest
1/{k:few} of {a:multiple k;things} {things} are {color}.
{s==ONE_OF(k,a);things} are {color}.
The other {t==a-s;things} are not.

part: of a part
{m:few}/{k:few} of {a:multiple k} {things} are {color}, and 1/{n:few} of these [are old|get lost].
[{name} has|There are] {s==PART(m,k,a);things} {color} ones.
The [old|lost] ones are {t==ONE_OF(n,s);things}.

part: three quarters
{a:multiple k} people are {k:fours} times what one row holds, and 3/4 come.
SO() {s==[3 / 4 * a~a*3/4|a * 3 / 4|(3/4) * a~a*3/4|3/4 of a~a*3/4|a * .75|.75 * a|0.75 * a];people} come.
[There are|So] {t==[a-s|1 / 4 * a~a/4|a / 4|a * .25];people} [missing|who do not come].

part: per cent back to the whole
{a:hundreds} dollars are {p:percent}% of the price.
The price is {t==[a / p'|a / p * 100~a*100/p|100 / p * a~a*100/p|a * 100 / p|a / (p / 100)~a*100/p]} dollars.

part: more than the whole
This year there are {p:above h}% of the {a:hundreds;things} {things} of last year.
[Last year it was {h:hundred}%, so|Of {h:hundred}%] there are {t==[p / 100 * a~a*p/100|a * p/100|(p/100) * a~a*p/100]}.

part: back to the whole
{a:num;things} {things} are 1/{k:few} of all.
All are {t==[a*k|k*a];things} {things}.

ratio: parts
{name} and {friend} share {u:large} {things} in the ratio {n:few}:{m:few}.
The ratio has {s==n+m;parts} parts.
[One part is|Each part has] {r==u/s;things} {things}.
{name} gets {t==[r*n|n*r];things} and {friend} gets {v==[r*m|m*r];things}.

rate: speed
A train goes {a:num;mph} miles an hour for {n:few;hours} hours. How far does it go?
Distance is speed times time: {t==[a*n|n*a];miles} miles.

rate: time
A car drives {a:multiple n;miles} miles at {n:small;mph} miles an hour.
[It takes|The time is] {t==a/n;hours} hours.

rate: wages
{name} earns {n:dollars;/hour} an hour, works {m:few;hours/day} hours a day and {d:few;days} days.
[In a week|In these days] {name} works {s==[m*d|d*m];hours} hours.
The pay is {t==[s*n|n*s]}.

rate: machines
{n:few;machines} machines make {a:multiple n;things} {things} an hour. What do {m:few;machines} make?
One machine makes {s==a/n;things} {things}.
{m} machines make {t==[s*m|m*s];things} {things}.

rate: what it costs per piece
{name} pays {a:dollars} for {n:few;things} {things}.
[A piece|One of the {things}] costs {s==a/n}[|, that is {s} a piece].

rate: days until done
A book has {a:multiple n;pages} pages. {name} reads {n:small;pages/day} a day and has {b:few;pages} left over.
[{name} needs|It takes] {t==a/n;days} days.

rate: fuel
A car needs {p:half;gallons} gallons for {a:num} miles and drives {n:few} times that far.
It needs {s==[p*n|n*p];gallons} gallons for {t==[a*n|n*a];miles} miles.

area: rectangle
A garden is {a:num;feet} feet long and {b:num;feet} feet wide.
The area is {t==[a*b|b*a];feet} square feet[|, so {t}].

area: around it
A field is {a:num;m} m long and {b:num;m} m wide.
The way around it is {t==[(a+b)*2|2*(a+b)|a+b+a+b|a*2+b*2|(2*a)+(2*b)|2*a+2*b];m} m.

average: two numbers
What is the average of {a:even} and {b:even}?
The sum is {s==a+b} and the average {t==s/2}.

average: three numbers
The tests gave {a:num}, {b:num} and {c:num} points.
[The points add up to|Sum:] {s==a+b+c}.
The average is {t==s/3}.

average: in one line
{name} ran {a:num}, {b:num} and {c:num} miles.
The average is {t==(a+b+c)/3;miles} miles.

table: rows
List the {things} of three days with {a:num} a day.
day 1: {a}
day 2: {s==a+a}
day 3: {t==s+a}

table: a balance
{name} starts with {a:dollars}, gets {b:dollars}, pays {c:below a} and then has twice as much.
start: {a}
May {d:few}: {s==a+b}
May {e:few}: {r==s-c}
June {g:few}: {t==[r*2|2*r]}

table: labels
On top are {a:num;things} {things}, in the middle {n:few} times as many, at the bottom {b:few} less than there.
Top = {a} {things}
Middle = {s==[a*n|n*a]}
Bottom = {r==s-b}
Total = {t==a+s+r}
""")
# Expressions of several operations in one line.
LINES = parsed("""
line: four terms
There are {a:num;things} {things}, {b:num;cards} cards, {c:num;toys} toys and {d:num;pens} pens.
[Adding them up gives|All in all:|Sum:] {t==a+b+c+d} [things|pieces].

line: five terms
The [months|weeks] bring {a:dollars}, {b:dollars}, {c:dollars}, {d:dollars} and {e:dollars}.
The sum of the five amounts is {t==a+b+c+d+e}.

line: sums and differences
{name} has {a:large;things} {things}, {b:num;things} at home, {c:few;things} elsewhere. Then {d:few;things} get lost.
The number is {t==[a+b-c|a-b+c|a+b+c-d|a+b-c-d|a-b-c-d|a-(b+c)|a-c-d|(a+b)-(c+d)];things} {things}.

line: a product and something else
{n:few;box} {box} of {a:num;things} {things}, {b:few} of which [are broken|come back|are new], and {k:few} more.
In the end it is {t==[n*a-b|(n*a)-b|n*a-b-k|a*(n+k)|a*(n-k)|n*a+b+k|(n+b)*(a+k)|n*a*k|n*(a*k)|b*n*k];things} {things}.

line: a quotient and something else
{a:multiple k;things} {things} in {k:few} {box}, with {b:few} [more|less] in each, and {n:few} times that.
This gives {t==[a/k+b|a/k-b|(a/k)+b|a/k*n|(a/k)*n|a*n/k|n*(a/k)|b+a/k|a/k/n|a/(b+n)|a/(k*n)];things} {things}.

line: three products
{n:few} {item}s for {a:dollars}, {m:few} {other}s for {b:dollars} and {k:few} more for {c:few} dollars.
[They cost|The cost is|Total:] {t==[n*a+m*b+k*c|(n*a)+(m*b)+(k*c)|a*n+b*m+c*k]}.

line: six terms
The days bring {a:num}, {b:num}, {c:num}, {d:num}, {e:num} and {f:num} {things}.
In all {name} has {t==[a+b+c+d+e+f|a+b+c+d+e|b+c+d+e+f];things} {things}.

line: factors
{n:few;rows} rows of {m:few;trees} trees with {a:few;nests} nests, for {k:few;years} years.
[The number is|It is|There are] {t==[n*m*a|a*m*n|n*m*a*k|k*a*n|(n*m)*a|n*(m*k)];nests}.

line: products and a rest
{name} packs {a:few} {box} of {b:few} {things}, {c:few} of {d:few}, and {e:few} single ones.
[{name} has|In all there are|So the number of {things} is] {t==[a*b+c*d+e|a*b+c*d-e|(a*b)+(c*d)+e|a*b-c*d|a*b+c+d+e|\
a*b-c-d|a*b-c+d|a*b+c-d|a+b*c-d|a+b*c+d|a+b*c+d*e|(a*b)-(c*d)|(a*b)-c-d|(a*b)+c+d];things}[ {things}|].

line: fractions of numbers
There are {a:multiple k;things} {things}, {m:few}/{k:few} of them {color}, and {b:multiple n;things} others, \
1/{n:few} {color}.
[{name} sees|There are|Thus,] {t==[m/k*a~a*m/k|a*m/k|(m/k)*a~a*m/k|a*(m/k)~a*m/k|m/k*a+b/n~a*m/k+b/n|a+b/n|a-b/n|\
1/n*b~b/n|b*1/n|b*(1/n)~b/n|a-m/k*a~a-a*m/k|a/(m/k)~a*k/m|b/(1/n)~b*n|a+a/k|b-b/n|(a/k+b)*m|b/n*m];things}[ {things}|].

line: rates in parentheses
{name} goes {a:num} miles, which have {b:num} [feet|steps] each, at {c:few} [feet|steps] a second.
[That is|{name} has to go|So it is] {a} miles [*|x|×] ({b} feet/1 mile) = {t=a*b} feet
[It takes|So it takes] {t} feet / ({b} feet/minute) = {u=t/b} minutes
and {d:few} [of them|times] [*|x|×] {c} feet/second = {s=c*d} feet

line: hours of an hour
{name} walks {a:few} miles an hour, for {m:fives} minutes.
[{name} walks|That is] {a}*({m} minutes/60 minutes) = {t=a*m/60} miles.

line: parentheses
Each of {a:few} teams has {b:num;girls} girls and {c:num;boys} boys; {d:few} children are ill and {e:few} late.
[{a} teams have|There are|That makes] {t==[a*(b+c)|(b+c)*a|a*(b+c)-d|(b+c)*a-d|a*(b+c)+d|(a+b)*(c+d)|(a+d)*(b+c)|\
(a+b)*c-d|(b-d)*a|(b+c-d)*a|a*(b+c-d)|(b-d+c)*a|(b+c+d)*a|a*(b+c)-d-e|(a*(b+c))-d|(b+c)*a*d];children}[ children|].

line: what is left of the money
{name} has {m:large} dollars and buys {n:few} {item}s at {p:few}, {k:few} {other}s at {q:few}, and a drink for {c:few}.
[{name} keeps|The change is|There is left|After that {name} has] ${t==[m-n*p-k*q|m-(n*p)-(k*q)|m-(n*p+k*q)|m-n*p-c|\
m-(n*p+c)|m-(n*p)-c|m-p-q-c|m-(p+q+c)|m-n*p+c|m-p*n-q]}.

line: several factors and a divisor
{n:few} workers make {a:few} {things} an hour, {k:few} hours a day, on {d:few} days, for {c:few} shops.
[That is|They make|Each shop gets] {t==[n*a*k*d|n*a*k|a*n*k*d|(n*a)*(k*d)|n*a*k-d|n*a*k+d|n*a*k*d/c|n*a*k/c|(n*a*k)/c|\
(n*a+k)/c|n*a/c+k|(n+a+k)/c|(n+a+k+d)/c];things}[ {things}|].
""")
# Nothing is computed in these.
PLAIN = parsed("""
plain: born
When was {name} born?
{name} was born in {y:year}, in house {a:num} of Mill Street.
[He|She] moved to number {b:num} in {z:year}.

plain: a list
What is on the list?
1. {a:num} {things}
2. {b:num} {item}s
3. {c:num} boxes
The list was made at {n:few}:30 by {name}.

plain: sports
[Who won?|How did the game end?]
The [Hawks|Lions] [won|lost] {a:num}-{b:num} [against|to] the [Bears|Foxes].
{name} scored {c:small} points in {d:small} minutes, {friend} had {e:few}.
Their record is {f:small}-{g:small}.

plain: table of results
[Show the standings.|Who leads?]
¦ place ¦ name ¦ points ¦
¦---¦---¦---¦
¦ 1 ¦ {name} ¦ {a:num} ¦
¦ 2 ¦ {friend} ¦ {b:num} ¦
¦ 3 ¦ {third} ¦ {c:num} ¦

plain: recipe
How do I [make|bake] this?
You need {a:hundreds} g of flour, {b:few} eggs and 1/{c:few} [cup|liter] of milk.
Mix for {d:few} minutes.
Bake at {e:hundreds} degrees for {f:small} minutes.
It makes {g:small} pieces.

plain: phone
What is the number of {name}?
[Call|It is] 555-{a:four}, extension {b:num}.
The office is open from {c:few} to {d:few}.

plain: version
What is new?
Version {a:few}.{b:small}.{c:few} came out on {d:small} May {y:year}.
It fixes {e:num} bugs and needs {f:few} GB of memory.
See issue #{g:four}.

plain: dates
When [is|was] the [fair|meeting|trip]?
It [is|was] on {a:small}/{b:few}/{y:year} at {c:few}:{d:two}.
The next one is on June {e:small}, {z:year}.

plain: pages
Where does the book say so?
See pages {a:num}-{b:num} and {c:num}, chapter {d:few}.{e:few}.
Figure {f:few} shows it, table {g:few} too.

plain: statistics
What does the report say?
In {y:year}, {a:percent}% of the {b:large} people asked said yes, and {c:percent}% said no.
The mean was {d:half}, the largest {e:num}.
{f:hundreds} answers were left out.

plain: prices
What do they cost?
A {item} costs {a:money}, a {other} {b:money}.
The {item} was {c:dollars} last year.
There are {d:num} left.

plain: address
Where is it?
At {a:num} Long Road, floor {b:few}, room {c:num}.
Take bus {d:num} or train {e:num} to stop {f:few}.

plain: series
Which numbers are these?
{a:num}, {b:num}, {c:num}, {d:num} and {e:num}.
The first is {a}, the last {e}.

plain: facts without a question
[What do we know|Tell me something]?
{name} has {a:num} {things} and {friend} has {b:num}.
{third} is {c:small} years old and has {d:few} {item}s.
A {item} costs {e:dollars}.

plain: facts said again
{name} has {a:num} {things}. {friend} gives [him|her] {b:num} more. What do we know?
We know that {name} has {a} {things}, and that {friend} gives {b} more.
So the numbers are {a} and {b}.

plain: given values
Let a = {a:num} and b = {b:num}. What are they?
a = {a}
b = {b}
c = {c:num}
So a is {a} and b is {b}.

plain: equations with an unknown
What do we know about x?
[Let x be the number.|We do not know x.]
{a:few}x + {b:num} = {c:large}
x + {d:few} = {e:num}y
[So|Then] 2x - {f:few} = {g:num}, and x + x + {h:few} = {k:num}

plain: like terms
[Solve for y.|What is y?|How old is everybody?]
[Let y be the age of {name}.|{name} is y years old and {friend} is {a:few}y.|\
We know that y + z = {b:num} and z = {a:few}y.]
y + {c:few}y + {d:num} = {e:large}
[Combining like terms, we get|Together|This simplifies to|Then] {f:few}y + {g:num} = {h:large}
[Now subtract {g} from both sides to get|So] {f}y = [$|]{k:num}
[Substituting|Put in] z = {m:few}y - {n:few}[, we get|:] y + {m}y - {n} = {o:num}

plain: prices that are not known
[What does one {item} cost?|Find the prices.]
Let X be the price of one {item}. A {other} costs X*{a:few}.
{b:few}*X + {c:few}*(X*{a}) = ${d:num}
[So|Then|Now] {e:small}X = ${f:num}, [and|or] ${g:num} = {h:few}X + {k:few}Y
({m:num} + {n:num} + X)/{o:few} = {p:num}, [so|and] X*{q:few} - ${r:num} = ${u:num}

plain: letters for things
How many are red and how many green?
G + R = {a:num}, R = {b:few}G + {c:few}, B = G - {d:few}
G + {b}G + {c} + G - {d} = {e:num}
{f:few}G + {g:few} = {h:num}
if {k:hundreds} + {k}x = {m:num}, x = .{n:two}
So {o:few}G = {q:num} and G = {r:num}

plain: parts as fractions
[What part is it?|How much of it?]
[20/60 = 1/3|30/60 = 1/2|40/60 = 2/3|45/60 = 3/4|15/60 = 1/4|10/60 = 1/6|4/60 = 1/15|6/60 = 1/10] of an hour
[4/6 = 2/3|3/9 = 1/3|6/8 = 3/4|2/10 = 1/5|8/12 = 2/3|5/20 = 1/4|9/12 = 3/4|6/15 = 2/5|7/21 = 1/3] of the {things}
[1 - 1/3 = 2/3|1 - 1/4 = 3/4|1 - 2/5 = 3/5|1/4 + 1/2 = 3/4|1/3 + 1/6 = 1/2|1/2 * 1/3 = 1/6|8 * 1/5 = 8/5] [are left|]
[They took {a:few}/{b:few}, which is|The share is|It is] [25/100 or 1/4|50% or 1/2|33.3%|66.67%, or 2/3|12.5% = 1/8]

plain: shares and their names
What are the shares?
1/{a:few} is for {name}, {b:percent}% for {friend}.
p = {c:percent}%
{things} = {d:num}, {item} = {e:dollars}
x = {f:half}

plain: labels
What is in stock?
{item}: {a:num}
{other}: {b:num}
{things} = {c:num}
boxes = {d:num}
price: {e:money}

plain: units
[How long is a day?|Tell me some units.]
1 day = 24 hours.
1 hour = 60 minutes, 1 minute = 60 seconds.
1 foot = 12 inches.
1 week = 7 days.
1 kg = 1000 g.

plain: program
Write [some code|a program].
for i in range({a:num}):
    x = {b:num}
    total += {c:num}
if x > {d:num}: return {e:few}
y = list({f:num}, {g:num})

plain: weather
How is the weather?
It is {a:small} degrees, with {b:percent}% humidity and wind of {c:small} km/h.
Tomorrow it will be {d:small} to {e:small} degrees.

plain: history
What happened [then|there]?
The town was built in {a:year} and burned in {b:year}.
In the {c:few}th century it had {d:large} people.
King [Otto|Karl] the {e:few}th ruled for {f:small} years.

plain: timetable
When does it leave?
Train {a:num} leaves at {b:few}:{c:two} from platform {d:few} and arrives at {e:few}:{f:two}.
Seat {g:num} in coach {h:few} is free.

plain: plan of what to do
How can {name} work this out?
Step 1: Write down {a:num} and {b:num}.
Step 2: See how many {things} there are.
Step 3: Ask {friend}, who is {c:small}.

plain: codes
What is the code?
The code of box {a:few} is {b:four}-{c:two}-{d:num}.
Order no. {e:large} has {f:few} parts.

plain: size
How big is it?
It is {a:num} x {b:num} [cm|m|feet] and weighs {c:half} kg.
The scale is 1:{d:hundreds}.

plain: units in brackets
How [big|long|fast|heavy] is it?
It is {a:num} [metres|m|kilometres] [(|( ]{b:num} [ft|feet|yards]) long.
Its weight is {c:large} [kg|kilograms] [(|( ]{d:large} [lb|pounds]), or {p:half} [t|tons].
The [speed|range|depth] is {e:half} [knots|km|miles per hour] ({f:half} [mph|mi|km/h]; {g:num} m/s).
In {y:year} it cost £{h:large} (${k:large}), {m:small} per cent ({n:hundreds} people) more.

plain: settings
[Show me the settings.|What is in the file?]
timeout = {a:small}
[width={b:num}|size = {b:num} x {c:num}]
[max_{item} = {d:large}|"{item}": {d:large},]
{other}: {e:num} # was {f:num}

plain: log
What does the log say?
{a:two}:{b:two}:{c:two} error {d:num} in line {e:num}
{f:large} files, {g:few} failed - {h:num} kept
retry {k:few}/{m:few} after {n:small} s

plain: letter
Write [a letter|an email] to {friend}.
Dear {friend}, thank you for the {a:few} {things} and the {item} of {y:year}.
[I|We] will come on May {b:small} at {c:few} with {d:few} others and bring {e:num} {other}s.
Yours, {name}

plain: news
[What happened today?|Tell me the news.]
About {a:large} people came to the [fair|town], [up from|after] {b:large} last year.
The price of a {item} rose {c:percent} per cent to {d:money}; {name}, {e:small}, bought {f:few}.
It goes on until {g:few} p.m.

plain: without numbers
[Why is the sky blue?|What makes a good friend?|How do birds find their way?]
[Light is scattered by the air.|A good friend listens.|They follow the sun and the stars.]
[{name} and {friend} like to talk about it.|There is more to say about this.|Nobody knows all of it.]

plain: chat
[Hi, how are you?|Tell me a story.|What do you like?|Who are you?]
[I am fine, thank you.|Once there was a fox who had {a:few} friends.|I like tea, and I read {b:few} books.]
[How can I help you?|They lived near {c:num} trees.|I have been here since {y:year}.]

plain: advice
[How do I sleep better?|How do I learn faster?|How do I save money?]
1. Rest for {a:few} hours.
2. Take a walk of {b:small} minutes.
3. Set a goal of {c:dollars} for {d:few} weeks.
4. Ask {name} on {e:small} May.

plain: an answer restated
The answer to question {a:few} is {b:num}. What is it?
The answer is {b}.
Answer: {b}

plain: compared
Who has more?
{name} has {a:large} {things}, {friend} has {b:few}, so {name} has more than {friend}.
{a} > {b}
""")
