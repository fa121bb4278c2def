"""Every page has the one stylesheet and needs nothing else; tables have one form."""

import re

from plotly.graph_objects import Figure

from r1vl_kedro.annotation.audit_html import page
from r1vl_kedro.reporting.pages import document, markdown_table, stylesheet


def test_a_page_escapes_its_title_and_holds_the_stylesheet():
    card = document("<b>", "<p>text</p>", kind="card")
    assert "<title>&lt;b&gt;</title>" in card and "<h1>&lt;b&gt;</h1><p>text</p>" in card
    assert stylesheet() in card and '<main class="card">' in card
    assert not re.search(r"(src|href)=|@import|url\(", card)


def test_the_rules_of_the_audit_hold_on_its_page_only():
    """The report has articles and lists of its own, which the audit's two columns would squeeze."""
    own = stylesheet().partition("/* the audit of key steps */")[2]
    selectors = re.findall(r"^([^\s}@][^{]*) \{", own, flags=re.MULTILINE)
    assert len(selectors) > 3 and all(selector.startswith(".audit ") for selector in selectors)
    assert '<main class="audit">' in page([{"records": 0}], Figure(), [])


def test_a_cell_cannot_break_its_table():
    table = markdown_table(["name", "n"], [["a|b\nc", "1"]])
    assert table == "| name | n |\n| :-- | --: |\n| a\\|b c | 1 |"
