"""What the sentence around a marked answer makes of it: denied, bounded, or part of a term."""

import re

from r1vl_kedro.answers import equivalent
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.responses.beside import beside, counted
from r1vl_kedro.responses.leading import affirmed, another_before, denied

NEAR = 200
"""Characters that are read on either side of an answer."""

_TEXT = re.compile(r"\\text(?:rm|bf|it)?\s*\{([^{}]*)\}")
"""Words within mathematics."""
_OPENS = r"[ \t]*(?:[$({*]|\\[(\[])*[ \t]*"
_UNEQUAL = re.compile(r"(?:\\(?:neq?|not\s*=)|≠|!=)(?:\s*\})?" + _OPENS + r"\Z")
_STRUCK = re.compile(r"(?:~~|\\(?:[bx]?cancel|sout|st|phantom)\s*\{|<(?:s|del|strike)>)\s*\Z")
_UNEQUAL_BEHIND = re.compile(r"[ \t]*\$?[ \t]*(?:\\neq?\b|≠|!=)(?!\s*\d)")
_CHANGED = re.compile(
    r"\b(?:(?<!no )(?<!not )"
    r"(?:more|less|fewer|(?:great|small|larg|bigg|high|low|long|short|bett|rath)er) than"
    r"|(?:half|double|twice|triple|thrice|(?:a |one |two )?(?:third|quarter|fifth)s?)(?: of)?"
    r"|(?:square|cube|root|multiple|factor|opposite|reciprocal|inverse|complement|supplement|"
    r"negative|percent|part|rest|short|out) of"
    r"|(?:sum|product|difference|quotient|ratio|average|mean) (?:of|between) [^.;,]{1,20} and"
    r"|between [^.;, ]{1,9} and"
    r"|(?<!not )\b(?:(?:any|every)thing|(?:any|every|all|each)(?: [a-z]+){0,3}) "
    r"(?:but|except|other than|besides)|(?:differs?|different|far|subtracted) from"
    r"|(?:is|are|was) (?:\w+ )?close to|[A-Za-z]{2,}-"
    r"|near|(?:north|south|east|west) of|e\.g\.,?"
    r"|negative|minus|plus|times|(?:divided|multiplied) by|added to"
    r"|either|maybe|perhaps|possibly|almost|nearly)" + _OPENS + r"\Z",
    re.IGNORECASE,
)
"""Words right before an answer with which another value is said."""
_SIGN = re.compile(r"(?:\A|[=$(>\s])[-−](?:(?:\\left)?\()?\Z")
_EDGE = re.compile(
    r"\$|\\[()\[\]]|\n|[.;!?]\s|:\s|\\\\|&|[=≈≡⇒→∴≤≥]|->"
    r"|\\(?:approx|equiv|implies|[Rr]ightarrow|to|iff|therefore|leq?|geq?|leqslant|geqslant)\b"
    r"|(?<![\\A-Za-z])[A-Za-z]{2,}|</?[a-z]{1,9}>"
)
"""Where a term may begin: mathematics, sentences, sides of a relation, and behind a word."""
_JOINS = re.compile(
    r"(?:[^\W_]|[)}])\s*(?:[+/^_·×÷]|[-−](?!-)|\*(?!\*)|\\(?:cdot|times|div)\b)\s*[{(]*\s*\Z"
    r"|(?:[±√|]|\\(?:pm|mp|sqrt(?:\[\w+\])?|log|ln|lg|sin|cos|tan|exp)(?![a-z]))[ ({]*\Z"
    r"|\\[dt]?frac\s*(?:\{[^{}]*\}\s*)?\{\Z"
    r"|(?:^|[^A-Za-z\\])(?:\d[.:]?|[A-Za-z]\()\Z"
    r"|\\(?:cup|cap|setminus|neg|lnot)(?![a-z])[ {\\]*\Z"
    r"|\\(?:pi|overline|bar|hat|vec|dot)[ {]*\Z"
    r"|(?:[\w)}]\s*(?<![-=])|\\)(?:<|>|[lg]t\b)\s*\Z"
)
"""What makes a term or a bound with the answer behind it: ``3 +``, ``\\sqrt{``, ``x <``."""
_FACTOR = re.compile(r"[$\d}][a-z]\Z")
_TUPLE = re.compile(r"[(\[{](?P<first>[^()\[\]{}]*,)?\s*\Z")
_LISTED = re.compile(r"(?:\A|[\s$])[-−]?\d[\d.]*\$? *(?:and|&) *\$?\Z")
_OPENERS = re.compile(
    r"(?:[\s({}$|]|\\[,;:! ]|\\(?:left|q?quad|text\w*|math\w+|bm|displaystyle)(?![a-z]))*\Z"
)
"""What may stand between the sign of a relation and the answer in mathematics."""
_NUMBER_BEFORE = re.compile(r"(?:\d|[½⅓¼¾⅔])[ \t]*\Z|(?<![\w)])\.\Z")
_SIGNED = re.compile(r"(?:\b(?:is|are)|[=$])[ \t]*\$?[-−][ \t]*\$?[ \t]*\$?\Z")
"""A number, a decimal point or a sign directly before the answer."""
_STOP = re.compile(r"\$|\\[)\]]|\n|[.;!?](?:\s|\Z)|\\(?:approx|implies|[Rr]ightarrow)\b|[=≈]")
_GOES_ON = re.compile(
    r"(?:[ \t]*(?:\$|\\\)|\\\])?(?:\{\})?[ \t]*"
    r"(?:(?<=[ \t])(?:(?:times|multiplied by|divided by|plus|minus|(?:more|less|fewer|\w+er) than|"
    r"short of|away from)(?= (?:[\d\\$(]|one\b|two\b|three\b))|squared|cubed)\b"
    r"|\\[,;:!][ \t]*(?:(?-i:[a-z])(?![a-z]{2})|\\(?:pi|sqrt)\b)"
    r"|\\(?:times|cdot|div|pi|sqrt|pm|to|rightarrow|lor|vee)\b"
    r"|(?!<[a-z]{1,9}>)[+/^·×÷π√±→<>][ \t]*[\w\\({]|->|_(?:[^\W_]|\{)|:\d|[-−*][ \t]*\d"
    r"|[ \t]\d[\d.]*(?=\W*(?:\n|<|\Z))"
    r"|,[ \t]*\d[\d.]*(?=\W*(?:\n|\Z))"
    r"|(?:(?<=[ \t])|\\text\{\s*)(?:hundred|thousand|million|billion|trillion|dozen)\b"
    r"|[ \t]*\(\d[\d.]*\s(?:with|without|if|when|including|for)\b"
    r"|(?:\\,)?\s*\\(?:mathrm|text)\{\s*or\b"
    r"|[,(]?[ \t]*\b(?:or|maybe|perhaps|possibly)\b(?!,? equivalently| in (?:other )?words))"
    r"|[ \t](?-i:[b-hj-z])(?=\W*(?:\n|\Z))|\([a-z]\s*[-+]|-[a-z]{2,}"
    r"|(?:\{,\}|[.,])?\d|(?-i:[a-z]{1,3}\b)(?!<))[^.,;:\n$<]*",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"-?\d[\d.,]*\s?(?:[%°]|[a-zA-Z]{1,9})?")
"""An answer that is one number: what its clause says of it is read as any sentence is."""
_LETTER_BEFORE = re.compile(r"(?<![\w'])(?P<letter>[A-J])\s*(?:,|&|/|\bor\b|\band\b)[ \t]*\$?\Z")
_LETTER_BEHIND = re.compile(
    r"[ \t]*\$?[ \t]*(?:,|&|/|or\b|and\b)?[ \t]*(?:option )?\(?(?P<letter>[A-J])(?![\w'])"
)
_IN_UNIT = re.compile(r"\bin (?P<unit>(?!terms\b)[A-Za-z]{2,}|m|g|s|L)\b[^.;!?\d]{0,20}\Z")
_JOINED_BEFORE = re.compile(r"(?<![\\A-Za-z])(?P<word>[a-z]{2,5})\Z|\d[\d.]*\$?\s*[-–—~]\s*\$?\Z")
"""What a marked answer is joined to: a part of its word, the start of a range."""
_CLAUSE_BEGINS = re.compile(
    r".*(?:[.,;:!?)=]\s|\n|>|\\[A-Za-z]+|\b(?:so|thus|hence|therefore|that|since|because|as|but|and|"
    r"is|are|was|were|be|gives?|gets?|find|with|equals?|makes?|has|have|at (?:most|least)|"
    r"(?:round\w*|clos\w+|near\w*|equal|amounts?|comes?|reduces?|simplif\w+|evaluates?)"
    r"(?: (?:down|up|out))? to)\b)",
    re.DOTALL | re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(
    r"[.,;:!?](?:\s|\Z)|\n|[<(*]|\\(?!%)"
    r"|\b(?:so|thus|hence|because|since|as|and|or, equivalently|or in|is|are|was|were|which|that)\b"
    r"|\b(?:more|fewer|less|plus|minus)\b(?!\D*\d)|I\b|[A-Z][a-z]{2,}"
    r"|\bthan\b|(?<!%)(?<!cent)\sof (?:the|them|these|those|which)\b"
)
_BEFORE = re.compile(r"[A-Za-z\d%' ]*\Z")
_WORD = re.compile(r"[A-Za-z]{2}")
_BEHIND = re.compile(r"[A-Za-z\d%' -]*")
_CLOSERS = {"{": "}", "(": ")"}


def in_its_sentence(before: str, answer: str, after: str) -> str:
    r"""Return an answer with what its sentence makes of it: denied, or part of a larger term.

    Args:
        before, after: the text around the answer and its marks.

    Example:
        >>> in_its_sentence("It cannot be ", "24", ""), in_its_sentence("It is ", "24", " times 2.")
        ('not 24', '24 times 2')
        >>> in_its_sentence(r"It is $\frac{1}{", "24", "}$."), in_its_sentence("Half of ", "24", "")
        ('\\frac{1}{24}', 'Half of 24')
    """
    before, after = _TEXT.sub(r"\1", before[-NEAR:]), after[:NEAR]
    if (
        denied(before)
        or _STRUCK.search(before)
        or _UNEQUAL.search(before)
        or _UNEQUAL_BEHIND.match(after)
    ):
        return f"not {answer}"
    letter = re.sub(r"\\(?:text|mathrm|mathbf)|[{}\s]", "", answer)
    letters = (_LETTER_BEFORE.search(before), _LETTER_BEHIND.match(after))
    if re.fullmatch(r"[A-J]", letter) and any(letters):
        return " or ".join([letter, *(one["letter"] for one in letters if one)])
    joined = _JOINED_BEFORE.search(before)
    if joined and (not joined["word"] or answer.strip("}")[-2:].isalpha()):
        return re.sub(r"[$\s]", "", joined[0]) + answer  # "un[stable]", "7-[8]"
    number = _PLAIN.fullmatch(answer)
    before, answer, after = beside(before, answer, after)
    if (other := another_before(before, answer)) is not None:
        return f"{other} or {answer}"
    if affirmed(re.split(r"[.;!?]\s", before)[-1].rstrip(" $({*\\[")):
        return answer
    changed = _CHANGED.search(before)
    if changed:
        return f"{changed[0].rstrip(' $({*[')} {answer}"
    edges = list(_EDGE.finditer(before))
    term = before[edges[-1].end() :] if edges else before
    tuple_ = _TUPLE.search(before) or _TUPLE.search(term)
    if tuple_ and (tuple_["first"] or re.match(r"\s*,[^()]*\)", after)):
        return f"{tuple_[0]}{answer}{after.partition(')')[0]})"
    if listed := _LISTED.search(before):
        return f"{listed[0].strip(' $')} {answer}"
    line = before.rpartition("\n")[2]
    within = line.replace("\\$", "").count("$") % 2 and _OPENERS.sub("", term)
    number_before = _NUMBER_BEFORE.search(term) or _SIGNED.search(before)
    if _JOINS.search(term) or _FACTOR.search(before) or within or number_before:
        stop = _STOP.search(after)
        term = "-" if _SIGNED.search(before) else term
        return _closed(f"{term}{answer}{after[: stop.start()] if stop else after}").strip()
    going_on = _GOES_ON.match(after)
    if going_on:
        answer = f"{answer}{going_on[0].rstrip(' $')}".replace("$", "")
    if _SIGN.search(before):
        return f"-{answer}"
    if going_on or not number:
        return answer
    if number[0] == answer and (measured := counted(answer, after) or _in_units(answer, before)):
        return measured
    return _in_its_clause(before, answer, after)


def _in_units(answer: str, before: str) -> str | None:
    """Return a number in the unit that its sentence names before: "The length in cm is"."""
    found = _IN_UNIT.search(before)
    return f"{answer} {found['unit']}" if found and read_units(found["unit"]) else None


def _in_its_clause(before: str, answer: str, after: str) -> str:
    """Return the clause around a number where that says something else than the number alone.

    ``all except``, ``15% of``, ``should be 18``.
    """
    begins, ends = _CLAUSE_BEGINS.match(before), _CLAUSE_ENDS.search(after)
    before = before[begins.end() :] if begins else before
    after = after[: ends.start()] if ends else after
    before, after = (re.sub(r"\$|\\(?=%)", "", side).strip(" ") for side in (before, after))
    sides = (_BEFORE.search(before), _BEHIND.match(after))
    first, last = (one[0] if one and _WORD.search(one[0]) else "" for one in sides)
    clause = f"{first} {answer} {last}".strip()
    return answer if clause == answer or equivalent(clause, answer) else clause


def _closed(term: str) -> str:
    """Return a term with the brackets closed that it opens, and without others' closing ones."""
    out: list[str] = []
    opened: list[str] = []
    for char in term:
        if char in _CLOSERS:
            opened.append(_CLOSERS[char])
        elif char in _CLOSERS.values():
            if not opened or opened[-1] != char:
                continue
            opened.pop()
        out.append(char)
    return "".join([*out, *reversed(opened)])
