"""One client for endpoints that speak the OpenAI API: cache, budget, retries, deadlines."""

from r1vl_kedro.endpoint.client import BudgetReached, ChatClient
from r1vl_kedro.endpoint.connection import Connection, EndpointError
from r1vl_kedro.endpoint.requests import ChatAnswer, ChatOptions, ChatRequest, Estimate

__all__ = [
    "BudgetReached", "ChatAnswer", "ChatClient", "ChatOptions", "ChatRequest", "Connection",
    "EndpointError", "Estimate",
]  # fmt: skip
