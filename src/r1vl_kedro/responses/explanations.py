"""Sentences behind an answer that leave it as it is: politeness, and explanations.

What a writer may say in doubt or jest has no end, so a sentence is an explanation only where it has
one of a few forms, by what it is about, and leaves no other value of the answer's kind standing.
"""

import re
from itertools import combinations
from math import isclose, prod

from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.responses.clauses import Answer, Clause, clauses, number_of, value_of

_BLANK = r"[\s.,;:!*_>|$(){}\[\]'\"“”—–\\/<∎□■✓✔☑✅👍🎉🙂😊°]*"
_CLOSES = re.compile(
    rf"{_BLANK}(?:(?:done|q\W?e\W?d|finished|(?:double[- ])?check(?:s|ed)?|verif(?:y|ied)|confirmed"
    r"|correct|right|thanks?(?: you)?(?: for [^.!?]*)?|great question|good luck|enjoy|cheers|simple"
    r"|easy(?: enough)?|(?:i )?hope (?:this|that|it) (?:helps|is (?:correct|right|clear))[^.!?]*"
    r"|(?:please )?let me know[^.!?]*|feel free[^.!?]*|if you have (?:\w+ ){0,3}questions?[^.!?]*"
    r"|(?:the |my |final |short )*(?:answer|solution|result|explanation|reason(?:ing)?|proof|notes?"
    r"|remarks?|verification|method|working|step \d+|steps?)"
    r"|(?:this|that|it)(?: is|['’]s) (?:the |my |our )?(?:final )?(?:answer|result|solution|all|it)"
    r"|that completes the (?:solution|proof)|yes|indeed|exactly|rounded|endproof|blacksquare|quad"
    r"|the|an?|is|are|of|left|total|and|that|this|it|in|to|for|we|so|thus|hence|therefore"
    rf"|im_end|endoftext|eot_id|end_of_text|(?:end|begin)\{{[a-z*]+\}}|asy|square|qed)(?!\w){_BLANK})*+",
    re.IGNORECASE,
)
"""What closes a text or heads what follows it; without backtracking, as words repeat in loops."""
_CODE = re.compile(
    r"(?:\[asy\]\s*)?(?://|(?:import|pair|real|int|size|draw|fill|label|dot|path|pen|for|unitsize"
    r"|defaultpen|clip)\b)[^!?]*[;}](?:\[/asy\])?\Z"
)
"""A line of a drawing's code."""
_OPENS = re.compile(
    r"\W*(?:(?:then|similarly|finally|now|next)\b,?\s+)*"
    r"(?:so|thus|hence|therefore|the|an?|each|every|all|both|its|their|his|her|here|there|these"
    r"|those|they|in|on|at|with|by|from|for|of|if|since|because|as|when|while|where|after|before"
    r"|recall|to (?:see|check|find|get|show|verify)|given|let|we|i|you|two|three|only|some|it"
    r"|this|that|which|consider|check|half|start|clearly|verif\w+|\w+ing|area|edge|angle"
    r"|triangles?|lines?|points?|remarks?|notes?|alternatively,? one can"
    r"|one (?:can|could|may)|\d+(?= [a-z]| [-+*/×·] \d)"
    r"|no(?= other\b| \w+(?: \w+)? (?:is|are|was|were|has|have|can|will|does)\b))\b",
    re.IGNORECASE,
)
"""How a sentence about the figure or the working begins."""
_TURNS = re.compile(
    r"\b(?:but|however|yet|though|although|nevertheless|still|(?<!could )(?<!can )also|just|instead"
    r"|otherwise|rather|actually|really|(?:more|less|fewer)(?! than \d)|another"
    r"|extra|should|must|may|might|(?<!one )could|would|ought|maybe|perhaps|possibly|probably"
    r"|needs?|remains?|wait|sorry|again"
    r"|(?:it|that|this) back|random|truth|at (?:least|most|best)|twice (?:it|that|this|the)|units?"
    r"|(?:correct|right) option|double\w*|halve\w*|plus|minus|other one|none of these"
    r"|ask(?:s|ed)?|several|by one|one (?:higher|lower|short)|too|flaw\w*|slip|information"
    r"|opposite|contrary|reverse|differs?|bound)\b|…|\.\.\.",
    re.IGNORECASE,
)
"""Words that add to what was answered or turn from it."""
_ITSELF = re.compile(
    r"\W*(?:(?:so|and|here|then|thus|hence|therefore|because|since|as|but),? )?"
    r"(?:it|this|that(?! of)|which|(?:the|my|our|this|that) (?!other )(?:\w+ )?(?:answer|value"
    r"|result|number|option|choice|solution|box\w*)(?! of| \d| [A-J]\b)|above|box)\b",
    re.IGNORECASE,
)
"""The answer as the subject of a clause."""
_OF_ITSELF = re.compile(
    r".*?\b(?:it|this|that|which|answer|value|result|number|option|choice|solution)(?:"
    r"(?:['’]s| is| was| has been)(?: not(?! the| correct| right| true))?(?: \w+ly)?"
    r"(?: (?:an?|the(?! \w+ of (?:it|this|that)\b)))?(?: (?!its\b|not\b)[\w-]+){0,2}? "
    r"(?:\w*number|integer|prime|divisible|multiple|square|cube|\w*angle|circle|\w*gon|line|ratio"
    r"|fraction|power|root|sum|product|difference|sequence|function|equation|parabola|identity"
    r"|theorem|consequence|maximum|minimum|length|area|volume|case|city|capital|colou?r"
    r"|\w+est|because|since|why|how|(?:\w+er|less|more) than|odd|even|positive|correct|right|true"
    r"|easy|clear|possible (?:for|to|that)|half of (?:the )?\d+|[a-z]+ed|left|seen|found|given"
    r"|shown)\b(?! of (?:it|this|that)\b)"
    r"|(?:['’]s| is| was)(?: not \(?\d|(?: not)? (?:in|on|at)\b)"
    r"|\W+(?:because|since|as|of (?:them|these|the)|in total|in all|for (?:all|every|any|real)"
    r"|follows|uses|used|agrees|matches|includes|counts|means|confirms|comes|completes|opens|satisfies|contains|fits|works"
    r"|can be \w+|does|has|is (?:up|down) from)\b(?![^,;:]*\b(?:not|no|none|neither|never|too"
    r"|\w+n['’]t)\b)|(?: is)?\W*[,(]|\W+the \w+\W*\Z)",
    re.IGNORECASE,
)
"""What a working says of its answer."""
_PERSON = re.compile(
    r"\b(?:I|[Ww]e|[Yy]ou|[Oo]ne(?= can| could| may)|[Ll]et(?: us| me|['’]s))"
    r"(?:['’](?:m|ve|ll|re))?\b(?P<does>(?: [a-z'’]+){1,5})"
)
_SKIPPED = frozenset(
    "have had did do can cannot could will would may are am also not then now first next to always "
    "only been carefully simply already both".split()
)
"""Words between a person and what it does."""
_WORKS = re.compile(
    r"(?:count|add|subtract|multipl|divid|squar|remov|took|tak|check|verif|confirm|comput|calculat"
    r"|solv|us|appl|look|read|see|saw|get|got|find|found|obtain|conclud|compar|measur|list|draw|drew"
    r"|writ|wrote|ignor|start|began|begin|determin|deduc|infer|observ|recall|rearrang|simplif"
    r"|substitut|hop|show|follow|group|sum|put|set|let|call|arriv|reach|confident|sure|able)"
    r"(?:e|es|s|ed|d|ied|ies|ing|ting|y|n|ned|ped)?"
)
"""Verbs of a working, by their stems and endings."""
_MAY_BE_LEFT = re.compile(r"count|us|includ|need|consider|tak|add")
"""Verbs of what a working leaves out: "we did not count spheres"."""
_RECKONS = re.compile(r"squar|add|subtract|multipl|divid|tak|put|set")
"""Verbs with which the answer is worked on: "we square this"."""
_SUPPOSED = re.compile(
    r"\b(?:if (?:one|you|we) (?:forget|ignor|omit|miss|skip|overlook|leav)\w*"
    r"|would|might|could|some|common|frequent|each|every|per|before|originally"
    r"|contrast|hand|(?:second|third|next) \w+est|others?(?! words)"
    r"|substitut\w+)\b|\A\W*(?:check|verif\w+)\b",
    re.IGNORECASE,
)
"""Words of a sentence whose values are supposed, of a part, or of something else."""
_TRUE = re.compile(
    r"\b(?:it|this|that|statement|claim) (?:is (?:true|correct|right)|holds)\b", re.IGNORECASE
)
_NOT = re.compile(r"\b(?:not|cannot|\w+n['’]t|myth|counterexample)\b", re.IGNORECASE)
"""What contradicts a no, and a yes."""
_STATES = re.compile(r"\A\W*(?:so|thus|hence|therefore)\b|\b(?:this|it) (?:makes|gives)\b", re.I)
"""What makes a supposed or another's value the answer's."""
_OF_OTHERS = re.compile(
    r"\W*(?:some|one (?:could|might) (?:think|say|get|find)|an? (?:common|frequent))\b"
    r"|.*\bwhich means that\b",
    re.IGNORECASE,
)
"""How a sentence begins that tells what others may find."""
_FAVOURS = re.compile(
    r"\b(?:right|correct|true|better|best|likely|plausible|possible|acceptable|accurate|fits?|works?"
    r"|holds?)\b",
    re.IGNORECASE,
)
"""Words that speak for the value they are said of."""
_CALLED = re.compile(r"\W*(?:option )?[A-J] is (?:an?|the|its|half|twice)\b", re.IGNORECASE)
"""What a letter's thing is: "C is the exterior angle"."""
_ANSWERS = re.compile(r"\b(?:answer|option|choice|one|largest|smallest|solution)\b", re.IGNORECASE)
"""Words with which a letter would be named as the choice."""
_COMES = re.compile(
    r"\b(?:so|thus|hence|therefore|(?:total|all)\W*\Z|altogether|leav\w+|giv\w+|mak\w+|more)\b|=",
    re.I,
)
"""Words that give the outcome of numbers themselves: another total is stated then."""
_OTHERS = re.compile(r"\W*(?:so )?(?:the|all|no) (?:other|two other|wrong)s?\b", re.IGNORECASE)
"""How a sentence begins that is about what was not chosen: "all other options fail"."""
_HARMLESS = re.compile(
    r"\b(?:ignore|exclude|avoid|discard|eliminate)d? (?:the|all|both) "
    r"(?!answer|number|value|result|box)"
    r"|\blies?(?= (?:on|in|at|along|between|inside|outside|above|below)\b)",
    re.IGNORECASE,
)
"""Words of denial that a sentence about the figure may have."""
_DESCRIBES = re.compile(
    r"(?:(?<=\bthe )|(?<=\bthese )|(?<=\bin )|(?<=\bof )|(?<=\bboth ))(?:two|three)(?= [a-z]{3,})",
    re.IGNORECASE,
)
"""Small numbers that only tell of what things are there: "in two rows"."""
_LISTS = re.compile(
    r"[a-z]+(?: [a-z]+)*: [A-Z]{1,2}(?:, [A-Z]{1,2})*\W*|[a-z]+ is \d+(?:, [a-z]+ is \d+)+\W*"
)
"""A list of counts alone: "cubes: N, E.", "red is 8, blue is 3."."""
_SUM = re.compile(r"(\d+) [+-] (\d+) = \d+\W*")
"""A line of numbers that comes to the answer, or reckons with it."""
_COUNTS = re.compile(r"\W*[a-z]+(?: [a-z]+)*(?:: (?:[A-Z]{1,2}|none)\b| is \d)")
"""A count of things from which a sum goes on: "cubes: N, E.", "red is 8."."""
_FORMULA = re.compile(r"(?<![A-Za-z])[a-z](?:\s*\^|\s*[-+*/]\s*\d|\d)|\d[a-z]\b")
_AMOUNTS = re.compile(r"[\d=]|\b(?:two|three|four|five|six|third|quarter|angles?|sides?)\b", re.I)
_SHORT, _LONG = 3, 14
"""Words of a sentence that is only a fragment; of one that takes nothing back without a value."""
_TERMS, _SEVERAL = 5, 3
"""Numbers that may be terms of the answer; letters too many to be a second one."""


def closes(sentence: str) -> bool:
    """Tell whether a sentence is only punctuation, an end mark or a formula of politeness."""
    return bool(_CLOSES.fullmatch(sentence) or _CODE.match(sentence))


def opens(sentence: str) -> bool:
    """Tell whether a sentence begins as those of a working do."""
    return bool(_OPENS.match(sentence))


def explains(sentence: str, answer: Answer, before: str = "") -> bool:
    """Tell whether a plain sentence behind an answer explains it and states no other value.

    Args:
        before: the sentence before it; a sum of which the answer is a term goes on from a count.

    Example:
        >>> from r1vl_kedro.responses.clauses import Answer
        >>> [explains(text, Answer("7")) for text in ("We took 3 of 10.", "It shows 8.", "Nah.")]
        [True, False, False]
    """
    parts = clauses(_DESCRIBES.sub("", sentence), answer)
    letters = [place for place, part in enumerate(parts) if answer.letter and part.others]
    amid = len(letters) == 1 and 1 < letters[0] < len(parts) - 1  # a direction, as in "W, E, S"
    if _LISTS.fullmatch(sentence) and (not letters or amid):
        return True
    length = sum(len(part.words) for part in parts)
    if answer.letter and re.fullmatch(r"[^A-Za-z?]*\d[^A-Za-z?]*", sentence):
        return True
    if parts and parts[0].first == "not" and length == 2 and any(answer.found(sentence)):
        return not parts[0].denied  # "≠ 8"
    if length < _SHORT or "?" in sentence or (answer.formula and _FORMULA.search(sentence)):
        return False
    if any(part.denied for part in parts) or (answer.several and re.search(r"\d", sentence)):
        return False
    if answer.yes_or_no and (_TRUE if answer.no else _NOT).search(sentence):
        return False
    found = _SUM.fullmatch(sentence)
    listed = _COUNTS.match(before) and any(map(answer.same, found.groups() if found else ()))
    if found and (parts[0].ends_on_ours or listed):
        return True
    refused = {value_of(one) for part in parts if part.negated for one in part.others}
    left = [
        part
        for place, part in enumerate(parts)
        if _leaves_another(part) and not (place and part.first in ("since", "because", "as"))
        if not refused.issuperset(map(value_of, part.others))
    ]
    if left or refused or (_FAVOURS.search(sentence) and any(part.others for part in parts)):
        return _sets_aside(sentence, parts, left, answer)
    if length >= _LONG or (answer.letter and _AMOUNTS.search(sentence)):
        return True  # of a working: a letter says nothing of its numbers
    if answer.yes_or_no and re.search(r"That is \d", sentence):
        return True
    if any(_unlike_an_answer(sentence, part) for part in parts) or _TURNS.search(sentence):
        return False
    if WRONG.search(_HARMLESS.sub("", sentence)) and not _OTHERS.match(sentence):
        return False
    return opens(sentence) and all(map(_works, _PERSON.finditer(sentence)))


def _sets_aside(sentence: str, parts: list[Clause], left: list[Clause], answer: Answer) -> bool:
    """Tell whether a sentence denies or supposes the other values in it, or comes from them."""
    if _OF_OTHERS.match(sentence) and not _FAVOURS.search(sentence):
        return True
    last = parts[-1]
    if last.first in ("but", "so") and (last.negated or last.words[1:2] == ("its",)):
        return True
    if any(part.others and not part.negated for part in parts) and _FAVOURS.search(sentence):
        return False
    if not all(map(_works, _PERSON.finditer(sentence))):
        return False
    if answer.letter and len(set(map(value_of, answer.found(sentence)))) >= _SEVERAL:
        return True
    if answer.letter and _CALLED.match(sentence) and not _ANSWERS.search(sentence):
        return True
    if _composes(sentence, answer):
        return opens(sentence)
    itself = [part for part in parts if _ITSELF.match(part.text) and part.first != "which"]
    if left and _ITSELF.match(sentence):
        return False
    if any(part.others and _unlike_an_answer(sentence, part) for part in itself):
        return False
    return not left or bool(_SUPPOSED.search(sentence) and not _STATES.search(sentence))


def _works(found: re.Match[str]) -> bool:
    """Tell whether what the writer or reader does belongs to a working."""
    words = found["does"].casefold().split()
    verb = next((word for word in words if word not in _SKIPPED), "see")
    denied = {"not", "cannot"} & {*words} and not _MAY_BE_LEFT.match(verb)
    again = _RECKONS.match(verb) and {"it", "this", "that"} & {*words}
    return bool(_WORKS.fullmatch(verb)) and not (denied or again)


def _leaves_another(part: Clause) -> bool:
    """Tell whether a clause leaves another value standing, at its beginning or its end."""
    if not part.others or part.negated:
        return False
    first = not part.ours and not part.text[: part.others[0].start()].strip()
    return first or (bool(part.ours) and not part.ends_on_ours) or bool(part.unexplained)


def _unlike_an_answer(sentence: str, part: Clause) -> bool:
    """Tell whether a clause says of the answer itself what no working says."""
    text = sentence[max(sentence.find(part.text), 0) :]
    if part.ours and not part.text[: part.ours[0].start()].strip():
        text = f"it{part.text[part.ours[0].end() :]}"
    return bool(_ITSELF.match(text)) and not _OF_ITSELF.match(text)


def _composes(sentence: str, answer: Answer) -> bool:
    """Tell whether numbers come to the answer by one operation: 3 and 4, 10 and 3, or 6 by 4."""
    found = map(value_of, answer.found(sentence))
    numbers = [number_of(one) for one in found if not answer.same(one)]
    wanted = number_of(next(iter(answer.values), ""))
    if wanted is None or not numbers or None in numbers or len(numbers) > _TERMS:
        return False
    results = [sum(numbers), prod(numbers)]
    for a, b in combinations(numbers, 2):
        results += [abs(a - b), a / b if b else a, b / a if a else b]
    return not _COMES.search(sentence) and any(isclose(one, wanted) for one in results)
