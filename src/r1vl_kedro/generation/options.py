"""How answers are decoded."""

import json
from typing import Literal

from pydantic import Field, field_validator, model_validator

from r1vl_kedro.endpoint.connection import is_address
from r1vl_kedro.parameters import ImageBounds
from r1vl_kedro.scrubbing import has_user_info


class DecodingOptions(ImageBounds, allow_inf_nan=False, protected_namespaces=()):
    """Engine and decoding settings; greedy unless a temperature is given.

    Attributes:
        batch_size: prompts in one forward pass (transformers) or requests in flight (openai).
        max_new_tokens: an answer that reaches it is marked truncated.
        temperature: 0 is greedy.
        num_samples: answers to each prompt; more than one needs a temperature.
        dtype: of the weights; `auto` is bfloat16 where the hardware computes in it, else float32.
        part_size: records in one Parquet part, the unit of going on after a kill; None leaves it
            to the engine (64, and 512 for vLLM, which batches by itself).
        max_model_len: context length in tokens for vLLM; None leaves it to the model.
        gpu_memory_utilization: share of a GPU that vLLM takes.
        tensor_parallel_size: GPUs that hold one copy of the model, for vLLM.
        max_images: most images of one prompt, for vLLM.
        min_pixels, max_pixels: bounds on an image's area; None keeps the checkpoint's own (which a
            training with bounds has written into it). An endpoint has its own.
        base_url: of the endpoint, for `openai`; None is the client's default.
        model_name: what the endpoint calls the model; None is the checkpoint's name.
    """

    engine: Literal["transformers", "vllm", "openai"] = "transformers"
    batch_size: int = Field(32, ge=1)
    max_new_tokens: int = Field(256, ge=1)
    temperature: float = Field(0.0, ge=0)
    top_p: float = Field(1.0, gt=0, le=1)
    top_k: int = Field(0, ge=0)
    num_samples: int = Field(1, ge=1)
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    part_size: int | None = Field(None, ge=1)
    max_model_len: int | None = Field(None, ge=16)
    gpu_memory_utilization: float = Field(0.9, gt=0, le=1)
    tensor_parallel_size: int = Field(1, ge=1)
    max_images: int = Field(8, ge=1)
    base_url: str | None = None
    model_name: str | None = None

    @field_validator("base_url")
    @classmethod
    def _an_address(cls, url: str | None) -> str | None:
        if url is not None and has_user_info(url):
            raise ValueError("give the key as OPENAI_API_KEY, not in the address")
        if url is not None and not is_address(url):
            raise ValueError("give an address such as http://127.0.0.1:8000/v1")
        return url

    @model_validator(mode="after")
    def _samples_need_temperature(self) -> "DecodingOptions":
        if self.num_samples > 1 and self.temperature == 0:
            raise ValueError(
                f"num_samples={self.num_samples} with temperature=0 would give the same answer "
                "each time; set a temperature above 0 or num_samples to 1"
            )
        return self

    @model_validator(mode="after")
    def _an_endpoint_bounds_images_itself(self) -> "DecodingOptions":
        given = {name: value for name, value in self.pixels.items() if value is not None}
        if self.engine == "openai" and given:
            raise ValueError(
                f"{given} cannot be set from here with engine=openai; start the server with them "
                f"(vLLM: --mm-processor-kwargs '{json.dumps(given)}')"
            )
        return self

    @model_validator(mode="after")
    def _only_vllm_splits_a_model(self) -> "DecodingOptions":
        if self.tensor_parallel_size > 1 and self.engine != "vllm":
            raise ValueError(
                f"tensor_parallel_size={self.tensor_parallel_size} is for engine=vllm, not "
                f"engine={self.engine}"
            )
        return self

    @property
    def rows_per_part(self) -> int:
        """Return records in one part, a whole number of batches."""
        wanted = self.part_size or (512 if self.engine == "vllm" else 64)
        return -(-wanted // self.batch_size) * self.batch_size
