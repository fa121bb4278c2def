"""The report and the Markdown: what they say, and that nothing is fetched."""

import re
from html.parser import HTMLParser

import pandas as pd
import plotly.graph_objects as go

from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.page import render, script_json, warnings
from r1vl_kedro.reporting.pages import stylesheet

OVERVIEW = pd.DataFrame(
    [
        {
            **{"variant": "step_grpo", "row": "StepGRPO", "n": 600, "seeds": 1},
            **{"accuracy": 61.24, "low": 57.3, "high": 65.1, "interval": "Wilson"},
        }
    ]
)
CONTRASTS = pd.DataFrame(
    [
        {
            **{"variant": "sft", "row": "vs sft", "difference": None, "p": None},
            **{"diff_low": None, "diff_high": None, "diff_interval": "not run in this grid"},
            **{"verdict": None, "seeds_needed": None},
        }
    ]
)
OPTIONS = ReportingOptions(resamples=500)


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
        "subject": {"model": "tiny", "test questions": "600"},
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
    assert style.strip() == stylesheet().strip()


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


def test_a_report_without_examples_says_so():
    assert "No example was asked for." in "".join(read(page(examples=[])).text)


def test_json_inside_a_script_cannot_end_it():
    assert script_json({"a": "</script>&"}) == '{"a": "\\u003c/script\\u003e\\u0026"}'
