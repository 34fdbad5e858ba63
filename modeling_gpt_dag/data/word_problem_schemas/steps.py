"""Several steps. The package explains the language."""

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

trays of rolls; {n:few}{m:small}{t=n*m}{g:below t}{e=t-g}
n! [A baker made {n} trays of rolls|{n} trays of rolls came out of the oven of a bakery|One morning a bakery had {n} \
trays of rolls].
n~ [A baker made several trays of rolls|One morning a bakery had some trays of rolls].
m. [There were {m} rolls on every tray|Every tray held {m} rolls|{m} rolls fit on a tray, and all trays were full].
g. [{g} of the rolls were sold before noon|By noon, customers had bought {g} of the rolls].
e. [At noon there were still {e} rolls|When noon came, {e} rolls had not been sold yet|{e} of the rolls were left at \
noon].
ge. [Before noon {g} rolls were sold, while {e} were still there at noon|At noon {g} rolls were gone and {e} were \
left].
e = n*m-g? How many rolls [were still there at noon|had not been sold by noon|were left at noon]?
g = n*m-e? How many rolls [were sold before noon|did the customers buy before noon]?
t = n*m? How many rolls [were baked|were there before the first customer came|did the bakery make]?
m = (g+e)/n? How many rolls were [on each tray|there on one tray]?
n = (g+e)/m? How many trays [of rolls did the bakery have|were baked]?
+ [Another bakery in the same street sold {x:num} cakes|Besides the rolls, {x:small} loaves of bread were baked].
+ [The bakery also had {x:few} trays of cake|A roll costs {x:money}].

notebooks and a folder; {n:few}{p:money}{q:money}{t=n*p+q}{s:above t}{e=s-t}
n! [For the new school year {name} chooses {n} notebooks and one folder|{name} puts {n} notebooks and a folder on the \
counter|{name} is buying a folder and {n} notebooks].
p. [The notebooks are {p} each|Every notebook costs {p}|One has to pay {p} for each notebook].
q. [The folder is {q}|The folder costs {q}|{q} is the price of the folder].
pq. [A notebook costs {p} and the folder {q}|The price is {p} for a notebook and {q} for the folder].
s. [{name} hands over {s}|{name} gives the cashier {s}|{name} pays with {s}].
e. [The cashier returns {e}|The change is {e}|{name} gets {e} back].
t = n*p+q? How much [has to be paid|does {name} have to pay] for [everything|the notebooks and the folder together]?
a = n*p? How much [do the notebooks cost|is it for the notebooks alone|does {name} pay for just the notebooks]?
e = s-n*p-q? How much [change|money back] does {name} get?
q = s-e-n*p? [What is the price of the folder|How much does the folder cost]?
s = n*p+q+e? How much money did {name} [give the cashier|hand over]?
+ [A school bag in the shop window costs {x:money}|{friend} pays {x:money} for a pencil case].

pears into baskets; {n:few}{m:few}{t=n*m}{b:below t}{r:few}{a=t+r-b}
a. [In the morning a farmer picked {a} pears|{a} pears were picked in the morning|A farmer's morning harvest was {a} \
pears].
a~ [In the morning a farmer picked some pears|Some pears were picked in the morning].
b. [In the afternoon {b} pears were picked|{b} pears came from the trees in the afternoon|The afternoon brought {b} \
pears].
ab. [A farmer picked {a} pears in the morning and {b} in the afternoon|{a} pears were picked before lunch and {b} \
after it].
r. [{r} of all these pears had gone bad and nobody wanted them|{r} of the pears picked that day were bad].
n! [The good pears were put into {n} baskets, the same number in each|{n} baskets were filled with the good pears, \
all baskets alike].
n~ [The good pears were put into baskets, the same number in each].
m. [Each basket got {m} pears|There were {m} pears in every basket].
m = (a+b-r)/n? How many pears [were put into each basket|did each basket get]?
t = a+b? How many pears were picked [in the morning and the afternoon together|from morning to evening|during the \
whole day]?
g = a+b-r? How many [good pears were there|pears were good|of the pears could be used]?
n = (a+b-r)/m? How many baskets [were filled|did the good pears need]?
a = n*m+r-b? How many pears were picked [before the afternoon|in the morning]?
+ [On the day before, {x:num} pears were picked|{x:num} plums were picked, too|{x:num} pears were still hanging on \
the trees].

two filling machines; {a:num}{b:num}{n:few}{t=(a+b)*n}
t! [A factory has an order of {t} bottles|An order of {t} bottles has come in at a factory].
t~ A factory has an order of bottles.
a. The old machine [fills {a} bottles a minute|can fill {a} bottles in one minute|manages {a} bottles per minute].
b. The new machine [fills {b} bottles a minute|can fill {b} bottles in one minute|manages {b} bottles per minute].
ab. [Every minute the old machine fills {a} bottles and the new machine {b}|While the old machine fills {a} bottles \
in a minute, the new machine fills {b}].
n. [With both machines running, the order is done in {n} minutes|The two machines finish the order together in {n} \
minutes].
n = t/(a+b)? How many minutes [does the order take|are needed for the order] if [both machines run at the same \
time|the old and the new machine work together]?
t = (a+b)*n? How many bottles [are in the order|were ordered]?
c = a+b? How many bottles do [the two machines|both machines] fill [together in one minute|in a minute when they work \
together]?
b = t/n-a? How many bottles does the new machine fill in [a|one] minute?
a = t/n-b? How many bottles does the old machine fill in [a|one] minute?
+ [A third machine, which is broken, could fill {x:num} bottles a minute|Last week {x:large} bottles were filled at \
the factory].

museum visitors; {a:num}{d:num}{c:num}{t=a+a+d+c}
a. [On Friday {a} people came to the museum|{a} people visited the museum on Friday|The museum had {a} visitors on \
Friday].
d. [On Saturday there were {d} more visitors than on Friday|The museum had {d} visitors more on Saturday than on \
Friday].
ad. [{a} people saw the museum on Friday, and {d} more than that on Saturday].
c. [{c} people came to the museum on Sunday|On Sunday the museum counted {c} visitors|Sunday brought {c} visitors to \
the museum].
t. [In three days, from Friday to Sunday, {t} people came to the museum|From Friday to Sunday the museum had {t} \
visitors in all].
t = a+a+d+c? How many people [visited the museum|came to the museum] [on the three days|from Friday to Sunday]?
b = a+d? How many [visitors did the museum have|people visited the museum] on Saturday?
u = a+c? How many people came to the museum on Friday and Sunday together?
v = a+a+d? How many people [came to the museum|saw the museum] on Friday and Saturday [together|in all]?
a = (t-c-d)/2? How many people [were at the museum|came to the museum] on Friday?
+ [On Thursday {x:num} people visited the museum|A zoo nearby had {x:num} visitors on Saturday|The museum shows \
{x:num} pictures].

hens and ducks; {a:large}{d:below a}{b=a-d}{t=a+b}
a. [A farmer keeps {a} hens|{a} hens live on a farm|On a farm there are {a} hens].
d. [There are {d} fewer ducks than hens on the farm|The farm has {d} fewer ducks than hens|There are {d} more hens \
than ducks on the farm].
b. [The number of ducks on the farm is {b}|All {b} ducks of the farm are on the pond].
t. [Hens and ducks together, the farm has {t} birds|The farm has {t} birds, all of them hens or ducks].
t = a+a-d? How many [hens and ducks does the farm have altogether|birds are there if hens and ducks are counted \
together]?
b = a-d? How many ducks [are there|live on the farm|does the farm have]?
d = a-b? How many [more hens than ducks are there|fewer ducks than hens does the farm have]?
a = (t+d)/2? How many hens [are there on the farm|does the farm have]?
+ [The farm has {x:small} goats as well|{x:few} geese live next door|The hens laid {x:num} eggs].

two trails; {k:few}{a:num}{b=k*a}{t=a+b}
a. [The forest trail is {a} meters long|It is {a} meters from one end of the forest trail to the other].
k. [The lake trail is {k} times as long as the forest trail|Compared with the forest trail, the lake trail is {k} \
times as long].
b. [The length of the lake trail is {b} meters].
t. [Together the forest trail and the lake trail are {t} meters long|Whoever walks along the forest trail and the \
lake trail has gone {t} meters].
d = k*a-a? [How many meters longer is the lake trail than the forest trail|By how many meters is the forest trail \
shorter than the lake trail]?
t = k*a+a? How many meters [does one walk on the forest trail and the lake trail together|do both trails, forest and \
lake, measure together]?
b = k*a? [How long is the lake trail, in meters|How many meters long is the lake trail]?
a = t/(k+1)? How many meters long is the forest trail?
k = b/a? How many times as long as the forest trail is the lake trail?
+ [The hill trail measures {x:num} meters|{name} walked {x:num} meters yesterday|A cabin stands {x:num} meters from \
the lake].

sticker packs; {n:few}{m:small}{t=n*m}{b:below t}{d=t-b}
n! [{name} bought {n} packs of stickers|{n} packs of stickers were bought by {name}].
m. [A pack contains {m} stickers|In each pack there are {m} stickers|Every one of these packs held {m} stickers].
nm. [{name} bought {n} packs with {m} stickers in each|{n} packs of {m} stickers each were bought by {name}].
b! [{friend} bought {b} single stickers|{friend} did not want a pack and bought {b} single stickers].
b~ {friend} bought single stickers.
d. [{name} bought {d} more stickers than {friend}|{friend} bought {d} fewer stickers than {name}].
d = n*m-b? How many [more stickers did {name} buy than {friend}|fewer stickers did {friend} buy than {name}]?
t = n*m? How many stickers did {name} buy?
u = n*m+b? How many stickers did {name} and {friend} buy [together|in all]?
b = n*m-d? How many stickers did {friend} buy?
m = (b+d)/n? How many stickers were in each pack?
+ [{third} bought {x:num} stickers|{friend} already had {x:num} stickers at home|A pack costs {x:money}].

melons and rice; {n:few}{p:dollars}{q:dollars}{e:dollars}{s=n*p+q+e}
s! [Omar went to the market with {s}|When Omar came to the market, he had {s}|Omar had {s} in his wallet].
s~ [Omar went to the market with some money|Omar had some money in his wallet].
n! [Omar bought {n} melons|He bought {n} melons].
p. [Each melon was {p}|He paid {p} for each melon|The melons cost {p} apiece].
np. [He bought {n} melons at {p} each|Omar took {n} melons, which were {p} each].
q. [After that he spent {q} on rice|A sack of rice cost him another {q}|For some rice he paid {q} more].
e. [In the end he had {e}|At the end {e} remained in his wallet|When he went home he had {e} left].
e = s-n*p-q? How much money did Omar have [left|in the end|when he had paid for the melons and the rice]?
q = s-n*p-e? How much did Omar [pay for|spend on] the rice[|, if he bought nothing but melons and rice]?
r = s-n*p? How much did Omar have left after paying for the melons only?
p = (s-q-e)/n? How much did Omar pay for one melon[|, if he bought nothing else but rice]?
s = n*p+q+e? How much money did Omar have [at first|when he came to the market]?
+ [There were {x:small} melons at the stall|A basket of figs was {x:dollars}, but Omar did not take it].

old radios; {n:small}{p:dollars}{d:dollars}{q=p+d}{e=n*d}
n! [A dealer bought {n} old radios|{n} old radios were bought by a dealer].
n~ [A dealer bought some old radios].
p. [They cost the dealer {p} each|Each radio cost the dealer {p}|The dealer paid {p} for each radio].
np. [A dealer bought {n} old radios at {p} each].
q. [Every radio was sold again for {q}|The dealer sold all the radios at {q} each|All the radios found new owners for \
{q} each].
e. [So the dealer made a profit of {e}|The profit on all radios together was {e}].
e = n*(q-p)? [How much profit did the dealer make on all the radios|How much more money did the dealer get for the \
radios than they had cost|What was the profit on all radios together]?
d = q-p? How much did the dealer gain with [each radio|one radio]?
c = n*p? How much did the dealer pay for [all of the radios|the radios altogether]?
q = p+e/n? For how much did the dealer sell each radio, if all were sold at the same price?
n = e/(q-p)? How many radios were bought and sold?
+ [A new radio costs {x:dollars}|The rent of the dealer's shop is {x:dollars}|The dealer also has {x:small} clocks].

candles in gift packs; {n:small}{m:few}{r:below m}{t=n*m+r}
t! [{t} candles are to be wrapped in gift packs|A shop has {t} candles and makes gift packs of them].
t~ A shop makes gift packs of candles.
m. [A gift pack consists of {m} candles|{m} candles make one gift pack|In each gift pack there are {m} candles].
n. [{n} gift packs have been made|The shop has finished {n} gift packs].
r! [{r} candles remain|In the end {r} candles are still lying there].
r~ Then no other gift pack can be made.
nr. [There are now {n} gift packs and {r} single candles|{n} gift packs were made, and {r} candles did not go into a \
pack].
n = (t-r)/m? How many gift packs [were made|did the shop make]?
m = (t-r)/n? How many candles are in [one gift pack|each of the gift packs]?
r = t-n*m? How many candles [are not in a gift pack|are left without a pack|remain]?
t = n*m+r? How many candles were there [before they were wrapped|at first]?
u = n*m? How many candles [were used for the gift packs|are in gift packs now]?
+ [The shop also sells {x:small} lamps|A gift pack costs {x:money}|Yesterday {x:num} candles were sold].

coaches for a trip; {n:few}{m:small}{c=n*m}{u:below c}{k:few}{e=c-u-k}
n! [{n} coaches are ordered for a school trip|A school goes on a trip in {n} coaches].
m. [There are {m} seats in every coach|A coach has {m} seats for the travelers|Each coach can take {m} people].
u. [{u} pupils go on the trip|The number of pupils who come along is {u}].
k. [{k} teachers travel with the pupils|{k} teachers come along].
uk. [{u} pupils and {k} teachers go on the trip|The school sends {u} pupils together with {k} teachers].
e. [With everybody sitting, {e} seats stay empty|When everybody is sitting, {e} seats are free].
e = n*m-u-k? [How many seats are empty if the pupils and teachers take one each|How many seats are not needed for \
pupils and teachers]?
c = n*m? How many people can sit in [the coaches|all coaches together]?
w = u+k? How many people go on the trip, pupils and teachers together?
u = n*m-e-k? How many pupils go on the trip?
k = n*m-e-u? How many teachers go on the trip?
+ [{x:small} pupils of the school are ill and stay at home|The trip is {x:num} km long|Last year the school had \
{x:few} coaches].

tables at a wedding; {n:few}{a:few}{k:few}{b:few}{t=n*a+k*b}{g:below t}{f=t-g}
n! [For a wedding {n} long tables were set up|In the wedding hall there are {n} long tables].
a. [At every long table there is room for {a} guests|{a} guests can sit at each long table].
na. [For a wedding there are {n} long tables with {a} chairs each].
k! [There are {k} round tables, too|{k} round tables stand beside them].
b. [A round table has chairs for {b} guests|{b} guests can sit at each round table].
kb. [There are {k} round tables, too, and {b} guests can sit at each of these|{k} round tables have {b} chairs each].
g. [{g} guests come to the wedding|{g} people have been invited, and all of them come].
t = n*a+k*b? How many guests can [sit|be seated] at [all the tables|the long and the round tables together]?
f = n*a+k*b-g? How many chairs [stay free|remain empty] when all the guests are sitting?
u = n*a? How many guests can sit at the long tables?
v = k*b? For how many guests is there room at the round tables?
w = n+k? How many tables are there, long and round ones?
+ [{x:small} flowers stand on the first table|The band has {x:few} players|In the garden there are {x:small} benches].

cans for recycling; {n:few}{m:small}{t=n*m}{a:below t}{v=t-a}{b:below v}{c=v-b}
a. [The first class collected {a} cans|{a} cans were collected by the first class].
b. [The second class brought {b} cans|{b} cans came from the second class].
ab. [The first class collected {a} cans and the second class {b}|{a} cans were collected by the first class and {b} \
by the second].
c! [{c} cans were found in the school kitchen|The cook gave {c} cans].
c~ The cook gave some cans, too.
n! [The cans of the two classes and of the cook filled {n} bags|{n} bags were filled with the cans of these classes \
and the cook].
n~ [The cans of the two classes and of the cook were put into bags|Bags were filled with the cans of these classes \
and the cook].
m. [There were {m} cans in every bag|Every bag was filled with {m} cans|{m} cans filled one bag].
n = (a+b+c)/m? How many bags were filled [with the cans|with the cans of both classes and the cook]?
m = (a+b+c)/n? How many cans were in each bag, if all bags held the same number?
t = a+b+c? How many cans [were collected by the classes and the cook|did the two classes and the cook have to put \
into bags]?
s = a+b? How many cans did the first and the second class collect [together|in all]?
c = n*m-a-b? How many cans [did the cook give|came from the cook]?
+ [A year ago {x:num} cans were collected|There were {x:num} glass bottles, too|The third class collected {x:small} \
kg of paper].

batteries from a pack; {n:few}{p:money}{t=n*p}{k:few}{u=k*p}
t. [A pack of batteries costs {t}|The price of a pack of batteries is {t}].
n! [There are {n} batteries in a pack|Each pack contains {n} batteries].
n~ Batteries come in packs, all of the same size.
tn. [A pack of {n} batteries costs {t}|One pays {t} for a pack with {n} batteries in it|A pack with {n} batteries is \
sold for {t}].
k! [{name} takes only {k} batteries, at the same price per battery|{name} needs just {k} batteries and may buy them \
one by one at the price they have in the pack].
k~ {name} takes only a few batteries, at the same price per battery.
u. [For these {name} pays {u}|{name}'s batteries cost {u}].
u = t/n*k? How much [does {name} pay for the batteries|do the batteries for {name} cost]?
p = t/n? How much [is one battery|does a single battery cost]?
t = u/k*n? How much does a [whole|full] pack of batteries cost?
k = u/(t/n)? How many batteries did {name} take?
n = t/(u/k)? How many batteries are in [a|each] pack?
+ [A torch costs {x:money}|{friend} has {x:few} empty batteries|The shop has {x:small} of the packs].

painting a fence; {a:few}{b:few}{n:few}{r:small}{t=(a+b)*n+r}
t! [A fence has {t} boards|There are {t} boards in the fence of a garden].
t~ A garden has a fence of many boards.
a. [Every hour {name} paints {a} boards|{name} can paint {a} boards of the fence in an hour].
b. [{friend} paints {b} boards an hour|In an hour {friend} gets {b} boards done].
ab. [In an hour {name} paints {a} boards and {friend} {b}|{name} paints {a} boards of it per hour, while {friend} \
paints {b}].
n. [{name} and {friend} work on it together for {n} hours|Both {name} and {friend} work for {n} hours].
n~ {name} and {friend} work on it together for some hours.
r. [In the evening {r} boards are without paint|When they stop, {r} boards still have to be painted].
r = t-(a+b)*n? How many boards [still have to be painted|are not painted yet] after that time?
u = (a+b)*n? How many boards do {name} and {friend} paint in [all|these hours]?
n = (t-r)/(a+b)? How many hours have {name} and {friend} worked?
t = (a+b)*n+r? How many boards does the fence have?
v = a*n? How many boards does {name} paint [altogether|in all the hours]?
+ [The fence is {x:small} meters long|A can of paint costs {x:money}|The neighbors' fence has {x:num} boards].

saving for a drum; {n:few}{m:dollars}{g:dollars}{t=n*m+g}
t! [{name} wants a drum that costs {t}|{name} dreams of a drum, and its price is {t}].
t~ {name} wants to buy a drum.
g. [So far {name} has {g}|{g} of the money is already there|{g} is already in {name}'s money box].
g~ There is already something in {name}'s money box.
m. [From now on {name} saves {m} every week|Each week {name} can put aside another {m}].
m~ From now on {name} saves the same amount every week.
n. [After {n} weeks of saving there is exactly enough|It takes {n} weeks until {name} has just enough money for the \
drum].
n = (t-g)/m? [For how many weeks does {name} have to save|After how many weeks can {name} buy the drum]?
m = (t-g)/n? How much [does {name} save each week|has to be put aside in each of the weeks]?
u = t-g? How much money [is still missing now|does {name} still need for the drum]?
g = t-n*m? How much money did {name} have before the weeks of saving?
t = n*m+g? [What is the price of the drum|How much does the drum cost]?
+ [{friend} saves {x:dollars} a week|A flute costs {x:dollars}|Last year {name} spent {x:dollars} on music lessons].

a novel in two parts; {n:few}{m:small}{k:few}{l:small}{t=n*m+k*l}
t! [Sofia's novel has {t} pages|Sofia has borrowed a novel of {t} pages].
t~ Sofia has borrowed a novel.
n! [For the first {n} days she reads a little every evening|Her slow start with it lasts {n} days].
m. [At first she reads {m} pages a day|During that time she manages {m} pages a day].
nm. [During the first {n} days she reads {m} pages a day].
k! [The rest of the novel takes her {k} days|She needs {k} more days for the rest].
k~ She needs some more days for the rest.
l. [On each of the last days she reads {l} pages|For the rest she reads {l} pages a day until the novel is finished].
l = (t-n*m)/k? How many pages [a day does Sofia read for the rest|does Sofia read on each of the last days], if it is \
the same number every day?
u = n*m? How many pages does Sofia read in the first days?
r = t-n*m? How many pages [are left after the first days|does the rest of the novel have]?
t = n*m+k*l? How many pages does Sofia's novel have?
k = (t-n*m)/l? How many days does Sofia need for the rest?
+ [Sofia's dictionary has {x:large} pages|There are {x:small} pictures in the novel|Her brother reads {x:small} pages \
a day].

a tank with a leak; {a:num}{b:below a}{n:few}{s:num}{e=s+n*(a-b)}
s. [There are {s} liters of water in a tank|At the start a tank holds {s} liters of water].
s~ There is some water in a tank.
a. [Every minute {a} liters flow into the tank through a pipe|A pipe brings {a} liters of water to the tank in a \
minute].
b! [Through a hole the tank loses {b} liters a minute|{b} liters a minute run out of the tank through a hole].
ab. [Each minute {a} liters flow into the tank, but {b} liters run out through a hole].
n! [{n} minutes pass|This goes on for {n} minutes].
n~ Some minutes pass.
e. [Now there are {e} liters in the tank|After that time the tank contains {e} liters].
e = s+n*(a-b)? How many liters are in the tank [after that time|then]?
g = a-b? How many liters does the tank gain each minute?
i = n*a? How many liters flow into the tank [in that time|in all these minutes]?
s = e-n*(a-b)? How many liters were in the tank at the start?
n = (e-s)/(a-b)? How many minutes have passed since the start?
+ [A bucket beside it holds {x:few} liters|{x:few} people stand around the tank].

beads for necklaces; {k:few}{c:few}{n:few}{m=c*k}{w=n*c}
n! [Leila buys {n} bags of beads to make necklaces|{n} bags of beads lie on Leila's table].
n~ Leila buys bags of beads to make necklaces.
m. [In every bag there are {m} beads|Each bag contains {m} beads].
nm. [Leila has {n} bags with {m} beads each].
k. [For one necklace she uses {k} beads|A necklace takes {k} beads|She threads {k} beads on each necklace].
k~ Every necklace gets the same number of beads.
w. [In the end all the beads have become {w} necklaces|With all her beads she makes {w} necklaces].
t = n*m? How many beads [does Leila have|are in all of the bags]?
w = n*m/k? How many necklaces can [be made of the beads|Leila make with her beads]?
k = n*m/w? How many beads are on each necklace, when all have been used?
n = w*k/m? How many bags of beads [did Leila buy|were needed for all the necklaces]?
c = m/k? How many necklaces can be made from one bag of beads?
+ [A bag of beads costs {x:money}|Leila sells a necklace for {x:dollars}|A jar in the cupboard holds {x:num} buttons].

a quiz with penalties; {n:small}{p:few}{k:few}{q:few}{e=n*p-k*q}
p! In a quiz [a right answer gives {p} points|one gets {p} points for each right answer].
p~ In a quiz each right answer gives some points.
q. [For every wrong answer {q} points are taken away|A wrong answer costs {q} points].
n. [{name} answered {n} questions correctly|{n} answers by {name} were right].
k. [{name} gave {k} wrong answers|{k} answers by {name} were wrong].
nk. [Of {name}'s answers {n} were right and {k} wrong|{name} got {n} questions right and {k} wrong].
e. [At the end {name} has {e} points|The final score of {name} is {e} points].
e = n*p-k*q? [What is {name}'s score at the end|How many points does {name} have at the end]?
b = k*q? How many points were taken away from {name}?
t = n+k? How many [questions did {name} answer, right or wrong|answers did {name} give]?
n = (e+k*q)/p? How many of {name}'s answers were right?
p = (e+k*q)/n? How many points does a right answer give?
+ [{friend} has {x:num} points at the end|{friend} gave {x:few} wrong answers|The quiz lasts {x:small} minutes].

eggs for the kitchen; {a:small}{g:below a}{n:few}{u=n*(a-g)}
a. [Each day an inn gets {a} eggs from its own hens|The hens of an inn lay {a} eggs a day].
g! [The cook of the inn uses {g} eggs a day|{g} eggs a day are used in the kitchen of the inn].
g~ The cook of the inn uses some eggs each day.
ag. [An inn gets {a} eggs from its hens every day and the cook uses {g} of them].
n. [This goes on for {n} days|We look at {n} days like this].
u. [After this time {u} eggs are left over|In this time {u} eggs are left over].
u = (a-g)*n? How many eggs [are saved|does the inn have left over] in [all these days|this time]?
g = a-u/n? How many eggs does the cook of the inn use each day, if it is always the same number?
z = a-g? How many eggs are left over each day?
v = a*n? How many eggs do the hens lay in [all the days|this time]?
w = g*n? How many eggs does the cook use in [all the days|this time]?
+ [The inn has {x:small} rooms|{x:few} of the hens are brown|A neighbor gets {x:small} eggs a day].
"""
