"""Words that may stand where any noun, participle or reason may: all but a closed set.

A sentence tells of the world in words that no list holds ("The speedometer shows", "The organelle
labeled X is", "in the harbor"). What undoes an answer is another matter, and its words can be
listed: those about answers and reasoning ("guess", "hint", "draft"), about the writer or somebody's
opinion, of denial, doubt and other moods, of reckoning, and of another value or time.
"""

import re
from functools import lru_cache

from r1vl_kedro.answers.nouns import NO_NOUN
from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.vocabulary import COMPARED

_OF_ANSWERS = (
    # Answers, questions, attempts.
    "answer ans solution result conclusion option choice pick question problem exercise quiz task "
    "hint clue bound limit threshold cutoff ceiling target quota attempt try effort stab "
    "submission entry response feedback explanation reasoning reason argument logic rationale "
    "proof evidence candidate contender alternative competitor rival finalist substitute "
    "replacement fallback backup default placeholder filler dummy stub example instance analogy "
    "template decoy distractor distraction herring trap bait lure bluff ruse teaser draft "
    "scribble doodle note memo comment remark footnote caveat disclaimer warning version edition "
    # What is supposed, or said to be.
    "estimate estimation approximation hunch intuition instinct gut feeling opinion belief view "
    "thought idea notion presumption premise theory suspicion prediction forecast projection "
    "prognosis expectation hope wishes bet gamble "
    "wager claim assertion statement allegation suggestion "
    "proposal recommendation advice rumor rumour gossip hearsay myth lie joke prank hoax fraud "
    "forgery fantasy dream nightmare fancy illusion delusion hallucination mirage phantom "
    "scenario possibility consensus verdict judgment judgement interpretation glance look sight "
    "memory recollection truth fact reality "
    # What is wrong or mended.
    "fault flaw slip lapse blunder bug glitch typo omission confusion paradox fallacy garbage "
    "junk noise bias artifact outlier exception revision update amendment fix fluke accident "
    "coincidence chance whim ambiguity pity shame issue concern moment meantime start beginning "
    "stopgap sake fun "
    # Another value.
    "opposite contrary converse inverse reciprocal complement supplement negation reverse "
    "reversal double triple quadruple twice thrice multiple rest leftover friend favourite "
    "surplus excess deficit loser twin digit numerator denominator step stage shortfall "
    "shortage neighbor neighbour predecessor successor equivalent tolerance mirror confidence "
)
_SAID = (
    "say said saying tell told telling think thinking believe believed claimed suggests suggested "
    "argue argued asserts asserted alleged alleges hoped wished want wanted expect predict "
    "predicted feel felt deny denied insist swear sworn promise promised recall remember "
    "remembered forget forgot forgotten ignore ignored ignoring skip skipped skipping omit "
    "omitted omitting exclude excluded excluding except excepted discard discarded drop dropped "
    "dropping cross crossed erase erased delete deleted cancel cancelled canceled revoke revoked "
    "withdraw withdrawn replace replaced replacing swap swapped swapping alter altered tampered "
    "changed adjusted fixed revised debunk debunked refute refuted proved fail failed failing "
    "copied invented forged fabricated scratched struck stricken ruled refused questioned "
    "contested challenged considered tried hinted proposed rumored rumoured intended meant "
    "desired offered quoted reported attributed speaks seems seemed seeming appeared lack lacking "
    "fudged rigged fooled fooling tricked tempting tempted lost truncated doubled tripled halved "
    "squared cubed negated inverted reversed reciprocated shifted scaled divided multiplied "
    "subtracted added increased decreased "
)
_MODIFYING = (
    "wrong phony sham mock blank torn empty void null good invalid bad poor worse worst weak "
    "weakest weaker flawed bogus spurious dubious suspicious questionable absurd stupid "
    "ridiculous crazy random arbitrary previous earlier former prior preceding preliminary "
    "provisional tentative temporary interim partial incomplete intermediate rough crude naive "
    "hasty careless lazy premature apparent ostensible purported fictitious nominal possible "
    "probable plausible feasible conceivable tricky illegal illegitimate obsolete outdated "
    "expired stale runner almost other another different else instead rather actual true real "
    "personal subjective vague obvious extraneous absent redundant superfluous forbidden "
    "prohibited perfect ideal inferior lesser later subsequent old negative biased blind careful "
    "sloppy lucky drunk tired afraid broken stopped sorry sure certain confident "
)
_OTHER = (
    "i me my mine myself you your yourself we us our ourselves writer reader grader assistant "
    "examiner reviewer referee critic liar fool prankster cheater somebody someone anybody anyone "
    "everybody everyone nobody nothing something anything everything whoever whatever whichever "
    "somewhere nowhere short according owing resulting neither nay nope nah cannot without isn "
    "aren wasn weren don doesn didn won wouldn can couldn shouldn hasn haven ain mustn could "
    "should may might shall ought maybe whether though although while whereas till however "
    "otherwise save barring lest enough even again once ago soon yesterday tomorrow today anymore "
    "longer twofold what when why how whose whom vs let please hmm wait well yes yeah including "
    "counting regarding pending given away apart aside back "
)
_BARRED = (
    frozenset("".join((_OF_ANSWERS, _SAID, _MODIFYING, _OTHER)).split())
    | NO_NOUN
    | frozenset(CARDINALS)
    | frozenset("right total sum".split())
)
_FAMILIES = re.compile(
    r"mis(?!s?ion|sile|t\b|ts\b|ter)\w+|un(?!employ|it|i[qfvco]|ion|cle|der)\w+|non\w*|pseudo\w*"
    r"|quasi\w*|anti\w+|ir\w+(?:ible|able|ant|ular)|im(?:poss|prob|plaus|pre)\w+"
    r"|(?:over|under)(?!all|lap|pass|head|coat|line|ground|water|wear|study)\w+|counter\w+"
    r"|guess\w*|hypothe\w*|pretend\w*|imagin\w*|doubt\w*|err(?:or|on)\w*"
    r"|recount\w*|redo\w*|retr(?:y|ie)\w*"
    r"|conjectur\w*|specul\w*|suppos\w*|assum\w*|decei\w*|decept\w*|fals\w+|fak\w+|fictio\w*"
    r"|discredit\w*|disprov\w*|disput\w*|disagree\w*|disregard\w*|dismiss\w*|retract\w*"
    r"|contradict\w*|correct\w*|incorrect\w*|mistak\w*|eliminat\w*|reject\w*|round(?:ing|ed)"
    r"|(?!fi|di|radi|engl|span|brit|turk|fin|pol|swed|dan|jellyf|starf)\w+ish"
)
_NOT_ADVERBS = frozenset(
    "family fly butterfly dragonfly jelly belly lily ally assembly monopoly july italy supply "
    "daily weekly monthly yearly hourly elderly early bully rally valley "
    "steeply sharply steadily slowly quickly rapidly gradually evenly equally".split()
)


_SMALL = frozenset(
    "a an the this that these those it its they their there he she his her all both each every one "
    "ones which who is are was were be been being has have had does do of in on at by for from to "
    "with into onto against through between among around along inside across behind beneath "
    "beside near above below under over before after and so as more most less least fewer than "
    "up down only also just about approximately clearly exactly together same very".split()
)
"""Words that join the words of a clause."""
_VERBS = frozenset("is are was were has have shows show lies stands takes contains makes".split())
_NAME = re.compile(r"(?:([a-z]+) )?\b[A-Z](?![A-Z]+\b)\w{2,}(?: [A-Z]\w+)*")
_BEFORE_NAMES = frozenset("the in of near than at to".split())
"""Words before a name that is no rival of the answer: "it is in France", "the Eiffel Tower"."""
_THIRD_PERSON = re.compile(r"[a-z]{2,}s(?<!ss)|[a-z]{2,}ed")


def is_reason(text: str, *, clause: bool) -> bool:
    """Tell whether words behind "because" tell of the world only.

    Args:
        clause: a verb has to stand in it, as behind "as": "as the line peaks", not "as a joke".

    Example:
        >>> is_reason("the line peaks in that year", clause=True), is_reason("a joke", clause=True)
        (True, False)
        >>> is_reason("the hint was clear", clause=False), is_reason("I guessed", clause=False)
        (False, False)
    """
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text)
    low = [word.lower() for word in words]
    known = all(
        word in _SMALL
        or (word in CARDINALS and word != "no")
        or is_open(word)
        or (place and len(word) < 3 and not _bars(word))
        for place, word in enumerate(low)
    )
    verbs = _VERBS.intersection(low[1:]) or any(map(_THIRD_PERSON.fullmatch, low[2:]))
    other = any(one[1] not in _BEFORE_NAMES for one in _NAME.finditer(text))
    plain = not other and not re.search(r"[^\w\s.,;'’()°%=+*/-]|n['’]t\b", text)
    return bool(words and known and plain and (verbs or not clause))


_STARTS = re.compile(
    r"(?:(?:so|here|thus|hence|therefore|note that|and|now|also|in fact|indeed)\b,? )*",
    re.IGNORECASE,
)
"""What may lead a statement."""
_IS_NEGATIVE = re.compile(r"\b(is|are) negative\b", re.IGNORECASE)
"""A sign, which denies nothing behind a verb."""
_BEGINS = frozenset(
    "the a an this that these those it its they their there he she his her all both each every "
    "which who only most in on at by for from with".split()
)
_MORE = COMPARED | frozenset(
    "one ones most least just only part better acute obtuse first second third".split()
)


def tells(text: str, *, compares: bool = True, whole: bool = True) -> bool:
    """Tell whether a text is a statement of the world: it begins with its subject and has a verb.

    Args:
        compares: comparatives and "one" may stand in it, as they say nothing of a number.
        whole: it is a clause; False for what goes on from one, which needs no verb.

    Example:
        >>> [tells(text) for text in ("The fork has four tines.", "Ask the fork.", "It may be.")]
        [True, False, False]
        >>> tells("The count is higher.", compares=False)
        False
    """
    rest = _STARTS.sub("", _IS_NEGATIVE.sub(r"\1", text.strip()), count=1)
    words = re.findall(r"[^\W\d_]+", rest.lower())
    if not words or (not compares and not _MORE.isdisjoint(words)):
        return False
    if words[0] in _BEGINS:
        rest = rest[0].lower() + rest[1:]
    elif whole:
        return False
    return is_reason(rest, clause=whole)


_PREFIXES = frozenset("cross half re semi co mid sub".split())
"""What a hyphen joins to a noun: "cross-section", "half-life"."""


@lru_cache(maxsize=8192)
def is_open(word: str) -> bool:
    """Tell whether a word may stand where any noun, participle or modifier may.

    Example:
        >>> is_open("speedometer"), is_open("placeholder"), is_open("miscounting")
        (True, False, False)
    """
    parts = word.lower().split("-")
    if len(parts) > 1 and parts[0] in _PREFIXES:
        parts = parts[1:]
    return all(map(str.isalpha, parts)) and max(map(len, parts)) > 2 and not any(map(_bars, parts))


def _bars(word: str) -> bool:
    if word.endswith("ly") and word not in _NOT_ADVERBS:
        return True
    bare = {word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y"}
    return bool(not _BARRED.isdisjoint(bare) or _FAMILIES.fullmatch(word))
