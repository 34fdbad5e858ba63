"""Results announced in words, as a chat model does: what is asked, and "The difference between 12 and 5 is 7."

Patterns in the language of `running_text_writer`, one a block, as in `running_text_patterns`.
"""

from .running_text_patterns import parsed

WORDS = parsed("""
word: plus
What is {a:large} plus {b:large}?
To add {a} and {b}, we put them together. {a} plus {b} [is|equals|makes] {t=a+b}.

word: minus
What is {a:large} minus {b:below a}?
{a} minus {b} [is|equals|leaves] {t=a-b}.

word: times
What is {a:large} times {n:few}?
{a} times {n} [is|equals|gives] {t=a*n}.

word: divided by
What is {a:multiple n} divided by {n:few}?
{a} divided by {n} [is equal to|is|equals] {t=a/n}.

word: the sum, the difference
[What is the sum of|What is the difference between|Here are] {a:large} and {b:below a}[?|.]
[To find it, we take both numbers.|We can do this in one step.|] The [sum of {a} and {b} [is|equals|will be] {t=a+b}|\
difference [between|of] {a} and {b} [is|equals|will be] {t=a-b}|total of {a} and {b} is {t=a+b}].

word: the product, the quotient
[What is the product of|What is the quotient of|Here are] {a:multiple m} and {m:few}[?|.]
[It is easy to find.|There are two numbers here.|] The [product of {a} and {m} [is|equals|will be] {t=a*m}|\
quotient of {a} and {m} [is|equals] {t=a/m}|product of {m} and {a} is {t=m*a}].

word: adding, subtracting
[Add|What do we get from|What is the difference between] {a:large} and {b:below a}[?|.]
[To [do|find] this|For this|Here], [we|you] [just |simply |][add {a} [and|to] {b}, [which|and that] [gives [us|you]|\
is|results in|equals] {t=a+b}|subtract {b} from {a}, [which|and that] [gives [us|you]|is|results in|equals|\
leaves] {t=a-b}].
[Adding {a} [and|to] {b}|Taking {a} and {b} together] [gives|makes|we get] {u=a+b}[|, as said].

word: a command carried out
[Compute|Calculate|Find|What is] [{a:large}|{a:num}] - {b:below a}[?|.]
To [compute|calculate|find|do] {a} - {b}, [we|you] [can |need to |][simply |just |first |]subtract {b} from {a}, \
[which|and that] [gives [us|you]|results in|leaves[ us with|]|is] {t=a-b}.
[Then|Now] [we|you] [can |]add {t} to {a}, [which|and that] [gives [us|you]|results in|is] {u=t+a}.

word: a product carried out
[Compute|Calculate|Find|What is] [{a:num}|{a:multiple m}] [*|x|times] {m:few}[?|.]
To [compute|calculate|find|do] {a} * {m}, [we|you] [can |need to |][simply |just |first |]multiply {a} by {m}, \
[which|and that] [gives [us|you]|results in|is] {t=a*m}.

word: multiplying, dividing
[Multiply {a:multiple m} by|Divide {a:multiple m} by|What do we get from {a:multiple m} and] {m:few}[?|.]
[We|You] can [multiply {a} by {m}, [which|and that] [gives [us|you]|is|results in|equals] {t=a*m}|divide {a} by {m}, \
[which|and that] [gives [us|you]|is|results in|equals] {t=a/m}].
[Multiplying {a} by {m} [gives|makes|results in]|{a} multiplied by {m} is] {u=a*m}.

word: multiples
What is [twice|double|half of|three times] {a:even}?
[Well, the|So, the|The] [double of {a} [is|equals] {t=a*2}|half of {a} [is|equals] {t=a/2}].
[Doubling {a} [gives|makes] {u=a*2}|Half of {a} is {u=a/2}|Twice {a} is {u=2*a}|Three times {a} is {u=3*a}].

word: an answer announced
[A test of mental arithmetic|Quick sums|{name} asks {friend}][.|:]
[What is|How much is|Work out] [{a:large} plus {b:large}? [The answer is|Answer:|That is|It is] {t=a+b}|{a:large} \
minus {b:below a}? [The answer is|The result is|That leaves|It is] {t=a-b}|{a:num} times {m:few}? \
[The answer is|Result:|That makes|It is] {t=a*m}|\
{a:multiple m} divided by {m:few}? [The answer is|The result is|It is] {t=a/m}].
[Then what is {c:large} + {d:num}? The [answer|sum] is {u=c+d}|And {c:num} x {d:few}? The [answer|product] is {u=c*d}|\
And half of {c:even}? The answer is {u=c/2}|And {c:num} doubled? The answer is {u=c*2}].

word: so many cost
One {item} costs {p:money}. What do {n:few} cost?
[If one {item} costs|One {item} is] {p}, [so|then] {n} {item}s [cost|will cost|are] {t=n*p}.

word: together
{name} has {a:num} {things} and {friend} has {b:num}.
{name} has {a} {things} and {friend} has {b}, so together they have {t=a+b} {things}.

word: left
{name} has {a:num} {things} and loses {b:below a}.
{name} had {a} and lost {b} of them, which leaves {t=a-b} {things}.

word: for a total of
{n:few} people bring {a:few} {things} each.
{n} people bring {a} {things} each, for a total of {t=n*a} {things}.

word: a sum by its name
What is [the sum of|the total of|] {a:large} [and|plus] {b:large}?
[|Sure! |To find it, we add. ][The sum|The total|The result of adding {a} and {b}|It] \
[is|equals|would be|is equal to] {t=a+b}.

word: a difference by its name
What is the difference [between|of] {a:large} and {b:below a}?
[|To find it, we subtract. |We need the distance of two numbers. ]The difference between {a} and {b} \
[is|equals|would be|is equal to] {t=a-b}.

word: a difference, the smaller first
What is the difference between {b:below a} and {a:large}?
[|We subtract the smaller one. ]The difference between {b} and {a} [is|equals|will be] {t=a-b}.

word: less than
[What is|How much is|Find] {b:below a} [less than|subtracted from|taken from|taken away from] {a:large}[?|.]
[|To find it, subtract {b} from {a}. ]{b} [less than|subtracted from|taken away from] {a} [is|equals|leaves] \
{t=a-b}.

word: increased, decreased
[What is|Find] {a:large} [increased by|more than|decreased by|less] {b:below a}?
[{a} increased by {b} [is|equals|makes] {t=a+b}|{a} more than {b} is {t=a+b}|{a} decreased by {b} [is|equals|leaves] \
{t=a-b}|{a} less {b} is {t=a-b}].

word: the double
[What is the double of|What is twice|Double|What is two times] {a:large}[?|.]
[|To find the double of a number, you multiply it by 2. |It is easy. ][The double of {a}|Twice {a}|Two times {a}|\
{a} doubled] [is|equals|would be|is equal to] {t=a*2}.

word: the triple, the half
[What is|Tell me] [the triple|half|a third|a quarter] of {a:multiple n}[?|.]
[|Well, ][the triple of {a} is {t=a*3}|three times {a} is {t=3*a}|half of {a} is {t=a/2}|a quarter of {a} is {t=a/4}|\
a half of {a} is {t=a/2}].
where {n:fours}

word: a product by its name
What is the product of {a:num} and {m:few}?
[|To find it, we multiply. ]The product of {a} and {m} [is|equals|would be|is equal to] {t=a*m}.

word: a quotient by its name
What is [the quotient of {a:multiple m} and {m:few}|{a:multiple m} divided by {m:few}|{a:multiple m} over {m:few}]?
[|We divide. |To find it, divide {a} by {m}. ][The quotient of {a} and {m}|The quotient|The result|{a} over {m}] \
[is|equals|would be|is equal to] {t=a/m}.

word: three terms
What is [the sum of {a:large}, {b:num} and {c:num}|{a:large} plus {b:num} plus {c:num}]?
[The sum of {a}, {b}[,|] and {c}|{a} plus {b} plus {c}|The total|It] [is|equals|would be] {t=a+b+c}.

word: three terms, one after the other
What is {a:large} plus {b:num} plus {c:num}?
[First, |To start, ]{a} plus {b} [is|equals|makes] {s=a+b}. [Then|Next|Now], {s} plus {c} [is|equals|makes] {t=s+c}.

word: two operations
[What is|Compute] {a:large} plus {b:num} [minus|less] {c:below a}[?|.]
[{a} plus {b} minus {c} [is|equals] {t=a+b-c}|First add {a} and {b}, which [is|gives] {s=a+b}. Then \
subtract {c}, which [leaves|gives] {t=s-c}|{a} and {b} together, less {c}, [make|are] {t=a+b-c}].

word: a product and a sum
[What is|Compute] {a:num} times {m:few} [plus|and then plus] {c:num}[?|.]
[{a} times {m} plus {c} [is|equals] {t=a*m+c}|{a} times {m} is {s=a*m}, and {s} plus {c} is {t=s+c}|\
The product of {a} and {m}, plus {c}, is {t=a*m+c}].

word: then
[Add {a:large} to {b:num}, then|Take {a:large} and {b:num}. Add them, then] [subtract|take away] {c:below a}.
[Adding {a} [to|and] {b} [gives|gives us|results in] {s=a+b}|{a} plus {b} is {s=a+b}]. \
[Subtracting {c} from {s} [gives|gives us|results in|leaves]|{s} minus {c} is|Taking {c} from {s} leaves] {t=s-c}.

word: per cent
What is {p:fives}[%| percent| per cent] of {h:hundreds}?
[|To find it, multiply {h} by {p} and divide by 100. ]{p}[%| percent| per cent] of {h} [is|equals|would be] \
{t=h*p/100}.

word: an average by its name
What is the [average|mean] of {a:num}, {b:num} and {c:num}?
[The sum of the numbers is {s=a+b+c}, and there are 3 numbers. |]The [average|mean] [is|equals|would be] \
{t=(a+b+c)/3}.

word: the answer to a story
{name} [has|had] {a:large} {things} and [buys|finds|gets] {b:num} more. How many does {name} have [now|in all]?
[|To find out, add the numbers. ][Now |In all, |So ]{name} [now |]has [a total of |]{t=a+b} {things}[ in all| now|].

word: the rest of a story
{name} [has|had] {a:large} {things} and [gives|sells|mails] {b:below a} [to|for] {friend}. How many are left?
[|To find out, subtract. |{name} starts with {a} {things} and gives away {b}. ][{name} [now |]has|There are|So] \
{t=a-b} {things} left[| now].

word: the price of several
{name} buys {n:few} {item}s. [Each|One] costs {p:money}. How much [is that|does {name} pay]?
[Each {item} costs {p}, and {name} buys {n}. |]The [total cost|total|price|cost of {n} {item}s] is {t=n*p}.

word: a bill
A {item} costs {p:money}, a {other} {q:money}. What [is the total|do they cost together]?
[The [total|sum|bill] is|Together they cost|The total cost of the two is|In all, it is] {t=p+q}.

word: the change
{name} pays {b:money} with a bill of ${h:hundred}. What is the change?
[The change|What {name} gets back|The rest] is {t=h-b}[| dollars].
""")
