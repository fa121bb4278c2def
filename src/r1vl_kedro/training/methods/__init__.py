"""The methods of training, one row each.

Everything that trains or composes trainings reads this table: the grid and its stages, the
pipelines, the checks of the configuration, the fork server, the figures. To add a method, write a
module of this package that adds its row to `METHODS` (CONTRIBUTING.md has an example); `preference`
shows all that a row may need.

An entry is called as ``entry(base, records, output, options, seed, template, validation)``: paths
as text, ``options`` as a dictionary of the method's options model, ``validation`` None unless
``eval_steps`` is set. It writes the directory ``output``, goes on where an earlier call was killed,
and returns what JSON can hold. What the method ``leaves`` is then read from ``output`` by
`pipelines.training` and becomes datasets of the stage, the directory itself last: a
``checkpoint``, or for a method that makes data a directory of its own (``pairs``). A stage after it
starts from that checkpoint, and reads those data where its own ``records`` has that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from pydantic import BaseModel

from r1vl_kedro.generation.pairs import PairOptions
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions
from r1vl_kedro.training.overrides import ContinuedSFTOptions, continued_sft, merge, with_overrides
from r1vl_kedro.training.preference_options import PairScoringOptions, PreferenceOptions

CHECKPOINT = "checkpoint"
LOGGED = ("training_log", "rollouts", CHECKPOINT)
WARM_UP = "warm_up_checkpoint"


@dataclass(frozen=True)
class Method:
    """What a training takes and leaves; one that only evaluates a model has ``evaluates`` alone."""

    base: str
    """The checkpoint it starts from unless a stage names another: a catalog entry."""
    options: type[BaseModel] | None = None
    sections: tuple[str, ...] = ()
    """Parameters that its options start from, each laid over the one before; only the first is
    complete by itself."""
    takes: Mapping[str, str] = field(default_factory=dict)
    """Options that another section of the parameters gives where its own do not: name, section."""
    entry: str = ""
    """``module:function`` that a job runs."""
    records: str = ""
    """The records it reads unless a stage names others."""
    columns: tuple[str, ...] = ()
    """What it reads of each record, beside what its rewards do."""
    learns: tuple[str, ...] = ()
    """Columns whose texts it learns, so that they must fit ``max_completion_length``."""
    leaves: tuple[str, ...] = LOGGED
    """In the order of the node's outputs; the directory that the job writes comes last."""
    follows: str = ""
    """The method whose number of updates and of sequences per update it takes over."""
    evaluates: str = ""
    """A variant of this method trains nothing and evaluates this catalog entry."""
    ranks: bool = True
    """Whether ``launcher.num_processes`` share the job; a method that samples runs in one."""

    @property
    def makes(self) -> str:
        """Return the dataset that other stages start from or read."""
        return self.leaves[-1]

    @property
    def samples(self) -> bool:
        """Return whether it trains on responses that it samples and rewards, and logs them."""
        rewarded = self.options is not None and "rewards" in self.options.model_fields
        return rewarded and self.makes == CHECKPOINT


def _sft(records: str, sections: tuple[str, ...], **more: Any) -> Method:
    row = {
        "base": WARM_UP,
        "options": ContinuedSFTOptions,
        "entry": "r1vl_kedro.training.sft:train_sft",
        "columns": ("id", "images", "question", "options", "solution"),
        "learns": ("solution",),
    }
    return Method(**row | more, records=records, sections=sections)


METHODS: dict[str, Method] = {
    "base": Method(base="base_model", evaluates="base_model"),
    # Made once for all variants, which start from it.
    "warm_up": _sft(
        "warm_up_records",
        ("warm_up",),
        base="base_model",
        options=SFTOptions,
        leaves=("training_log", CHECKPOINT),
        evaluates=WARM_UP,
    ),
    # Continued SFT: on the RL questions' reference paths, and on the warm-up's own again.
    "sft": _sft("rl_prompts", ("warm_up", "sft"), follows="step_grpo"),
    "sft_warm_up": _sft("warm_up_records", ("warm_up", "sft"), follows="step_grpo"),
    "step_grpo": Method(
        base=WARM_UP,
        options=StepGRPOOptions,
        sections=("step_grpo",),
        entry="r1vl_kedro.training.step_grpo:train_step_grpo",
        records="rl_prompts",
        columns=("id", "images", "question", "options", "answer"),
    ),
    # Pairs of responses of the model to RL questions, and the same with a reference's log-probs.
    "sample_pairs": Method(
        base=WARM_UP,
        options=PairOptions,
        sections=("pairs",),
        takes={"rewards": "step_grpo"},
        entry="r1vl_kedro.generation.pairs:sample_pairs",
        records="rl_prompts",
        leaves=("pairs_report", "pairs"),
        ranks=False,
    ),
    "reference": Method(
        base=WARM_UP,
        options=PairScoringOptions,
        sections=("reference",),
        entry="r1vl_kedro.training.pair_logps:reference_pairs",
        records="pairs",
        leaves=("pairs",),
    ),
    "preference": Method(
        base=WARM_UP,
        options=PreferenceOptions,
        sections=("preference",),
        entry="r1vl_kedro.training.preference:train_preference",
        records="pairs",
        columns=("id", "images", "question", "options", "chosen", "rejected"),
        learns=("chosen", "rejected"),
        leaves=("training_log", CHECKPOINT),
    ),
}


def get_method(name: str) -> Method:
    """Return the row of this name.

    Raises:
        ValueError: there is none; lists the names there are.
    """
    if name not in METHODS:
        raise ValueError(f"method is {name!r}; it must be one of {', '.join(METHODS)}")
    return METHODS[name]


def options_of(
    name: str, parameters: Mapping[str, Any], overrides: Mapping[str, Any] | None = None
) -> BaseModel:
    """Lay a stage's overrides over its method's sections of the parameters.

    Raises:
        ValueError: an unknown method, or one that trains nothing is given options.
        pydantic.ValidationError: an unknown key or a value that does not fit.
    """
    method = get_method(name)
    if method.options is None:
        raise ValueError(f"method {name!r} trains nothing and cannot be a stage")
    first, *rest = method.sections
    if not method.follows:
        given = parameters.get(first) or {}
        for option, section in method.takes.items():
            theirs = {k: v for k, v in (parameters.get(section) or {}).items() if k == option}
            given = merge(theirs, given)
        options = method.options.model_validate(given)
        for change in (*(parameters.get(section) or {} for section in rest), overrides):
            options = with_overrides(options, change)
        return options
    changes: dict[str, Any] = {}
    for section in rest:
        change = parameters.get(section) or {}
        refuse_length(change, method.follows)
        changes = merge(changes, change)
    followed = options_of(method.follows, parameters)
    start = SFTOptions.model_validate(parameters.get(first) or {})
    return continued_sft(start, followed, merge(changes, overrides or {}))


def refuse_length(changes: Mapping[str, Any], follows: str) -> None:
    """Raise ValueError where a method that follows another is given a length of its own."""
    length = ("num_steps", "num_epochs", "batch_size", "prompts_per_step", "updates_per_batch")
    given = [f"{name} {changes[name]!r}" for name in length if changes.get(name) is not None]
    if given:
        raise ValueError(
            f"{', '.join(given)} cannot be set: continued SFT is as long as StepGRPO; set "
            f"{follows}.num_steps or {follows}.rollouts_per_step"
        )


for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)
