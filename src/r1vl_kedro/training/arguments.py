"""Training arguments that all trainings by TRL share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from r1vl_kedro.training.deepspeed_configs import config, stage
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.options import TrainingOptions

if TYPE_CHECKING:
    from r1vl_kedro.training.run import Start


def common_arguments(start: Start) -> dict[str, Any]:
    """Return keyword arguments of transformers' TrainingArguments."""
    import torch

    options, steps, seed = start.settings, start.steps, start.seed
    batch = options.split(start.world)
    return {
        "output_dir": str(start.state_dir),
        "max_steps": steps,
        "per_device_train_batch_size": batch[0],
        "gradient_accumulation_steps": batch[1],
        "learning_rate": options.learning_rate,
        "lr_scheduler_type": options.lr_schedule,
        "warmup_steps": int(options.warmup_ratio * steps),
        "weight_decay": options.weight_decay,
        "adam_beta2": options.adam_beta2,
        "max_grad_norm": options.max_grad_norm,
        "bf16": options.bf16,
        "fp16": False,
        "gradient_checkpointing": options.gradient_checkpointing,
        "deepspeed": None if options.deepspeed is None else config(options.deepspeed),
        "seed": seed,
        "data_seed": seed,
        "logging_steps": 1,
        "logging_first_step": True,
        "save_strategy": "steps" if options.checkpoint_steps else "no",
        "save_steps": options.checkpoint_steps or 500,
        "report_to": [],
        "disable_tqdm": True,
        "remove_unused_columns": False,
        "dataloader_num_workers": options.dataloader_workers,
        "dataloader_pin_memory": torch.cuda.is_available(),
        # (ACCELERATE_USE_CPU in the environment would make accelerate drop DeepSpeed unsaid.)
        "use_cpu": not torch.cuda.is_available(),
        "ddp_backend": "gloo" if start.world > 1 and not torch.cuda.is_available() else None,
        "optim": "adamw_torch",
    }


def prepare_processes(options: TrainingOptions) -> None:
    """Set the process group up before any model is loaded, where DeepSpeed needs it so.

    Under ZeRO-3 the weights are divided while they are loaded; without a group DeepSpeed would see
    a world of one.

    Raises:
        TrainingError: DeepSpeed was asked for but is not installed or does not fit the options.
    """
    if options.deepspeed is None:
        return
    if options.on_bad_loss == "skip":
        raise TrainingError(
            "on_bad_loss: skip does not go with deepspeed, whose engine steps by itself; use stop"
        )
    try:
        import deepspeed
    except ImportError as error:
        raise TrainingError(
            f"options.deepspeed is {options.deepspeed!r} but DeepSpeed does not import: {error}; "
            "install the extra 'gpu'"
        ) from error
    import torch

    refuse_pickles()
    if torch.cuda.is_available():
        deepspeed.init_distributed("nccl")
        return
    # On CPUs DeepSpeed would compile a collective of its own at first use: that needs a compiler
    # and a minute, and ranks killed meanwhile leave a lock that later ones wait on for ever.
    deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
    deepspeed.init_distributed("gloo")


def refuse_pickles() -> None:
    """Make torch.load build tensors and what DeepSpeed's own checkpoints hold, and nothing else.

    They lie where others may write, and DeepSpeed would call whatever a changed one names.
    """
    from deepspeed.runtime.fp16.loss_scaler import DynamicLossScaler, LossScaler
    from deepspeed.runtime.zero.config import ZeroStageEnum
    from deepspeed.utils.tensor_fragment import fragment_address
    from torch.serialization import add_safe_globals

    os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"
    add_safe_globals([DynamicLossScaler, LossScaler, ZeroStageEnum, fragment_address])


def restore_on_cpu_ranks() -> None:
    """Let torch read tensors onto ``cpu:<rank>``.

    accelerate calls the device of a rank so where several train on CPUs, and torch, which writes
    from there, knows of no such place when it reads.
    """
    import torch

    torch.serialization.register_package(
        0,
        lambda storage: None,
        lambda storage, location: storage if location.startswith("cpu:") else None,
    )


def engine_of(trainer: Any, options: TrainingOptions) -> str:
    """Name the engine: ``single``, ``ddp`` or ``zero<stage>``.

    Raises:
        TrainingError: DeepSpeed was asked for but is not in use.
    """
    accelerator = trainer.accelerator
    if options.deepspeed is not None:
        plugin = accelerator.state.deepspeed_plugin
        wanted = stage(options.deepspeed)
        if not trainer.is_deepspeed_enabled or plugin.zero_stage != wanted:
            raise TrainingError(
                f"deepspeed {options.deepspeed!r} was asked for, but accelerate set up "
                f"{accelerator.distributed_type}"
            )
        return f"zero{wanted}"
    return "ddp" if accelerator.num_processes > 1 else "single"
