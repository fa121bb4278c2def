"""Kedro dataset: a matplotlib figure as PNG, and beside it in forms for papers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_datasets.matplotlib import MatplotlibDataset

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNDATED = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}
"""Leaves out the date, so that the same figure gives the same file."""


class DrawingDataset(MatplotlibDataset):
    """``matplotlib.MatplotlibDataset`` that writes a figure in further formats beside the first.

    Kedro-Viz previews the first.

    Example catalog entry::

        figure_accuracy_png:
          type: r1vl_kedro.datasets.DrawingDataset
          filepath: data/08_reporting/figures/accuracy.png
          also: [pdf, svg]
    """

    def __init__(self, *, also: Sequence[str] = (), **given: Any) -> None:
        """Take the arguments of ``MatplotlibDataset``.

        Args:
            also: formats that matplotlib writes, without a dot.
        """
        super().__init__(**given)
        self._also = tuple(also)

    @property
    def drawn(self) -> Path:
        """Return the file of the first format."""
        return Path(self._get_save_path())

    def save(self, data: Figure) -> None:
        """Write the figure in every format; the first last, so that it marks all as there."""
        first = self.drawn
        first.parent.mkdir(parents=True, exist_ok=True)
        for suffix in self._also:
            data.savefig(first.with_suffix(f".{suffix}"), metadata=UNDATED.get(suffix))
        super().save(data)
