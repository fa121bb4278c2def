"""Answers of a checkpoint on records: one protocol, three engines, and their scores.

`predict` is the job; engines are `transformers` (in this process), `vllm` (offline) and `openai`
(an endpoint). `scoring` turns predictions into verdicts and scores.
"""

from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.generation.predict import predict

__all__ = ["DecodingOptions", "predict"]
