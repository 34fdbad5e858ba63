"""Lengths, weights, times, money and what they are converted to. The package explains the language."""

MEASURES = """
a roll of ribbon; {s:large}{g:below s}{e=s-g}
s. [A roll of ribbon was {s} cm long|{name} had {s} cm of ribbon|There were {s} cm of ribbon on a roll].
s~ [{name} had some ribbon|There was a roll of ribbon on the table].
g. [{name} cut off {g} cm for a present|To wrap a gift, {name} used {g} cm of the ribbon].
g~ [{name} cut off a piece for a present|Some of the ribbon was used to wrap a gift].
e. [The piece that remained was {e} cm long|After that, {e} cm of the ribbon were left|{name} has {e} cm of it left].
sg. [From a ribbon of {s} cm, {name} cut off {g} cm|{name} had {s} cm of ribbon and used {g} cm of it|\
{name} had {s} cm of ribbon. [He|She] cut off {g} cm of it for a present].
s = g+e? How [long was the ribbon|much ribbon was there] [at first|before it was cut], in cm?
g = s-e? How many cm of ribbon [did {name} use|were used|did {name} cut off] for the present?
e = s-g? How many cm of ribbon [are left|remain|does {name} still have]?
+ {name} also has {x:large} cm of string.
+ {friend} needed {x:num} cm of ribbon last week.

a jar of honey; {b:hundreds}{a:even}{n:few}{t=a+b}
t. [A full jar of honey weighs {t} grams|A jar filled with honey weighs {t} grams].
a. [The jar alone weighs {a} grams|When there is no honey in it, the jar weighs {a} grams].
a~ When all the honey has been eaten, the empty jar is put on the scales.
b. [The honey in the jar weighs {b} grams|There are {b} grams of honey in the jar].
ab. [A jar that weighs {a} grams when it is empty holds {b} grams of honey].
at. [A jar weighs {a} grams when it is empty and {t} grams when it is full of honey].
n. [{n} of these full jars are packed in a box|A box holds {n} such full jars].
t = a+b? How many grams does the [full jar|jar full of honey] weigh?
a = t-b? How many grams does the empty jar weigh?
b = t-a? How many grams of honey are in [the|one] jar?
u = n*t? How many grams do all the full jars in the box weigh together?
v = n*b? How many grams of honey are in the whole box?
+ {name} put {x:small} grams of honey on a piece of bread.
+ A jar of jam weighs {x:hundreds} grams.

a growing puppy; {a:small}{d:small}{b=a+d}{n:few}
a. [{name}'s puppy weighed {a} kg in spring|In spring, {name}'s puppy weighed {a} kg].
d. [Until the fall, the puppy gained {d} kg|During the summer the puppy became {d} kg heavier].
d~ During the summer the puppy became heavier.
b. [In the fall the puppy weighed {b} kg|The puppy's weight was {b} kg when fall came].
ab. [{name}'s puppy weighed {a} kg in spring but {b} kg in the fall|\
In fall, {name}'s puppy weighed {b} kg; in spring it had been {a} kg].
ad. [{name}'s puppy, which weighed {a} kg in spring, gained {d} kg until the fall].
n. [The puppy eats {n} cups of food a day|Every day {name} gives {n} cups of food to the puppy].
a = b-d? How many kg did the puppy weigh in spring?
d = b-a? How many kg did the puppy gain [in the summer|between spring and fall]?
b = a+d? [How heavy was the puppy in the fall, in kg|How many kg did the puppy weigh in the fall]?
w = n*7? A week has 7 days. How many cups of food does the puppy eat in a week?
+ {friend}'s cat weighs {x:few} kg.
+ The bag of dog food cost ${x:small}.

a barrel before and after rain; {s:even}{g:even}{h:below s}{e=s+g-h}
s. [In the morning, a rain barrel held {s} liters of water|There were {s} liters of water in a rain barrel].
s~ In the morning there was some water in a rain barrel.
h. [{name} took {h} liters from the barrel to water the flowers|{h} liters were poured on the flower beds].
h~ {name} watered the flowers with water from the barrel.
g. [Then a storm added {g} liters|In the afternoon {g} liters of rain ran into the barrel].
g~ In the afternoon it rained, and more water ran into the barrel.
hg. [After {name} had used {h} liters for the flowers, a storm brought {g} liters of rain into the barrel|\
First {name} took out {h} liters for the garden, then it rained and {g} liters ran into the barrel].
e. [In the evening the barrel held {e} liters|At night there were {e} liters in the barrel].
s = e+h-g? How many liters of water were in the barrel in the morning?
h = s+g-e? How many liters did {name} [take from the barrel|use for the flowers]?
g = e+h-s? How many liters of rain ran into the barrel?
e = s+g-h? How many liters were in the barrel in the evening, after the rain?
m = s-h? How many liters of water were [left in the barrel|in the barrel] before it rained?
+ {friend}'s barrel can hold {x:hundreds} liters.
+ {name} poured {x:few} liters of tap water on the roses in the house.

a fruit punch; {a:half}{b:half}{t=a+b}{c:few}
a. [{name} poured {a} liters of orange juice into a bowl|There were {a} liters of orange juice in a bowl].
a~ {name} poured some orange juice into a bowl.
b. [{b} liters of apple juice were added|{friend} poured in {b} liters of apple juice].
b~ Some apple juice was added.
ab. [For a punch, {name} mixed {a} liters of orange juice and {b} liters of apple juice|\
A punch was made of {a} liters of orange juice with {b} liters of apple juice].
t. [The two juices made {t} liters of punch|There were {t} liters of punch when both juices were mixed].
c. [{c} children were at the party|The punch was made for a party with {c} children].
a = t-b? How many liters of orange juice [were used|did {name} pour into the bowl]?
b = t-a? How many liters of apple juice were [used|in the punch]?
t = a+b? How many liters of punch were made from the two juices?
+ The orange juice cost ${x:few}.
+ A bottle of milk holds {x:half} liters.

at the cinema; {b:small}{a:above b}{c:few}{t=a+b+c}
a. [A film at the cinema lasts {a} minutes|The film that {name} is watching is {a} minutes long].
b. [Before the film there are {b} minutes of advertisements|The film begins after {b} minutes of advertisements].
b~ The film begins after some advertisements.
c. [There is also a break of {c} minutes|In the middle, everything stops for a break of {c} minutes].
ab. [{name} sees {b} minutes of advertisements and then a film of {a} minutes|\
At the cinema, a film of {a} minutes follows {b} minutes of advertisements].
t. [Altogether, the show takes {t} minutes|From the first advertisement to the end of the film it takes {t} minutes].
a = t-b-c? How many minutes does the film [last|take] without advertisements and break?
b = t-a-c? How many minutes do the advertisements take?
t = a+b+c? How many minutes does the show with advertisements, film and break take?
d = a-b? By how many minutes is the film longer than the advertisements?
e = a+b? How many minutes do the advertisements and the film take together?
+ {friend} waited {x:small} minutes for the bus after the show.
+ A ticket costs ${x:few}.

hours and minutes of a ride; {h:few}{m:two}{g:few}{t=60*h+m}
h. [The train ride to the coast took {h} full hours and some minutes more].
h~ The train ride to the coast took several full hours and some minutes more.
m. [After the full hours, the ride went on for {m} minutes|It took {m} minutes more than the full hours].
hm. [The train ride to the coast took {h} hours and {m} minutes|\
For {h} hours and {m} minutes the train was on its way].
g. [On its way, the train stood still for {g} minutes in a station|During the ride the train stopped for {g} minutes].
t. [That is {t} minutes altogether|From start to end, the train was on its way for {t} minutes].
t = 60*h+m? An hour has 60 minutes. How many minutes did the whole train ride take?
m = t-60*h? An hour has 60 minutes. How many minutes did the ride take beyond the full hours?
h = (t-m)/60? An hour has 60 minutes. How many full hours did the train ride take?
r = 60*h+m-g? An hour has 60 minutes. For how many minutes of the ride was the train moving?
+ {name}'s ticket cost ${x:two}.
+ With the bus it takes {x:few} hours.

a school morning; {n:few}{m:two}{k:few}{g:few}{t=n*m+k*g}
n. [On Monday morning, the class has {n} lessons|There are {n} lessons on Monday morning].
m. [A lesson lasts {m} minutes|Every lesson is {m} minutes long].
nm. [Monday morning has {n} lessons of {m} minutes each|The class has {n} lessons, each {m} minutes long].
k. [There are {k} breaks|The children also have {k} breaks].
g. [A break takes {g} minutes|All breaks are {g} minutes long].
kg. [{k} breaks of {g} minutes give the children some rest|There are {k} breaks with {g} minutes each].
a = n*m? How many minutes do all the lessons take?
b = k*g? How many minutes of breaks are there [altogether|in all]?
t = n*m+k*g? How many minutes do lessons and breaks take together?
d = m-g? How many minutes is a lesson longer than a break?
+ {name}'s way to school takes {x:small} minutes.
+ On Tuesday there are {x:few} lessons.

a drive with lunch; {v:two}{n:few}{t=v*n}{g:even}{e=t+g}
v. [Before lunch, a family drove at {v} km an hour|A family started a trip with a speed of {v} km per hour].
n. [It took {n} hours to get to the place where they had lunch|They had lunch after {n} hours on the road].
vn. [Before lunch, a family drove {n} hours at {v} km an hour|\
A family drove {v} km an hour for {n} hours, then had lunch].
v~ A family drove at the same speed until lunch.
g. [After lunch the family drove another {g} km|In the afternoon, {g} km more were driven].
g~ After lunch the family drove on.
e. [By evening, the family had come {e} km|The whole trip was {e} km long].
t = v*n? How many km did the family drive before lunch?
e = v*n+g? How many km [was the whole trip|did the family drive that day]?
g = e-v*n? How many km did the family drive after lunch?
v = (e-g)/n? How many km did the family drive in an hour before lunch?
n = (e-g)/v? How many hours did the family drive before lunch?
+ Lunch cost the family ${x:two}.
+ The car has already been driven {x:hundreds} km this month.

laps around a pond; {n:few}{m:hundreds}{t=n*m}
n. [{name} ran {n} laps around a pond|{name} ran around the pond in the park {n} times].
n~ {name} ran around a pond several times.
m. [One lap is {m} meters long|The path around the pond measures {m} meters].
m~ All laps around the pond are equally long.
nm. [{name} ran {n} laps of {m} meters around a pond|Around the pond it is {m} meters, and {name} ran {n} laps|\
{name} ran around a pond {n} times, and each time [he|she] ran {m} meters].
t. [Altogether that was {t} meters|In the end, {name} had run {t} meters].
n = t/m? How many laps did {name} run?
m = t/n? How long is one lap around the pond, in meters?
t = n*m? How many meters did {name} run [in all|altogether]?
k = n*m/1000? A kilometer has 1000 meters. How many kilometers did {name} run?
+ {friend} ran {x:few} laps.
+ The pond is {x:few} meters deep.

the fence of a field; {b:small}{a:above b}{p=2*a+2*b}{c:few}
a. [A rectangular field is {a} meters long|The length of a rectangular field is {a} meters].
a~ There is a field in the form of a rectangle.
b. [The field is {b} meters wide|The width of the field is {b} meters].
ab. [A rectangular field measures {a} meters by {b} meters|\
A field in the form of a rectangle is {a} m long and {b} m wide].
p. [A fence of {p} meters goes all around the field|The fence around all four sides of the field is {p} meters long].
c. [One meter of fence costs {c} dollars|The fence costs ${c} per meter].
p = 2*a+2*b? How many meters of fence are needed to go all around the field?
a = p/2-b? How many meters long is the rectangular field?
b = p/2-a? How many meters wide is the rectangular field?
f = a*b? What is the area of the field in square meters?
k = (2*a+2*b)*c? How many dollars does a fence around the whole field cost?
+ A path of {x:two} meters leads to the field.
+ {x:small} cows live on the field.

a tank of gas; {n:small}{m:small}{t=n*m}{p:few}
m. [{name}'s car goes {m} miles on one gallon of gas|With one gallon of gas, {name}'s car goes {m} miles].
m~ With every gallon of gas, {name}'s car goes equally far.
n. [The tank of {name}'s car holds {n} gallons|{n} gallons of gas fit into the tank of {name}'s car].
mn. [{name}'s car, whose tank holds {n} gallons, goes {m} miles on a gallon].
nt. [With the {n} gallons that fit into the tank, {name}'s car goes {t} miles].
t. [With a full tank, {name}'s car goes {t} miles|A full tank is enough for {t} miles].
p. [A gallon costs {p} dollars|Gas is ${p} a gallon].
t = n*m? How many miles can {name}'s car go with a full tank?
m = t/n? How many miles does {name}'s car go on one gallon of gas?
n = t/m? How many gallons does the tank of {name}'s car hold?
c = n*p? What is the price, in dollars, of filling the empty tank?
+ {friend}'s car goes {x:small} miles on a gallon.
+ It is {x:large} miles to the sea.

loaves of bread; {f:even}{s:small}{n:few}{u=n*f}
f. [For one loaf of bread, {f} grams of flour are needed|A baker uses {f} grams of flour for a loaf of bread].
f~ A baker uses the same amount of flour for each loaf of bread.
s. [{s} grams of seeds are added to each loaf|In every loaf, there are also {s} grams of seeds].
fs. [Each loaf is made from {f} grams of flour and {s} grams of seeds|\
A loaf of bread contains {f} grams of flour as well as {s} grams of seeds].
n. [Today {n} loaves are baked|The baker wants to make {n} loaves].
fn. [A baker makes {n} loaves of bread with {f} grams of flour in each].
u. [{u} grams of flour are used for today's loaves|For all the loaves, {u} grams of flour were weighed].
u = n*f? How many grams of flour [are needed|does the baker need] for all the loaves?
v = n*s? How many grams of seeds are in all the loaves together?
t = f+s? How many grams do the flour and the seeds for one loaf weigh together?
f = u/n? How many grams of flour are in one loaf?
n = u/f? How many loaves does the baker make?
+ A cake needs {x:hundreds} grams of flour.
+ {name} bought {x:few} rolls for breakfast.

an evening as a waiter; {n:few}{p:small}{g:small}{e=n*p+g}
n. [One evening, {name} waited tables for {n} hours|{name} worked in a restaurant for {n} hours].
n~ One evening, {name} worked in a restaurant.
p. [The restaurant pays {name} ${p} an hour|The wage for an hour is {p} dollars].
np. [{name} worked {n} hours in a restaurant for ${p} an hour|\
For {n} hours of waiting tables, {name} was paid {p} dollars per hour|\
In the restaurant where {name} works, [he|she] is paid ${p} an hour, and the evening was {n} hours long].
g. [The guests left tips of ${g} for {name}|{name} also got {g} dollars in tips].
g~ The guests left some tips for {name}, too.
e. [Wages and tips came to {e} dollars|With the tips, {name} had ${e} after work].
w = n*p? How many dollars did {name} earn that evening without the tips?
e = n*p+g? How many dollars did {name} [get|make] that evening, counting wages and tips?
g = e-n*p? How many dollars did {name} get in tips?
p = (e-g)/n? How many dollars is the wage for an hour?
n = (e-g)/p? How many hours did {name} work?
+ {friend} got ${x:small} in tips.
+ There are {x:small} tables in the restaurant.

rent by the month; {p:hundreds}{g:small}{n:few}{t=n*p}
p. [{name} pays ${p} in rent every month|The rent of {name}'s apartment is {p} dollars a month].
p~ The rent of {name}'s apartment is the same every month.
g. [Electricity costs another ${g} a month|On top of the rent, {name} pays {g} dollars a month for electricity].
pg. [Each month {name} pays ${p} in rent and ${g} for electricity|\
{name}'s monthly costs are {p} dollars in rent and another {g} dollars for electricity|\
Besides the ${p} that {name} pays in rent each month, [he|she] pays ${g} for electricity].
n. [{name} has lived there for {n} months|For {n} months, {name} has been living in this apartment].
t. [In these months the rent came to ${t} altogether|Up to now {name} has paid {t} dollars in rent].
t = n*p? How many dollars has {name} paid in rent so far?
p = t/n? How many dollars is the rent for one month?
u = 12*p? A year has 12 months. How many dollars in rent are paid in a year?
m = p+g? How many dollars do rent and electricity cost in a month?
v = n*(p+g)? How many dollars has {name} paid for rent and electricity so far?
+ {friend} pays ${x:hundreds} in rent.
+ {name} paid ${x:large} for new furniture.

crowns for dollars; {k:few}{n:num}{t=n*k}{g:below t}
k. [One dollar is worth {k} crowns|At the bank, people get {k} crowns for a dollar].
n. [{name} changed {n} dollars into crowns|Before the vacation, {name} changed {n} dollars into crowns].
n~ {name} changed some dollars into crowns.
t. [{name} received {t} crowns from the bank|The bank paid out {t} crowns to {name}].
nt. [{name} gave the bank {n} dollars and received {t} crowns|For {n} dollars, {name} got {t} crowns at the bank].
g. [On the first day, {name} spent {g} of the crowns|{name} paid {g} crowns for a hotel].
tg. [Of the {t} crowns that {name} got at the bank, [he|she] spent {g} on the first day].
t = n*k? How many crowns did {name} get for the dollars?
n = t/k? How many dollars did {name} change into crowns?
k = t/n? How many crowns did the bank give for one dollar?
e = n*k-g? How many of the crowns does {name} have left?
f = t-g? How many of the crowns from the bank [remain|are not spent yet]?
+ {friend} has {x:num} crowns.
+ The hotel has {x:num} rooms.

the rest of a novel; {g:even}{n:few}{m:small}{e=n*m}{t=g+e}
t. [A novel has {t} pages|{name} is reading a novel of {t} pages].
t~ {name} is reading a long novel.
g. [So far, {name} has read {g} pages of the novel|{g} pages of the novel are already read].
g~ {name} has already read a part of the novel.
tg. [Of the {t} pages of a novel, {name} has already read {g}|{name} has read {g} pages of a novel that has {t} pages].
m. [From now on, {name} will read {m} pages a day|{name}'s plan for the rest is to read {m} pages every day].
m~ {name} will read the same number of pages every day from now on.
mn. [If {name} reads {m} pages of the rest a day, [he|she] will need {n} more days to finish the novel].
n. [{n} days from now, {name} will be finished|It will take {name} {n} more days to finish the novel].
e = t-g? How many pages of the novel [has {name} not read yet|are still unread]?
t = g+n*m? How many pages does the novel have?
n = (t-g)/m? How many more days does {name} need to finish the novel?
m = (t-g)/n? How many pages will {name} read on each of those days?
g = t-n*m? How many pages of the novel has {name} already read?
+ {friend} is reading a book of {x:hundreds} pages.
+ Last month {name} read {x:few} books.

words of an essay; {a:even}{c:below a}{b:hundreds}{t=a+b+c}{l:above t}
a. [The first part of {name}'s essay has {a} words|{name} wrote {a} words in the first part of an essay].
b. [The main part has {b} words|{b} words form the main part].
c. [The last part has {c} words|{name} ended the essay with a last part of {c} words].
abc. [{name}'s essay has {a} words in the first part, {b} in the main part and {c} in the last part|\
In an essay, {name} wrote {a} words as the first part, then {b} as the main part, and {c} as the last part].
t. [All three parts together have {t} words|The whole essay of three parts has {t} words].
l. [The teacher allows {l} words|No more than {l} words are allowed in an essay].
t = a+b+c? How many words does the whole essay have?
b = t-a-c? How many words does the main part of the essay have?
c = t-a-b? How many words does the last part of the essay have?
r = l-(a+b+c)? How many words could {name} still add to the essay before it gets too long?
d = a-c? How many words shorter is the last part than the first part?
+ {friend}'s essay has {x:large} words.
+ It took {name} {x:few} hours to write the essay.

degrees of a day; {a:small}{d:few}{b=a+d}{g:below b}{c=b-g}
a. [At dawn it was {a} degrees|Early in the day the thermometer showed {a} degrees].
d. [By noon, the temperature rose by {d} degrees|Until noon it became {d} degrees warmer].
d~ Until noon it became warmer.
b. [At noon it was {b} degrees|The thermometer read {b} degrees at noon].
g. [From noon to midnight, the temperature fell by {g} degrees|\
After noon it cooled down by {g} degrees until midnight].
g~ From noon to midnight it cooled down.
dg. [The temperature went up by {d} degrees until noon and down by {g} degrees from noon to midnight].
ab. [From {a} degrees at dawn, the temperature climbed to {b} degrees at noon].
c. [At midnight it was {c} degrees|Only {c} degrees were measured at midnight].
a = b-d? How many degrees was it at dawn?
d = b-a? By how many degrees did the temperature rise between dawn and noon?
b = a+d? How many degrees was it at noon?
c = a+d-g? How many degrees was it at midnight?
g = b-c? By how many degrees did it cool down from noon to midnight?
+ A week ago it was {x:small} degrees at noon.
+ The wind blew at {x:small} km an hour.

a hut and a summit; {a:hundreds}{d:even}{b=a+d}{g:below d}{c=b-g}
a. [A mountain hut lies at a height of {a} meters|Some hikers started from a hut at {a} meters].
d. [From the hut, the hikers climbed {d} meters up to the summit|The summit is {d} meters higher than the hut].
b. [The summit has a height of {b} meters|On the summit, the sign said {b} meters].
ad. [Some hikers climbed {d} meters from a hut, which lies at {a} meters, up to the summit].
ab. [The hut lies at {a} meters and the summit at {b} meters].
g. [From the summit the hikers went down {g} meters to a lake|A lake lies {g} meters below the summit].
c. [The lake lies at a height of {c} meters|The height of the lake is {c} meters].
a = b-d? At how many meters does the hut lie?
d = b-a? How many meters higher than the hut is the summit?
b = a+d? How many meters high is the summit?
c = a+d-g? At what height does the lake lie, in meters?
h = d-g? How many meters higher than the hut is the lake?
+ Another mountain is {x:hundreds} meters high.
+ The hikers were on their way for {x:few} hours.

ages in years; {a:small}{d:few}{b=a+d}{n:few}
a. [{friend} is {a} years old|{friend} had a birthday and turned {a}].
d. [{third} is {d} years older than {friend}|{friend} is {d} years younger than {third}].
b. [{third} is {b} years old|{third}'s age is {b} years].
ad. [{friend} is {a} years old, and {third} is {d} years older].
ab. [{friend} is {a}, and {third} is {b} years old|{third} is {b} years old, while {friend} is {a}].
a = b-d? How old is {friend}[ now|]?
d = b-a? How many years [older is {third} than {friend}|younger than {third} is {friend}]?
b = a+d? [How old is {third}[ now|]|What is {third}'s age in years]?
t = a+b? How many years old are {friend} and {third} together?
f = a+d+n? [How old will {third} be in {n} years|{n} years from now, how old will {third} be]?
+ {friend}'s uncle is {x:two} years old.
+ {third}'s house was built {x:small} years ago.

saving up; {s:small}{p:few}{n:few}{e=s+n*p}{c:above e}
s. [{name} had {s} dollars in a money box|There were ${s} in {name}'s money box].
s~ {name} had some dollars in a money box.
p. [Each week, {name} put in ${p}|{p} dollars were put into the money box every week].
p~ Every week, {name} put the same amount into the money box.
n. [{name} did this for {n} weeks|For {n} weeks, {name} went on like this].
pn. [For {n} weeks, {name} put {p} dollars into the money box every week].
sp. [{name} had ${s} in a money box when [he|she] decided to put in {p} dollars every week].
e. [Then there were {e} dollars in the money box|When {name} opened the money box, there were ${e} in it].
c. [A skateboard costs {c} dollars|{name} is saving for a skateboard that costs ${c}].
e = s+n*p? How many dollars were in the money box [in the end|when {name} opened it]?
a = n*p? How many dollars did {name} add to the money box in that time?
s = e-n*p? How many dollars were in the money box at first?
p = (e-s)/n? How many dollars did {name} put in each week?
r = c-(s+n*p)? How many more dollars does {name} need [for|to buy] the skateboard?
+ {friend} gets ${x:few} a week.
+ A helmet costs {x:small} dollars.

a sunflower; {a:small}{g:few}{n:few}{b=a+n*g}
a. [When {name} first measured a sunflower, it was {a} cm tall|A sunflower was {a} cm tall at the beginning of June].
a~ {name} measured a sunflower at the beginning of June.
g. [Every week the sunflower grew {g} cm|The sunflower grows by {g} cm a week].
g~ The sunflower grows by the same length every week.
n. [{name} measured it again {n} weeks later|{n} weeks went by].
gn. [For {n} weeks, the sunflower grew {g} cm a week|The sunflower then grew {g} cm a week for {n} weeks].
b. [In the end, the sunflower had a height of {b} cm|At the second measurement the sunflower was {b} cm tall].
b = a+n*g? How many cm tall was the sunflower after these weeks?
a = b-n*g? How many cm tall was the sunflower at the first measurement?
d = n*g? How many cm did the sunflower grow in all these weeks?
g = (b-a)/n? How many cm did the sunflower grow in a week?
n = (b-a)/g? How many weeks lay between the two measurements?
+ A rose was {x:small} cm tall.
+ {friend}'s sunflower has {x:small} leaves.

a pump; {n:few}{m:small}{r=24*n}{c:few}
n. [A pump runs for {n} days without a stop|For {n} days, a pump runs day and night].
m. [Every hour, the pump moves {m} liters of water|{m} liters of water flow through the pump in an hour].
nm. [A pump that moves {m} liters an hour runs day and night for {n} days].
c. [Running the pump costs {c} dollars a day|Each day, ${c} have to be paid for the power].
r. [The pump was running for {r} hours|After {r} hours the pump is switched off].
r = 24*n? A day has 24 hours. For how many hours does the pump run?
w = 24*m? A day has 24 hours. How many liters of water does the pump move in one day?
n = r/24? A day has 24 hours. For how many days does the pump run?
v = 24*n*m? A day has 24 hours. How many liters of water does the pump move in the whole time?
k = n*c? How many dollars have to be paid for running the pump in this time?
+ An older pump moves {x:small} liters an hour.
+ The pump weighs {x:small} kg.
"""
