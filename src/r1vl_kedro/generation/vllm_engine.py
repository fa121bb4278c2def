"""Offline generation with vLLM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from r1vl_kedro.generation.engines import Completion, EngineError, Prompt, seed_of

if TYPE_CHECKING:
    from r1vl_kedro.generation.options import DecodingOptions


class VllmEngine:
    """vLLM in this process: continuous batching and prefix caching.

    Raises:
        EngineError: vLLM is not installed; names the extra that has it.
    """

    def __init__(self, checkpoint: str, options: DecodingOptions) -> None:
        try:
            from vllm import LLM
        except ImportError as error:
            raise EngineError(
                f"evaluation.decoding.engine is 'vllm', which does not import ({error}): "
                "pip install 'r1vl_kedro[gpu]', or use engine=transformers"
            ) from error
        import torch

        from r1vl_kedro.generation.transformers_engine import best_dtype
        from r1vl_kedro.models import load_processor, vision_token_ids

        self.options = options
        self.processor = load_processor(checkpoint, **options.pixels)
        self.bias = dict.fromkeys(vision_token_ids(self.processor.tokenizer), -100.0)
        self.llm = LLM(
            model=checkpoint,
            dtype=best_dtype(options.dtype),
            max_model_len=options.max_model_len,
            tensor_parallel_size=options.tensor_parallel_size,
            gpu_memory_utilization=options.gpu_memory_utilization,
            enable_prefix_caching=True,
            enforce_eager=not torch.cuda.is_available(),
            limit_mm_per_prompt={"image": options.max_images, "video": 0},
            mm_processor_kwargs={k: v for k, v in options.pixels.items() if v is not None} or None,
        )

    def generate(self, prompts: Sequence[Prompt], seed: int) -> list[list[Completion]]:
        """Answer all prompts at once; vLLM batches them by itself.

        Raises:
            EngineError: the context is too short for a prompt and `max_new_tokens`.
        """
        from vllm import SamplingParams

        from r1vl_kedro.models import render_prompt

        options = self.options
        sampling = [
            SamplingParams(
                n=options.num_samples,
                temperature=options.temperature,
                top_p=options.top_p,
                top_k=options.top_k,
                max_tokens=options.max_new_tokens,
                seed=seed_of(seed, number),
                logit_bias=self.bias or None,
            )
            for number in range(len(prompts))
        ]
        requests: list[Any] = [
            {
                "prompt": render_prompt(self.processor, prompt.messages, raw=prompt.raw),
                **({"multi_modal_data": {"image": list(prompt.images)}} if prompt.images else {}),
            }
            for prompt in prompts
        ]
        outputs = self.llm.generate(requests, sampling, use_tqdm=False)
        return [[self._completion(output, one) for one in output.outputs] for output in outputs]

    def _completion(self, output: Any, one: Any) -> Completion:
        truncated, tokens = one.finish_reason == "length", len(one.token_ids)
        limit = self.options.max_new_tokens
        if truncated and tokens < limit:
            prompt = len(output.prompt_token_ids)
            raise EngineError(
                f"an answer was cut after {tokens} tokens: the context of {prompt + tokens} tokens "
                f"(max_model_len) holds prompt and answer, and a prompt has {prompt}; set "
                f"max_model_len to {prompt + limit} or more, or max_new_tokens below {limit}"
            )
        ended = one.finish_reason == "stop"  # by the end token, which is not part of the answer
        return Completion(one.text, tokens - ended, truncated)
