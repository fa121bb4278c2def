"""Numbers of a learning curve on curves that can be worked out by hand."""

import pytest

from r1vl_kedro.statistics import area_under_curve, updates_to_reach


def test_area_is_the_mean_height():
    assert area_under_curve([0, 10, 30], [0.0, 1.0, 1.0]) == pytest.approx(25 / 30)
    with pytest.raises(ValueError, match="increasing steps"):
        area_under_curve([0, 0], [1.0, 1.0])


def test_the_first_crossing_counts_and_is_interpolated():
    assert updates_to_reach([0, 10, 20], [0.2, 0.4, 0.3], 0.3) == pytest.approx(5)
    assert updates_to_reach([0, 10], [0.5, 0.6], 0.4) == 0
    assert updates_to_reach([0, 10], [0.1, 0.2], 0.9) is None
