"""Reward card.

::

    reward_card_responses ─ score ─ reward_card_scores ┬ table ─ reward_card_table
                                                       └ page ── reward_card_page
"""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.reward_card import nodes

OPTIONS = "params:reward_card"


def create_pipeline() -> Pipeline:
    """Build the way from a file of responses to a table and a page of their rewards."""
    return Pipeline(
        [
            Node(
                nodes.score_responses,
                inputs=["reward_card_responses", OPTIONS],
                outputs="reward_card_scores",
                name="score_reward_card",
            ),
            Node(
                nodes.table,
                inputs="reward_card_scores",
                outputs="reward_card_table",
                name="reward_card_table",
            ),
            Node(
                nodes.page,
                inputs=["reward_card_responses", "reward_card_scores", OPTIONS],
                outputs="reward_card_page",
                name="reward_card_page",
            ),
        ],
        tags="reward_card",
    )
