"""Words that may stand before a value in its sentence, by theme: `leads` says in which order."""

from collections.abc import Iterable

from r1vl_kedro.answers.nouns import COLOURS
from r1vl_kedro.answers.numerals import CARDINALS


def _each(*lines: str) -> Iterable[str]:
    return (word for line in lines for word in line.split())


AMOUNTS = frozenset(_each(
    # How many and how much.
    "number numbers sum difference product quotient remainder ratio proportion "
    "percentage percent fraction probability chance average mean median mode range variance "
    "maximum minimum amount value values rate factor scale size quantity data",
    # Measures of figures.
    "area areas perimeter circumference volume length lengths width breadth height depth radius "
    "diameter angle angles slope intercept gradient distance displacement altitude "
    "hypotenuse base side sides edge edges diagonal diagonals chord arc segment",
    # Physics, chemistry, money and time.
    "speed velocity acceleration force weight mass density pressure energy power voltage "
    "current resistance capacity temperature frequency wavelength period momentum torque "
    "impulse concentration price prices profit loss revenue income growth increase decrease "
    "interest discount tax salary fee budget spending expenditure investment production "
    "consumption output sales exports imports share accuracy rating rank "
    "votes unemployment inflation emissions rainfall elevation humidity tension friction "
    "change balance population age ages gap time duration year years "
    "month months day days date hour hours minute minutes",
    # Algebra.
    "coefficient exponent derivative integral limit determinant matrix vector magnitude modulus "
    "coordinate coordinates intersection vertex midpoint centre center origin equation function "
    "expression formula domain set interval inverse root roots zero zeros constant term terms "
    "sequence pattern variable degree",
    # What a thing is like.
    "color colour colors colours shape shapes name title type kind category material language "
    "letter letters position location place direction capital season weather stage phase",
))  # fmt: skip
"""What is asked for and has a value."""

ANSWERS = frozenset(_each(
    "answer answers ans solution solutions result results conclusion correction antwort "
    "lösung réponse respuesta resposta risposta solución ответ"
))  # fmt: skip

THINGS = frozenset(_each(
    # Figures and their parts.
    "triangle triangles square squares rectangle rectangles circle circles semicircle sector "
    "polygon quadrilateral parallelogram trapezoid trapezium rhombus kite pentagon hexagon octagon "
    "cube cubes cuboid box boxes cylinder cone sphere pyramid prism line lines ray point points "
    "curve curves parabola ellipse hyperbola plane region regions surface face faces vertices "
    "figure figures object objects tile tiles block blocks piece pieces part parts slice "
    "slices bar bars row rows column columns grid cell cells table chart graph picture image "
    "diagram map photo plot legend axis scale dial clock watch thermometer ruler meter gauge "
    "display screen sign label item items arrow pair pairs group groups set sets card cards dice "
    "die ball balls marble marbles coin coins bag jar word words",
    # People.
    "person people man men woman women boy boys girl girls child children kid kids baby student "
    "students pupil teacher farmer worker workers driver player players team teams family "
    "mother father brother sister son daughter customer customers shop store company "
    "factory school class runner cyclist winner president author artist inventor",
    # Places.
    "north south east west city town village country countries state province continent "
    "island river lake ocean sea mountain desert planet street road house building tower bridge "
    "room door window garden field park station pool airport hotel church museum library bank",
    # Animals, plants, things of daily life.
    "animal animals cat cats dog dogs bird birds horse cow cows fish sheep bear elephant lion "
    "tiger rabbit mouse insect plant plants tree trees flower flowers leaf fruit apple apples "
    "orange oranges banana food drink bread cake cakes egg eggs bottle bottles glass cup plate "
    "bowl book books pen pencil pencils paper page bed chair table sofa lamp light phone computer "
    "car cars bus buses train trains truck bike bicycle motorcycle boat ship vehicle vehicles "
    "rope string stick ladder pole pipe ribbon fence wall cable path trip journey flight film "
    "movie lesson meeting hat shirt jacket coat dress shoe shoes umbrella toy toys",
    # Science and words for kinds.
    "element compound substance liquid gas solid metal acid reaction molecule atom ion electron "
    "circuit resistor capacitor battery lens wave spring pendulum rocket organ "
    "organism species gene genotype phenotype allele protein tissue system process "
    "cycle layer structure structures disease planet star rock mineral "
    "class shape "
    "sport sports activity job brand character",
))  # fmt: skip
"""What is seen or told of, and has, is or measures something."""

EXACT = frozenset(_each(
    "final correct right best exact only numerical simplified required desired approximate "
    "resulting combined"
))  # fmt: skip
"""Modifiers of an answer."""

MODIFIERS = COLOURS | frozenset(_each(
    "whole entire overall common missing unknown "
    "shaded unshaded colored coloured remaining left right top bottom upper inner outer middle "
    "central front back vertical horizontal straight diagonal acute obtuse regular equilateral "
    "isosceles scalene rectangular square circular triangular cubic linear quadratic interior "
    "exterior lateral positive unique distinct different integer whole real complex arithmetic "
    "geometric annual monthly weekly daily hourly net gross full small large big long "
    "short tall high young identity pythagorean individual local global "
    "atomic ordered inscribed such highlighted marked labeled labelled shown depicted pictured "
    "needed required seen visible called named "
    "first second third fourth fifth sixth seventh eighth ninth tenth last next"
))  # fmt: skip

EXTREMES = frozenset(_each(
    "average mean median maximum minimum max min largest smallest highest lowest greatest least "
    "biggest longest shortest tallest widest narrowest deepest oldest youngest fastest slowest "
    "heaviest lightest square circle base"
))  # fmt: skip
"""Modifiers that are nouns too: "the largest is"."""

ADVERBS = frozenset(_each(
    "exactly only just about approximately approx around roughly precisely then now altogether "
    "together will must"
))  # fmt: skip

DETERMINERS = frozenset(_each(
    "the this that these those its their our his her"
))  # fmt: skip

BOTH = frozenset(_each("total count cost score scores measure work charge form"))
"""Nouns that are verbs too."""

HAVE = frozenset(_each(
    "has have had need needs take takes took costs pay pays paid use uses used eat eats "
    "ate buy buys bought sell sells sold earn earns earned save saves saved spend spends spent "
    "receive receives received collect collects collected contain contains contained hold holds "
    "total totals reach reaches reached weigh weighs weighed measures measured travel "
    "travels traveled travelled walk walks walked drive drives drove run runs ran require requires "
    "required won produce produces produced plant planted drank bring brings brought bake bakes "
    "baked scored cover covers covered works worked charges charged include "
    "includes fly flies flew go goes went swim swims swam ride rides rode last lasts lasted gain "
    "gains gained jump jumps jumped fill fills filled own owns owned carry carries carried play "
    "plays played visit visited show shows read reads represent represents indicate indicates "
    "display displays depict depicts leave leaves equal equals yield yields give gives make makes "
    "gets becomes become remains"
))  # fmt: skip
"""Verbs of any subject, with a value for their object."""

FIND = frozenset(_each(
    "get got find found see counted obtain obtained calculate compute conclude know"
))  # fmt: skip
"""Verbs of the writer: "we find"."""

DOING = frozenset(_each(
    "adding subtracting multiplying dividing summing counting solving simplifying substituting "
    "using applying computing calculating evaluating combining rearranging factoring expanding "
    "integrating differentiating setting reading looking considering comparing removing converting "
    "plugging putting taking working measuring cancelling canceling"
))  # fmt: skip
"""What was done: "adding 3 and 4"."""

WAYS = frozenset(_each(
    "theorem law rule rules formula formulas property properties method definition symmetry "
    "simplification substitution calculation calculations subtraction addition multiplication "
    "division elimination factoring expansion steps algebra counting information end "
    "conclusion summary addition pythagoras vieta legend key text figure"
))  # fmt: skip
"""By what, from what and where: "by the formula", "in the end"."""

TOLD = frozenset(_each(
    "is are was were be has have had equal congruent similar parallel perpendicular opposite "
    "adjacent supplementary complementary vertical alternate corresponding same tangent inscribed "
    "bisects sum sums add adds up forms form there it they we so they're which where since because "
    "wait subtract add multiply divide remove removed added subtracted taken more us "
    "leaving giving let me given"
))  # fmt: skip
"""Words of a working or a reason, beside the nouns, modifiers and numbers in it."""

NAMES = frozenset(_each(
    "alice amy andy ann anna ben bill bob carl carlos carol charlie chris clara dan daniel dave "
    "david diana ed ella emily emma eric eva fred george grace greg hannah harry henry jack james "
    "jane janet jason jeff jenny jessica jim joe john josh julia kate kelly ken kevin kim larry "
    "laura leo lily linda lisa lucas lucy luis lynn maria mark martin mary matt max mia mike nancy "
    "nick noah olivia oscar pam pat paul peter rachel ray rosa rose ryan sally sam sara sarah "
    "simon sofia sophie steve sue susan thomas tim tina tom tony victor wendy"
))  # fmt: skip
"""Given names, as in word problems."""

COUNTS = frozenset(CARDINALS) - {"one"} | {"hundred", "thousand", "million", "dozen"}

HAN_ASKED = (
    "这里|那么|所以|因此|图中|一共|总共|共|总|正确|最终|最后|的|该|它|这|这个|答案|结果|结论|面积|周长|体积|"
    "长度|宽度|高度|边长|半径|直径|角度|角|长|宽|高|数量|个数|人数|总数|数|和|差|积|商|比|值|平均数|平均值|中位数|"
    "最大值|最小值|概率|斜率|距离|速度|时间|重量|质量|价格|年份|三角形|圆|正方形|长方形|矩形|图形|阴影部分|学生|"
    "苹果|球"
)
"""What is asked for, in Chinese."""
