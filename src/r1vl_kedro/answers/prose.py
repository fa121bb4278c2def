"""Statements in prose: the words around a value or letter that leave it stated."""

import re
from collections.abc import Collection

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_BREAK = re.compile(
    r"[.;!?\n](?=\s|\Z)|[,:—–]|\s-\s|[()\[\]]|\b(?:because|since|as|so|hence|thus|"
    r"therefore|where|given)\b",
    re.IGNORECASE,
)
_WINDOW = 300
"""How far a clause is read on either side of a place, in characters."""
NEUTRAL = frozenset(
    (
        "a an the this that these those it its it's itself i i'm i'd we you my our your he "
        "she they "
        "there here which who whose what "
        "is are was were be been being am will would should must has have had do does "
        "to of in on at by for from with as per among amongst and then now so thus hence therefore "
        "consequently accordingly finally overall because since given also just only exactly "
        "clearly "
        "obviously definitely certainly surely indeed really simply most very likely probably "
        "approximately approx about around roughly "
        "answer answers ans final correct right best true option options choice choices letter "
        "result results solution value values total sum number amount conclusion one ones "
        "statement item figure image picture graph chart diagram table plan group labeled labelled "
        "marked called named shown seen below above question problem information following "
        "equals equal gives give gets get got obtain obtained yields yield makes make made "
        "find found see conclude say select selected choose chose chosen pick picked go going "
        "believe think leaving leaves left remains remain remaining seems seem looks look appears "
        "appear corresponds correspond matches match fits fit according based looking reading "
        "calculation calculations calculating calculated computing computed analysis reasoning "
        "please "
        "steps step like can let both all same whole side sides object color colour shape "
        "point line segment ray arc year years month day angle triangle person man woman "
        "child objects thing bar bars row column curve area region shaded works satisfies "
        "meets condition conditions requirement requirements criteria largest smallest highest "
        "lowest "
        "longest shortest greatest biggest tallest first second third last safe well degrees box "
        "team class circle candidate container beaker tube lane route path city country player "
        "student car house tree ball block cube square rectangle piece pattern set grade type case "
        "scenario model sample cell organ structure layer zone field wire node vertex edge plant "
        "animal element substance liquid gas material experiment company product store machine"
    ).split()
)
"""Words that leave what they surround stated."""
_WRONG = (
    r"wrong(?:ly)?|incorrect(?:ly)?|false(?:ly)?|untrue|invalid|impossible|absurd|nonsense|traps?|"
    r"unlikely|least likely|hardly|barely|scarcely|refut\w+|reject\w*|refus\w+|eliminat\w+|"
    r"discard\w*|misleading|jok(?:e|ing)|kidding|nonsensical|"
    r"exclud\w+|ruled? out|rules out|ruling out|cross(?:ed)? out|ignor\w+|avoid\w*|"
    r"fail(?:s|ed)?|fake|dismiss\w*|"
    r"extraneous|unfounded|untenable|baseless|mistak\w+|errors?|erroneous\w*|disprov\w+|contradict\w*|liar|lies?"
)
WRONG = re.compile(rf"\b(?:{_WRONG})\b", re.IGNORECASE)
"""Words that deny a statement."""
DENYING = re.compile(
    rf"\b(?:{_WRONG}|opposite|contrary|reverse|inverse|reciprocal|negat(?:ive|ion)|cosine|sine|tangent|"
    r"differs?|different|missing|lacks?|lacking|debt|owes?|loss|shy|short|never|no longer|instead|"
    r"quadruple|triple|double|second[- ]best|next best|runner[- ]up)\b",
    re.IGNORECASE,
)
"""Words that deny a statement or turn its value into another."""
DENIAL_OR_DOUBT = (
    r"not|no|nor|neither|never|cannot|without|or|if|unless|maybe|perhaps|might|could|doubt\w*"
)
"""Words of denial, doubt and choice that leave nothing stated; rules add their own to them."""
PROVISIONAL = (
    r"naive(?:ly)?|hasty|tempt\w+|distractor|decoy|red herring|typo|intermediate|preliminary"
    r"|partial|placeholder|misread\w*|scratch|draft|(?:lower|upper) bound|dummy|pretend|imagine"
    r"|(?:my|first|upper|lower) (?:\w+ )?(?:attempt|guess|impression|estimate)"
)
"""What a writer calls a value that is not yet, or only seems, the answer."""


_HEDGE = re.compile(
    r"\W*(?:(?:i|we) (?:cannot|can['’]t|could ?n[o'’]t|am not|do not|don['’]t) [^.!?\n]{0,30}"
    r"|(?:(?:it|this|the \w+) )?(?:cannot|can not|could not) be (?:determined|told|known|read|seen)"
    r"[^.!?\n]{0,30}"
    r"|(?:it|that|this) (?:is|was) (?:unclear|unknown|uncertain|hard to say)[^.!?\n]{0,30}"
    r"|(?:it (?:is|could be) |either |maybe |perhaps )?\(?[\w.,%$-]+\)?,? or (?:maybe |perhaps )?"
    r"\(?[\w.,%$-]+\)?"
    r"|(?:neither|not) [\w.,%$-]+ (?:nor|but) [\w.,%$-]+)[.!?]?\Z",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
CUE = re.compile(
    r"\b(?:answers?|ans|final|correct|right|option|choice|choose|chose|chosen|pick|picked|select|"
    r"selected|go|going|leaving|conclude|must|think|believe|say)\b",
    re.IGNORECASE,
)
NEGATES = re.compile(
    r"\b(?:not?|nor|neither|never|cannot|or)\b|n['’]t\b|[\u4e00-\u9fff✗✘❌×]", re.IGNORECASE
)


def hedges(text: str) -> bool:
    """Tell whether a text begins with a sentence that answers with a choice, or refuses to.

    Example:
        >>> hedges("7 or 8. There are 7 in front"), hedges("It has red or blue cubes. So 7.")
        (True, False)
    """
    return bool(_HEDGE.match(SENTENCE_END.split(text.strip(), maxsplit=1)[0]))


OF_ANOTHER = (
    r"(?:previous|earlier|other|former|last|preceding) "
    r"(?:problem|question|exercise|task|example|attempt|answer)|"
    r"originally|initially|formerly|previously|used to|else|others|(?<!at )rest|half of|parts? of|"
    r"its (?:half|double|square|third|complement|supplement|opposite|reciprocal|inverse)|"
    r"(?:complement|supplement|double|square|reciprocal|inverse) of (?:the answer|it|that|this)"
)
"""Subjects and times other than those asked for: what is said of them is no answer."""


def neutral(text: str, also: Collection[str] = ()) -> bool:
    """Tell whether a text has no words but neutral ones (and those of ``also``, in lower case).

    Example:
        >>> neutral("So the correct answer is"), neutral("Do not choose"), neutral("is a trap")
        (True, False, False)
    """
    words = (word.casefold().replace("’", "'") for word in WORD.findall(text))
    return all(word in NEUTRAL or len(word) == 1 or word in also for word in words)


def clause_around(text: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a place in its clause."""
    before = _BREAK.split(text[max(start - _WINDOW, 0) : start])
    after = _BREAK.split(text[end : end + _WINDOW])
    return before[-1], after[0]


COPULA = r"(?:is|are|was|were|be|becomes|equals|will)"
