"""A finished model's directory: written aside by all ranks, moved in place at once."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from r1vl_kedro import files, kernels, provenance
from r1vl_kedro.models import save_processor


def save_result(trainer: Any, output: Path, manifest: Mapping[str, Any]) -> None:
    """Write model, processor, training log, example rollouts and manifest, in place at once."""
    aside = output.with_name(f".{output.name}.writing")
    main = trainer.accelerator.is_main_process
    with files.naming(output):
        if main:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
        trainer.accelerator.wait_for_everyone()
        _save_model(trainer, aside)
        trainer.accelerator.wait_for_everyone()
        if not main:
            return
        save_processor(trainer.processing_class, aside)
        (aside / "training_args.bin").unlink(missing_ok=True)
        log_file = aside / "training_log.json"
        files.write_json(log_file, steps_of(trainer.state.log_history))
        if trainer.rollouts is not None:
            trainer.rollouts.table().to_parquet(aside / "rollouts.parquet", index=False)
        files.write_json(aside / "manifest.json", dict(manifest))
        files.mark_complete(aside)
    files.move_in_place(aside, output)


def _save_model(trainer: Any, directory: Path) -> None:
    accelerator = trainer.accelerator
    lora = hasattr(trainer.model, "merge_and_unload")
    divided = trainer.is_deepspeed_enabled and accelerator.state.deepspeed_plugin.zero_stage == 3
    if not divided:
        if accelerator.is_main_process:
            model = accelerator.unwrap_model(trainer.model)
            (model.merge_and_unload() if lora else model).save_pretrained(directory)
        return
    weights = accelerator.get_state_dict(trainer.model_wrapped)
    if not accelerator.is_main_process:
        return
    model = accelerator.unwrap_model(trainer.model)
    if lora:
        _merge_on_cpu(model, weights, directory)
        return
    # Gathered weights no longer share memory, so tied ones would be written twice.
    for name in model.all_tied_weights_keys:
        weights.pop(name, None)
    model.save_pretrained(directory, state_dict=weights)


def _merge_on_cpu(model: Any, weights: dict[str, Any], directory: Path) -> None:
    from peft import PeftModel
    from transformers.integrations.deepspeed import unset_hf_deepspeed_config

    from r1vl_kedro.models import load_model

    adapter = directory.with_name(f"{directory.name}.adapter")
    model.save_pretrained(adapter, state_dict=weights)
    # Otherwise the base model would be divided again, on this rank alone.
    unset_hf_deepspeed_config()
    base = load_model(model.get_base_model().config._name_or_path, dtype="auto")
    PeftModel.from_pretrained(base, adapter).merge_and_unload().save_pretrained(directory)
    shutil.rmtree(adapter)


def steps_of(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join the trainer's history into one dictionary a step, training and evaluation together."""
    steps: dict[int, dict[str, Any]] = {}
    for entry in history:
        if "train_runtime" in entry:
            continue
        steps.setdefault(entry["step"], {}).update(entry)
    return [{"step": step, **steps[step]} for step in sorted(steps)]


def manifest(
    kind: str, options: Any, seed: int, inputs: Mapping[str, Any], extra: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe how a model was made: settings, seed, inputs, versions, git state."""
    commit = provenance.git_commit()
    return {
        "kind": kind,
        "options": options.model_dump(),
        "seed": seed,
        **inputs,
        **extra,
        "versions": provenance.versions(),
        "cpu_kernels": kernels.in_force(),
        "git": commit and commit._asdict(),
    }
