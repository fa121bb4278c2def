"""Options and variants of a run on four GPUs that preflight looks at."""

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.training.methods import METHODS
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions

WARM_UP = SFTOptions(
    num_epochs=2, batch_size=8, deepspeed="zero3", dtype="bfloat16", gradient_checkpointing=True
)


STEP_GRPO = StepGRPOOptions(
    num_epochs=1,
    rollouts_per_step=16,
    max_pixels=400_000,
    max_prompt_length=600,
    dtype="bfloat16",
    deepspeed="zero3",
    micro_batch_size=4,
    gradient_checkpointing=True,
)


FOUR_GPUS = LauncherOptions(num_processes=4, device="cuda")


def variant(name, method, options, **more):
    """A variant as the context expands it."""
    rows = {"stages": {}, "records": METHODS[method].records, "n_records": None}
    return {"name": name, "method": method, "options": options.model_dump(), **rows, **more}
