"""Phrases before a value that the grammar of `leads` knows by one word."""

import re

_UNKNOWN = "otherwise "
"""A word that is none of those known."""
_PHRASES = [
    (re.compile(pattern, re.IGNORECASE), spelled)
    for pattern, spelled in (
        (r"['’]s (?=(?:exactly|only|about)?\s*\Z)", " is "),
        (r"\b(?:is|are) (?:equal|equivalent) to\b|\bevaluates to\b|\bsimplifies to\b", "is"),
        (r"\b(?:comes?|came|works?|worked|turns?|turned) (?:out )?to (?:be\b)?", "is "),
        (r"\b(?:adds?|sums?|amounts?|totals?|reduces?|rounds|rounded) (?:up |down )?to\b", "is"),
        (r"\b(?:is|are) (?:given by|found to be|calculated to be)\b", "is"),
        (r"\b(?:will|must) be\b|\bmust equal\b|\bwill\s*\Z", "is"),
        (r"\b(answers?|result|solution) (?:should|would) be\b", r"\1 is"),
        (
            r"\b(?:number|value|(?:question )?mark|angle|length|area|perimeter|total|sum)"
            r" should be\b",
            "number is",
        ),
        (r"\b(?:should|would|will|must) (need|take|cost|require|receive|pay|earn|save)\b", r"\1s"),
        (r"\b(?:question mark|(?:ones|units|tens|missing) digit)\b", "number"),
        (r"\ba(?= (?:is|equals|and|=))", "AB"),
        (r"\b(?:seems?|appears?) to be\b", "is"),
        (r"\bcorresponds to\b|\b(?:intersect|meet|cross)(?:s|es)? at\b", "is"),
        (r"\b(?:you|we|i) (?:should|can|will) (?=get|find|obtain|see|count)\b", "we "),
        (r"\b(?:moves|travels) with\b|\b(?:are|is) in the ratio(?: of)?\s*\Z", "has"),
        (
            r"\b(?:travels|travelled|traveled|lasts|lasted|runs|ran|walks|walked|works|worked|drives"
            r"|drove|rides|rode|flies|flew|sleeps|slept|plays|played|stays|stayed) for\s*\Z",
            "has",
        ),
        (r"\A\W*based on\b", "in"),
        (r"\b(?:is|are) (?:labell?ed|marked)(?: as)?\s*\Z", "is"),
        (r"(?<=\bof )plant (?=\d)", "tree "),
        (r"\b(?:accelerates?|moves?|travels?|is moving|is travell?ing) at\b", "has"),
        (r"\bconsists? of\b|\bis made up of\b|\bcontinues? with\b", "has"),
        (r"\b(?:end|ends) up with\b|\b(?:are|is|am) left with\b|\barrive at\b", "have"),
        (r"\b(?:smallest|largest|greatest|least|maximum|minimum|only) possible\b", "only"),
        (
            r"\b(?:who|that) (?:likes?|prefers?|plays?|drinks?|eats?|chose|choose|speaks?|owns?"
            r"|study|voted for) (?:(?:both|only) )?(?:an? )?[a-z]+(?: and (?:an? )?[a-z]+)?\b",
            "shown",
        ),
        (
            r"\ba (?:length|width|height|depth|distance|area|volume|perimeter|radius|diameter|mass"
            r"|weight|speed|velocity|force|price|cost|value|probability|slope|temperature) of\s*\Z",
            "a total of",
        ),
        (r"\A\W*(?:will|must)\b", _UNKNOWN),  # a question
        (r"\b(?:in|on|at|from|for) the next\b", _UNKNOWN),
        (
            r"\b(?:first|second|third|last|next) "
            r"(?=(?:count|total|value|sum|score|amount|average)s?\b)",
            _UNKNOWN,
        ),
        (r"\bnumber of (?:the|this|that) [a-z]+(?<!s)(?= (?:is|was|equals)\b)", _UNKNOWN),
        (
            r"\b(?:root|square|cube|inverse|factor) of (?!.*\b(?:equation|function|expression"
            r"|matrix|polynomial|[a-z])\b)",
            _UNKNOWN,
        ),
        (r"\b(leaves?) us with\b", r"\1"),
        (r"\b(?:occurs|occurred|happens|happened|takes place|took place)\b", "is"),
        (r"(?<=[a-z]{3} )(?:starts|begins|ends|opens|closes|arrives|departs)(?= at\b)", "is"),
        (r"\b[a-zA-Z]\([^()]{1,6}\)", "AB"),
        (r"\b(gives?|makes?|leaves?|takes?|costs?) (?:us|me|him|her|them|you)\b", r"\1"),
        (r"\A\W*(?:(?:yes|no|sorry)(?:,|\W*\Z))", "so,"),
        (r"\bmore precisely\b|\bfinal (?:count|tally)\b", "total"),
        (
            r"\b(?:angle|arc|line|segment|side|edge|triangle|square|point) (?-i:[A-Z]{1,4}|\d)\b",
            "AB",
        ),
        (r"(?<=\banswer|lution) (?:to|of) (?:the|this) (?:question|problem|equation|system)\b", ""),
        (
            r"\b(?:(?:we|i) (?:can )?(?:see|find|know|conclude|note|think|believe)|it follows"
            r"|note|notice|(?:this|which) means|the (?:chart|graph|figure|image|table|diagram"
            r"|picture) (?:shows|tells us|indicates)) that\b"
            r"|\bthis means\b|\bi (?:think|believe)\b",
            "so",
        ),
    )
]
"""Phrases, with the words of `known_words` that stand for them; of a symbol, AB."""


def in_known_words(text: str) -> str:
    """Write the known phrases of a sentence as known words.

    Example:
        >>> in_known_words("The area works out to"), in_known_words("In the next year it is")
        ('The area is ', 'otherwise  year it is')
    """
    for pattern, spelled in _PHRASES:
        text = pattern.sub(spelled, text)
    return text
