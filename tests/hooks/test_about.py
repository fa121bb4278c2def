"""Names, parameters and descriptions of MLflow runs."""

import json
from pathlib import Path

import pandas as pd
import pytest
from kedro.io import DataCatalog

import r1vl_kedro
from r1vl_kedro.datasets import (
    CheckpointDataset,
    EmbeddedMulberryDataset,
    HubModelDataset,
    RecordFileDataset,
)
from r1vl_kedro.hooks.about import child_params, run_name, sources
from r1vl_kedro.hooks.descriptions import best_row, best_run, description, row_notes
from r1vl_kedro.pipelines.ablation.entries import Variant

SHIPPED = Path(r1vl_kedro.__file__).parent / "world/assets/base_model"
ABOUT_SHIPPED = json.loads((SHIPPED / "base_model.json").read_text())
PARAMETERS = {"evaluation": {"label": "outcome only"}}


@pytest.mark.parametrize(
    "run, name",
    [
        ({"pipeline_names": ["ablation"]}, "ablation"),
        ({"pipeline_names": None}, "__default__"),
        ({"pipeline_names": ["evaluation"]}, "evaluation: outcome only"),
        ({"pipeline_names": ["ablation"], "namespaces": ["outcome"]}, "ablation: outcome"),
        (
            {"pipeline_names": ["ablation"], "runtime_params": {"step_grpo": {"beta": 0.1}}},
            "ablation: beta=0.1",
        ),
    ],
)
def test_names_tell_runs_apart(run, name):
    assert run_name(run, PARAMETERS) == name


def variant(name, overrides=None, **options):
    return Variant(
        name=name, seed=0, method="step_grpo", base="warm_up_checkpoint",
        overrides=overrides or {}, options=options,
    )  # fmt: skip


def test_options_that_vary_are_parameters_of_every_variant_also_where_they_are_the_default():
    variants = {
        "step_grpo": variant("step_grpo", group_size=4, beta=0.04, bf16=True),
        "step_grpo_m2": variant("step_grpo_m2", {"group_size": 2}, group_size=2, beta=0.04),
        "free": variant("free", {"beta": 0.0}, group_size=4, beta=0.0),
    }
    params = child_params("step_grpo", variants, {"step_grpo": {"num_steps": 20}})
    assert params == {
        "method": "step_grpo", "seed": 0, "group_size": 4, "beta": 0.04, "step_grpo.num_steps": 20
    }  # fmt: skip


def test_a_reward_that_is_left_out_shows_its_weight_once():
    rewards = {"outcome": {"weight": 1.0}, "key_steps": {"weight": 0.0, "alpha": 0.1}}
    grid = {"outcome": variant("outcome", {"rewards": {"key_steps": 0.0}}, rewards=rewards)}
    params = child_params("outcome", grid, {})
    assert params["rewards.key_steps.weight"] == 0.0
    assert "rewards.key_steps" not in params


OVERVIEW = pd.DataFrame(
    {
        "variant": ["warm_up", "outcome", "sft"],
        "row": ["Warm-up (SFT)", "Outcome reward", "Continued SFT"],
        "n": [600] * 3, "seeds": [1, 1, 5], "accuracy": [43.0, 65.2, 64.0],
        "low": [39.1, 61.3, 61.0], "high": [47.0, 68.9, 66.0], "interval": ["Wilson"] * 3,
        "difference": [None, 22.2, 21.0], "diff_low": [None, 17.5, 18.0],
        "diff_high": [None, 26.8, 24.0], "diff_interval": ["reference", "paired", "paired"],
        "validity": [99.0, 98.0, 97.0],
    }
)  # fmt: skip


def test_the_description_names_the_best_row_and_has_the_table():
    text = description(OVERVIEW)
    assert text.startswith(
        "Highest accuracy on the test records: **Outcome reward**, 65.2 [61.3, 68.9] % (n = 600), "
        "+22.2 [+17.5, +26.8] points above Warm-up (SFT). "
        "Intervals that overlap with its: Continued SFT."
    )
    assert "| Outcome reward | 600 | 1 | 65.2 [61.3, 68.9] | +22.2 [+17.5, +26.8] |" in text


def test_a_variants_note_has_its_accuracy_and_difference_with_intervals():
    assert row_notes(OVERVIEW) == {
        "warm_up": "43.0 [39.1, 47.0] %, n 600",
        "outcome": "65.2 [61.3, 68.9] %, n 600; +22.2 [+17.5, +26.8] over Warm-up (SFT)",
        "sft": "64.0 [61.0, 66.0] %, n 600, 5 seeds; +21.0 [+18.0, +24.0] over Warm-up (SFT)",
    }


def test_the_latest_results_name_the_best_row_as_the_list_of_runs_does_and_its_seeds():
    assert best_run(OVERVIEW) == (
        "**Outcome reward** (`outcome`), one seed: "
        "65.2 [61.3, 68.9] %, n 600; +22.2 [+17.5, +26.8] over Warm-up (SFT)"
    )
    assert best_run(OVERVIEW.iloc[[0, 2]]) == (
        "**Continued SFT** (`sft`), "
        "64.0 [61.0, 66.0] %, n 600, 5 seeds; +21.0 [+18.0, +24.0] over Warm-up (SFT)"
    )


def test_a_best_row_without_a_difference_has_its_interval_alone():
    assert best_row(OVERVIEW.iloc[[0]]) == (
        "Highest accuracy on the test records: **Warm-up (SFT)**, 43.0 [39.1, 47.0] % (n = 600)."
    )


class TestSources:
    def test_the_shipped_model_and_the_embedded_world(self, tmp_path):
        catalog = DataCatalog(
            {
                "base_model": CheckpointDataset(path=str(tmp_path), otherwise=str(SHIPPED)),
                "source_records": EmbeddedMulberryDataset(path=str(tmp_path), n=6000, seed=0),
            }
        )
        assert sources(catalog) == {
            "model": f"base_model (qwen2_vl, {ABOUT_SHIPPED['parameters']:,} parameters)",
            "source records": "embedded world, 6000",
        }
        assert list(tmp_path.iterdir()) == []

    def test_a_published_model_and_file(self):
        file = RecordFileDataset(reader="mulberry", path="raw/mulberry_sft.json")
        model = HubModelDataset(name="Qwen/Qwen2-VL-7B-Instruct")
        catalog = DataCatalog({"base_model": model, "source_records": file})
        assert sources(catalog) == {
            "model": "Qwen/Qwen2-VL-7B-Instruct",
            "source records": "mulberry mulberry_sft.json",
        }

    def test_what_a_catalog_does_not_have_is_left_out(self, tmp_path):
        catalog = DataCatalog({"base_model": CheckpointDataset(path=str(tmp_path / "none"))})
        assert sources(catalog) == {}
