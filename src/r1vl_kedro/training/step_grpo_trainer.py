"""Train by GRPO with groups that share prompts; imported late, as TRL takes seconds to import."""

from __future__ import annotations

import functools
from typing import Any

import torch
from trl import GRPOTrainer
from trl.trainer.utils import (
    pad,
    split_pixel_values_by_grid,
    split_tensor_dict,
    unsplit_pixel_values_by_grid,
)

from r1vl_kedro.models import vision_token_ids
from r1vl_kedro.training import vllm_rollouts
from r1vl_kedro.training.costs import Work
from r1vl_kedro.training.extra_samples import with_extra_samples
from r1vl_kedro.training.packed import prepare, vision_of
from r1vl_kedro.training.phases import timed
from r1vl_kedro.training.resumable import ResumableTrainer
from r1vl_kedro.training.rollout import (
    dead_groups,
    repeated,
    run_lengths,
    run_numbers,
    run_starts,
)
from r1vl_kedro.training.sampling import sample_completions
from r1vl_kedro.training.shared_logps import SharedLogps
from r1vl_kedro.training.step_credit import token_advantages_of
from r1vl_kedro.training.vllm_ratio import VllmRatio


class StepGRPOTrainer(ResumableTrainer, VllmRatio, SharedLogps, GRPOTrainer):
    """Read each group's prompt and images once, and sample rollouts that repeat exactly.

    Sampling draws from a stream per (seed, step, completion), whatever the number of processes.
    With ``share_prompts`` the loss and the reference and old log-probabilities are those of
    packed rows (``training.packed``); without it they are TRL's.
    """

    def __init__(self, *, share_prompts: bool, **kwargs: Any):
        if kwargs["args"].use_vllm:
            model, processor = kwargs["model"], kwargs["processing_class"]
            vllm_rollouts.check_images(model.name_or_path, processor)
        super().__init__(**kwargs)
        self.suppressed = vision_token_ids(self._tokenizer)
        self._rows: list[dict] = []
        self.runs: list[int] = []
        self._rollouts: dict[str, Any] = {}
        self.share_prompts = share_prompts
        if share_prompts:
            for model in filter(None, (self.model, self.ref_model)):
                prepare(model)
        if not self.use_vllm:
            self.generation_config.suppress_tokens = self.suppressed
        else:
            image = self.processing_class.image_token_id
            vllm_rollouts.adapt_generation(self.vllm_generation, image, self.suppressed)
            sync = self.vllm_generation.sync_weights
            self.vllm_generation.sync_weights = lambda: timed("weight_sync")(lambda _: sync())(self)

    def _set_signature_columns_if_needed(self) -> None:
        self._signature_columns = None

    def _generate_and_score_completions(self, inputs: list[dict]) -> dict:
        self._rows = inputs
        self.runs = run_lengths([row["id"] for row in inputs])
        self._prompt_index = torch.tensor(run_numbers(self.runs), device=self.accelerator.device)
        output = super()._generate_and_score_completions(inputs)
        if self.options.leave_out_dead_groups:
            start = self.accelerator.process_index * len(inputs)
            dead = self._dead(self._rollouts["rewards"])[start : start + len(inputs)]
            output["completion_mask"] = output["completion_mask"] * ~dead.unsqueeze(1)
        if self.rollouts is not None:
            self.rollouts(trainer=self, advantages=output["advantages"], **self._rollouts)
        if self.options.credit == "steps":
            output["advantages"] = token_advantages_of(self, output["completion_ids"])
        return {**output, "prompt_index": self._prompt_index}

    @timed("prepare")
    def _prepare_inputs(self, generation_batch: Any) -> dict:
        """Split sampled rows into micro-batches in their order; TRL shuffles groups apart first.

        The updates of one batch of rollouts run over all of its micro-batches, so their order
        changes nothing.
        """
        if not (self.share_prompts and self.model.training):
            return super()._prepare_inputs(generation_batch)
        passes = self.args.steps_per_generation
        if self._step % (passes * self.num_iterations) == 0 or self._buffered_inputs is None:
            batch = self._generate_and_score_completions(generation_batch)
            parts = split_tensor_dict(split_pixel_values_by_grid(batch), passes)
            self._buffered_inputs = [unsplit_pixel_values_by_grid(part) for part in parts]
        return self._buffered_inputs[self._step % passes]

    def _dead(self, rewards: torch.Tensor) -> torch.Tensor:
        """Return which completions of all processes lie in groups without variance.

        Args:
            rewards: (completions of all processes, functions).
        """
        weights = self.reward_weights.to(rewards.device)
        apart = self.multi_objective_aggregation == "normalize_then_sum"
        dead = dead_groups(rewards, weights, self.num_generations, apart=apart)
        return dead.repeat_interleave(self.num_generations)

    def _tokenize_prompts(self, prompts: list) -> tuple[list, list | None, dict]:
        firsts = [prompts[start] for start in run_starts(self.runs)]
        ids, images, fields = super()._tokenize_prompts(firsts)
        repeat = functools.partial(repeated, runs=self.runs)
        # TRL marks a prompt without images among others by None, which no processor takes.
        return repeat(ids), images and repeat([one or [] for one in images]), fields

    @timed("generate")
    def _generate_single_turn(
        self, prompt_ids, images, multimodal_fields, num_generations, has_tool_images=False
    ):
        if self.use_vllm:
            images = images and [one or None for one in images]
            generated = super()._generate_single_turn(
                prompt_ids, images, multimodal_fields, num_generations, has_tool_images
            )
            self.count(Work(sampled=sum(map(len, generated[0]))))
            return generated
        distinct = self.distinct = self._distinct_prompts(prompt_ids, multimodal_fields)
        rows = list(range(len(prompt_ids)))
        completions = self._sample(distinct, rows, turn=0)
        for turn in range(1, self.options.resample_dead_groups + 1):
            rows = self._rows_without_variance(prompt_ids, completions, first=turn == 1)
            if rows is None:
                break
            for row, completion in zip(rows, self._sample(distinct, rows, turn), strict=True):
                completions[row] = completion
        return completions, None

    def _distinct_prompts(self, prompt_ids: list, multimodal_fields: dict) -> dict:
        """Return the model's inputs of this process's distinct prompts, left-padded."""
        left = functools.partial(pad, padding_side="left")
        tensors = [torch.tensor(prompt_ids[start]) for start in run_starts(self.runs)]
        fields = {
            key: value
            if isinstance(value, torch.Tensor)
            else left([torch.tensor(row) for row in value], padding_value=0)
            for key, value in multimodal_fields.items()
        }
        batch = {
            "input_ids": left(tensors, padding_value=self._tokenizer.pad_token_id),
            "attention_mask": left([torch.ones_like(t) for t in tensors], padding_value=0),
            **fields,
        }
        return {key: value.to(self.accelerator.device) for key, value in batch.items()}

    def _sample(self, distinct: dict, rows: list[int], turn: int) -> list[list[int]]:
        """Return completions of some of this process's rows, which are in order.

        All processes call it together, some perhaps without rows: ZeRO-3 gathers the weights.
        """
        place = run_numbers(self.runs)
        group_sizes = run_lengths([place[row] for row in rows])
        chosen = torch.tensor(sorted({place[row] for row in rows}), dtype=torch.long)
        inputs = distinct if len(chosen) == len(self.runs) else self._of(distinct, chosen)
        first = self.accelerator.process_index * len(place)
        streams = [first + row for row in rows]
        completions = sample_completions(self, inputs, group_sizes, streams, turn)
        prompts = float(inputs["attention_mask"].sum())
        self.count(Work(read=prompts, sampled=sum(map(len, completions))))
        return completions

    def _of(self, distinct: dict, chosen: torch.Tensor) -> dict:
        """Return some of the distinct prompts."""
        counts = [len(self._rows[start]["images"]) for start in run_starts(self.runs)]
        vision = ("pixel_values", "image_grid_thw")
        by_row = {
            key: value[chosen.to(value.device)]
            for key, value in distinct.items()
            if key not in vision
        }
        return {**by_row, **vision_of(chosen, *(distinct.get(key) for key in vision), counts)}

    @timed("reward")
    def _rows_without_variance(
        self, prompts: list, completions: list[list[int]], first: bool
    ) -> list[int] | None:
        """Return this process's rows in groups without variance; None where no process has any."""
        texts = self.processing_class.batch_decode(completions, skip_special_tokens=True)
        answers = [[{"role": "assistant", "content": text}] for text in texts]
        rewards = super()._calculate_rewards(
            self._rows, [row["prompt"] for row in self._rows], answers, completions
        )
        dead = self._dead(rewards)
        count = int(dead.sum())
        metrics = self._metrics["train"]
        if first:
            metrics["dead_groups/first"].append(count / len(dead))
            metrics["rollouts_discarded"].append(0.0)
        metrics["rollouts_discarded"][-1] += count
        if not count:
            return None
        start = self.accelerator.process_index * len(prompts)
        return [row for row in range(len(prompts)) if dead[start + row]]

    @timed("reward")
    def _calculate_rewards(self, inputs, prompts, completions, completion_ids_list):
        texts = [completion[0]["content"] for completion in completions]
        inputs = with_extra_samples(self, inputs, texts, completion_ids_list)
        rewards = super()._calculate_rewards(inputs, prompts, completions, completion_ids_list)
        stops = {*self.eos_token_ids, self._tokenizer.pad_token_id}
        self._rollouts = {
            "rows": inputs,
            "completions": texts,
            "truncated": [ids[-1] not in stops for ids in completion_ids_list],
            "lengths": [len(ids) for ids in completion_ids_list],
            "rewards": rewards,
        }
        return rewards
