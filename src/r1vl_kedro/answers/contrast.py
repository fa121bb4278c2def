"""Choices by contrast: ``not A but C``, ``A rather than B``."""

import re

from r1vl_kedro.answers.clauses import LIST

_THING = r"(?:(?:the|an?|plain|just|simply|options?|choices?|answers?|letters?|it|is|be|by)\s+)*+"
_CONTRAST = re.compile(
    rf"(?:,?\s*\b(?:(?:but|and)\s+)?"
    rf"(?:not|rather than|instead of|as opposed to|unlike)"
    rf"|(?:\A|(?<=[.;,:]))\s*(?:neither|nor))\s+{_THING}(?P<list>{LIST})"
    r"(?!\s*(?!but\b)\w)(?P<but>\s*,?\s*but\b)?",
    re.IGNORECASE,
)
_PREDICATED = re.compile(r"(?:\b(?:is|are|was|were|be|does|do|did)|['’]s)\s*\Z", re.IGNORECASE)
_SUPPOSED = re.compile(r"\b(?:if|unless)\b", re.IGNORECASE)
_IT_IS = re.compile(
    r"(?:\A|[.,;:]\s*|\b(?:so|and|but|thus)\s+)(?:it|this|that|the (?:correct |final )?(?:answer|"
    r"option|choice))(?:\s+(?:is|was|should be|must be)|['’]s)\s*\Z",
    re.IGNORECASE,
)
NOT = re.compile(r"\b(?:(?:do|does|did|is|are|will|would)\s+)?not\s+", re.IGNORECASE)
"""A denial: "not ", "does not "."""


def without_contrasts(text: str) -> tuple[str, str]:
    """Return a text without ``not A but``, ``rather than A``, and the mentions set aside.

    Args:
        text: as `clauses.marked` returns it.
    """
    aside = ""

    def removed(contrast: re.Match[str]) -> str:
        nonlocal aside
        before = text[: contrast.start()]
        sentence = before[max(map(before.rfind, ".;")) + 1 :]
        if _SUPPOSED.search(sentence) or (_PREDICATED.search(before) and not _IT_IS.search(before)):
            return contrast[0]  # "B is not A"
        aside += contrast["list"]
        return " "

    return _CONTRAST.sub(removed, text).strip(" ,;"), aside
