"""Every page has the one stylesheet and needs nothing else; tables have one form."""

import re

from r1vl_kedro.reporting.pages import document, markdown_table, stylesheet


def test_a_page_escapes_its_title_and_holds_the_stylesheet():
    page = document("<b>", "<p>text</p>", kind="card")
    assert "<title>&lt;b&gt;</title>" in page and "<h1>&lt;b&gt;</h1><p>text</p>" in page
    assert stylesheet() in page and '<main class="card">' in page
    assert not re.search(r"(src|href)=|@import|url\(", page)


def test_a_cell_cannot_break_its_table():
    table = markdown_table(["name", "n"], [["a|b\nc", "1"]])
    assert table == "| name | n |\n| :-- | --: |\n| a\\|b c | 1 |"
