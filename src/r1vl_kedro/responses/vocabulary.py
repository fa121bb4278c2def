"""Words with which a text speaks of an answer: what states it, finds fault, takes it back."""

import re


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


PERSONS = words_of("i we my our let us i'd i'm we'd i'll")
POINTERS = words_of("it it's this that that's there there's these")
NOUNS = words_of(
    "answer answers ans result results count value number solution choice guess above verdict "
    "root conclusion estimate attempt check one outcome opposite reverse contrary box tag"
)
"""What an answer is called."""
KINDS = words_of(
    "the a an exact official right correct real actual true final revised corrected better new "
    "updated old former first initial earlier previous second boxed tagged"
)
LINKS = words_of(
    "let's so thus hence therefore then and but or now well oh ah actually in fact however yet "
    "although = though nevertheless again once more on upon if as since because rather for also "
    "make do don't please both either which giving leaving making"
)
VERBS = words_of(
    "is are was were be been am must should ought to equal at have has had said say think believe "
    "get find obtain see write answer pick choose put gives give yields makes equals comes out go "
    "going with mean meant reads shows reaches becomes lists says turns can may will shall did "
    "does would could might"
)
SOURCES = words_of("figure picture image chart graph table diagram plot manual key book total sum")
LIGHT = PERSONS | POINTERS | NOUNS | KINDS | LINKS | VERBS | SOURCES
"""Words that state what they surround."""
WITHDRAWING = words_of("scratch strike scrap ignore disregard forget cross delete discard reject")
UNREAL = words_of("would could might")
NOT = words_of("not no never cannot neither nor nobody none hardly barely without")
RIGHT = words_of(
    "right correct true valid possible sure certain confident confidence think believe trust "
    "really so case holds hold works work fits fit agrees agree satisfy quite exactly answer "
    "solution final option idea plausible likely account convinced know stand bet swear "
    "vouch guarantee rely suffice match matches tally survive sold happy satisfied"
)
FAULTY = words_of(
    "off distractor blunder naive hasty tempted tempting inclined typo slip misread miscounted "
    "miscalculated overlooked overlooks forgot forgets missed misses omitted omits ignores "
    "violates conflicts contradicts confused mixed bad apologies retract withdraw random guess "
    "guessing unsure uncertain doubt doubtful unclear inconsistent deleted nonsense bound "
    "attractive intermediate partial placeholder short disagrees lied lying"
)
DOUBTS = words_of("maybe perhaps possibly either almost nearly")
REJECTING = re.compile(r"(?:refu[st]|reject|eliminat|discard|exclud|rul|ignor|avoid|disprov)\w*")
"""Verbs that deny their object where they are active, and their subject where they are passive."""
OBJECTS = re.compile(
    r"\b(?:disagrees?|(?:says?|tells? (?:us |me )?|shows?|suggests?) otherwise|begs? to differ"
    r"|(?:contradicts?|rules? out|refutes?|disproves?|(?:speaks?|argues?) against) "
    r"(?:it|this|that)"
    r"|(?:was|were|been|got) (?:forgotten|overlooked|missed|neglected|miscounted|misread)"
    r"|(?:still|yet) (?:has|have|needs?|ought) to be \w+ed"
    r"|(?:has|have|needs?|must|remains?) (?:still |yet )(?:to )?be \w+ed"
    r"|both (?:answers |options |of them )?(?:are|seem|look) (?:\w+ )?(?:right|correct|true|valid)"
    r"|(?:i|we) (?:did not|didn['’]t|had not|hadn['’]t|failed to) (?:\w+ ){1,3}(?:before|earlier)"
    r"|(?:might|could|may) (?:just )?as well be|(?:might|could|may) equally(?: well)? be"
    r"|used to be (?:true|so|right|correct)"
    r"|what (?:you|one|some) (?:\w+ )?(?:gets?|finds?|obtains?) (?:if|when|by|without)"
    r"|(?:answer|result|value|solution|total) (?:is|equals|will be|would be|should be) "
    r"(?:(?:\w+ )?its (?:square|double|half|negative|inverse|reciprocal|root|complement|opposite)"
    r"|(?:\w+ ){1,2}than (?:this|that|it)"
    r"|(?:the )?(?:\w+ )?(?:double|twice|half|square|negative|inverse|reciprocal|root|opposite) of "
    r"(?:this|that|it))"
    r"|(?:not|n['’]t) add up|at least (?:that|this) is what"
    r"|(?:that|this) would (?:only )?be (?:so|true|right)"
    r"|what (?:some|many|most|others?|people|the (?:caption|author)) (?:\w+ )?"
    r"(?:claims?|thinks?|believes?))\b",
    re.IGNORECASE,
)
"""What finds fault with an answer, whatever its subject is."""
ANEW = re.compile(
    r"\b(?:once more|again|closer (?:look|inspection|reading)|instead|second thoughts?|i mean"
    r"|in other words|on reflection|(?:correct|proper)ly|edit|erratum|in fact|actually|rather"
    r"|alternatively|in (?:reality|truth)|truth be told|come to think of it|as a matter of fact"
    r"|(?:second|closer|another) (?:glance|look|thoughts?)|looking closer|on inspection|p\.?s\b"
    r"|to be honest|correction|unfortunately|alas|sadly|more (?:precise|exact|accurate)(?:ly)?"
    r"|let(?: me| us|['’]s) (?:\w+ )?(?=check|count|verif|calc|fix)"
    r"|(?:re|double)-?(?:count|check|read|calculat|comput|consider|examin|inspect|measur)\w*"
    r"|(?:chang|revis|amend|updat|correct(?=ed|i))\w+"
    r"|to be (?:precise|exact)|strictly speaking)\b",
    re.IGNORECASE,
)
"""Words of a sentence that reads or says something anew."""
ASKS = re.compile(
    r"\b(?:question|problem|task|exercise|they) (?:really |actually )?"
    r"(?:asks?|asked|wants?|wanted|is about)\b"
    r"|\b(?:is|are|was|were) (?:what is |what was )?(?:asked|wanted|sought|needed|required)\b"
    r"|\b(?:we|you) (?:are|were) (?:asked|after|looking for)\b|\bwe (?:want|need)(?:ed)?\b",
    re.IGNORECASE,
)
"""What a clause says of the question: "but the question asks for faces"."""
OPERATION = re.compile(
    r"(?:add|multipl|subtract|doubl|tripl|halv|divid|includ|correct|replac|adjust"
    r"|squar|round|negat|invert)"
    r"(?:y|e|s|es|(?P<ing>y?ing))?"
)
UNFINISHED = re.compile(
    r"\b(?:has|have|needs?|must|should|ought)(?: (?:to|still|also))* be "
    r"(?:\w+ed(?= (?:by|to|up|down|with)\b)|doubled|"
    r"halved|tripled|corrected|adjusted|changed|revised|added|subtracted)\b"
    r"|\b(?:twice|half|double) (?:of )?(?:it|that|this)\b|\btake (?:it|that|this) back\b"
    r"|\b(?:now|which|must) (?:we )?(?:double|halve|triple)\b"
    r"|\b(?:we|i) (?:now|still|then) (?:add|subtract|multiply|divide)\b"
    r"|\b(?:is|was|been) (?:ruled )?out\b|\brul\w+ (?:it|this|that) out\b"
    r"|\bthe (?:opposite|reverse|contrary)\b(?=\W*\Z| (?:is|was|holds)\b)"
    r"|\bwas (?:my|the|an?|our)(?: \w+)? (?:answer|result|value|guess|count|idea|thought|choice)\b",
    re.IGNORECASE,
)
"""What is still to be done with an answer, or was one once."""
