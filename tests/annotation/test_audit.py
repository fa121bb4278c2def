"""The audit names what is wrong with key steps."""

import random

from record_builders import image_bytes

from r1vl_kedro.annotation.audit import alter_number, audit_records, summarise, worst
from r1vl_kedro.annotation.audit_html import histogram, page
from r1vl_kedro.annotation.options import AuditOptions

PATH = "### Image Description:\nx\n### Rationales:\ny\n### Step 1:\n{}\n### The final answer is:\n1"


def record(i, step, key_steps):
    return {
        "id": f"r{i}", "family": "odd" if i % 2 else "even", "question": f"q{i}",
        "solution": PATH.format(step), "key_steps": key_steps,
    }  # fmt: skip


RECORDS = [
    record(0, "There are cubes. 6 - 1 = 5.", [["6 - 1 = 5"], ["cubes"]]),
    record(1, "There are cubes. 7 - 1 = 6.", [["7 - 1 = 6"], ["8 - 1 = 7"]]),
    record(2, "There are cubes. 9 - 4 = 5.", [["9 - 4 = 5"], ["nine", "9 - 4 = 5"]]),
    record(3, "There are cubes. 2 + 2 = 4.", []),
]


def test_each_fault_is_found():
    audits = list(audit_records(RECORDS, AuditOptions(), 0))
    assert [a.coverage for a in audits] == [1.0, 0.5, 1.0, 0.0]
    assert audits[0].everywhere == ["cubes"]
    assert audits[0].false_match == 0.5
    assert audits[1].missing == ["8 - 1 = 7"]
    assert audits[2].duplicates == ["nine"]
    assert worst(audits, 1)[0].id == "r3"


def test_a_changed_number_costs_what_carries_it():
    carried = record(0, "cubes: NW, S. That is 2.", [["cubes: NW, S"], ["is 2"]])
    dropped = record(1, "cubes: NW, S. That is 2.", [["cubes: NW, S"]])
    without = record(2, "There are cubes.", [["cubes"]])
    audits = list(audit_records([carried, dropped, without], AuditOptions(), 0))
    assert [audit.altered for audit in audits] == [0.5, 1.0, None]
    overall = summarise(audits)[0]
    assert (overall["altered"], overall["altered_below_90"]) == (0.75, 0.5)


def test_the_last_number_of_one_step_is_changed_and_nothing_else():
    path = PATH.format("4 - 1 = 3.")
    assert alter_number(path, random.Random(0)) == PATH.format("4 - 1 = 4.")


def test_the_summary_counts_by_family():
    rows = summarise(list(audit_records(RECORDS, AuditOptions(), 0)))
    assert [(row["family"], row["records"]) for row in rows] == [
        ("all", 4),
        ("even", 2),
        ("odd", 2),
    ]
    assert rows[0]["coverage"] == 0.625
    assert rows[0]["without_key_steps"] == 1
    assert rows[0]["duplicate_groups"] == 1
    assert rows[0]["with_uncovered_groups"] == 1


def test_the_page_needs_nothing_else_and_escapes_what_it_shows():
    records = [record(0, "a < b <script>", [["<b>"]])]
    audits = list(audit_records(records, AuditOptions(), 0))
    html = page(summarise(audits), histogram(audits), [(audits[0], records[0], [image_bytes(0)])])
    assert "data:image/png;base64," in html
    assert "&lt;script&gt;" in html
    assert "<script src=" not in html
