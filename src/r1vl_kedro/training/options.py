"""Options of warm-up and StepGRPO; a wrong key or value is named before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from r1vl_kedro.rewards import Reward
from r1vl_kedro.rewards.key_steps import KeyStepReward, key_steps_in
from r1vl_kedro.rewards.registry import PAPERS, Rewards, reading
from r1vl_kedro.training.batches import Batch
from r1vl_kedro.training.common_options import RecordBatchOptions, TrainingOptions
from r1vl_kedro.training.sharing import PackedAttention
from r1vl_kedro.training.vllm_options import VllmOptions


class SFTOptions(RecordBatchOptions):
    """Supervised fine-tuning on reference paths; the paper's warm-up by its own names."""

    learning_rate: float = Field(1e-5, gt=0)
    padding_free: bool = False
    """Read a batch as one packed row, not as rows padded to the longest."""

    @model_validator(mode="after")
    def _attention_of_packed_rows(self) -> Self:
        if self.padding_free and self.attention == "eager":
            raise ValueError(
                "attention eager cannot read packed rows; take sdpa, flash_attention_2 or auto, "
                "or set padding_free: false"
            )
        return self


_REPLACED = {
    "weights": "rewards",
    "weights.outcome": "rewards.outcome.weight",
    "weights.step_rar": "rewards.key_steps.weight",
    "weights.step_rvr": "rewards.validity.weight",
    "alpha": "rewards.key_steps.alpha",
    "matching": "rewards.key_steps.matching",
    "validity": "rewards.validity.mode",
}
"""How options were spelled before every reward had its own."""


class StepGRPOOptions(TrainingOptions):
    """StepGRPO by the paper's names (section 4 and supplement): M, temperature, beta."""

    learning_rate: float = Field(1e-6, gt=0)
    group_size: int = Field(4, ge=2)
    """M, responses sampled per question."""
    rollouts_per_step: int | None = Field(None, ge=2)
    prompts_per_step: int | None = Field(None, ge=1)
    micro_batch_size: int | None = Field(None, ge=1)
    """Completions per process and forward pass; None takes the whole share at once."""
    temperature: float = Field(1.2, gt=0)
    beta: float = Field(0.04, ge=0)
    rewards: Rewards = Field(PAPERS, validate_default=True)
    """By name the options of each, `weight` among them, which a bare number gives; null leaves out
    one that another configuration has. The paper's StepRAR is outcome + key_steps."""
    max_completion_length: int = Field(1024, ge=1)
    num_iterations: int = Field(1, ge=1)
    """Updates per batch of rollouts."""
    epsilon: float = Field(0.2, gt=0)
    epsilon_high: float | None = Field(None, gt=0)
    """Upper clipping bound by itself (DAPO, arXiv 2503.14476); None takes ``epsilon``. For
    ``cispo`` the ratio's own upper bound."""
    loss_type: Literal["grpo", "dr_grpo", "bnpo", "dapo", "gspo", "cispo", "sapo"] = "grpo"
    """TRL's, and ``gspo``: the ratio of whole sequences (arXiv 2507.18071)."""
    scale_rewards: Literal["group", "batch", "none"] = "group"
    aggregation: Literal["sum_then_normalize", "normalize_then_sum"] = "sum_then_normalize"
    """``normalize_then_sum`` standardises each reward within its group by itself before the
    weighted sum (GDPO, arXiv 2601.05242), so that a saturated reward does not dilute others."""
    credit: Literal["response", "steps"] = "response"
    """Which tokens the key steps' advantage goes to: all of a response, or those of the step that
    has the key step (`rewards.credit`)."""
    mask_truncated_completions: bool = False
    """Leave completions that met the length limit out of the loss."""
    top_entropy_quantile: float = Field(1.0, gt=0, le=1)
    """Share of tokens, those of highest entropy, that the policy term keeps (arXiv 2506.01939)."""
    max_kl: float | None = Field(None, gt=0)
    """A step whose mean KL to the reference exceeds this is treated by ``on_bad_loss``."""
    resample_dead_groups: int = Field(0, ge=0)
    """How often at most a step samples groups anew whose rewards have no variance."""
    leave_out_dead_groups: bool = False
    """Leave groups whose rewards have no variance out of the loss: it loses their KL term, and
    nothing else, as their advantages are 0."""
    share_prompts: bool = True
    """Read each prompt and its images once for the completions of it in a forward pass."""
    packed_attention: PackedAttention = "auto"
    """How a GPU attends where prompts are shared; ``auto`` measures and takes the fastest."""
    vllm: VllmOptions | None = None
    deepspeed_gather_for_rollouts: bool = True
    """Under ZeRO-3, gather all weights while sampling: faster, needs the memory."""

    @model_validator(mode="before")
    @classmethod
    def _spelled_as_today(cls, given: Any) -> Any:
        old = [key for key in given if key in _REPLACED] if isinstance(given, Mapping) else []
        if "weights" in old and isinstance(given["weights"], Mapping):
            named = [f"weights.{name}" for name in given["weights"]]
            old[old.index("weights") : old.index("weights") + 1] = named
        if old:
            raise ValueError(
                "; ".join(f"{key} is now {_REPLACED.get(key, 'one of rewards')}" for key in old)
            )
        return given

    @model_validator(mode="after")
    def _some_reward_in_the_grammar(self) -> Self:
        if not any(reward.weight for reward in self.rewards.values()):
            raise ValueError(
                f"rewards {', '.join(self.rewards) or '{}'}: none has a weight above 0, so there "
                "is nothing to learn"
            )
        reading(self.rewards, self.grammar)
        return self

    @property
    def key_steps(self) -> KeyStepReward:
        """Return how key steps count; by the defaults where they are not rewarded."""
        return key_steps_in(self.rewards)

    def reward_functions(self) -> list[Reward]:
        """Return the rewards in their order, each reading the run's grammar."""
        return list(reading(self.rewards, self.grammar).values())

    @model_validator(mode="after")
    def _objective(self) -> Self:
        if self.loss_type == "cispo" and (self.epsilon_high is None or self.epsilon_high < 1):
            raise ValueError(
                f"loss_type cispo bounds the ratio itself by epsilon_high, which is "
                f"{self.epsilon_high}; give 1 or more, e.g. 5.0 (arXiv 2510.13786)"
            )
        if self.aggregation == "normalize_then_sum" and self.scale_rewards != "group":
            raise ValueError(
                f"aggregation normalize_then_sum scales each reward within its group; "
                f"scale_rewards is {self.scale_rewards!r}, only 'group' goes with it"
            )
        if self.resample_dead_groups and self.vllm is not None:
            raise ValueError(
                f"resample_dead_groups {self.resample_dead_groups} samples with transformers; "
                "it goes with vllm: null only"
            )
        if self.resample_dead_groups and not self.deepspeed_gather_for_rollouts:
            raise ValueError(
                "resample_dead_groups needs deepspeed_gather_for_rollouts: true, since processes "
                "sample different numbers of groups anew"
            )
        if self.leave_out_dead_groups and not (self.share_prompts and self.credit == "response"):
            raise ValueError(
                "leave_out_dead_groups saves time where prompts are shared, and a group without "
                "variance has no advantage where credit goes to responses; it goes with "
                "share_prompts: true and credit: response"
            )
        if self.share_prompts and self.attention == "eager":
            raise ValueError(
                "attention eager cannot read packed prompts; take sdpa, flash_attention_2 or "
                "auto, or set share_prompts: false"
            )
        return self

    @model_validator(mode="after")
    def _credit(self) -> Self:
        if self.credit == "steps":
            reward = self.rewards.get("key_steps")
            if reward is None or not reward.weight or reward.matching == "released":
                raise ValueError(
                    "credit steps credits key steps to their tokens; it needs rewards.key_steps "
                    "with a weight above 0 and matching soft or exact"
                )
            if (self.scale_rewards, self.aggregation) != ("group", "sum_then_normalize"):
                raise ValueError(
                    "credit steps standardises within the group; it goes with scale_rewards group "
                    "and aggregation sum_then_normalize"
                )
        sampled = [name for name, reward in self.rewards.items() if reward.sampled]
        if sampled and (self.vllm is not None or self.resample_dead_groups):
            raise ValueError(
                f"rewards.{sampled[0]} samples with the model in training; it goes with "
                "vllm: null and resample_dead_groups: 0"
            )
        return self

    @model_validator(mode="after")
    def _batch_of_whole_groups(self) -> Self:
        if (self.rollouts_per_step is None) == (self.prompts_per_step is None):
            raise ValueError(
                f"give exactly one of rollouts_per_step (is {self.rollouts_per_step}) "
                f"and prompts_per_step (is {self.prompts_per_step})"
            )
        if self.checkpoint_steps % self.num_iterations:
            raise ValueError(
                f"checkpoint_steps {self.checkpoint_steps} is not a multiple of num_iterations "
                f"{self.num_iterations}; between the updates of one batch of rollouts a run "
                "cannot be resumed"
            )
        rollouts, size = self.rollouts_per_step, self.group_size
        if rollouts is not None and rollouts % size:
            low, high = rollouts - rollouts % size, rollouts - rollouts % size + size
            better = [value for value in (low, high) if value > 0]
            divisors = [m for m in range(2, 17) if rollouts % m == 0]
            raise ValueError(
                f"rollouts_per_step {rollouts} is not a multiple of group_size {size}; "
                f"rollouts_per_step {' or '.join(map(str, better))} would work with this group "
                f"size, group_size {divisors} with these rollouts"
            )
        return self

    @property
    def rollouts(self) -> int:
        """Return completions per step over all processes."""
        return self.rollouts_per_step or self.prompts_per_step * self.group_size

    @property
    def prompts(self) -> int:
        """Return questions per step over all processes."""
        return self.rollouts // self.group_size

    @property
    def batch(self) -> Batch:
        """Return a batch of rollouts."""
        size = self.rollouts, self.prompts
        return Batch("rollouts_per_step", *size, self.group_size, self.num_iterations)
