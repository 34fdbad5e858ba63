"""Two or three numbers beside each other. The package explains the language."""

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

more than the other has; {b:num}{d:num}{a=b+d}
a. [{name} has {a} {things}|{a} {things} belong to {name}].
d. [{name} has {d} more {things} than {friend}|{friend} has {d} fewer {things} than {name}].
ad. [{name} has {a} {things}, which is {d} more than {friend} has|\
With {a} {things}, {name} has {d} more than {friend}|{name} has {d} more {things} than {friend} and owns {a}].
b. [{friend} has {b} {things}|{friend} owns {b} {things}].
b = a-d? How many {things} does {friend} have?
a = b+d? How many {things} does {name} have?
d = a-b? How many [fewer {things} does {friend} have than {name}|more {things} does {name} have than {friend}]?
t = a+(a-d)? How many {things} do {name} and {friend} have together?
+ {third} has {x:few} fewer {things} than last month.
+ {friend} has {x:num} {item}s, too.

a chain of friends; {a:num}{d:num}{f:below d}{b=a+d}{c=b-f}
a. [{name} solved {a} riddles|{a} riddles were solved by {name}].
d. [{friend} solved {d} more riddles than {name}|{name} solved {d} riddles fewer than {friend}].
ad. [{name} solved {a} riddles and {friend} solved {d} more than that|{a} riddles were solved by {name}, {d} fewer \
than by {friend}].
f. [{third} solved {f} fewer riddles than {friend}|{friend} found the answer to {f} more riddles than {third}].
b. {friend} solved {b} riddles.
c. [{third} solved {c} riddles|{third} found the answer to {c} of the riddles].
b = a+d? How many riddles did {friend} solve?
c = a+d-f? How many riddles did {third} solve?
a = c+f-d? How many riddles did {name} solve?
k = d-f? How many more riddles did {third} solve than {name}?
f = b-c? How many fewer riddles did {third} solve than {friend}?
+ The book has {x:large} pages.
+ {name} could not solve {x:few} of the riddles.

birds in a park; {b:num}{d:num}{f:num}{a=b+d}{c=b+f}
a. [In the park {a} sparrows were counted|A class counted {a} sparrows in the park].
d. [There were {d} fewer pigeons than sparrows|The sparrows outnumbered the pigeons by {d}].
b. [The number of pigeons was {b}|There were {b} pigeons].
f. [There were {f} more crows than pigeons|The number of crows was {f} higher than that of the pigeons].
c. [{c} crows were counted|There were {c} crows].
ac. [In the park {a} sparrows and {c} crows were seen|A class counted {a} sparrows and {c} crows in the park].
b = a-d? How many pigeons were counted?
c = a-d+f? How many crows were counted?
k = a-c? How many more sparrows than crows were there?
t = a+b+c? How many birds of the three kinds, sparrows, pigeons and crows, were counted?
d = a-b? How many more sparrows than pigeons were counted?
+ {name} saw {x:few} squirrels there.
+ A year ago {x:num} pigeons had been counted.

a school record; {c:large}{k:few}{d:few}{b=c+k}{r=b+d}
r. [The school record in the [long|high] jump is {r} cm|The best jump in the history of the school is {r} cm].
b. [{name}'s best jump was {b} cm|{name} jumped {b} cm].
c. [{friend} jumped {c} cm|{friend} reached {c} cm].
bc. [{name} jumped {b} cm and {friend} {c} cm|While {name} jumped {b} cm, {friend} got only {c} cm].
d. [{name} missed the school record by {d} cm|{name}'s jump was {d} cm below the school record].
d = r-b? How many cm was {name}'s jump below the school record?
r = b+d? What is the school record, in cm?
b = r-d? How far did {name} jump, in cm?
k = b-c? How many cm more than {friend} did {name} jump?
f = r-c? By how many cm would {friend} have to do better to reach the school record?
+ {third}, who came from another school, jumped {x:large} cm.

home and away; {b:num}{k:num}{c:num}{d:below c}{a=b+k}
a. [The Hawks scored {a} goals at home|In home games the Hawks scored {a} goals].
b. [The Hawks scored {b} goals away from home|In away games {b} goals were scored by the Hawks].
ab. [The Hawks scored {a} goals at home and {b} away|Of the goals of the Hawks, {a} came in home games and \
{b} in away games].
c. [The Foxes scored {c} goals at home|At home {c} goals were scored by the Foxes].
d. [The Foxes scored {d} goals away from home|In away games the Foxes scored {d} goals].
cd. [The Foxes had {c} goals at home and {d} away|The Foxes scored {c} goals in home games and {d} in away games].
k = a-b? How many more goals did the Hawks score at home than away?
m = (a+b)-(c+d)? How many more goals did the Hawks score than the Foxes[| in all]?
n = c-d? How many fewer goals did the Foxes score away than at home?
p = a-c? At home, how many more goals did the Hawks score than the Foxes?
s = a+b? How many goals did the Hawks score in all?
+ The Bears scored {x:num} goals at home.
+ The Hawks won {x:few} games.

how fast they go; {c:num}{f:num}{d:num}{b=c+f}{a=b+d}
a. [A train goes at {a} km an hour|The speed of a train is {a} km an hour].
d. [A bus is {d} km an hour slower than the train|The train is faster than the bus by {d} km an hour].
b. [A bus goes at {b} km an hour|In an hour a bus goes {b} km].
f. [A bike is {f} km an hour slower than the bus|The bus goes {f} km an hour faster than a bike].
c. [A bike goes at {c} km an hour|The speed of a bike is {c} km an hour].
b = a-d? How many km does the bus go in an hour?
a = b+d? How fast is the train, in km an hour?
c = a-d-f? What is the speed of the bike, in km an hour?
k = d+f? By how many km an hour is the train faster than the bike?
f = b-c? How many km an hour faster is the bus than the bike?
+ A ticket for the bus costs {x:money}.
+ A ship goes at {x:num} km an hour.

three rivers; {b:num}{d:num}{f:num}{a=b+d}{c=a+f}
a. [The Elm River is {a} km long|The length of the Elm River is {a} km].
d. [The Elm River is {d} km longer than the Ash River|The Ash River is {d} km shorter than the Elm River].
ad. [The Elm River is {a} km long, {d} km longer than the Ash River|The Elm River, which has a length of {a} km, is \
longer than the Ash River by {d} km].
b. The Ash River is {b} km long.
f. [The Pine River is {f} km longer than the Elm River|The Elm River is shorter than the Pine River by {f} km].
c. The Pine River is {c} km long.
b = a-d? How long is the Ash River, in km?
a = b+d? How many km long is the Elm River?
c = b+d+f? How long is the Pine River, in km?
k = c-b? How many km longer is the Pine River than the Ash River?
f = c-a? How many km shorter is the Elm River than the Pine River?
+ There are {x:small} bridges over the Ash River.
+ A boat went {x:num} km on the Elm River.

ages in a family; {c:small}{d:few}{f:small}{b=c+d}{a=b+f}
a. [Aunt Petra is {a} years old|Aunt Petra's age is {a}].
f. [Aunt Petra is {f} years older than her [son|nephew] Teo|Teo is {f} years younger than Aunt Petra].
b. [Teo is {b} years old|Teo had his birthday and is {b} now].
d. [Teo is {d} years older than Nadia|Nadia is {d} years younger than Teo].
bd. [Teo, who is {b}, is {d} years older than Nadia|Teo is {b} years old and Nadia is {d} years younger].
c. [Nadia is {c} years old|Nadia is {c}].
b = a-f? How old is Teo?
c = b-d? How old is Nadia?
a = c+d+f? How old is Aunt Petra?
k = f+d? How many years older than Nadia is Aunt Petra?
t = b+c? What is the sum of the ages of Teo and Nadia?
+ Teo's dog is {x:few} years old.
+ Nadia has lived in this town for {x:few} years.

the same thing in two stores; {b:money}{d:money}{a=b+d}
a. [At the corner store a {item} costs {a}|The corner store sells a {item} for {a}].
b. [At the market a {item} costs {b}|At the market one pays {b} for a {item}].
ab. [A {item} costs {a} at the corner store but only {b} at the market|For a {item} the corner store asks {a} and \
the market {b}].
d. [The {item} is {d} cheaper at the market than at the corner store|The corner store takes {d} more for the {item} \
than the market].
b = a-d? How much does the {item} cost at the market?
a = b+d? How much does the {item} cost at the corner store?
d = a-b? How much does {name} save by buying the {item} at the market [and not|instead of] at the corner store?
t = a+b? How much are two {item}s if one is bought at the corner store and one at the market?
+ At the market a {other} costs {x:money}.
+ The bus to the market costs {x:money}.

two villages; {p:large}{g:num}{d:num}{a=p+g}{b=a+d}
a. [Millwick has {a} inhabitants|{a} people live in Millwick].
d. [Stonebrook has {d} more inhabitants than Millwick|In Millwick there live {d} fewer people than in Stonebrook].
ad. Millwick, where {a} people live, has {d} fewer inhabitants than Stonebrook.
b. [Stonebrook has {b} inhabitants|In Stonebrook there are {b} inhabitants].
p. [Ten years ago {p} people lived in Millwick|Ten years ago the number of people in Millwick was {p}].
b = a+d? How many people live in Stonebrook?
a = b-d? How many inhabitants does Millwick have now?
g = a-p? By how many people has Millwick grown in the last ten years?
d = b-a? How many fewer people live in Millwick than in Stonebrook?
t = a+b? How many people live in the two villages together?
+ Oakford, a third village, has {x:num} inhabitants.
+ In summer {x:num} tourists come to Stonebrook.

as many as the other; {b:num}{h:num}{d=h+h}{a=b+d}
a. [{name} has {a} {things}|In {name}'s {box} there are {a} {things}].
b. [{friend} has {b} {things}|{friend} owns only {b} {things}].
ab. [{name} and {friend} compared their {things}: {name} has {a}, {friend} {b}|{name} has {a} {things}, {friend} \
has {b}].
d. [{friend} needs {d} more {things} to have as many as {name}|If {name} lost {d} {things}, both would have the same \
number].
d = a-b? How many more {things} must {friend} [get|buy|find] to have as many as {name}?
h = (a-b)/2? How many {things} must {name} give to {friend} so that both have the same number?
b = a-d? How many {things} does {friend} have?
a = b+d? How many {things} does {name} have?
+ {third} has {x:num} {things}.
+ {friend} had {x:few} {things} a year ago.

a chess club; {b:num}{d:num}{a=b+d}{t=a+b}
a. [A chess club has {a} girls|{a} girls play in a chess club].
d. [There are {d} fewer boys than girls in the chess club|The chess club has {d} more girls than boys].
ad. [In a chess club there are {a} girls, and {d} fewer boys|A chess club has {a} girls, {d} more than boys].
b. [{b} boys are members of the chess club|The number of boys in the chess club is {b}].
t. [In all, {t} children belong to the chess club|The chess club has {t} girls and boys altogether].
b = a-d? How many boys are in the chess club?
t = a+(a-d)? How many children belong to the chess club?
a = t-b? How many girls are in the chess club?
d = a-b? How many boys would have to join the chess club so that it has as many boys as girls?
+ The chess club owns {x:small} chess boards.
+ In the swimming club there are {x:num} boys.

steps on three days; {c:large}{f:num}{d:num}{a=c+f}{b=a+d}
a. [On Monday {name} walked {a} steps|{name}'s watch counted {a} steps on Monday].
d. [On Tuesday {name} walked {d} more steps than on Monday|{name} walked {d} steps fewer on Monday than on Tuesday].
ad. [{name} walked {a} steps on Monday and {d} more than that on Tuesday|On Monday {name} walked {a} \
steps, which was {d} fewer than on Tuesday].
b. [For {name}, Tuesday was a day of {b} steps|On Tuesday {name} walked {b} steps].
f. [On Wednesday {name} walked {f} fewer steps than on Monday|{name} walked {f} steps more on Monday than on \
Wednesday].
c. On Wednesday {name} walked {c} steps.
b = a+d? How many steps did {name} walk on Tuesday?
c = a-f? How many steps did {name} walk on Wednesday?
k = d+f? How many more steps did {name} walk on Tuesday than on Wednesday?
a = c+f? How many steps did {name} walk on Monday?
t = a+(a+d)? How many steps did {name} walk on Monday and Tuesday together?
+ {friend} walked {x:large} steps on Tuesday.
+ On Sunday {name} slept {x:few} hours.

snow; {a:half}{d:small}{f:few}{b=a+d}{c=b+f}
a. [In the valley the snow was {a} cm deep|{a} cm of snow lay in the valley].
d. [At the church the snow was {d} cm deeper than in the valley|In the valley there was {d} cm less snow than at \
the church].
b. [At the church there were {b} cm of snow|The snow at the church was {b} cm deep].
f. [On the hill lay {f} cm more snow than at the church|The snow at the church was {f} cm less deep than on the hill].
c. [The snow on the hill was {c} cm deep|On the hill there were {c} cm of snow].
ac. While the snow was {a} cm deep in the valley, it was {c} cm deep on the hill.
b = a+d? How many cm deep was the snow at the church?
a = b-d? How many cm of snow were there in the valley?
c = a+d+f? How many cm deep was the snow on the hill?
b = c-f? How deep was the snow at the church, in cm?
k = d+f? How many cm deeper was the snow on the hill than in the valley?
+ A year before, the snow on the hill was {x:half} cm deep.

two collections of two kinds; {a:num}{e:num}{d:num}{f:num}{b=e+f}{c=a+d}
a. [{name} has {a} {things}|{name} keeps {a} {things}].
b. [{name} has {b} {item}s|{b} {item}s belong to {name}].
ab. [{name} has {a} {things} and {b} {item}s|{name} owns {a} {things} as well as {b} {item}s].
d. {friend} has {d} more {things} than {name}.
f. [{friend} has {f} fewer {item}s than {name}|{name} has {f} more {item}s than {friend}].
df. [Compared with {name}, {friend} has {d} more {things} but {f} fewer {item}s|{friend} has {d} {things} more and \
{f} {item}s fewer than {name}].
c. {friend} has {c} {things}.
e. {friend} has {e} {item}s.
c = a+d? How many {things} does {friend} have?
e = b-f? How many {item}s does {friend} have?
f = b-e? How many fewer {item}s than {name} does {friend} have?
t = a+b? How many {things} and {item}s does {name} have altogether?
u = (a+d)+(b-f)? How many {things} and {item}s does {friend} have in all?
+ {third} has {x:num} {item}s.

farm animals; {c:num}{f:num}{d:num}{b=c+f}{a=b+d}
a. [A farmer's calf weighs {a} kg|The calf on a farm has a weight of {a} kg].
d. [The goat is {d} kg lighter than the calf|The calf weighs {d} kg more than the goat].
b. [The goat weighs {b} kg|The goat's weight is {b} kg].
f. [The goat is {f} kg heavier than the goose|The goose weighs {f} kg less than the goat].
bf. The goat weighs {b} kg and is {f} kg heavier than the goose.
c. [The goose weighs {c} kg|The weight of the goose is {c} kg].
b = a-d? How many kg does the goat weigh?
c = b-f? How many kg does the goose weigh?
a = c+f+d? How many kg does the calf weigh?
t = a+b? What do the calf and the goat weigh together, in kg?
k = d+f? How many kg heavier is the calf than the goose?
+ The farmer's horse weighs {x:large} kg.
+ In a week the animals eat {x:num} kg of hay.

a race; {c:num}{f:num}{d:below f}{b=c+f}{a=b-d}
a. [{name} ran the race in {a} seconds|{name} needed {a} seconds for the race].
d. [{friend} needed {d} seconds more than {name}|{name} was {d} seconds faster than {friend}].
ad. [{name} finished after {a} seconds, {d} seconds before {friend}|{friend} came in {d} seconds after {name}, who \
took {a} seconds].
b. [{friend} needed {b} seconds for the race|{friend}'s time in the race was {b} seconds].
f. [{third} was {f} seconds faster than {friend}|{friend} took {f} seconds longer than {third}].
c. [{third} took {c} seconds for the race|{third} ran it in {c} seconds].
b = a+d? How many seconds did {friend} need for the race?
a = b-d? How many seconds did {name} need for the race?
c = a+d-f? How many seconds did {third} need for the race?
k = f-d? By how many seconds was {third} faster than {name}?
f = b-c? How many seconds longer than {third} did {friend} take?
+ {x:small} children took part in the race.
+ Last year the winner needed {x:num} seconds.

guessing; {m:large}{h:num}{g:num}{r=m+h}{n=r+g}
r. [There were {r} beans in a glass|A glass held {r} beans].
r~ The children guessed how many beans were in a glass.
n. [{name} guessed {n} beans|{name} thought that there were {n} beans].
m. [{friend} guessed {m} beans|{friend}'s guess was {m} beans].
g. [{name} guessed {g} beans too many|{name}'s guess was too high by {g}].
h. [{friend} guessed {h} beans too few|{friend}'s guess was {h} below the right number].
nm. [{name} guessed that there were {n} beans, {friend} that there were {m}|{name}'s guess was {n} beans and \
{friend}'s was {m}].
gh. While {name} guessed {g} beans too many, {friend} guessed {h} too few.
g = n-r? By how many beans was {name}'s guess too high?
h = r-m? How many beans too few did {friend} guess?
n = r+g? How many beans did {name} guess?
r = m+h? How many beans were in the glass?
k = n-m? How many more beans did {name} guess than {friend}?
+ The glass weighs {x:num} grams.
+ {third} guessed {x:large} beans.
"""
