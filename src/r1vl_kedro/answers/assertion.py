"""What a sentence says of its subject: "The capital is Paris." says Paris."""

import re
from string import ascii_uppercase

from r1vl_kedro.answers.amounts import SAME
from r1vl_kedro.answers.behind import is_description
from r1vl_kedro.answers.calendar import same_name
from r1vl_kedro.answers.leads import asked_for, leads
from r1vl_kedro.answers.prose import COPULA
from r1vl_kedro.answers.quantities import read_quantity
from r1vl_kedro.answers.remarks import harmless
from r1vl_kedro.answers.sentences import denies
from r1vl_kedro.answers.statements import cores
from r1vl_kedro.answers.words import fold, squeezed

LETTERS = ascii_uppercase[:10]
_BARE_NOUN = re.compile(
    r"(?<=\w)\s+(?:ones?|colou?r(?:ed)?|bars?|lines?|curves?|functions?|triangles?|numbers?|regions?|"
    r"rivers?|oceans?|deserts?|segments?|slices?|dots?|balls?|boxes|box|areas?|angles?|"
    r"direction|of them|in colou?r|in shape)$",
    re.IGNORECASE,
)
_BEFORE_WORDS = re.compile(
    r"^(?:(?:in|on|at|to|by)\s+"
    r"|(?:the\s+)?(?:colou?r|shape|letter|word|country|city|month|day|year)\s+(?=\w+$)"
    r"|(?:line segment|segment|line|side|edge|chord|ray)\s+(?=[A-Z]{2}\b)"
    r"|(?:triangle|quadrilateral|rectangle|square|parallelogram|trapezoid|rhombus|polygon)\s+"
    r"(?=(?-i:(?:[A-Z]'*){3,6}$))"
    r"|(?:the\s+)?(?:point|vertex|node|angle|line|bar|graph|curve|group|team|plan|class|type|box)\s+"
    r"(?=[A-Z]'?$)"
    r"|(?:the\s+)?(?:quadrant|region|type|class|phase|statement|part)\s+(?=[IVX]+$)"
    r"|(?:the\s+)?(?:line|bar|curve|one|region|slice|part|segment|ball|object|shape)\s+in\s+(?=\w+$)"
    r"|(?:it|this|that|they|he|she)\s+(?=\w{3,}\s))+",
    re.IGNORECASE,
)
_COPULA = re.compile(
    r"^(?:(?:the|this|that|its|our|my|his|her|a|an)?\s*(?:[A-Za-z][\w'-]*(?:\s+\d+)?(?:\s+|(?=:))){1,9}?)"
    rf"(?:will be|{COPULA}|(?<=[a-z]):|shows|represents|depicts|simplifies to|evaluates to|"
    r"has an? [a-z]{4,} of|has length)\s+(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_HAPPENED = re.compile(
    r"^(?P<lead>[^.;:]{3,80}\b(?:in|on|at)) (?:the point )?"
    r"(?P<rest>(?:the )?[A-Z\d].*|\([-\d][^()]*\)|[a-z] = -?\d.*)$"
)
"""What happened, and where or when: "The most rain fell on Wednesday"."""
_COPULA_TAIL = re.compile(
    r"^(?:(?:colou?red|painted)(?! by)"
    r"|(?:\w+ed|made|written|drawn|sung|built) by|called|named|known as"
    r"|(?:(?:located|situated|found)\s+)?(?:in|on|at)"
    r"|the|a|an)\s+(?=\w\w|\()",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\s*\([^()]*\)$")
_SUBJECT = re.compile(
    r"^(?P<subject>[^.,;:]{1,60}?)\s+(?:is|was|are|were|has|have|had)\s+(?P<said>the\s[^.;:?]{1,60}?)"
    r"(?:,\s+(?:with|at)\s(?:USD )?[\d.,]+\s?%?(?: [a-z]+)?)?\.?$",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"(?:the|its?|this|that) (?:[a-z]+ ){0,2}is (?P<said>[^\W\d_]+) "
    r"(?:in|on|over|throughout|within) (?:the|this|that) (?:given |whole |entire )?"
    r"(?:interval|domain|range|period|figure|picture|image|chart|graph|diagram|photo|map)\W*$",
    re.IGNORECASE,
)
"""What is said of a subject, and where: "The function is decreasing on the interval"."""
_BACKED = re.compile(
    r"(?P<said>[A-Za-z]{3,}(?: [A-Za-z]+){0,4}?)"
    r"(?:,? \(?(?:with|at)|[,:]| [-–—]| \() ?(?:a value of )?"
    r"(?P<figure>(?:USD )?\d[^()]{0,30})\)?\W*"
)
"""Words with a figure behind them that supports them: "Soccer (24 students)"."""
_NEGATIVE = {
    "neither": re.compile(r"(?P<subject>.+?) is neither \w+ nor \w+\W*", re.IGNORECASE),
    "does not exist": re.compile(
        r"(?P<subject>.+?) (?:does not|doesn't|doesn’t) exist\W*", re.IGNORECASE
    ),
}


def said_of_it(ours: str, theirs: str, reason: str) -> str:
    """Explain why a sentence does not say a reference of words; empty where it does.

    ``reason`` is returned where it says something else.

    Example:
        >>> said_of_it("The capital is Paris.", "Paris", "other words")
        ''
    """
    if same_name(ours, theirs) or _in_so_many_words(ours, theirs):
        return SAME
    wanted = {fold(core) for core in cores(theirs)}
    for core in cores(ours):
        bare = _BEFORE_WORDS.sub("", core)
        if {fold(bare), fold(_BARE_NOUN.sub("", core)), fold(_BARE_NOUN.sub("", bare))} & wanted:
            return SAME
        bracketed = _BRACKET.sub("", core)
        if bracketed != core and fold(bracketed) in wanted and not denies(core):
            remark = core[len(bracketed) :].strip(" ()")
            if harmless(remark) or remark in {*LETTERS}:  # "left (B)"
                return SAME
    backed = _BACKED.fullmatch(ours)
    figure = read_quantity(backed["figure"]) if backed else None
    if backed and fold(backed["said"]) in wanted and figure and figure.number:
        return SAME  # "Soccer (24 students)"
    within = _WITHIN.match(ours)
    if within and within["said"].casefold() == theirs.casefold() and not denies(ours):
        return SAME
    said = [found for core in cores(ours) if (found := _SUBJECT.match(core))]
    if any(
        {fold(one["subject"]), fold(_BARE_NOUN.sub("", one["subject"]))} & wanted
        and is_description(one["said"])
        for one in said
    ):
        return SAME
    ends = [end for core in cores(ours) if (end := statement_end(core))]
    if any(fold(end) in wanted or squeezed(end) == squeezed(theirs) for end in ends):
        return SAME
    return reason


def _in_so_many_words(ours: str, theirs: str) -> bool:
    """Tell whether a sentence says a reference that itself denies: "neither", "does not exist"."""
    said = _NEGATIVE.get(" ".join(fold(theirs)))
    found = said and said.fullmatch(ours)
    return bool(found and asked_for(found["subject"]))


def statement_end(plain: str) -> str | None:
    """Return what a sentence says of its subject (``The capital is Paris``), or None where it
    denies.
    """
    if denies(plain):
        return None
    tried = (_HAPPENED.match(plain), _COPULA.match(plain))
    found = next((one for one in tried if one and leads(plain[: one.start("rest")])), None)
    if not found:
        return None
    return _COPULA_TAIL.sub("", found["rest"].rstrip(" .,;"))
