"""Words that may stand before a value in its sentence, by theme: `leads` says in which order."""

from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.vocabulary import COLOURS, SUPERLATIVE

ANSWERS = frozenset(
    (
        "answer ans solution result conclusion correction antwort lösung réponse respuesta "
        "resposta risposta solución ответ "
    ).split()
)

EXACT = frozenset(
    (
        "final correct right best exact only numerical simplified required desired approximate "
        "resulting combined "
    ).split()
)
"""Modifiers of an answer."""

MODIFIERS = COLOURS | frozenset(
    (
        "whole entire overall common missing unknown "
        "shaded unshaded colored coloured remaining left right top bottom upper inner outer middle "
        "central front back vertical horizontal straight diagonal acute obtuse regular equilateral "
        "isosceles scalene rectangular square circular triangular cubic linear quadratic interior "
        "exterior lateral positive unique distinct different integer whole real complex arithmetic "
        "geometric annual monthly weekly daily hourly net gross full small large big long "
        "short tall high young identity pythagorean individual local global "
        "atomic ordered inscribed such highlighted marked labeled labelled shown depicted pictured "
        "needed required seen visible called named "
        "first second third fourth fifth sixth seventh eighth ninth tenth last next "
    ).split()
)

EXTREMES = (SUPERLATIVE - {"most", "fewest"}) | frozenset(
    "average mean median max min least square circle base".split()
)
"""Modifiers that are nouns too: "the largest is"."""

ADVERBS = frozenset(
    (
        "exactly only just about approximately approx around roughly precisely then now altogether "
        "together will must "
    ).split()
)

DETERMINERS = frozenset(("the this that these those its their our his her ").split())

BOTH = frozenset("total count cost score scores measure work charge form".split())
"""Nouns that are verbs too."""

HAVE = frozenset(
    (
        "has have had need take took costs pay paid use uses used eat ate buy bought sell sold "
        "earn earned save saved spend spent receive received collect collected contain contained "
        "hold total totals reach reached weigh weighed measures measured travel traveled travelled "
        "walk walked drive drove run ran require required won produce produced plant planted drank "
        "bring brought bake baked scored cover covered works worked charges charged include fly "
        "flew go goes went swim swam ride rode last lasts lasted gain gained jump jumped fill "
        "filled own owned carry carried play played visit visited show read represent indicate "
        "display depict leave equal equals yield give make gets become remains "
    ).split()
)
"""Verbs of any subject, with a value for their object."""

FIND = frozenset(
    ("get got find found see counted obtain obtained calculate compute conclude know ").split()
)
"""Verbs of the writer: "we find"."""

DOING = frozenset(
    (
        "adding subtracting multiplying dividing summing counting solving simplifying substituting "
        "using applying computing calculating evaluating combining rearranging factoring expanding "
        "integrating differentiating setting reading looking considering comparing removing "
        "converting plugging putting taking working measuring cancelling canceling "
    ).split()
)
"""What was done: "adding 3 and 4"."""

WAYS = frozenset(
    (
        "theorem law rule formula formulas property method definition symmetry simplification "
        "substitution calculation subtraction addition multiplication division elimination "
        "factoring expansion steps algebra counting information end conclusion summary addition "
        "pythagoras vieta legend key text figure "
    ).split()
)
"""By what, from what and where: "by the formula", "in the end"."""

TOLD = frozenset(
    (
        "is are was were be has have had equal congruent similar parallel perpendicular opposite "
        "adjacent supplementary complementary vertical alternate corresponding same tangent "
        "inscribed bisects sum sums add adds up forms form there it they we so they're which where "
        "since because wait subtract add multiply divide remove removed added subtracted taken "
        "more us leaving giving let me given "
    ).split()
)
"""Words of a working or a reason, beside the nouns, modifiers and numbers in it."""

NAMES = frozenset(
    (
        "alice amy andy ann anna ben bill bob carl carlos carol charlie chris clara dan daniel "
        "dave david diana ed ella emily emma eric eva fred george grace greg hannah harry henry "
        "jack james jane janet jason jeff jenny jessica jim joe john josh julia kate kelly ken "
        "kevin kim larry laura leo lily linda lisa lucas lucy luis lynn maria mark martin mary "
        "matt max mia mike nancy nick noah olivia oscar pam pat paul peter rachel ray rosa rose "
        "ryan sally sam sara sarah simon sofia sophie steve sue susan thomas tim tina tom tony "
        "victor wendy "
    ).split()
)
"""Given names, as in word problems."""

COUNTS = frozenset(CARDINALS) - {"one"} | {"hundred", "thousand", "million", "dozen"}

HAN_ASKED = (
    "这里|那么|所以|因此|图中|一共|总共|共|总|正确|最终|最后|的|该|它|这|这个|答案|结果|结论|面积|周长|体积|"
    "长度|宽度|高度|边长|半径|直径|角度|角|长|宽|高|数量|个数|人数|总数|数|和|差|积|商|比|值|平均数|平均值|中位数|"
    "最大值|最小值|概率|斜率|距离|速度|时间|重量|质量|价格|年份|三角形|圆|正方形|长方形|矩形|图形|阴影部分|学生|"
    "苹果|球"
)
"""What is asked for, in Chinese."""
