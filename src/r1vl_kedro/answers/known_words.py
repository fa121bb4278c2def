"""Words that may stand before a value in its sentence, by class: `leads` says in which order."""

from collections.abc import Collection

from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.open_words import is_open
from r1vl_kedro.answers.vocabulary import AMOUNTS, COLOURS, SUPERLATIVE, THINGS

NOUNS_OR_VERBS = frozenset("total count cost score scores measure work charge form".split())

CLASSES: dict[str, Collection[str]] = {
    # Given names, as in word problems, and who receives.
    "name": (
        "alice amy andy ann anna ben bill bob carl carlos carol charlie chris clara dan daniel "
        "dave david diana ed ella emily emma eric eva fred george grace greg hannah harry henry "
        "jack james jane janet jason jeff jenny jessica jim joe john josh julia kate kelly ken "
        "kevin kim larry laura leo lily linda lisa lucas lucy luis lynn maria martin mary matt "
        "mia mike nancy nick noah olivia oscar pam pat paul peter rachel rosa ryan sally sam sara "
        "sarah simon sofia sophie steve sue susan thomas tim tina tom tony victor wendy them"
    ).split(),
    # Words of a working or a reason, beside the nouns, modifiers and numbers in it.
    "told": (
        "be congruent similar parallel perpendicular opposite adjacent supplementary "
        "complementary alternate corresponding same bisects sums add up forms where wait subtract "
        "multiply divide remove removed added subtracted taken more us leaving giving let me "
        "given"
    ).split(),
    # Parts and multiples, as of a number: "half of 8".
    "half": "half twice".split(),
    # By what, from what and where: "by the formula", "in the end".
    "way": (
        "theorem law rule formulas property method definition symmetry simplification "
        "substitution calculation subtraction addition multiplication division elimination "
        "expansion steps algebra information end summary pythagoras vieta key"
    ).split(),
    # What was done: "adding 3 and 4".
    "doing": (
        "adding subtracting multiplying dividing summing counting solving simplifying "
        "substituting using applying computing calculating evaluating combining rearranging "
        "factoring expanding integrating differentiating setting reading looking considering "
        "comparing removing converting plugging putting taking working measuring cancelling "
        "canceling"
    ).split(),
    # What has a value.
    "thing": frozenset(filter(is_open, THINGS)),
    "amount": AMOUNTS,
    # Verbs of any subject, with a value for their object.
    "have": (
        "has have had need take took costs pay paid use uses used eat ate buy bought sell sold "
        "earn earned save saved spend spent receive received collect collected contain contained "
        "hold totals reach reached weigh weighed measures measured travel traveled travelled walk "
        "walked drive drove run ran require won produce produced plant planted drank bring "
        "brought bake baked scored cover covered works worked charges charged include fly flew go "
        "goes went swim swam ride rode lasts lasted gain gained jump jumped fill filled own owned "
        "carry carried play played visit visited show read represent indicate display depict "
        "leave equal yield give make gets become remains"
    ).split(),
    # Verbs of the writer: "we find".
    "find": (
        "get got find found see counted obtain obtained calculate compute conclude know"
    ).split(),
    "noun_or_verb": NOUNS_OR_VERBS,
    # The answer, in the languages of the benchmarks.
    "answer": (
        "answer ans solution result conclusion correction antwort lösung réponse respuesta "
        "resposta risposta solución ответ"
    ).split(),
    # Modifiers of a thing.
    "modifier": (
        "whole entire common missing unknown shaded unshaded colored coloured remaining left top "
        "bottom upper inner outer middle central front back vertical horizontal straight diagonal "
        "acute obtuse regular equilateral isosceles scalene rectangular circular triangular cubic "
        "linear quadratic interior exterior lateral positive unique distinct different integer "
        "real complex arithmetic geometric annual monthly weekly daily hourly net gross full "
        "small large big long short tall high young identity pythagorean individual local global "
        "atomic ordered inscribed such highlighted marked labeled labelled shown depicted "
        "pictured needed seen visible called named first second third fourth fifth sixth seventh "
        "eighth ninth tenth last next"
    ).split()
    + sorted(COLOURS),
    # Modifiers that are nouns too: "the largest is".
    "extreme": (SUPERLATIVE - {"most", "fewest"})
    | frozenset("average mean median max min least square circle base".split()),
    # Modifiers of an answer.
    "exact": (
        "final correct right best exact numerical simplified required desired approximate "
        "resulting combined"
    ).split(),
    # Words beside a verb or number.
    "adverb": (
        "exactly only just about approximately approx around roughly precisely then now "
        "altogether together will must"
    ).split(),
    # Determiners.
    "the": "the its their our his her".split(),
    # Numbers in words; digits are of this class too.
    "number": frozenset(CARDINALS) - {"one"} | {"hundred", "thousand", "million", "dozen"},
    # Subjects.
    "pronoun": "it there here they he she we you which".split(),
    "writer": ["i"],
    "this": "this that these those both".split(),
    # Verbs and signs that state a value.
    "is": "is are was were equals = : ≈ ~=".split(),
    # Words that join; each is a class where the grammar tells them apart.
    "from": "from for between to with by within per after under".split(),
    "in": "in on at".split(),
    "each": "each every all".split(),
    "and": "and finally clearly overall consequently actually".split(),
    "so": "so thus hence therefore".split(),
    "since": "since because".split(),
    "my": "my your".split(),
    "an": "a an".split(),
    "plus": "plus minus times + - * × < >".split(),
    # What happened: "the most rain fell on"; open words in "-ed" are of this class too.
    "event": "fell rose began grew lies stands".split(),
    "one": ["one"],
    "of": ["of"],
}
"""The words of each class; a word of two classes is of the later one."""

HAN_ASKED = (
    "这里|那么|所以|因此|图中|一共|总共|共|总|正确|最终|最后|的|该|它|这|这个|答案|结果|结论|面积|周长|体积|"
    "长度|宽度|高度|边长|半径|直径|角度|角|长|宽|高|数量|个数|人数|总数|数|和|差|积|商|比|值|平均数|平均值|中位数|"
    "最大值|最小值|概率|斜率|距离|速度|时间|重量|质量|价格|年份|三角形|圆|正方形|长方形|矩形|图形|阴影部分|学生|"
    "苹果|球"
)
"""What is asked for, in Chinese."""
