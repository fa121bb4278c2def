"""Offline generation with vLLM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from r1vl_kedro.generation.engines import Completion, Prompt

if TYPE_CHECKING:
    from r1vl_kedro.generation.options import DecodingOptions


class VllmEngine:
    """vLLM in this process: continuous batching and prefix caching.

    Raises:
        ImportError: vLLM is not installed; names the extra that has it.
    """

    def __init__(self, checkpoint: str, options: DecodingOptions) -> None:
        try:
            from vllm import LLM
        except ImportError as error:
            raise ImportError(
                "evaluation engine 'vllm' needs vLLM: pip install 'r1vl_kedro[gpu]', or use "
                "engine: transformers"
            ) from error
        from r1vl_kedro.training.models import load_processor, vision_token_ids

        self._options = options
        self._processor = load_processor(checkpoint)
        self._bias = dict.fromkeys(vision_token_ids(self._processor.tokenizer), -100.0)
        self._model = LLM(
            model=checkpoint,
            dtype=options.dtype,
            max_model_len=options.max_model_len,
            gpu_memory_utilization=options.gpu_memory_utilization,
            enable_prefix_caching=True,
            limit_mm_per_prompt={"image": options.max_images, "video": 0},
        )

    def generate(self, prompts: Sequence[Prompt], seed: int) -> list[list[Completion]]:
        """All prompts at once; vLLM batches them by itself."""
        from vllm import SamplingParams

        options = self._options
        sampling = SamplingParams(
            n=options.num_samples,
            temperature=options.temperature,
            top_p=options.top_p,
            top_k=options.top_k or -1,
            max_tokens=options.max_new_tokens,
            seed=seed,
            logit_bias=self._bias or None,
        )
        requests: list[Any] = [
            {
                "prompt": self._processor.apply_chat_template(
                    prompt.messages, tokenize=False, add_generation_prompt=True
                ),
                "multi_modal_data": {"image": [image.convert("RGB") for image in prompt.images]},
            }
            for prompt in prompts
        ]
        outputs = self._model.generate(requests, sampling, use_tqdm=False)
        return [
            [
                Completion(one.text, len(one.token_ids), truncated=one.finish_reason == "length")
                for one in output.outputs
            ]
            for output in outputs
        ]
