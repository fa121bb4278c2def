"""Words before a statement in its clause that state it, and words beside it that cast doubt."""

import re

_ENDINGS = re.compile(r"(?<=\w{3})(?:e|es|(?<!s)s|ed|ing)\Z")


def stem(word: str) -> str:
    """Return a word without the ending of a verb or plural.

    Example:
        >>> stem("triangles"), stem("dividing"), stem("used")
        ('triangl', 'divid', 'used')
    """
    return _ENDINGS.sub("", word)


THINGS = frozenset(map(stem, (
    "equation formula inequality identity relation expression function theorem rule law property "
    "answer result value solution root quantity variable number amount total sum difference "
    "product quotient remainder factor multiple power exponent logarithm fraction percentage "
    "ratio rate probability average mean mode median range variance parameter coordinate slope "
    "intercept length width height depth radius diameter inradius perimeter circumference area "
    "volume surface measure size base hypotenuse leg altitude angle arc sector side edge face "
    "vertex vertices diagonal line segment chord tangent secant axis point plane triangle "
    "quadrilateral square rectangle trapezoid parallelogram rhombus polygon pentagon hexagon "
    "circle semicircle prism cylinder cone sphere cube region figure graph diagram picture image "
    "map plot legend chart table row column digit unit tens hundreds ring color reason front few "
    "re speed velocity acceleration distance time mass weight force energy work pressure density "
    "charge current voltage resistance temperature frequency period concentration price cost "
    "profit interest discount age score maximum minimum population step case condition "
    "information statement fact way conclusion generality pythagoras pythagorean similarity "
    "similitude problem question midline midsegment argument definition symmetry construction "
    "label "
).split()))  # fmt: skip
"""Stems of nouns that a label or symbol may stand behind: "triangle ABC", "radius r"."""
WHICH = frozenset(map(stem, (
    "large larger largest small smaller smallest long longer longest short shorter shortest great "
    "greatest big major minor whole shaded unshaded outer inner right isosceles equilateral "
    "missing regular positive negative real unknown final correct desired sought true possible "
    "red blue green yellow black white grey gray cosine sine cos sin tan cot log ln frac widehat "
    "overline text mathrm mathbf boldsymbol operatorname uparrow downarrow rightarrow "
    "leftrightarrow longrightarrow diamond prime "
).split()))  # fmt: skip
"""Stems of words that say which thing is meant."""
LEADING = THINGS | WHICH | frozenset(map(stem, (
    # Who and what.
    "we you us our my it its this that these those there here what one both each every all any "
    "same other such "
    # What is done.
    "is are was were be been has have had do does will must can may could let get got give given "
    "yield obtain used plugging setting putting getting cancelling find found see saw seen know "
    "known note notice observe recall remember conclude deduce infer derive imply implies meant "
    "follow show shown prove proven verify verified check confirm determine establish tell told "
    "say said read state come turn out become lead leave left make made form hold held equal "
    "represent correspond satisfy satisfies require reduce simplify simplifies compute calculate "
    "count add subtract divide multiply multiplied solve substitute plug insert put set define "
    "denote call use apply applies take taken write written rewrite express expand factorise "
    "factorize rearrange cancel combine equate halve identify result resulting evaluate drop draw "
    "isolate isolating cross substitution elimination factoring "
    # How, where and when.
    "of in on at to from by for with per between about into after under using through before "
    "clear clearly obvious evident evidently indeed also only exactly precisely simply easy "
    "easily directly immediately similar similarly likewise equivalently finally now again just "
    "carefully correctly algebraically graphically visually certainly surely definitely really "
    "consider fold first second third last next further previously either "
).split()))  # fmt: skip
"""Stems of the words that a statement may stand behind in its clause: of any other it is not known
what it makes of the statement ("pretend", "they erased", "might")."""
SOURCES = frozenset(map(stem, (
    "figure graph diagram picture image map plot legend chart table row column axis law theorem "
    "web formula rule definition question clue problem equation information inequality".split()
)))  # fmt: skip
"""What one may go by: "according to the table,"."""
DOUBTS = frozenset(
    "allegedly almost assuming beware careless claim conjecture contrary draft dream dreams excess "
    "false forgetting guess herring hope hypothesis hypothetically imagination instead maybe "
    "misreading misreads misusing naive nowhere perhaps possibly reality scrap seems supposedly "
    "theory trap try unlike wanted example".split()
)
"""Words about faults, guesses, drafts and other figures: beside a statement they undo it."""
