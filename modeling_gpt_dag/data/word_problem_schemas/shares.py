"""Parts of a whole: per cents, fractions, averages, remainders. The package explains the language."""

SHARES = """
winter boots on sale; {p:hundreds}{q:fives}{n:few}
p. [A pair of winter boots is ${p} in a fine shop|In a fine shop, a pair of winter boots had a price of ${p}|A pair \
of winter boots used to cost ${p}].
q. [In the sale the price of the boots goes down by {q}%|The boots are now sold with a discount of {q}%|At the end of \
winter there is a discount of {q} percent on the boots].
pq. [A pair of winter boots that cost ${p} is now {q}% cheaper|On winter boots, which are ${p} a pair, one gets a \
discount of {q}%].
n. [A hotel buys {n} pairs for its porters|{n} pairs of these boots are bought by a hotel].
d = p*q/100? [By how many dollars is a pair of boots cheaper|How many dollars does one save on a pair of the \
boots|What is the discount on one pair of boots in dollars]?
e = p-p*q/100? [How much does a pair of boots cost in the sale|What is the price of one pair of boots with the \
discount]?
t = n*(p-p*q/100)? How much does the hotel pay for all its pairs of boots with the discount?
s = n*p*q/100? How much does the hotel save in all by the discount?
f = n*p? How much would the hotel pay for its boots without a discount?
+ [A pair of socks is ${x:few}|Gloves are sold with a discount of {x:fives}%|The hotel has {x:num} rooms].

a dinner with a tip; {p:hundreds}{q:few}{t=p*q/100}{s=p+t}
p. [The dinner of a big family costs ${p}|A family has a big dinner, and the bill is ${p}|For a birthday dinner the \
bill comes to ${p}].
p~ A family has a big dinner in a restaurant.
q. [The guests add a tip of {q}% for the waiter|The waiter gets a tip of {q}% of the bill|On top of the bill there is \
a tip of {q} percent].
t. [The tip is ${t}|The waiter is given ${t} as a tip].
s. [Bill and tip together are ${s}|With the tip it is ${s} altogether].
t = p*q/100? [How many dollars is the tip|How large is the tip in dollars|How much money does the waiter get as a tip]?
s = p+p*q/100? How much is paid for the dinner [with the tip|if the tip is included]?
q = t*100/p? What percent of the bill is the tip?
p = s-t? How much [is the bill for|was] the dinner without the tip?
+ [There are {x:few} people at the table|Flowers for the table cost ${x:few}|In another restaurant a tip of {x:few}% \
is usual].

ways to school; {n:hundreds}{h:hundred}{q:below h}{v=h-q}{r:below v}{w=n*q/100}{c=n*r/100}
n. [A school has {n} pupils|{n} pupils go to a school in the hills|There are {n} pupils at a school].
n~ A school wants to know how its pupils come to school.
q. [{q}% of the pupils walk to school|{q} percent of the pupils come on foot].
r. [{r}% of the pupils ride a bicycle|{r} percent of the pupils come by bicycle].
qr. [{q}% of the pupils walk and {r}% ride a bicycle|While {q}% of the pupils come on foot, {r}% of the pupils ride a \
bicycle].
w. [The number of those who walk is {w}|There are {w} pupils who walk].
c. [There are {c} pupils who come by bicycle].
w = n*q/100? How many pupils [walk to school|come on foot]?
b = n-n*q/100-n*r/100? How many pupils neither walk nor ride a bicycle?
q = w*100/n? What percent of the pupils walk to school?
n = w*100/q? How many pupils does the school have?
p = 100-q-r? What percent of the pupils neither walk nor ride a bicycle?
+ [There are {x:small} teachers at the school|{x:fives}% of the teachers come by car|{x:small} new pupils will come \
next year].

a third of the choir; {k:small}{n=3*k}{g:few}{w=2*k}
n! [A choir has {n} singers, and one third of them are men|One third of the {n} singers of a choir are men|{n} people \
sing in a choir, one third of them men].
n~ [In a choir one third of the singers are men|One third of the singers of a choir are men].
k. [The choir has {k} men|The number of men in the choir is {k}].
w. [All the others, {w} singers, are women|The {w} others are women].
w~ All the others are women.
g. [{g} singers of the choir are ill today|Today {g} of the choir's singers cannot come].
k = n/3? How many [men are in the choir|of the singers are men|men sing in the choir]?
w = n-n/3? How many women are in the choir?
i = n-g? How many singers of the choir are there today?
n = 3*k? How many singers[|, men and women,] does the choir have?
+ [The choir sings {x:small} songs|{x:num} people listen to the choir|A year ago the choir had {x:small} singers].

holiday money; {k:dollars}{n=4*k}{g:below k}
n! [Priya had {n} for her holidays. She spent half of it on train tickets and a quarter of it on a tent|Of the {n} \
that Priya had for her holidays, half went on train tickets and one quarter on a tent].
n~ [Priya spent half of her holiday money on train tickets and a quarter of it on a tent|Half of Priya's holiday \
money went on train tickets and one quarter of it on a tent].
k. [The tent cost {k}|For the tent Priya had to pay {k}].
g. [From the rest of the money Priya took {g} for food|When the tickets and the tent were paid, Priya bought food for \
{g}].
h = n/2? How much did [the train tickets cost|Priya pay for the train tickets]?
k = n/4? How much did [the tent cost|Priya spend on the tent]?
s = n/2+n/4? How much did Priya spend on the train tickets and the tent [together|in all]?
e = n/4-g? How much of the money did Priya have left after buying [the tickets, the tent and the food|food as well]?
n = 4*k? How much money did Priya have [for her holidays|before she bought anything]?
+ [A stove in the shop was {x:dollars}, but Priya left it there|Her friend Mei spent {x:dollars} on a coat|Priya was \
away for {x:small} days].

roses from the garden; {k:num}{n=2*k}{g:below k}{e=k-g}
n! [A woman took {n} roses to the market and sold half of them in the morning|Half of the {n} roses that a woman had \
brought to the market were sold in the morning].
n~ [A woman took roses to the market and sold half of them in the morning|In the morning a woman at the market sold \
half of her roses].
g. [In the afternoon {g} roses were sold|{g} roses found a buyer in the afternoon|Then {g} roses were sold in the \
afternoon].
e. [In the evening {e} roses were left|In the evening the woman took the last {e} roses home].
ge. [In the afternoon {g} roses were sold, so that {e} were left in the evening].
k = n/2? How many roses [were sold in the morning|did the woman sell in the morning]?
e = n/2-g? How many roses were left [in the evening|at the end of the day]?
g = n/2-e? How many roses [were sold in the afternoon|did the woman sell in the afternoon]?
s = n/2+g? How many roses were sold [in all|in the morning and the afternoon together]?
n = 2*(g+e)? How many roses did the woman [have at first|take to the market]?
+ [The woman also sold {x:small} tulips|A rose costs {x:money}|Her neighbor had {x:num} roses in her garden].

rain on three days; {m:small}{d:few}{f:few}{a=m+d}{b=m-f}{c=m-d+f}
a. [On Tuesday there were {a} mm of rain|{a} mm of rain fell on Tuesday].
b. [On Wednesday there were {b} mm of rain|{b} mm of rain fell on Wednesday].
ab. [{a} mm of rain fell on Tuesday and {b} mm on Wednesday|While there were {a} mm of rain on Tuesday, Wednesday had \
{b} mm].
c. [On Thursday {c} mm of rain were measured|Thursday brought {c} mm of rain].
m. [From Tuesday to Thursday the average was {m} mm a day|On average {m} mm of rain fell on each of the three days \
from Tuesday to Thursday].
m = (a+b+c)/3? How many mm of rain were there on average on each of the three days, [Tuesday to Thursday|from Tuesday \
to Thursday]?
t = a+b+c? How many mm of rain fell [on the three days|from Tuesday to Thursday] in all?
c = 3*m-a-b? How many mm of rain fell on Thursday[|, the last of the three days]?
u = a+b? How many mm of rain were there on Tuesday and Wednesday together?
+ [On Monday {x:num} mm of rain fell|In a town by the sea {x:num} mm of rain fell on Tuesday|The temperature was \
{x:few} degrees on Wednesday].

four tests; {m:small}{d:few}{f:few}{a=m+d}{b=m-f}{c=m+f}{g=m-d}
a. [In the first of four tests {name} scored {a} points|{name} got {a} points in the first of four tests].
b. [In the second test {name} scored {b} points|The second test brought {name} {b} points].
c. [The result of the third test was {c} points for {name}|{name} got {c} points in the third test].
bc. [In the second and the third test {name} scored {b} and {c} points].
g. [In the last of the four tests {name} reached {g} points|In the fourth test {name} had {g} points].
m. [The average of {name}'s four results is {m} points|On average {name} scored {m} points in the four tests].
m = (a+b+c+g)/4? [What is the average of {name}'s four results|How many points did {name} score on average in the \
four tests]?
g = 4*m-a-b-c? How many points did {name} score in the fourth test?
b = 4*m-a-c-g? How many points did {name} score in the second of the four tests?
t = a+b+c+g? How many points did {name} score in the four tests [together|altogether]?
v = (a+b)/2? What is the average of {name}'s first two results?
+ [{friend} scored {x:small} points in the first test|{friend} has an average of {x:small} points|A test lasts \
{x:small} minutes].

chestnuts for the class; {n:small}{m:few}{r:below n}{t=n*m+r}
t! [A teacher has {t} chestnuts|A teacher has collected {t} chestnuts].
t~ A teacher has collected chestnuts.
n! [The teacher shares the chestnuts equally among {n} pupils, as far as that is possible|{n} pupils get chestnuts \
from the teacher, all of them the same number and as many as possible].
n~ The teacher gives the same number of chestnuts to each pupil.
m. [Every pupil gets {m} chestnuts|Each of the pupils receives {m} chestnuts].
r. [{r} chestnuts remain in the teacher's basket|There are {r} chestnuts which cannot be shared].
mr. [Each pupil gets {m} chestnuts, and {r} are left over].
r = t-n*m? How many chestnuts [are left over|does the teacher keep|cannot be shared]?
m = (t-r)/n? How many chestnuts does each pupil get?
n = (t-r)/m? How many pupils get chestnuts?
t = n*m+r? How many chestnuts [did the teacher have at first|were there before the pupils got any]?
w = n-(t-n*m)? How many more chestnuts would the teacher need to give one more to each pupil?
+ [There are {x:num} acorns in a bowl|Last autumn the pupils found {x:num} nuts|{x:few} pupils of the school are ill].

green paint; {k:small}{b=2*k}{w=3*k}{t=5*k}
b! [A painter uses {b} liters of blue and some yellow paint to make green|For a green color, a painter takes {b} \
liters of blue paint and adds yellow]. [For every 2 liters of blue, 3 liters of yellow are needed|There have to be 3 \
liters of yellow for each 2 liters of blue].
b~ A painter makes green from blue and yellow paint. [For every 2 liters of blue, 3 liters of yellow are needed|There \
have to be 3 liters of yellow for each 2 liters of blue].
w. [The painter needs {w} liters of yellow|{w} liters of yellow are taken].
t. [This makes {t} liters of green paint|In the end there are {t} liters of green paint].
w = b/2*3? How many liters of yellow does the painter [need|have to take]?
t = b+b/2*3? How many liters of green paint [does the painter make|are there in the end]?
b = w/3*2? How many liters of blue [are needed|does the painter need]?
b = t/5*2? How many liters of blue paint are in [all of the green paint|the green paint]?
+ [The painter also has {x:small} liters of white paint|A liter of blue paint costs {x:money}|The painter has {x:few} \
brushes].

adults at a camp; {p:few}{q:few}{k:small}{a=p*k}{c=q*k}{t=a+c}
p! [At a summer camp there are {q} children for every {p} adults|For each {p} adults at a camp there are {q} children].
a. [{a} adults are at the camp|The camp has {a} adults].
c. [{c} children are at the camp|The camp has {c} children].
t. [Children and adults together, there are {t} people at the camp|The camp has {t} people, counting adults and \
children].
c = a/p*q? How many children are [at the camp|there at the camp]?
a = c/q*p? How many adults [are at the camp|does the camp have]?
a = t/(p+q)*p? How many of the people at the camp are adults?
t = a/p*(p+q)? How many people, adults and children, [are at the camp|does the camp have]?
+ [The camp has {x:small} tents|The camp lasts {x:small} days|Another camp has {x:num} children].

a shelter for animals; {a:num}{b:num}{c:num}{t=a+b+c}
t! [A shelter takes care of {t} animals: dogs, cats and rabbits|Dogs, cats and rabbits, {t} animals in all, live in a \
shelter].
t~ [A shelter takes care of dogs, cats and rabbits, but of no other animals|Only dogs, cats and rabbits live in a \
shelter].
a. [{a} of the animals are dogs|{a} dogs live in the shelter|The shelter has {a} dogs].
b. [The number of cats in the shelter is {b}|{b} cats are in the shelter].
ab. [There are {a} dogs and {b} cats in the shelter|{a} of the animals are dogs and {b} are cats].
c. [{c} rabbits live in the shelter|The shelter has {c} rabbits].
c = t-a-b? How many rabbits are [in the shelter|there in the shelter]?
b = t-a-c? How many of the animals in the shelter are cats?
t = a+b+c? How many animals [live in the shelter|does the shelter take care of]?
u = t-a? How many animals in the shelter are not dogs?
v = a+b? How many are the dogs and cats of the shelter [together|altogether]?
+ [The shelter has {x:small} helpers|The neighbors of the shelter have {x:few} cats|Last month the shelter had \
{x:num} dogs].

prize of a team; {m:dollars}{n:few}{s=2*n*m}
s! [A team won a prize of {s}, and its captain kept half of it|Half of the {s} that a team had won went to the \
captain].
s~ [A team won a prize, and its captain kept half of it|Half of the prize that a team had won went to the captain].
n! [The other half was shared equally by the {n} other players|{n} other players shared the second half equally].
n~ The other half was shared equally by the rest of the players.
m. [Each of the other players got {m}|Every player but the captain got {m}].
m~ All the players but the captain got the same.
k = s/2? How much [money did the captain get|of the prize did the captain keep]?
m = s/2/n? How much did each of the other players get?
s = 2*n*m? How much money did the team win?
n = s/2/m? Among how many players was the second half of the prize shared?
+ [The second team won {x:dollars}|The team had played {x:small} games|The captain is {x:small} years old].

a growing town; {p:hundreds}{q:fives}{d=p*q/100}{e=p+d}
p. [Ten years ago {p} people lived in a town by the river|A town by the river had {p} people ten years ago].
p~ [More people live in a town by the river now than ten years ago|In ten years a town by the river has grown].
q. [Since then the number of people in the town has risen by {q}%|Today there are {q}% more people in the town|The \
town has {q} percent more people now].
d. [{d} more people live in the town today than ten years ago|The town has gained {d} people in the ten years].
e. [Now the town has {e} people|Today {e} people live in the town].
d = p*q/100? [By how many people has the town grown|How many people has the town gained] in the ten years?
e = p+p*q/100? How many people live in the town [now|today]?
q = d*100/p? By what percent has the number of people in the town risen?
p = e-d? How many people lived in the town ten years ago?
p = d*100/q? How many people did the town have ten years ago?
+ [A village nearby has {x:num} people|The town has {x:small} streets|{x:few}% of the houses in the town are empty].
"""
