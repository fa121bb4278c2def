"""What a user may set about key-step annotation."""

from typing import Literal

from pydantic import Field

from r1vl_kedro.parameters import Options
from r1vl_kedro.responses import R1VL, GrammarName

Annotator = Literal["rules", "openai"]


class RefineOptions(Options):
    """Which key steps stay.

    Attributes:
        max_words: a key step that is no expression has at most this many words.
        per_step: key steps kept of one reasoning step.
        per_record: key steps kept of one record.
        max_share: a key step that occurs in more than this share of all records tells little, and
            stays only where a step has nothing else.
        keep_numbers: a key step with a number stays however common it is, and the rules extract
            counts without a subject ("That is 2") as well, joined to the listing before them:
            without them a wrong count costs nothing.
    """

    max_words: int = Field(default=3, ge=1)
    per_step: int = Field(default=2, ge=1)
    per_record: int = Field(default=8, ge=1)
    max_share: float = Field(default=0.05, gt=0, le=1)
    keep_numbers: bool = False


class AugmentOptions(Options):
    """How many phrasings a key step gets, its own included."""

    max_phrasings: int = Field(default=6, ge=1)


class FormaliseOptions(Options):
    """Who writes images down as formal text; None: who annotates key steps."""

    annotator: Annotator | None = None


class AuditOptions(Options):
    """How the audit looks at key steps.

    Attributes:
        others: each record's key steps are tried on this many other questions' paths.
        everywhere: a group found in at least this share of other paths matches everything.
        worst: how many of the worst records the HTML report shows.
    """

    others: int = Field(default=10, ge=1)
    everywhere: float = Field(default=0.5, gt=0, le=1)
    worst: int = Field(default=20, ge=0)
    max_records: int = Field(default=2000, ge=1)


class AnnotationOptions(Options):
    """All of ``params:annotation``.

    ``annotator: rules`` needs no network; ``openai`` asks the endpoint of the catalog's
    ``annotation_llm``.
    """

    annotator: Annotator = "rules"
    refine: RefineOptions = RefineOptions()
    augment: AugmentOptions = AugmentOptions()
    formalise: FormaliseOptions = FormaliseOptions()
    audit: AuditOptions = AuditOptions()
    grammar: GrammarName = R1VL.name
