"""Something is changed: before, the change, after. The package explains the language."""

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
e = s+g+h? How many books does the shelf hold [now|after that]?
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

a stall with two kinds; {c:num}{p:num}{d:below c}{q:num}{a=c+p}{b=d+q}
a. [{name}'s stall had {a} {things} in the morning|In the morning {a} {things} lay on {name}'s stall].
b. [{name} had {b} {item}s on the stall in the morning|{b} {item}s were for sale when {name} opened the stall].
ab. [In the morning {name} put {a} {things} and {b} {item}s on the stall|{name} opened the stall with {a} {things} \
and {b} {item}s|When {name} opened the stall, there were {a} {things} and {b} {item}s on it].
c. [By noon only {c} {things} were left|At noon {name} counted {c} {things} on the stall].
d. [At noon there were {d} {item}s|Of the {item}s, {d} were still there at noon].
cd. [At noon {c} {things} and {d} {item}s had not been sold|By noon {name} had just {c} {things} and {d} {item}s left].
p = a-c? How many {things} [were sold|did {name} sell] [in the morning|before noon]?
q = b-d? How many {item}s [were sold|did {name} sell] [in the morning|before noon]?
k = c-d? How many more {things} than {item}s [were left at noon|did {name} have at noon]?
t = c+d? How many {things} and {item}s were [still on the stall|left] at noon[| altogether]?
r = a-b? How many more {things} than {item}s did {name} have [when the stall opened|in the morning]?
+ {friend} sold {x:num} {things} at another market.
+ The stall beside it had {x:num} {item}s in the morning.

figs and walnuts; {p:small}{c:num}{q:below p}{d:num}{a=c+p}{b=d+q}
a. [There were {a} figs in the [blue|big|wooden] bowl|Grandmother had filled a bowl with {a} figs].
b. [A basket held {b} walnuts|There was a basket with {b} walnuts].
ab. [On the table stood a bowl with {a} figs and a basket with {b} walnuts|{a} figs and {b} walnuts were put out \
for the guests].
p. [{name} ate {p} of the figs|{name} liked the figs and took {p}].
p~ {name} [ate some of the figs|was very fond of figs].
q. [{name} ate {q} walnuts|{q} of the walnuts were eaten by {name}].
pq. [While waiting for lunch, {name} ate {p} figs and {q} walnuts|{name} was hungry and ate {p} of the figs and \
{q} of the walnuts].
c. [When {name} got up from the table, there were still {c} figs|{c} figs were left over].
d. [{d} walnuts were left over|Nobody touched the other {d} walnuts].
c = a-p? How many figs were left[| after {name} had eaten]?
a = c+p? How many figs were there before {name} [began to eat|ate any]?
d = b-q? How many walnuts were [left|not eaten]?
k = p-q? How many more figs than walnuts did {name} eat?
m = p+q? How many figs and walnuts did {name} eat [altogether|in all]?
+ {friend}, who does not like figs or walnuts, ate {x:few} plums.

two borrowers; {e:num}{g:num}{h:num}{r:below g}{s=e+g+h}
s. [{name} owns {s} {things}|All in all {name} had {s} {things}].
g. [{friend} borrowed {g} {things} from {name}|{name} lent {g} {things} to {friend}].
h. [{third} borrowed {h} {things} from {name}|{name} lent {third} {h} {things}].
gh. [{friend} borrowed {g} {things} from {name}, and {third} borrowed {h}|{name} lent {g} {things} to {friend} and \
{h} to {third}|{g} of {name}'s {things} were lent to {friend} and {h} to {third}].
e. [After that {name} had only {e} {things} at home|That day {name} kept {e} {things}].
r. [A week later {friend} brought {r} of {name}'s {things} back|The next week {friend} returned {r} of them to {name}].
s = e+g+h? How many {things} did {name} have before [any were lent|{friend} and {third} came]?
g = s-e-h? How many {things} did {friend} borrow?
e = s-g-h? How many {things} did {name} still have right after [lending them|{friend} and {third} had borrowed theirs]?
d = g+h? How many {things} did {name} lend to the two [friends|others] together?
k = g-r? How many of the borrowed {things} does {friend} still have to bring back?
+ {friend} owns {x:num} {item}s.

handed over; {c:num}{g:num}{b:num}{a=c+g}{d=b+g}
a. [{name} had {a} {things}|At first {a} {things} belonged to {name}].
b. [{friend} had {b} {things}|{friend} started with {b} {things}].
ab. [{name} had {a} {things} and {friend} had {b}|There were {a} {things} in {name}'s bag and {b} in {friend}'s].
g! [One day {name} gave {g} {things} to {friend}|{friend} was given {g} {things} by {name}].
g~ [One day {name} gave some {things} to {friend}|{friend} was given a few {things} by {name}].
c. [After that {name} had {c} {things}|This left {name} with {c} {things}].
d. [After that {friend} had {d} {things}|Now {friend} owns {d} {things}].
cd. [Now {name} has {c} {things} while {friend} has {d}|After this {name} had {c} and {friend} had {d} {things}].
c = a-g? How many {things} does {name} have [now|after giving some away]?
d = b+g? How many {things} does {friend} have [now|after getting some from {name}]?
g = a-c? How many {things} did {name} [give to {friend}|hand over]?
b = d-g? How many {things} did {friend} have [before|before getting any from {name}]?
t = a+b? How many {things} do {name} and {friend} have together?
+ {third} watched them and had {x:num} {things} in a bag.

three days at a museum; {a:num}{k:num}{c:num}{b=a+k}{t=a+b+c}
a. [On Friday {a} people visited the museum|{a} visitors came to the museum on Friday].
b. [On Saturday the museum had {b} visitors|The museum counted {b} people on Saturday].
ab. [{a} people came to the museum on Friday and {b} on Saturday|The museum had {a} visitors on Friday, but {b} on \
Saturday].
c. [On Sunday {c} people came|{c} tickets for the museum were sold on Sunday, one for each visitor].
t. [That makes {t} visitors from Friday to Sunday|Over the three days, Friday to Sunday, {t} people went there].
k = b-a? How many more people visited the museum on Saturday than on Friday?
t = a+b+c? How many visitors did the museum have [in these three days|from Friday to Sunday]?
c = t-a-b? How many people visited the museum on Sunday?
a = t-b-c? How many visitors came on Friday?
w = b+c? How many people were at the museum on the weekend, that is, on Saturday and Sunday?
+ On Saturday the museum's cafe sold {x:num} cups of coffee.
+ On Friday a week earlier there were {x:num} visitors.

swimmers; {e:num}{h:num}{i:num}{g:below h}{s=e+h+i-g}
s. [At noon there were {s} swimmers in the pool|{s} people were in the swimming pool at noon].
s~ At noon there were some people in the swimming pool.
g. [In the hour after noon|Between noon and one o'clock] {g} [people|swimmers] came to the pool.
h. [In the hour after noon {h} swimmers went home|Between noon and one o'clock {h} people left the pool].
gh. In the hour after noon {g} people came and {h} [left|went home].
i. [Just before closing time {i} more people left|When it began to rain, {i} more went home].
i~ [Just before closing time more people left|When it began to rain, more people went home].
e. [Then {e} people were in the water|In the end there were {e} people in the pool].
e = s+g-h-i? How many people were in the pool in the end?
s = e+h+i-g? How many people were in the pool at noon?
i = s+g-h-e? How many people left [later, after that hour|after that hour]?
d = h+i? How many people left the pool [altogether|in all]?
k = h-g? In the hour after noon, how many more people left than came?
+ {x:few} lifeguards were on duty all day.
+ The day before, {x:num} people had been in the pool at noon.

a rain barrel; {s:num}{g:num}{h:below g}{m=s+g}{e=m-h}
s. [Before the storm the rain barrel held {s} liters|There were {s} liters of water in the barrel before the storm].
g. [The storm brought {g} liters|During the storm {g} liters of rain ran into the barrel].
g~ [A storm came|It rained heavily].
m. [After the storm the barrel held {m} liters|When the storm was over, {m} liters were in the barrel].
h. [{name} watered the flowers with {h} liters from the barrel|Later {h} liters were used for the flowers].
h~ [{name} watered the flowers from the barrel|Later some of the water was used for the flowers].
e. [Once the flowers were watered, {e} liters remained|After the flowers had been watered, the barrel held {e} liters].
g = m-s? How many liters of rain did the storm bring?
h = m-e? How many liters were used for the flowers?
e = m-h? How many liters were in the barrel after the flowers had been watered?
s = m-g? How many liters were in the barrel before the storm?
k = e-s? How many more liters were in the barrel after the flowers had been watered than before the storm?
+ The week before, {name} had used {x:num} liters for the flowers.
+ {friend} used {x:num} liters from the well for the trees.

the price of a coat; {a:dollars}{d:dollars}{b=a+d}{r:below d}{c=b-r}
a. [In spring [a coat cost {a}|the price of a coat was {a}]|A coat could be had for {a} in spring].
a~ The price of a coat changed twice during the year.
d. [In summer the shop raised the price by {d}|By summer the coat had become {d} more expensive].
d~ The price went up in summer.
b. [In summer the coat was sold for {b}|In summer the price was {b}].
ad. A coat that cost {a} in spring became {d} more expensive in summer.
r. [In winter the coat was {r} cheaper than in summer|After Christmas the summer price was lowered by {r}].
r~ In winter the coat became cheaper again.
c. [{name} bought the coat in winter and paid {c}|In winter it cost {c}].
b = a+d? How much did the coat cost in summer?
d = b-a? By how much [did the price go up in summer|was the coat dearer in summer than in spring]?
r = b-c? How much cheaper was the coat in winter than in summer?
a = c+r-d? How much did the coat cost in spring?
k = c-a? How much more did the coat cost in winter than in spring?
+ The shop asked {x:dollars} for a pair of boots.

a meter; {a:large}{d:num}{f:num}{b=a+d}{c=b+f}
a. [At the start of May the electric meter showed {a}|The reading of the electric meter was {a} at the start of May].
b. [At the end of May the meter showed {b}|The meter stood at {b} when May was over].
ab. During May the reading of the electric meter rose from {a} to {b}.
c. [At the end of June the meter showed {c}|When June was over, the reading was {c}].
d. [The family used {d} units in May|In May the family used {d} units].
f. [In June {f} units were used by the family|The family used {f} units in June].
d = b-a? How many units did the family use in May?
f = c-b? How many units of electricity did the family use in June?
t = c-a? How many units [did the family use|were used by the family] in May and June together?
c = b+f? What did the meter show at the end of June?
a = b-d? What was the reading at the start of May?
+ The neighbors used {x:num} units in May.

a young dog; {a:small}{d:half}{f:few}{b=a+d}{c=b+f}
a. [When {name} got a puppy, it weighed {a} kg|{name}'s puppy weighed {a} kg on the day it came].
d. [The puppy gained {d} kg in the first month|In the first month the puppy grew {d} kg heavier].
b. [A month after the puppy came, it weighed {b} kg|After one month the puppy's weight was {b} kg].
f. [In the second month the puppy put on {f} kg|During the second month the puppy gained {f} kg].
df. The puppy gained {d} kg in the first month and {f} kg in the second.
c. [When the second month was over, the dog weighed {c} kg|Two months after the puppy came, it weighed {c} kg].
b = a+d? How many kg did the puppy weigh after one month?
d = b-a? How many kg did the puppy gain in the first month?
c = a+d+f? How many kg did the puppy weigh after two months?
k = c-a? How many kg heavier was the puppy after two months than when it came?
t = d+f? How many kg did the puppy gain in the two months together?
+ {friend}'s cat weighs {x:half} kg.
+ In the first month the puppy ate {x:small} kg of food.

finds of three days; {s:num}{a:num}{k:num}{g:below s}{b=a+k}{e=s+a+b-g}
s. [Before Monday {name} had {s} {things} in the collection|Until Sunday evening {name}'s collection had {s} {things}].
a. [On Monday {a} {things} were added to {name}'s collection|On Monday {name} found {a} {things}].
b. [On Tuesday {name} found {b} {things}|Tuesday brought {name} {b} {things}].
ab. [{name} found {a} {things} on Monday and {b} on Tuesday|After finding {a} {things} on Monday, {name} found \
{b} on Tuesday].
g. [On Wednesday {name} gave {g} {things} away|{g} {things} were given to {friend} on Wednesday].
e. [On Thursday there were {e} {things} in {name}'s collection|By Thursday {name} had {e} {things}].
e = s+a+b-g? How many {things} did {name} have after giving some away on Wednesday?
s = e+g-a-b? How many {things} did {name} have before Monday?
m = a+b? How many {things} did {name} find on Monday and Tuesday [altogether|together]?
k = b-a? How many more {things} did {name} find on Tuesday than on Monday?
g = s+a+b-e? How many {things} were given away on Wednesday?
+ {third} found {x:num} {things} on Monday.

two shops; {e:dollars}{g:dollars}{h:below g}{s=e+g+h}
s. [{name} left home with {s}|{name} had {s} to spend|There were {s} in {name}'s purse].
s~ [{name} went out with some money|{name} took money along].
g. [At the bakery {name} spent {g}|{name} paid {g} for cakes at the bakery].
h. [At the toy shop {name} spent {h}|A toy car at the toy shop cost {name} {h}].
gh. [{name} first spent {g} at the bakery and then {h} at the toy shop|After spending {g} at the bakery, {name} \
paid {h} at the toy shop].
e. [{name} came home with {e}|In the end {e} were still in {name}'s purse].
s = e+g+h? How much money did {name} have at first?
e = s-g-h? How much money did {name} have left after both shops?
m = s-g? How much money did {name} have when leaving the bakery, the first of the two shops?
d = g+h? How much did {name} spend in the two shops together?
k = g-h? How much more did {name} spend at the bakery than at the toy shop?
+ {friend} spent {x:dollars} at the bakery.
+ A toy ship cost {x:dollars}, but {name} did not buy it.

debts; {r:dollars}{p:dollars}{b:dollars}{a=r+p}
a. [{name} borrowed {a} from {friend}|{friend} lent {name} {a}].
b. [{name} borrowed {b} from {third}|{third} lent {name} {b}].
ab. [{name} borrowed {a} from {friend} and {b} from {third}|To buy a {item}, {name} got a loan of {a} from {friend} \
and one of {b} from {third}].
p. [Last week {name} paid {p} back to {friend}|{name} has given {p} back to {friend} so far].
p~ Last week {name} paid some of it back to {friend}.
r. [{name} still owes {friend} {r}|{friend} is still waiting for {r} from {name}].
r = a-p? How much does {name} still owe {friend}?
a = r+p? How much did {name} borrow from {friend}?
p = a-r? How much has {name} paid back to {friend}?
t = a+b? How much did {name} borrow from the two [in all|altogether]?
u = a+b-p? How much does {name} still have to pay back to the two together?
+ {friend} earns {x:dollars} a week.

loaves; {e:num}{v:num}{s:below v}{b=e+v-s}{m=e+v}
s. [{s} loaves of bread were left from yesterday|When the baker came in, {s} loaves were on the shelf].
b. [In the night the baker made {b} loaves|{b} fresh loaves were baked before the shop opened].
b~ Before the shop opened, fresh loaves were baked.
m. [When the shop opened, {m} loaves were for sale|Old and new, there were {m} loaves when the shop opened].
v. [During the day {v} loaves were sold|Customers bought {v} loaves].
v~ During the day [loaves were sold|customers bought loaves].
e. [At closing time {e} loaves were still there|In the evening the baker had {e} loaves].
b = m-s? How many fresh loaves were baked?
m = s+b? How many loaves were for sale when the shop opened?
v = s+b-e? How many loaves were sold during the day?
e = m-v? How many loaves were left in the evening?
s = e+v-b? How many loaves were there before the fresh ones were baked?
+ The baker sold {x:num} rolls on that day.
+ The bakery on the next street made {x:num} loaves.

a pond; {c:num}{p:num}{b:num}{q:num}{a=c+p}{d=b+q}
a. [{a} ducks were swimming on a pond|There were {a} ducks on a pond].
b. [There were {b} geese on the water|{b} geese were swimming on the pond].
ab. [A pond was home to {a} ducks and {b} geese|On a pond one could see {a} ducks and {b} geese].
p. [A dog barked and {p} of the ducks flew away|{p} ducks were frightened by a dog and flew off].
p~ A dog barked and some of the ducks flew away.
q. [A little later {q} geese landed there|Then the geese were joined by {q} others].
q~ A little later more geese landed there.
c. [After that there were {c} ducks|{c} ducks stayed].
d. [In the evening one could count {d} geese|Finally there were {d} geese].
c = a-p? How many ducks [stayed|were left on the pond]?
p = a-c? How many ducks flew away?
q = d-b? How many geese [landed later|joined the others]?
b = d-q? How many geese were on the pond at first?
t = a+b-p+q? How many ducks and geese are on the pond in the end?
+ {x:small} frogs were sitting on the bank.
+ {x:num} geese were seen on another pond.

unread mail; {e:num}{r:num}{a:below r}{b=e+r-a}
a. [{name} found {a} unread emails in the morning|In the morning there were {a} emails {name} had not read].
a~ {name} had unread emails in the morning.
b. [During the day {b} new ones arrived|{b} more emails came in before evening].
b~ During the day more emails arrived.
ab. [There were {a} unread emails in {name}'s inbox in the morning and {b} more came in during the day|{name} began \
the day with {a} unread emails and got another {b}].
r. [{name} managed to read {r} emails|By evening {r} of the unread emails had been read].
r~ [{name} sat down and read emails|By evening some of the emails had been read].
e. [In the evening {e} emails were still unread|{e} unread emails had to wait until the next day].
e = a+b-r? How many unread emails were left in the evening?
a = e+r-b? How many unread emails were there in the morning?
b = e+r-a? How many emails arrived during the day?
r = a+b-e? How many emails did {name} read?
+ The postman brought {name} {x:few} paper letters.
+ {friend} wrote {x:num} emails on the same day.

swapping; {c:num}{g:num}{k:few}{a=c+g}{h=g+k}{e=c+h}
a. [{name} had {a} football stickers|In {name}'s album there were {a} stickers].
g. [At school {name} handed {g} stickers to {friend}|{g} of {name}'s stickers went to {friend}].
h. [{friend} gave {name} {h} stickers in exchange|In return {name} got {h} stickers from {friend}].
gh. [{name} traded {g} stickers for {h} smaller ones from {friend}|{friend} gave {name} {h} old stickers and got \
{g} of {name}'s in return].
c. [Without the stickers that went to {friend}, {name} had {c}|Apart from the stickers for {friend}, {name} had {c}].
e. [After the trade {name} had {e} stickers|When both had made the swap, {name} owned {e} stickers].
e = a-g+h? How many stickers did {name} have after [the trade with {friend}|swapping with {friend}]?
a = e+g-h? How many stickers did {name} have before swapping with {friend}?
g = a-c? How many stickers did {name} give to {friend}?
k = h-g? How many more stickers did {name} get than were given away?
+ {third} has {x:num} stickers but did not want to swap.

a candle; {e:small}{g:few}{h:few}{m=e+h}{s=m+g}
s. [A [new |]candle was {s} cm tall|{name} bought a candle with a height of {s} cm].
g. [On the first evening the candle burned down {g} cm|The first evening made the candle {g} cm shorter].
m. [After the first evening the candle was {m} cm tall|When the candle was blown out on the first evening, {m} \
cm were left].
h. [On the second evening {h} cm burned away|The candle lost {h} cm on the second evening].
gh. The candle became {g} cm shorter on the first evening and {h} cm shorter on the second.
e. [After two evenings the candle was {e} cm tall|When the second evening was over, its height was {e} cm].
g = s-m? How many cm of the candle burned away on the first evening?
h = m-e? How many cm of the candle burned away on the second evening?
e = m-h? How tall was the candle after the second evening, in cm?
s = m+g? How tall was the new candle, in cm?
d = s-e? How many cm did the candle lose in the two evenings together?
+ A second candle of {x:small} cm was not lit.
"""
