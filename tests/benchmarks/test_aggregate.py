"""Aggregation by hand-made rows."""

import pytest

from r1vl_kedro.benchmarks import aggregate


def test_mme_points_are_accuracy_and_pairs():
    rows = [
        {"category": name, "image_path": f"{name}/{k // 2}.jpg"}
        for name in ("OCR", "text_translation")
        for k in range(4)
    ]
    figures = aggregate("mme", rows, [True, True, True, False, True, False, False, True])
    assert figures["OCR"] == 75 + 50
    assert figures["text_translation"] == 50 + 0
    assert (figures["perception"], figures["cognition"], figures["sum"]) == (125, 50, 175)
    assert figures["OCR, accuracy+"] == 50


def test_mme_category_must_be_known():
    with pytest.raises(ValueError, match="'ocr'"):
        aggregate("mme", [{"index": 3, "category": "ocr", "image_path": "x"}], [True])


def test_hallusionbench_counts_rows_figures_and_questions():
    index = ["VD_illusion_1_0_0_0", "VD_illusion_1_0_0_1", "VD_illusion_1_0_1_0", "VS_map_1_0_1_0"]
    rows = [{"index": name, "category": name[:2]} for name in index]
    figures = aggregate("hallusionbench", rows, [True, False, True, True])
    assert figures["aAcc"] == 75
    assert figures["fAcc"] == pytest.approx(100 * 2 / 3)  # figure 0 of illusion has a wrong one
    assert figures["qAcc"] == pytest.approx(100 * 2 / 3)  # question 1 of illusion is wrong
    assert figures["mean"] == pytest.approx((75 + 200 / 3 + 200 / 3) / 3)
    assert figures["category: VS, aAcc"] == 100


def test_dynamath_worst_case_needs_every_variant():
    rows = [
        {"qid": q, "varid": v, "subject": "analytic     geometry", "knowledge_level": "x"}
        for q in (1, 2)
        for v in (1, 2)
    ]
    figures = aggregate("dynamath", rows, [True, True, True, False])
    assert (figures["average"], figures["worst case"]) == (75, 50)
    assert figures["average, subject: analytic geometry"] == 75


def test_mathvista_counts_a_row_in_each_skill():
    rows = [{"task": "t", "skills": "['a', 'b']"}, {"task": "u", "skills": "['b']"}]
    figures = aggregate("mathvista", rows, [True, False])
    assert figures == {
        "overall": 50, "skill: a": 100, "skill: b": 50, "task: t": 100, "task: u": 0,
    }  # fmt: skip


def test_mathverse_versions_and_subjects():
    rows = [
        {"problem_version": "Text Lite", "metadata": "{'subject': 'Plane', 'subfield': 'Angle'}"},
        {"problem_version": "Vision Only", "metadata": "{'subject': 'Plane', 'subfield': 'Area'}"},
    ]
    figures = aggregate("mathverse", rows, [True, False])
    assert figures["overall"] == 50
    assert figures["version: Text Lite"] == 100
    assert figures["subject: Plane"] == 50
    assert figures["subfield: Area"] == 0


def test_missing_verdicts_count_as_wrong():
    rows = [{"split": "test_human"}, {"split": "test_human"}]
    assert aggregate("chartqa", rows, [True, None])["overall"] == 50


def test_rows_and_verdicts_must_match():
    with pytest.raises(ValueError, match="1 verdicts for 2 rows"):
        aggregate("chartqa", [{}, {}], [True])
