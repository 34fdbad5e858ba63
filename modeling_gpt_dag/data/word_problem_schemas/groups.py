"""Groups of the same size. The package explains the language."""

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

buses and vans; {a:few}{m:small}{b:few}{k:below m}
a. [{a} buses are waiting in front of the school|The school has ordered {a} buses for the trip].
m. [Every bus has {m} seats|A bus has room for {m} people].
am. [For the trip, the school ordered {a} buses with {m} seats each|{a} buses, each with room for {m} people, \
are waiting at the school].
b. [{b} vans were rented as well|The school also uses {b} vans].
k. [A van holds {k} people|{k} people fit in one van].
bk. [There are {b} vans, too, and each of those seats {k}|In addition, {b} vans with {k} seats each have been rented].
t = a*m? [How many seats do the buses have in all|How many people can ride in the buses]?
u = b*k? How many [people fit in the vans|seats do all the vans have together]?
s = a*m+b*k? How many people can the [buses and vans|vans and buses] carry altogether?
v = a+b? How many vehicles [are there|does the school have for the trip]?
d = m-k? How many more seats does a bus have than a van?
+ Only {x:small} teachers have signed up so far.
+ Last year the trip took {x:few} hours.

orchard rows; {a:few}{m:small}{t=a*m}{b:few}{k:small}{u=b*k}
t. [A farmer planted {t} apple trees|\
On a farm there are {t} apple trees|{t} of the trees on the farm are apple trees].
a. [The apple trees stand in {a} rows of the same length|The apple trees fill {a} equal rows].
m. [Each row of apple trees has {m} trees|There are {m} apple trees in a row].
am. [Behind the barn, the apple trees stand in {a} rows of {m}|\
The apple trees stand in {a} rows with {m} trees in each].
u. [There are {u} pear trees|The farm also has {u} pear trees].
b. The pear trees form {b} equal rows.
k. [Every row of pear trees consists of {k} trees|{k} pear trees make a row].
bk. [Behind the house stand {b} rows of {k} pear trees|The pear trees were planted in {b} rows of {k} each].
t = a*m? How many apple trees are there[| in all| on the farm]?
m = t/a? How many apple trees are there in [each row|one row]?
a = t/m? How many rows of apple trees are there?
u = b*k? How many pear trees does the farm have?
s = a*m+b*k? How many apple and pear trees are there altogether?
+ {x:few} rows of cherry trees stand near the road.
+ {name} picked {x:num} plums.

hats and scarves; {a:few}{b:few}{t=a*b}
a. [{name} owns {a} hats|There are {a} hats in {name}'s closet].
b. [{name} has {b} scarves|{b} scarves lie in {name}'s drawer].
ab. [{name} has {a} hats and {b} scarves|{a} hats and {b} scarves hang in {name}'s hall].
t. [With one hat and one scarf at a time, {name} can look different on {t} days|\
One hat and one scarf can be combined in {t} ways].
t = a*b? In how many [ways|different ways] can {name} [choose|pick|wear] one hat and one scarf?
a = t/b? How many hats does {name} [have|own]?
b = t/a? How many scarves does {name} [have|own]?
n = a+b? How many hats and scarves does {name} own altogether?
+ {friend} has {x:few} hats.
+ {name} has {x:few} pairs of gloves, too.

a third of the plums; {b:num}{a=3*b}
a. [{name} picked {a} plums|In the morning {name} picked {a} plums from the trees].
a~ {name} spent the morning picking plums.
k! [{friend} picked a third as many plums as {name}|{name} picked three times as many plums as {friend}].
b. [There are {b} plums in {friend}'s bucket|When {friend} counted the plums in the bucket, there were {b}].
a = 3*b? How many plums did {name} pick?
b = a/3? How many plums did {friend} pick?
t = a+a/3? How many plums did [they|{name} and {friend}] pick [together|in all]?
d = a-a/3? How many more plums did {name} pick than {friend}?
e = 3*b-b? How many fewer plums did {friend} pick than {name}?
+ {third} picked {x:num} cherries.
+ A year ago {name} picked {x:num} plums.

trays still to fill; {m:few}{n:small}{k:below n}{t=n*m}
t! [{t} cupcakes have to be put on trays|{name} has {t} cupcakes to put on trays].
m. [Each tray holds {m} cupcakes|{m} cupcakes fit on one tray|The trays have room for {m} cupcakes each].
k. [{k} trays are already full|So far, {k} trays have been filled|{name} has filled {k} of the trays].
tm. [{name} baked {t} cupcakes, and [he|she] wants to put {m} of them on each tray|\
{t} cupcakes were baked, which will be put on trays, {m} on each].
mk. [{m} go on each tray, and {k} trays are full by now|Of the trays, which hold {m} each, {k} are full].
n = t/m? How many trays are needed for all the cupcakes?
r = t/m-k? How many more trays [are needed|have to be filled|does {name} need] for the cupcakes?
g = k*m? How many cupcakes are on [the full trays|trays already]?
h = t-k*m? How many cupcakes [are not on a tray yet|still have to be put on a tray]?
+ {friend} baked {x:num} cookies.
+ Last week {x:small} trays were needed for the cookies.

packs of batteries; {n:few}{m:few}{p:small}{t=n*m}{c=n*p}
n! [{name} bought {n} packs of batteries|For the flashlights {name} bought {n} packs of batteries].
n~ {name} bought some packs of batteries.
m. [There are {m} batteries in a pack|Each pack has {m} batteries in it].
nm. [{name} bought {n} packs of {m} batteries|In the store, {name} took {n} packs with {m} batteries each].
p. [A pack costs ${p}|The price of one pack is {p} dollars|The packs are {p} dollars each].
np. [{name} bought {n} packs of batteries, and [he|she] paid ${p} for each pack|\
When {name} saw that batteries cost {p} dollars a pack, [he|she] took {n} packs].
t. [All in all, {name} bought {t} batteries|These packs hold {t} batteries altogether].
c. [The bill came to {c} dollars|{name} paid ${c} for the batteries|{c} dollars had to be paid].
t = n*m? How many batteries did {name} buy [in all|altogether]?
c = n*p? How [much|many dollars] did {name} [pay|spend] for the batteries?
n = c/p? How many packs of batteries did {name} buy?
p = c/n? How [much|many dollars] did [each pack|a pack of batteries] cost?
m = t/n? How many batteries are there in [each|one] pack?
+ A flashlight costs ${x:small}.
+ {friend} bought {x:few} light bulbs.

tickets for the zoo; {a:few}{p:small}{c:few}{q:below p}
a. [{a} adults went to the zoo|{a} grown-ups visited the zoo].
c. [{c} children went to the zoo|The zoo was visited by {c} children].
ac. [A group of {a} adults and {c} children visited the zoo|With {a} adults, {c} children went to the zoo].
p. [An adult [pays|has to pay] ${p} at the gate|One ticket for an adult is {p} dollars].
q. [A ticket for a child costs {q} dollars|Children get in for ${q} each].
pq. [Tickets are ${p} for an adult and ${q} for a child|Each adult pays {p} dollars, and each child pays {q} dollars].
t = a*p? How [much|many dollars] did the adults pay altogether?
u = c*q? How [much|many dollars] did the tickets of the children cost [in all|together]?
s = a*p+c*q? How [much|many dollars] did the adults and the children pay altogether?
v = a+c? How many people went to the zoo[|, counting adults and children]?
d = p-q? How many dollars more does an adult pay than a child?
+ {x:small} monkeys live in the zoo.
+ The bus ride to the zoo took {x:two} minutes.

bottles a minute; {m:num}{n:small}{t=n*m}{d:below t}
m. [A machine fills {m} bottles a minute|Every minute, a machine fills {m} bottles].
m~ A machine fills the same number of bottles every minute.
n. [This morning the machine ran for {n} minutes|The machine was switched off after {n} minutes].
n~ The machine ran for a while this morning.
mn. [A machine that fills {m} bottles a minute ran for {n} minutes|\
For {n} minutes, a machine filled {m} bottles a minute].
t. [In one morning, {t} bottles were filled|This morning {t} bottles were filled in a factory].
d. [{d} of the filled bottles turned out to be cracked|It turned out that {d} of those bottles were cracked].
m = t/n? How many bottles does the machine fill in a minute?
n = t/m? How many minutes did the machine run?
t = n*m? How many bottles did the machine fill [this morning|in that time]?
e = n*m-d? How many of the filled bottles were not cracked?
f = t-d? How many of the filled bottles were in good order?
+ Another machine can fill {x:num} cans a minute.
+ Yesterday {x:num} cans were thrown away.

rows on an album page; {r:few}{c:few}{p:small}{t=r*c*p}
r. [On each page of an album there are {r} rows of photos|Each page of an album has {r} rows for photos].
c. [{c} photos make up a row|In each row there is space for {c} photos].
rc. [Every page of an album has {r} rows of {c} photos|On each album page, the photos are in {r} rows of {c}].
p. [The album has {p} pages|There are {p} pages in the album].
t. [The full album holds {t} photos|{t} photos fill the whole album].
k = r*c? How many photos fit on [one page|each page|a page] of the album?
j = t/p? How many photos are there on each page of the full album?
t = r*c*p? How many photos [can the album hold|are in the album when it is full]?
p = t/(r*c)? How many pages does the album have?
l = r*p? How many rows of photos can the album have in all?
+ {name} has {x:num} photos on a phone.
+ An older album has {x:small} pages.

grapes for the cousins; {f:few}{m:small}{t=(f+1)*m}
t. [There were {t} grapes in a bowl|A bowl held {t} grapes|Grandmother put {t} grapes in a bowl].
f. [{name} shared the grapes with {f} cousins so that all of them, {name} included, had equally many|\
{name} and {f} cousins split the grapes evenly among themselves].
tf. [{t} grapes were shared evenly by {name} and [his|her] {f} cousins|\
When {name} and {f} cousins came home, they shared {t} grapes evenly].
f~ {name} and some cousins split the grapes evenly among themselves.
m. [Everyone received {m} grapes|Everybody had {m} grapes|{name} and the cousins got {m} grapes each].
t = (f+1)*m? How many grapes were [in the bowl|there in all]?
m = t/(f+1)? How many grapes did [each child|{name}|each of the cousins] get?
f = t/m-1? How many cousins [shared the grapes with|were with] {name}?
u = f*m? How many grapes did the cousins get altogether, without {name}'s share?
+ There were {x:num} nuts in another bowl.
+ {friend} ate {x:small} strawberries.

a planting crew; {n:few}{m:small}{d:few}{t=n*m*d}
n. [{n} workers are planting trees along a road|A crew of {n} workers is planting trees].
n~ Some workers are planting trees along a road.
m. [Each worker plants {m} trees a day|A worker [can plant|plants] {m} trees in one day].
m~ All the workers are equally fast, and they do the same work each day.
nm. [{n} workers are planting trees, and each of them plants {m} a day|\
Along a road, {n} workers plant {m} trees a day each].
d. [The work goes on for {d} days|It takes {d} days until the work is done].
t. [In the end {t} trees have been planted|{t} trees are planted altogether].
a = n*m? How many trees do all the workers together plant in one day?
b = m*d? How many trees does each worker plant in the whole time?
t = n*m*d? How many trees are planted [in all|altogether|by the crew]?
d = t/(n*m)? How many days does the work take?
m = t/(n*d)? How many trees does a worker plant in a day?
+ {x:small} benches were painted on the first day.
+ Every tree costs {x:small} dollars.

two readers; {a:small}{b:above a}{n:few}{s=a*n}{t=b*n}
n! [{name} and {friend} read for {n} evenings|For {n} evenings, {name} and {friend} sat down to read].
a. [{name} read {a} pages every evening|Every evening, {name} read {a} pages of a thick book].
a~ {name} read the same number of pages every evening.
b. [{friend} got through {b} pages in an evening|{friend} read {b} pages each evening].
ab. [While {name} read {a} pages every evening, {friend} read {b}|\
In one evening, {friend} read {b} pages but {name} only {a}].
s. [In the end, {name} had read {s} pages|{name} read {s} pages in all these evenings].
t. [When the time was over, {friend} had finished {t} pages|{friend} read {t} pages altogether].
s = a*n? How many pages did {name} read in all these evenings?
d = (b-a)*n? How many more pages than {name} did {friend} read in all these evenings?
e = b-a? How many more pages did {friend} read in one evening than {name}?
a = s/n? How many pages did {name} read in one evening?
u = (a+b)*n? How many pages did {name} and {friend} read altogether?
+ {third} read {x:small} pages in an evening.
+ {friend} owns {x:num} books.
"""
