"""What the report's sentences and cells say: headline, notes, warnings."""

import time

import pandas as pd
import pytest

from r1vl_kedro.reporting.collect import collect_verdicts
from r1vl_kedro.reporting.head import about_run, describe_subject
from r1vl_kedro.reporting.markdown import display, table_markdown
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.page import headline, left_out, notes, nothing_learnt, warnings
from r1vl_kedro.run_context import RunContext

OPTIONS = ReportingOptions(resamples=500)


OVERVIEW = pd.DataFrame(
    {
        "variant": ["step_grpo"],
        "row": ["StepGRPO"],
        "n": [600],
        "seeds": [1],
        "accuracy": [61.24],
        "low": [57.3],
        "high": [65.1],
        "interval": ["Wilson"],
    }
)


def contrasts(*rows: tuple) -> pd.DataFrame:
    columns = [
        "variant", "row", "difference", "diff_low", "diff_high", "p", "diff_interval", "verdict",
        "seeds_needed",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


BOOTSTRAP = "paired bootstrap over questions"


CONTRASTS = contrasts(
    ("warm_up", "vs warm-up", 5.3, 1.2, 9.4, 0.004, BOOTSTRAP, "different", None),
    ("outcome", "vs outcome", 1.0, -1.5, 3.5, 0.2, BOOTSTRAP, "undecided", 14),
    ("step_rar", "vs rar", -0.5, -1.0, 0.1, 0.1, BOOTSTRAP, "equivalent", 3),
    ("step_rvr", "vs rvr", 4.0, None, None, None, "no interval: only one question", None, None),
    ("sft", "vs sft", None, None, None, None, "not run in this grid", None, None),
    ("step_grpo_m2", "vs m2", -2.0, -3.0, -1.0, 0.01, BOOTSTRAP, "one seed cannot tell", None),
)


def test_the_headline_claims_what_a_procedure_decided():
    assert headline({"overview": OVERVIEW, "contrasts": CONTRASTS}, OPTIONS) == [
        "StepGRPO (both, M = 4) answers 61.2 % of 600 test questions right "
        "(95 % interval 57.3 to 65.1), one training seed.",
        "It is 5.3 points above Warm-up (SFT), [+1.2, +9.4]: different.",
        "It is 1.0 point above Outcome reward, [-1.5, +3.5]: undecided; about 14 seeds would tell "
        "2 points.",
        "It is 0.5 points below + StepRAR, [-1.0, +0.1]: equivalent within 2 points.",
        "It is 4.0 points above + StepRVR (no interval: only one question).",
        "It is 2.0 points below StepGRPO, M = 2, [-3.0, -1.0]: one seed cannot tell.",
    ]


def test_the_headline_of_a_grid_without_step_grpo_says_so():
    tables = {"overview": OVERVIEW.assign(variant="base"), "contrasts": contrasts()}
    (sentence,) = headline(tables, OPTIONS)
    assert sentence.startswith("StepGRPO (both, M = 4) was not run in this grid")


CUT = pd.DataFrame(
    {
        "variant": ["warm_up", "step_grpo"], "n": [300, 300], "seeds": [1, 1],
        "accuracy": [0.0, 0.3], "low": [0.0, 0.1], "high": [1.3, 1.9],
        "diff_low": [None, -0.3], "truncated": [100.0, 99.7],
    }
).astype({"diff_low": float})  # fmt: skip


def test_a_grid_whose_answers_were_cut_off_says_first_that_nothing_was_learnt():
    said = headline({"overview": CUT, "contrasts": contrasts()}, OPTIONS, None, 32)
    assert said[0].startswith(
        "Nothing was learnt here: 99.7 to 100.0 % of a row's answers were cut off at 32 tokens"
    )
    assert said[1].startswith("StepGRPO (both, M = 4) answers 0.3 %")


def test_a_base_model_that_guesses_in_few_tokens_does_not_count_as_learning():
    base = {"variant": "base", "diff_low": 3.6, "truncated": 0.3}
    (sentence,) = nothing_learnt(pd.concat([CUT, pd.DataFrame([base])]), 32)
    assert sentence.startswith("Nothing was learnt here: 99.7 to 100.0 %")


@pytest.mark.parametrize("changed", [{"truncated": [10.0, 30.0]}, {"diff_low": [None, 2.0]}])
def test_a_grid_that_learnt_says_nothing_of_the_kind(changed):
    assert nothing_learnt(CUT.assign(**changed).astype({"diff_low": float}), 32) == []


def test_the_head_of_the_report_tells_when_where_and_in_which_run():
    run = RunContext("", "f00", pipeline="ablation", started=time.time() - 300)
    about = about_run(run)
    assert list(about) == ["date", "duration", "machine", "commit", "MLflow run"]
    assert about["duration"] == "5.0 min (run of ablation)"
    assert "cores" in about["machine"]
    assert about_run(RunContext())["MLflow run"] == "not tracked"


def test_the_head_of_the_report_names_model_records_questions_and_seeds():
    questions = {"id": ["a", "b"], "family": ["charts"] * 2, "correct": [1.0, 0.0]}
    ran = collect_verdicts({"base": pd.DataFrame(questions), "sft": pd.DataFrame(questions)})
    grid = {"base": {"seed": None}, "sft": {"seed": 3}, "outcome": {"seed": 4}}
    sources = {"model": "Qwen/Qwen2-VL-7B-Instruct", "source records": "mulberry mulberry_sft.json"}
    assert describe_subject(ran, grid, RunContext("", "f00", sources=sources)) == {
        **sources, "test questions": "2", "training seeds": "3"
    }  # fmt: skip
    assert describe_subject(ran, {"base": {"seed": None}}, RunContext())["training seeds"] == "none"


def test_a_number_is_rounded_once():
    row = {"row": "a", "n": 24, "accuracy": 62.346, "low": 25.849, "high": 70.0}
    table = pd.DataFrame([{**row, "difference": -0.04, "diff_low": -1e-15, "diff_high": 0.25}])
    assert display(table)[1] == [["a", "24", "62.3 [25.8, 70.0]", "+0.0 [+0.0, +0.2]"]]


def test_cells_fold_intervals_and_say_why_there_is_none():
    table = pd.DataFrame(
        {
            "row": ["a|b", "c"],
            "n": [600, 0],
            "accuracy": [61.24, None],
            "low": [57.3, None],
            "high": [65.1, None],
            "interval": ["Wilson", "not run in this grid"],
            "difference": [-2.0, None],
            "diff_low": [-3.0, None],
            "diff_high": [0.5, None],
            "diff_interval": ["paired bootstrap over questions", "not run in this grid"],
            "p": [0.9881, None],
            "paper_difference": [2.3, None],
        }
    )
    assert display(table) == (
        ["", "n", "accuracy", "difference", "p", "paper's diff."],
        [
            ["a|b", "600", "61.2 [57.3, 65.1]", "-2.0 [-3.0, +0.5]", "0.988", "+2.3"],
            ["c", "0", "not run in this grid", "not run in this grid", "–", "–"],
        ],
    )
    assert table_markdown(table).splitlines()[1:3] == [
        "| :-- | --: | --: | --: | --: | --: |",
        r"| a\|b | 600 | 61.2 [57.3, 65.1] | -2.0 [-3.0, +0.5] | 0.988 | +2.3 |",
    ]


@pytest.mark.parametrize(
    ("namespaces", "said"),
    [
        (["warm_up", "step_grpo"], "There is one training seed"),
        (["warm_up", "step_grpo_seed0", "step_grpo_seed1"], "With 2 seeds"),
        (
            ["warm_up_seed0", "warm_up_seed1", "step_grpo_seed0", "step_grpo_seed1"],
            "With 2 seeds, intervals are Student's with the variances of questions and of "
            "trainings, warm-up included",
        ),
        (
            ["warm_up", "base", "step_grpo_seed0", "step_grpo_seed1"],
            "One model, without a seed of its own, stands against every seed: "
            "Base model, Warm-up (SFT).",
        ),
    ],
)
def test_notes_say_what_the_interval_speaks_of(namespaces, said):
    frame = pd.DataFrame(
        {"id": ["a", "b", "c"], "family": ["charts", "charts", "counting"], "correct": [1.0, 0, 1]}
    )
    lines = notes(collect_verdicts(dict.fromkeys(namespaces, frame)), OPTIONS)
    assert "Questions by family: charts 2, counting 1." in lines
    assert any(line.startswith(said) for line in lines)


def test_rows_that_differ_alike_are_named_together_without_what_follows():
    (said,) = warnings(
        {
            row: [f"variants.{row}.options.beta 0 instead of 1", f"another {row}.checkpoint"]
            for row in ("outcome", "sft")
        },
        RunContext("", "f00", command="kedro run --env=smoke"),
    )
    assert said == (
        "The rows outcome, sft do not belong to this grid: they were made with beta 0 instead "
        "of 1. "
        "`kedro run --env=smoke --pipelines=ablation --namespaces=outcome,sft` makes them anew, "
        "then `kedro run --env=smoke --pipelines=reporting` this report."
    )


def test_test_records_set_aside_are_told_above_the_scores():
    left = {"records": 10, "set_aside": {"missing_image": 2, "special_token": 1}}
    (line,) = left_out({"base": left, "warm_up": left, "other": {"records": 13}})
    assert line == (
        "Test records: 10 of 13 have a part in the scores; the others of their file were set aside "
        "(missing_image: 2, special_token: 1)."
    )
    assert left_out({"base": {"records": 13}}) == []
