"""How every figure looks: a white ground of its own, whatever page shows it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import ArrayLike

INK, MUTED, GRID = "#1f2937", "#6b7280", "#e5e7eb"
MARKED = "lines+markers"
"""The mode of a line whose points are marked."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def style(figure: go.Figure, title: str, x_title: str, y_title: str, height: int = 430) -> None:
    """Give a figure its title, axis titles and height (pixels), and the common look."""
    axis = {"gridcolor": GRID, "zeroline": False, "linecolor": MUTED, "ticks": "outside"}
    axis |= {"tickcolor": GRID, "tickfont": {"color": INK}}
    axis |= {"title_font": {"size": 13, "color": MUTED}}
    figure.update_layout(
        template="none",
        title={"text": title, "x": 0.01, "xanchor": "left", "font": {"size": 16, "color": INK}},
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        height=height,
        margin={"l": 64, "r": 32, "t": 56, "b": 56},
        legend={"orientation": "h", "y": -0.24, "yanchor": "top", "x": 0, "font": {"color": INK}},
        hoverlabel={"bgcolor": "white", "font": {"family": FONT, "color": INK}},
    )
    figure.update_xaxes(title_text=x_title, automargin=True, **axis)
    figure.update_yaxes(title_text=y_title, automargin=True, **axis)


def error_bars(value: ArrayLike, low: ArrayLike, high: ArrayLike, **look: Any) -> dict[str, Any]:
    """Return a trace's error bars from the ends of intervals; NaN, no bar, where one has none.

    Args:
        value, low, high: of one point, or shape (points,).
        look: what differs from the usual look, such as ``color``.
    """
    value, low, high = (np.atleast_1d(np.asarray(ends, float)) for ends in (value, low, high))
    return {
        "type": "data",
        "symmetric": False,
        "array": (high - value).tolist(),
        "arrayminus": (value - low).tolist(),
        "thickness": 1.6,
        "width": 4,
        **look,
    }


def add_line(
    figure: go.Figure,
    x: ArrayLike,
    y: ArrayLike,
    name: str,
    colour: str,
    width: float = 2.2,
    dash: str | None = None,
    **more: Any,
) -> None:
    """Draw a line; ``more`` of its trace, such as a mode, error bars, ``row`` and ``col``."""
    line = {"color": colour, "width": width, "dash": dash}
    figure.add_scatter(x=x, y=y, name=name, line=line, **{"mode": "lines", **more})


def add_bars(
    figure: go.Figure, labels: list[str], values: ArrayLike, name: str, colour: str, **more: Any
) -> None:
    """Draw a bar to the right for each label; ``more`` of its trace, such as ``row``."""
    bars = {"x": values, "y": labels, "orientation": "h", "name": name, "marker_color": colour}
    figure.add_bar(**bars, **more)


def add_band(figure: go.Figure, data: pd.DataFrame, colour: str, name: str, **place: Any) -> None:
    """Fill between ``low`` and ``high`` over the frame's index.

    Args:
        place: ``row`` and ``col`` where the figure has several panels.
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    figure.add_scatter(
        x=[*data.index, *data.index[::-1]],
        y=[*data["high"], *data["low"][::-1]],
        mode="lines",
        fill="toself",
        fillcolor=f"rgba({red},{green},{blue},0.14)",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        name=name,
        **place,
    )


def or_empty(figure: go.Figure, why: str) -> go.Figure:
    """Return the figure, or a short one that explains why there is nothing to draw."""
    if not figure.data:
        figure.layout.annotations = ()
        figure.add_annotation(
            text=f"Nothing to draw: {why}.",
            showarrow=False,
            xref="paper",
            yref="paper",
            x=0.5,
            y=0.5,
        )
        figure.update_xaxes(visible=False)
        figure.update_yaxes(visible=False)
        figure.update_layout(height=200)
    return figure
