"""StepGRPO: TRL's GRPOTrainer with step-wise rewards (R1-VL, section 3.3).

Loss: -E[(1/M) sum_i ratio(c_i) A_i - beta KL(pi || pi_ref)], k3 estimator, mean per sequence,
advantages standardised within the M responses of a question.
"""

from __future__ import annotations

import functools
from typing import Any

from r1vl_kedro.rewards.functions import REWARD_NAMES, reward_functions
from r1vl_kedro.training import data, run, vllm_rollouts
from r1vl_kedro.training.models import load_model, vision_token_ids
from r1vl_kedro.training.options import StepGRPOOptions, split_batch
from r1vl_kedro.training.rollout import sample, uniforms
from r1vl_kedro.training.shared_prompt import first_rows, shared_logps, vision_of


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
    """
    settings = StepGRPOOptions.model_validate(options)
    _, passes = run.batch_of(settings)
    start = run.prepare(
        "step_grpo", settings, base=base, records=records, output=output, template=template,
        seed=seed,
    )  # fmt: skip
    if start is None:
        return run.nothing_to_do(output)

    from r1vl_kedro.training.arguments import prepare_processes
    from r1vl_kedro.training.callbacks import WatchForHacking
    from r1vl_kedro.training.rollout_log import RolloutLog

    prepare_processes(settings)
    run.seed_everything(seed)
    # Before the model: under ZeRO-3 the arguments make it be divided while it is loaded.
    arguments = grpo_config(settings, str(start.state_dir), start.steps, seed, start.world)
    model = load_model(base, dtype=settings.dtype, attention=settings.attention)
    run.freeze(model, settings)
    trainer = step_grpo_trainer_class()(
        model=model,
        reward_funcs=reward_functions(
            alpha=settings.alpha, matching=settings.matching, validity=settings.validity
        ),
        args=arguments,
        train_dataset=data.as_prompts(start.rows, template),
        processing_class=start.processor,
        peft_config=run.attach_lora(model, settings),
    )
    trainer.sampler = group_sampler(settings, len(start.rows), start.steps, passes, seed)
    rollouts = RolloutLog(
        start.state_dir,
        settings.example_rollouts,
        settings.group_size,
        reward_weights(settings),
        settings.alpha,
    )
    trainer.rollout_observers.append(rollouts)
    trainer.add_callback(WatchForHacking())
    return run.train(trainer, start, validation, rollouts, period=settings.num_iterations)


def grpo_config(options: StepGRPOOptions, state_dir: str, steps: int, seed: int, processes: int):
    """TRL's settings for these options; the paper's names translated.

    Raises:
        ValueError: the batch does not divide over processes and micro-batches.
    """
    from trl import GRPOConfig

    from r1vl_kedro.training.arguments import common_arguments

    micro, passes = split_batch(
        options.rollouts, options.micro_batch_size, processes, "rollouts_per_step"
    )
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
        }
    return GRPOConfig(
        **common_arguments(options, state_dir, steps, seed),
        **engine,
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=passes,
        num_generations=options.group_size,
        num_iterations=options.num_iterations,
        max_completion_length=options.max_completion_length,
        temperature=options.temperature,
        top_p=1.0,
        top_k=0,
        beta=options.beta,
        epsilon=options.epsilon,
        loss_type=options.loss_type,
        scale_rewards=options.scale_rewards,
        # The paper differentiates the k3 estimator itself.
        use_bias_correction_kl=False,
        reward_weights=reward_weights(options),
        ds3_gather_for_generation=options.deepspeed_gather_for_rollouts,
        shuffle_dataset=False,
        log_completions=False,
        disable_dropout=True,
    )


@functools.cache
def step_grpo_trainer_class() -> type:
    """``StepGRPOTrainer``; made when asked for, since TRL takes seconds to import."""
    from trl import GRPOTrainer
    from trl.models import unwrap_model_for_generation
    from trl.trainer.grpo_trainer import pad

    from r1vl_kedro.training.steady import SteadyTrainer

    class StepGRPOTrainer(SteadyTrainer, GRPOTrainer):
        """GRPOTrainer whose groups share one prefill and whose rollouts repeat exactly.

        Prompts and images of a group are processed once. Sampling draws from a stream per
        (seed, step, completion), whatever the number of processes.
        """

        def __init__(self, **kwargs: Any):
            if kwargs["args"].use_vllm:
                model, processor = kwargs["model"], kwargs["processing_class"]
                vllm_rollouts.check_images(model.name_or_path, processor)
            super().__init__(**kwargs)
            self.suppressed = vision_token_ids(self._tokenizer)
            self.rollout_observers: list = []
            self._runs: list[int] = []
            if not self.use_vllm:
                self.generation_config.suppress_tokens = self.suppressed
            else:
                image = self.processing_class.image_token_id
                vllm_rollouts.mend(self.vllm_generation, image, self.suppressed)

        def _set_signature_columns_if_needed(self) -> None:
            self._signature_columns = None

        def _generate_and_score_completions(self, inputs: list[dict]) -> dict:
            import torch

            self._runs = run_lengths([row["id"] for row in inputs])
            numbers = repeated(list(range(len(self._runs))), self._runs)
            self._prompt_index = torch.tensor(numbers, device=self.accelerator.device)
            output = super()._generate_and_score_completions(inputs)
            return {**output, "prompt_index": self._prompt_index}

        def _compute_loss(self, model, inputs):
            # The rows were shuffled since they were sampled.
            self._prompt_index = inputs["prompt_index"]
            return super()._compute_loss(model, inputs)

        def _shares(self, rows: int, micro: int | None) -> bool:
            return (
                self.options.share_prompts
                and self.accelerator.num_processes == 1
                and not self.is_deepspeed_enabled
                and not self.args.gradient_checkpointing
                and rows == len(self._prompt_index)
                and (micro is None or micro >= rows)
            )

        def _get_per_token_logps_and_entropies(
            self, model, input_ids, attention_mask, logits_to_keep, batch_size=None, **given
        ):
            if not self._shares(len(input_ids), batch_size):
                return super()._get_per_token_logps_and_entropies(
                    model, input_ids, attention_mask, logits_to_keep, batch_size, **given
                )
            first, place = first_rows(self._prompt_index)
            prompts = {
                "input_ids": input_ids[first, :-logits_to_keep],
                "attention_mask": attention_mask[first, :-logits_to_keep],
                **vision_of(
                    first,
                    given.get("pixel_values"),
                    given.get("image_grid_thw"),
                    given.get("num_images"),
                ),
            }
            if given.get("mm_token_type_ids") is not None:
                prompts["mm_token_type_ids"] = given["mm_token_type_ids"][first, :-logits_to_keep]
            with self.accelerator.autocast():
                logps, entropies = shared_logps(
                    model,
                    prompts,
                    place,
                    input_ids[:, -logits_to_keep:],
                    attention_mask[:, -logits_to_keep:],
                    self.temperature,
                )
            return logps, entropies, None

        def _tokenize_prompts(self, prompts: list) -> tuple[list, list | None, dict]:
            starts = [sum(self._runs[:i]) for i in range(len(self._runs))]
            ids, images, fields = super()._tokenize_prompts([prompts[i] for i in starts])
            repeat = functools.partial(repeated, runs=self._runs)
            return repeat(ids), images and repeat(images), fields

        def _generate_single_turn(
            self, prompt_ids, images, multimodal_fields, num_generations, has_tool_images=False
        ):
            if self.use_vllm:
                return super()._generate_single_turn(
                    prompt_ids, images, multimodal_fields, num_generations, has_tool_images
                )
            import torch

            firsts = [prompt_ids[sum(self._runs[:i])] for i in range(len(self._runs))]
            tensors = [torch.tensor(ids) for ids in firsts]
            left = functools.partial(pad, padding_side="left")
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
            batch = {key: value.to(self.accelerator.device) for key, value in batch.items()}
            first = self.accelerator.process_index * len(prompt_ids)
            random = uniforms(
                self.args.seed,
                self.state.global_step,
                range(first, first + len(prompt_ids)),
                self.max_completion_length,
            )
            with (
                unwrap_model_for_generation(
                    self.model_wrapped,
                    self.accelerator,
                    gather_deepspeed3_params=self.args.ds3_gather_for_generation,
                ) as model,
                torch.no_grad(),
                self.accelerator.autocast(),
            ):
                completions = sample(
                    model,
                    batch,
                    self._runs,
                    max_new_tokens=self.max_completion_length,
                    temperature=self.temperature,
                    random=random,
                    eos=self.eos_token_ids,
                    suppress=self.suppressed,
                )
            return completions, None

        def _calculate_rewards(self, inputs, prompts, completions, completion_ids_list):
            rewards = super()._calculate_rewards(inputs, prompts, completions, completion_ids_list)
            stops = {*self.eos_token_ids, self._tokenizer.pad_token_id}
            for observe in self.rollout_observers:
                observe(
                    trainer=self,
                    rows=inputs,
                    completions=[completion[0]["content"] for completion in completions],
                    truncated=[ids[-1] not in stops for ids in completion_ids_list],
                    lengths=[len(ids) for ids in completion_ids_list],
                    rewards=rewards,
                )
            return rewards

    return StepGRPOTrainer


def run_lengths(keys: list[str]) -> list[int]:
    """Lengths of the runs of equal neighbours: ``a a b`` gives ``[2, 1]``."""
    runs: list[int] = []
    for i, key in enumerate(keys):
        if i and key == keys[i - 1]:
            runs[-1] += 1
        else:
            runs.append(1)
    return runs


def repeated(values: list, runs: list[int]) -> list:
    """Each value as often as its run is long."""
    return [value for value, run in zip(values, runs, strict=True) for _ in range(run)]


def reward_weights(options: StepGRPOOptions) -> list[float]:
    """Weights in the order of the reward functions; one of weight 0 is still logged."""
    return [getattr(options.weights, name) for name in REWARD_NAMES]


def group_sampler(options: StepGRPOOptions, records: int, steps: int, passes: int, seed: int):
    """The order of prompts for a run; whole groups, one block per batch of rollouts."""
    blocks = -(-steps // options.num_iterations)
    return data.StepSampler(
        records,
        blocks=blocks,
        prompts=options.prompts,
        copies=options.group_size,
        repeats=passes * options.num_iterations,
        seed=seed,
    )
