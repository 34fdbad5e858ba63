"""Sheets of running text of our own: several calculations of a kind in a row, with little text between them.

What is unusual: the numbers of a sheet are written in its calculations alone. So a text has many calculations, which
several steps in one expression take to be learned.
"""

from typing import NamedTuple


class Sheet(NamedTuple):
    """name: the row of the evaluation. kinds: fields that say what its numbers are, never written. formulas: of which
    a text has some; all in the language of `running_text_writer`.
    """

    name: str
    kinds: str
    formulas: list[str]


def _sheets(blocks: str) -> list[Sheet]:
    parted = (block.split("\n") for block in blocks.strip().split("\n\n"))
    return [Sheet(name, kinds, " ".join(lines).split()) for name, kinds, *lines in parted]


# What a sheet begins with, and what stands before and behind each of its calculations.
HEADS = [
    "",
    "Work these out.",
    "Do the sums.",
    "Let us calculate.",
    "How much is it each time?",
    "{name} keeps accounts of the {things}.",
    "{name} and {friend} plan a [party|trip|week].",
]
BEFORE = (
    "[|||[First|Then|Next|Now|So], |{things}: |[Total|Rest|{name}] = |There are |That is |It takes "
    "|[The total|The cost|The number|The rest|Monday|Tuesday|{name}|{friend}] [is|has|gets] ]"
)
BEHIND = "[||| {things}| in all| left| for {friend}|.]"

# Blanks part formulas, and none stands in one. An "entry" is a number of things, or of dollars.
SHEETS = _sheets("""
sheet: sums
{a:entry} {b:entry} {c:entry} {d:entry} {e:entry}
a+b a+b+c a+b+c+d a+b+c+d+e a+a+b a+b+b a+a+b+b a+a+a b+(a+c) (a+b)+(c+d) a+(b+c+d) a+b+c+d a+b+c+d

sheet: sums and differences
{m:large;things} {a:entry} {b:entry} {e:few;things} {k:few;things} {u:above a;things} {w:above m;things}
m-e m-e-k m+a-e a+b-e a+b+m-e m-(e+k) (a+b)-(e+k) m-e+a u-a u+b-a w-m w-m+a w-(m-e) w-m-e m-e-k+a w-e-k-m m-a-b

sheet: products and sums
{a:entry} {b:entry} {c:entry} {n:few} {m:few} {k:few;things}
n*a+m*b (n*a)+(m*b) a*n+b*m (a*n)+(b*m) n*a+b a+n*b n*a+m*b+c n*a+b+c a+b+n*c a*n-k k+n*a n*a-m*b n*a-k-m (n*a)-(m*b) \
n*a+m*b-k n*a+a a*2+b a*2+b*3 c+(n*a)+b

sheet: products
{a:entry} {n:few;days} {m:few;weeks} {k:few;people}
n*a a*n n*m*a a*n*m n*a*k n*(a*k) (n*m)*a a*n*m*k n*m*k*a (n*m)*(k*a) a*2*n a*n*2 2*(n*a) 3*n*a

sheet: parentheses
{a:entry} {b:entry} {c:entry} {n:few} {m:few} {k:few;things}
n*(a+b) (a+b)*n n*(a+b+c) (a+b)*(n+m) (n+m)*a (a-k)*n n*(a-k) (a+b+c)*n (n*a+b)*k (a+b)*n-k n*(a*m) n*(a*m)+b a+(n*b) \
a+k*(a+b) (a+b-k)*n n*(a+b)+c c+n*(a+b) n*(a+b)+m (n-1)*a a*(n+1) (a+k)*(b+k) 2*(a+b) (a+b)*2 2*(a+b+c)

sheet: quotients
{n:few;people} {k:few;people} {r=n*k} {s=n+k} {v:multiple k;things} {u:multiple s;things} {w:multiple r;things} \
{a:entry}
v/k v/k*n v*n/k (v/k)*n n*v/k (n*v)/k v/k+a a+v/k v/k+n v/k+v u/(n+k) u/(k+n) w/n/k w/(n*k) w/n*a w/n+w/k v/k+n*a \
(v-v/k)*n v-v/k u/(n+k)*n (v+v)/k (a+a)/2 v/2

sheet: averages
{a:entry} {b:entry} {c:entry} {d:entry}
(a+b)/2 (a+b+c)/3 (a+b+c+d)/4 (a+b)/4 (a+b)/5 (a+b+c)/2 (a-b)/2 (a+b+c)/10

sheet: fractions
{k:few} {n:few} {m:few} {v:multiple k;things} {w:multiple n;things} {h:hundreds;things}
PART(m,k,v) PART(m,k,v) PART(m,n,w) ONE_OF(k,v) ONE_OF(n,w) HALF(v) HALF(h) m/k*v~v*m/k m/k*v~v*m/k v*m/k m/n*w~w*m/n \
(m/k)*v~v*m/k v*(m/k)~v*m/k 2/k*v~v*2/k v*2/k 3/n*w~w*3/n w*1/n 1/n*w~w/n 1/4*h~h/4 3/4*h~h*3/4 h*3/4 h*2/5 1/5*h~h/5 \
v-v/k w-1/n*w~w-w/n (1/k)*v~v/k v*1/k v/(1/n)~v*n v/(2/k)~v*k/2 1/2*v~v/2

sheet: per cent
{p:percent} {q:fives} {h:hundreds;things} {d:hundreds} {a:entry}
OF(p,h) OF(q,h) OF(p,d) OF(q,d) OF(p,a) 100-p 100-q h*p%~h*p/100 p%*h~h*p/100 h*q%~h*q/100 h*p/100 \
p/100*h~h*p/100 (p/100)*h~h*p/100 h*(p/100)~h*p/100 h*p' p'*h d*q' h-p'*h h+p'*h (100-p)/100*h~h*(100-p)/100 \
a/d*100~a*100/d 100-p-5 a*p'
""")
