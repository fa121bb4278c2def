"""Generation in this process with transformers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from r1vl_kedro.generation.engines import Completion, Prompt, seed_of

if TYPE_CHECKING:
    from transformers import GenerationConfig

    from r1vl_kedro.generation.options import DecodingOptions


def best_dtype(name: str) -> str:
    """Return `auto` as a dtype's name: bfloat16 on hardware that computes in it, else float32."""
    if name != "auto":
        return name
    import torch

    if torch.cuda.is_available() and torch.cuda.is_bf16_supported():
        return "bfloat16"
    return "float32"


class TransformersEngine:
    """Batches of left-padded prompts; greedy answers of models that rollouts know by their decoder.

    All else is by `generate`: sampling with its bounds (top_p, top_k), and other models.
    """

    def __init__(self, checkpoint: str, options: DecodingOptions) -> None:
        import torch

        from r1vl_kedro.models import load_model, load_processor, vision_token_ids

        self._options = options
        self._processor = load_processor(checkpoint, **options.pixels)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model = load_model(checkpoint, dtype=best_dtype(options.dtype)).to(device).eval()
        tokenizer = self._processor.tokenizer
        self._never = vision_token_ids(tokenizer)
        ends = self._model.generation_config.eos_token_id
        self._ends = set(ends if isinstance(ends, list) else [ends]) | {tokenizer.eos_token_id}
        self._ends.discard(None)
        if not self._ends:
            raise ValueError(f"checkpoint {checkpoint} names no end-of-sequence token")
        self._pad = tokenizer.pad_token_id
        if self._pad is None:
            self._pad = min(self._ends)

    def _settings(self) -> GenerationConfig:
        from transformers import GenerationConfig

        options = self._options
        sampling: dict[str, Any] = {"do_sample": False}
        if options.temperature > 0:
            sampling = {
                "do_sample": True,
                "temperature": options.temperature,
                "top_p": options.top_p,
                "top_k": options.top_k,
                "num_return_sequences": options.num_samples,
            }
        return GenerationConfig(
            max_new_tokens=options.max_new_tokens,
            eos_token_id=sorted(self._ends),
            pad_token_id=self._pad,
            suppress_tokens=self._never or None,
            # What is left open here comes from the checkpoint; Qwen2-VL's has 1.05.
            repetition_penalty=1.0,
            use_cache=True,
            **sampling,
        )

    def generate(self, prompts: Sequence[Prompt], seed: int) -> list[list[Completion]]:
        """Answer one batch after another of `batch_size` prompts, sampling seeded per batch."""
        import torch

        answers: list[list[Completion]] = []
        size = self._options.batch_size
        for start in range(0, len(prompts), size):
            torch.manual_seed(seed_of(seed, start))
            answers += self.answer_batch(prompts[start : start + size])
        return answers

    def answer_batch(self, prompts: Sequence[Prompt]) -> list[list[Completion]]:
        """Answer a batch of prompts, each as often as the options ask."""
        import torch

        from r1vl_kedro.models import render_prompt
        from r1vl_kedro.models.decoding import decodable, sample

        texts = [
            render_prompt(self._processor, prompt.messages, raw=prompt.raw) for prompt in prompts
        ]
        images = [image for prompt in prompts for image in prompt.images]
        inputs = self._processor(
            text=texts, images=images or None, padding=True, return_tensors="pt"
        ).to(self._model.device)
        if self._options.temperature == 0 and decodable(self._model):
            new = sample(
                self._model,
                dict(inputs),
                [1] * len(prompts),
                max_new_tokens=self._options.max_new_tokens,
                temperature=0,
                random=None,
                eos=sorted(self._ends),
                suppress=self._never,
            )
        else:
            with torch.inference_mode():
                output = self._model.generate(**inputs, generation_config=self._settings())
            new = output[:, inputs["input_ids"].shape[1] :].tolist()
        per = self._options.num_samples
        done = [self._completion(tokens) for tokens in new]
        return [done[k : k + per] for k in range(0, len(done), per)]

    def _completion(self, tokens: list[int]) -> Completion:
        length = next((k for k, token in enumerate(tokens) if token in self._ends), None)
        kept = tokens if length is None else tokens[:length]
        text = self._processor.tokenizer.decode(
            kept, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return Completion(text=text, tokens=len(kept), truncated=length is None)
