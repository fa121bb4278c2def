"""Clauses of a text in which options are named, each mention as one character."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from r1vl_kedro.answers.mentions import Mention

PLACE = "[\ue000-\uf8ff]"
"""The place of a mention, in a text in which each is one character."""
LIST = (
    rf"(?:(?:both|either|all)\s+)?{PLACE}"
    rf"(?>(?:[^\S\n]*(?:,?\s*(?:(?:and|or|nor|as well as)\b|&)|,|/|、)\s*|[^\S\n]*)"
    rf"(?:(?:option|choice)\s+)?{PLACE})*+"
)
_BRACKETED = re.compile(
    rf"(?P<label>(?:\A[(\[]\s*)?{PLACE})\s?[)\]]+(?=\s*\w)"
    r"(?!\s*(?:is|are|was|were|has|can|could|cannot|does|and|or|but)\b)"
    rf"|[(\[{{\"“'‘*]+\s*(?P<sign>{PLACE})\s*[)\]}}\"”'’*]+|(?P<half>{PLACE})\s?[)\]]+"
)
_CLAUSE = re.compile(
    rf"(?P<ask>[?？]+)|(?<={PLACE})(?P<label>[.:、：])(?=\s*\S)|(?P<end>[.!;。！；](?=\s|\Z|{PLACE})|\n+)"
    r"|(?P<so>(?:\A|(?<=[.,;:!?—–-] )|(?<=and )|(?<=\n))so\b(?! that\b)"
    r"|\b(?:thus|hence|therefore|leaving)\b|∴|⇒|所以|因此|故)"
    r"|(?P<but>\s*\b(?:and|but)\b(?=\s+(?:the|my)\s+(?:(?:final|correct|right)\s+)?answer\b))"
    r"|(?P<answer>(?<![^\W\d_]{2} )\b(?:final )?answer\s*:)"
    r"|(?P<dash>[,，、:：—…()\[\]（）]|\.{2,}|(?<!\d)\s[-–]+\s|\s[-–]+\s(?!\d)"
    r"|\s*\b(?:and|but|yet|though|although|"
    r"however|while|whereas|then)\b)"
    r"|(?P<if>\b(?:as long as|if|unless|suppose|supposing|assuming|provided)\b)"
    r"|(?P<as>\bas(?! well| an?\b)\b)"
    r"|(?P<reason>\b(?:because|since|explanation|reason|here['’]s why)\b|因为|因為|由于)",
    re.IGNORECASE,
)
_RIGHT = re.compile(rf"(?P<said>{PLACE})\s+(?:is|are)\s+(?:the\s+)?(?P<right>{PLACE})\W*\Z")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause; ``asked`` where a question mark stands behind it."""

    kind: str
    """What stands before it: start, end, ask, label, dash, reason, as, so, but, answer or if."""
    text: str
    asked: bool


def marked(text: str, mentions: Sequence[Mention]) -> tuple[str, dict[str, Mention]]:
    """Return a text with each mention as one character, without the brackets around it.

    Also what each of the characters stands for.
    """
    named = {chr(0xE000 + place): one for place, one in enumerate(mentions)}
    joined, end = "", 0
    for sign, one in named.items():
        joined += text[end : one.start] + sign
        end = one.end
    joined = _BRACKETED.sub(_unbracketed, joined + text[end:]).strip()
    right = _RIGHT.search(joined)
    if right:
        one = named[right["right"]]
        if (said := text[one.start : one.end]).lower() in ("right", "correct", "true"):
            joined = joined.replace(right["right"], said)  # "A is right" among left and right
    return joined, named


def _unbracketed(found: re.Match[str]) -> str:
    return (
        f"{found['label'].lstrip('([ ')}: "
        if found["label"]
        else f" {found['sign'] or found['half']} "
    )


def clauses_of(text: str) -> list[Clause]:
    """Split a text at its punctuation and conjunctions; lists of mentions stay whole.

    Example:
        >>> [(clause.kind, clause.text) for clause in clauses_of("Yes, because it is red")]
        [('start', 'Yes'), ('reason', 'it is red')]
    """
    clauses, kind, start = [], "start", 0
    joined = [one.span() for one in re.finditer(LIST, text)]
    for mark in _CLAUSE.finditer(text):
        if any(first < mark.start() and mark.end() < last for first, last in joined):
            continue
        body, asked = text[start : mark.start()].strip(), mark.lastgroup == "ask"
        start = mark.end()
        if body or asked:
            clauses.append(Clause(kind, body, asked))
            kind = mark.lastgroup or ""
        elif mark.lastgroup != "dash" and kind != "if":
            kind = mark.lastgroup or ""
    if text[start:].strip() or kind == "if":
        clauses.append(Clause(kind, text[start:].strip(), asked=False))
    return clauses
