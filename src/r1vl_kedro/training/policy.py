"""The model that is trained, as its options ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from r1vl_kedro.models import load_model
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.options import TrainingOptions

if TYPE_CHECKING:
    from r1vl_kedro.training.run import Start


def lora_config(options: TrainingOptions) -> Any:
    """Return PEFT configuration for TRL, or None."""
    if options.lora is None:
        return None
    from peft import LoraConfig

    lora = options.lora
    return LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=lora.target_modules,
        task_type="CAUSAL_LM",
        # The fused output layer of TRL reads its weight directly.
        exclude_modules=["lm_head"] if lora.target_modules != "all-linear" else None,
    )


def load_policy(base: str, options: TrainingOptions) -> Any:
    """Load the model to be trained, its vision encoder frozen where asked for.

    Raises:
        TrainingError: ``freeze_vision`` of a model without a vision encoder.
    """
    model = load_model(base, dtype=options.dtype, attention=options.attention)
    if options.freeze_vision:
        visual = getattr(model.model, "visual", None)
        if visual is None:
            raise TrainingError(f"freeze_vision: {type(model).__name__} has no vision encoder")
        visual.requires_grad_(False)
    return model


def parts_of(start: Start) -> dict[str, Any]:
    """Return what every trainer is made of: the model, its processor and its adapters.

    The trainer's arguments have to be made before: under ZeRO-3 they make the model be divided
    while it is loaded.
    """
    return {
        "model": load_policy(start.inputs["base"], start.settings),
        "processing_class": start.processor,
        "peft_config": lora_config(start.settings),
    }
