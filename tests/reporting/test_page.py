"""The report and the Markdown: what they say, and that nothing is fetched."""

import re
import time
from html.parser import HTMLParser

import pandas as pd
import plotly.graph_objects as go
import pytest

from r1vl_kedro.reporting.collect import collect_verdicts
from r1vl_kedro.reporting.markdown import display, table_markdown
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.page import (
    about_run,
    headline,
    left_out,
    notes,
    nothing_learnt,
    render,
    script_json,
    warnings,
)
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


@pytest.mark.parametrize("changed", [{"truncated": [10.0, 30.0]}, {"diff_low": [None, 2.0]}])
def test_a_grid_that_learnt_says_nothing_of_the_kind(changed):
    assert nothing_learnt(CUT.assign(**changed).astype({"diff_low": float}), 32) == []


def test_the_head_of_the_report_tells_when_where_and_in_which_run():
    run = RunContext("", "f00", pipeline="ablation", started=time.time() - 300)
    about = about_run(run)
    assert list(about) == ["date", "duration", "machine", "commit", "MLflow run"]
    assert about["duration"] == "5.0 min (run of ablation)"
    assert "cores" in about["machine"]
    assert about_run(None)["MLflow run"] == "not tracked"


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


def page(**changes) -> str:
    answer = {
        "label": "Warm-up (SFT)",
        "colour": "#4b5563",
        "correct": 0.0,
        "valid": 1.0,
        "step_rar": None,
        "truncated": True,
        "matched": [True, False],
        "sections": [
            {
                "kind": "step",
                "title": "Step 1",
                "parts": [
                    {"text": "<script>alert(1)</script>", "group": None},
                    {"text": "6 - 1 = 5", "group": 0},
                ],
            }
        ],
    }
    example = {
        "case": "Both wrong",
        "count": 3,
        "total": 9,
        "id": "q<1>",
        "family": "charts",
        "question": "How many?",
        "options": ["four", "five"],
        "answer": "B",
        "images": ["data:image/png;base64,AAAA"],
        "key_steps": [["6 - 1 = 5"], ["blue"]],
        "answers": [answer],
    }
    given = {
        "tables": {"overview": OVERVIEW, "contrasts": CONTRASTS},
        "figures": {"kl": go.Figure(go.Scatter(x=[1], y=[2], name="</script>"), {"title": "KL"})},
        "examples": [example],
        "said": ["one note"],
        "warnings": [],
        "settings": {"seed": 7},
        "versions": {"python": "3.11"},
        "about": {"date": "2026-11-27", "commit": "abc", "MLflow run": "f00"},
        "options": OPTIONS,
    }
    return render(**given | changes)


class Reader(HTMLParser):
    """Text and addresses of a page."""

    def __init__(self):
        super().__init__()
        self.text, self.marked, self.addresses, self.scripts, self.inside = [], [], [], 0, []

    def handle_starttag(self, tag, attrs):
        self.inside.append(tag)
        self.scripts += tag == "script"
        self.addresses += [value for name, value in attrs if name in ("src", "href", "srcset")]

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if "script" in self.inside or "style" in self.inside:
            return
        self.text.append(data)
        if "mark" in self.inside:
            self.marked.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_nothing_is_fetched_from_anywhere():
    html = page()
    assert all(a.startswith(("#", "data:")) for a in read(html).addresses)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style


def test_plotly_is_inlined_once_and_figures_are_drawn():
    html = page()
    assert read(html).scripts == 2
    assert html.count('Plotly.newPlot("figure-kl"') == 1


def test_a_response_cannot_break_out_of_the_page():
    reader = read(page())
    assert "<script>alert(1)</script>" in "".join(reader.text)
    assert reader.scripts == 2
    assert "q<1>" in reader.text


def test_key_steps_are_marked_and_missing_ones_named():
    reader = read(page())
    assert reader.marked == ["6 - 1 = 5"]
    text = " ".join(" ".join(reader.text).split())
    assert "key steps 1/2" in text
    assert "Not found: blue" in text
    assert "cut off" in text


def test_settings_versions_commit_and_notes_are_there():
    text = "".join(read(page()).text)
    for wanted in (
        '"seed": 7',
        "python 3.11",
        "commit: abc",
        "MLflow run: f00",
        "one note",
        "3 of 9 questions",
    ):
        assert wanted in text


def test_rows_of_other_settings_are_named_above_everything_else():
    said = warnings({"outcome": ["num_steps 22 instead of 30"]})
    html = page(warnings=said)
    assert html.index("num_steps 22 instead of 30") < html.index("<h2")
    assert "--namespaces=outcome" in said[0]


def test_rows_that_differ_alike_are_named_together_without_what_follows():
    (said,) = warnings(
        {
            row: [f"variants.{row}.options.beta 0 instead of 1", f"another {row}.checkpoint"]
            for row in ("outcome", "sft")
        }
    )
    assert said == (
        "The rows outcome, sft do not belong to this grid: they were made with beta 0 instead "
        "of 1. "
        "`kedro run --pipelines=ablation --namespaces=outcome,sft` makes them anew, then "
        "`kedro run --pipelines=reporting` this report."
    )


def test_a_report_without_examples_says_so():
    assert "No example was asked for." in "".join(read(page(examples=[])).text)


def test_json_inside_a_script_cannot_end_it():
    assert script_json({"a": "</script>&"}) == '{"a": "\\u003c/script\\u003e\\u0026"}'


def test_test_records_set_aside_are_told_above_the_scores():
    left = {"records": 10, "set_aside": {"missing_image": 2, "special_token": 1}}
    (line,) = left_out({"base": left, "warm_up": left, "other": {"records": 13}})
    assert line == (
        "Test records: 10 of 13 have a part in the scores; the others of their file were set aside "
        "(missing_image: 2, special_token: 1)."
    )
    assert left_out({"base": {"records": 13}}) == []
    assert line in page(warnings=[line])
