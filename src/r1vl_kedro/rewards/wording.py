"""When two words of a key step are the same."""

import re

from rapidfuzz.distance import OSA, Indel

DEFAULT_THRESHOLD = 90.0
_LETTERS_OF_A_SLIP = 80
_INFLECTED = re.compile(r"(?:e|es|ed|ing)\Z")
_BRITISH = re.compile(r"tre(?=s?\Z)")
"""The end of "metre", which others write "meter"."""


def words_agree(first: str, second: str, threshold: float = DEFAULT_THRESHOLD) -> bool:
    """Tell whether two words are the same but for a plural, an ending, British -tre, or one slip.

    A slip is a letter too many or too few, or two neighbours swapped, after the same initial, in a
    word of at least 80 / (100 - ``threshold``) letters (eight at 90). Another letter is another
    word: ``microorganism`` and ``macroorganism`` have a RapidFuzz ratio of 92.

    Example:
        >>> words_agree("parallel", "paralell"), words_agree("exothermic", "endothermic")
        (True, False)
    """
    if first == second:
        return True
    if first[0] != second[0] or threshold >= 100:
        return False
    if _BRITISH.sub("ter", first) == _BRITISH.sub("ter", second):
        return True
    if min(len(first), len(second)) > 2 and (first + "s" == second or second + "s" == first):
        return True
    stem = _INFLECTED.sub("", first)
    longer = first + "e" == second or second + "e" == first  # no ending: CD and CDE
    if len(stem) > 1 and not longer and stem == _INFLECTED.sub("", second):
        return True
    if max(len(first), len(second)) * (100 - threshold) < _LETTERS_OF_A_SLIP:
        return False
    if len(first) != len(second):
        return Indel.distance(first, second) == 1
    labels = sorted(first) in (list(first), list(second))  # ABCDEFGH names a figure
    return sorted(first) == sorted(second) and OSA.distance(first, second) == 1 and not labels
