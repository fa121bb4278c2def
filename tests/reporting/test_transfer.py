"""Trained-on x tested-on: which variants make a matrix, its means, its heat map."""

import numpy as np
import pandas as pd
import pytest

from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.pngs import draw
from r1vl_kedro.reporting.tables import overview_table
from r1vl_kedro.reporting.transfer import matrices, transfer_figure, transfer_table

OPTIONS = ReportingOptions(resamples=200, reference="base", headline="base", contrasts=[])
RIGHT = {"mri": {"mri": 8, "X-Ray": 4}, "X-Ray": {"mri": 2, "X-Ray": 6}}
"""Of ten questions each, by what was trained on and what is tested."""


def entry(name, where=None):
    return {"name": name, "method": "sft", "label": name, "where": where, "options": {}}


def grid(column="modality", groups=("think",)):
    rows = [entry("base"), entry("both", {column: ["mri", "X-Ray"]})]
    rows += [entry(f"{g}_{end}", {column: [v]}) for g in groups
             for v, end in (("mri", "mri"), ("X-Ray", "x_ray"))]  # fmt: skip
    return {row["name"]: row for row in rows}


def verdicts(column="modality", seeds=(0,)):
    rows = []
    for name in ("base", "think_mri", "think_x_ray"):
        trained = {"think_mri": "mri", "think_x_ray": "X-Ray"}.get(name)
        for test in ("mri", "X-Ray"):
            right = RIGHT[trained][test] if trained else 1
            for seed in seeds if trained else (-1,):
                rows += [
                    {"id": f"{test}{k}", "family": "scene", column: test, "variant": name,
                     "namespace": name, "seed": seed, "correct": float(k < right)}
                    for k in range(10)
                ]  # fmt: skip
    return pd.DataFrame(rows)


def test_variants_that_differ_in_the_value_alone_make_a_matrix():
    found = matrices(grid(groups=("think", "no_think")))
    assert set(found) == {"think", "no_think"}
    assert found["think"].column == "modality"
    assert found["think"].rows == {"mri": "think_mri", "X-Ray": "think_x_ray"}


def test_each_of_several_columns_makes_a_matrix_of_its_own():
    by_task = [entry(f"think_{task}", {"task": [task]}) for task in ("grading", "anatomy")]
    found = matrices(grid() | {row["name"]: row for row in by_task})
    assert {name: one.column for name, one in found.items()} == {
        "think by modality": "modality", "think by task": "task"
    }  # fmt: skip
    assert found["think by task"].rows == {"grading": "think_grading", "anatomy": "think_anatomy"}


def test_one_variant_or_several_values_make_none():
    one = entry("medvlm_plain", {"modality": ["plain"]})
    assert matrices({"medvlm_plain": one, "both": entry("both", {"modality": ["a", "b"]})}) == {}


def test_cells_are_accuracies_by_trained_on_and_tested_on():
    cells, _ = transfer_table(verdicts(), OPTIONS, grid())
    shares = cells.set_index(["row", "test"])["accuracy"].to_dict()
    assert shares == {
        ("think_mri", "mri"): 80, ("think_mri", "X-Ray"): 40, ("think_x_ray", "mri"): 20,
        ("think_x_ray", "X-Ray"): 60, ("base", "mri"): 10, ("base", "X-Ray"): 10,
    }  # fmt: skip
    assert cells.set_index("row").loc["base", "matrix"].tolist() == ["others"] * 2
    assert (cells["low"] < cells["accuracy"]).all() and (cells["accuracy"] < cells["high"]).all()


@pytest.mark.parametrize("seeds", [(0,), (0, 1, 2)])
def test_means_run_over_the_diagonal_and_beside_it_paired_by_question(seeds):
    _, means = transfer_table(verdicts(seeds=seeds), OPTIONS, grid())
    means = means.set_index("mean")
    assert means["accuracy"].to_dict() == {"diagonal": 70, "off-diagonal": 30, "difference": 40}
    assert (means["seeds"] == len(seeds)).all() and (means["n"] == 20).all()
    low, high = means.loc["difference", ["low", "high"]]
    assert 0 < low < 40 < high


def test_each_value_counts_alike_whatever_its_number_of_questions():
    frame = verdicts()
    rare = frame["id"].isin([f"X-Ray{k}" for k in (0, 1, 2, 8, 9)])
    frame = frame.loc[(frame["modality"] == "mri") | rare]
    _, means = transfer_table(frame, OPTIONS, grid())
    assert means.set_index("mean").loc["diagonal", "accuracy"] == 70  # 80 and 60, not pooled


def test_families_are_a_column_like_any_other():
    frame = verdicts(column="kind").assign(family=lambda rows: rows["kind"]).drop(columns="kind")
    cells, means = transfer_table(frame, OPTIONS, grid("family"))
    assert cells["train"].tolist() == ["mri", "mri", "X-Ray", "X-Ray", "", ""]
    assert means["accuracy"].tolist() == [70, 30, 40]


def test_a_row_that_did_not_run_leaves_its_column_out_of_the_means():
    frame = verdicts()
    cells, means = transfer_table(frame[frame["variant"] != "think_x_ray"], OPTIONS, grid())
    assert set(cells["variant"]) == {"think_mri", "base"} and means.empty


def test_the_heat_map_has_a_panel_a_matrix_with_its_means_and_one_of_all_others():
    figure = transfer_figure(*transfer_table(verdicts(), OPTIONS, grid()))
    assert [trace.name for trace in figure.data] == ["think", "others"]
    assert figure.data[0].x == figure.data[0].y == ("mri", "X-Ray"), "so that its diagonal is one"
    assert figure.data[1].x == ("mri", "X-Ray")
    assert np.sort(np.ravel(figure.data[0].z)).tolist() == [20, 40, 60, 80]
    assert "diagonal 70.0" in figure.layout.annotations[0].text
    assert "difference +40.0" in figure.layout.annotations[0].text
    axes = draw(figure).axes
    assert [len(ax.images) for ax in axes] == [1, 1]
    assert any(text.get_text().startswith("80.0") for text in axes[0].texts)


def test_a_grid_without_matrices_draws_why():
    nothing = pd.DataFrame(columns=["variant", "id", "seed", "correct"])
    figure = transfer_figure(*transfer_table(nothing, OPTIONS, {}))
    assert "no variant trains" in figure.layout.annotations[0].text


def test_one_variant_on_one_value_is_drawn_by_what_it_is_tested_on():
    one = {"think_mri": entry("think_mri", {"modality": ["mri"]}), "base": entry("base")}
    frame = verdicts()
    cells, means = transfer_table(frame[frame["variant"] != "think_x_ray"], OPTIONS, one)
    assert cells["matrix"].unique().tolist() == ["others"] and means.empty
    assert transfer_figure(cells, means).data[0].y == ("base", "think_mri")


def test_the_overview_has_every_value_of_a_label_as_a_column():
    table = overview_table(verdicts().assign(valid=1.0), {}, OPTIONS, grid()).set_index("variant")
    assert table.loc["think_mri", ["modality: mri", "modality: X-Ray"]].tolist() == [80, 40]
