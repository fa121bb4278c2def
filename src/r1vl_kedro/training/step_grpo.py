"""StepGRPO: TRL's GRPOTrainer with step-wise rewards (R1-VL, section 3.3).

Loss: -E[(1/M) sum_i ratio(c_i) A_i - beta KL(pi || pi_ref)], k3 estimator, mean per sequence,
advantages standardised within the M responses of a question.
"""

from __future__ import annotations

import logging
from typing import Any

from r1vl_kedro.training import data, policy, run, sharing
from r1vl_kedro.training.options import StepGRPOOptions

log = logging.getLogger(__name__)


def train_step_grpo(
    base: str,
    records: str,
    output: str,
    options: dict[str, Any],
    seed: int,
    template: str = "{question}",
    validation: str | None = None,
) -> dict[str, Any]:
    """Train the warmed-up model ``base`` by StepGRPO on prompts with key steps.

    Called again after a kill it goes on from the last checkpoint; called again after the end it
    does nothing.

    Args:
        base: the warm-up checkpoint; also the reference policy.
        records, validation: directories of records; ``validation`` is read for ``eval_steps``.
        output: gets the model; what is needed to resume lies in ``<output>.state`` meanwhile.
        options: a ``StepGRPOOptions`` as a dictionary.

    Raises:
        ValueError: batch, group size and processes do not divide; before anything is loaded.
        TrainingError: ``share_prompts`` with a model that cannot; before anything is loaded.
    """
    settings = StepGRPOOptions.model_validate(options)
    if settings.share_prompts:
        sharing.check_model(base)
    return run.train(
        "step_grpo", settings, _trainer, base=base, records=records, validation=validation,
        output=output, template=template, seed=seed,
    )  # fmt: skip


def _trainer(start: run.Start) -> Any:
    from r1vl_kedro.training.callbacks import WatchForHacking
    from r1vl_kedro.training.checked_rewards import Checked, WatchForMissingRewards
    from r1vl_kedro.training.packed_choice import use_fastest
    from r1vl_kedro.training.rollout_log import RolloutLog
    from r1vl_kedro.training.step_grpo_trainer import StepGRPOTrainer

    settings, rewards = start.settings, start.settings.reward_functions()
    note = sharing.sharing_note(settings, start.world)
    if note is not None:
        log.info(note)
    arguments = grpo_config(start)
    checked = [Checked(reward, settings.group_size) for reward in rewards]
    trainer = StepGRPOTrainer(
        share_prompts=settings.share_prompts,
        reward_funcs=checked,
        args=arguments,
        train_dataset=data.as_prompts(start.rows, start.inputs["template"]),
        **policy.parts_of(start),
    )
    micro, passes = settings.split(start.world)
    if settings.share_prompts:
        use_fastest(trainer, settings, completions=micro, group=settings.group_size)
    trainer.sampler = start.order(repeats=passes)
    examples, size = settings.example_rollouts, settings.group_size
    trainer.rollouts = RolloutLog(start.state_dir, examples, size, rewards)
    trainer.add_callback(WatchForMissingRewards(checked))
    if any(reward.name == "key_steps" and reward.weight for reward in rewards):
        trainer.add_callback(WatchForHacking())
    return trainer


def grpo_config(start: run.Start) -> Any:
    """Translate the options, in the paper's names, to TRL's settings."""
    from trl import GRPOConfig

    from r1vl_kedro.training.arguments import common_arguments

    options = start.settings
    vllm = options.vllm
    engine: dict[str, Any] = {}
    if vllm is not None:
        limit = options.max_prompt_length + options.max_completion_length
        engine = {
            "use_vllm": True,
            "vllm_mode": vllm.mode,
            "vllm_gpu_memory_utilization": vllm.gpu_memory_utilization,
            "vllm_tensor_parallel_size": vllm.tensor_parallel_size,
            "vllm_max_model_length": vllm.max_model_length or limit,
            "vllm_server_base_url": vllm.server_base_url,
            "vllm_enable_sleep_mode": vllm.sleep_between_rollouts,
            # The log-probabilities are always compared; without a correction the loss leaves
            # the ratio out (``StepGRPOTrainer``).
            "vllm_importance_sampling_mode": "token_truncate"
            if vllm.correction == "none"
            else vllm.correction,
            "vllm_importance_sampling_clip_max": vllm.max_ratio,
            "vllm_importance_sampling_clip_min": vllm.min_ratio,
        }
    return GRPOConfig(
        **common_arguments(start),
        **engine,
        num_generations=options.group_size,
        num_iterations=options.num_iterations,
        max_completion_length=options.max_completion_length,
        temperature=options.temperature,
        top_p=1.0,
        top_k=0,
        beta=options.beta,
        epsilon=options.epsilon,
        epsilon_high=options.epsilon_high,
        loss_type="grpo" if options.loss_type == "gspo" else options.loss_type,
        importance_sampling_level="sequence" if options.loss_type == "gspo" else "token",
        multi_objective_aggregation=options.aggregation,
        mask_truncated_completions=options.mask_truncated_completions,
        top_entropy_quantile=options.top_entropy_quantile,
        scale_rewards=options.scale_rewards,
        # The paper differentiates the k3 estimator itself.
        use_bias_correction_kl=False,
        # In the order of the reward functions; one of weight 0 is still logged.
        reward_weights=[reward.weight for reward in options.rewards.values()],
        ds3_gather_for_generation=options.deepspeed_gather_for_rollouts,
        shuffle_dataset=False,
        log_completions=False,
        disable_dropout=True,
    )
