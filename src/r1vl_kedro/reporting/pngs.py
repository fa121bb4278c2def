"""Plotly figures drawn again with matplotlib: PNG, PDF and SVG files that need no browser."""

from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCHES = 9.0
PIXELS_PER_INCH = 90  # of the Plotly layout's height
PAD = 0.1  # inches around each panel
_DASHES = {"solid": "-", "dot": ":", "dash": "--", "dashdot": "-.", "longdash": (0, (8, 3))}
_MARKERS = {"diamond": "D"}
_BAND_ALPHA = 0.14


def draw(figure: go.Figure) -> "Figure":
    """Draw the same lines, bands, bars, stacks, error bars and heat maps as a matplotlib figure.

    Raises:
        ValueError: a trace of a type other than scatter, bar and heatmap.
    """
    from matplotlib.figure import Figure

    height = (figure.layout.height or 400) / PIXELS_PER_INCH
    for trace in figure.data:
        if trace.type not in ("bar", "scatter", "heatmap"):
            raise ValueError(
                f"trace {trace.name!r} is of type {trace.type!r}; accepted: bar, scatter, heatmap"
            )
    picture = Figure(figsize=(INCHES, height), layout="constrained", facecolor="white")
    picture.get_layout_engine().set(w_pad=PAD, h_pad=PAD)
    axes = _axes(picture, figure)
    stacked: dict[tuple[str, str], Any] = {}
    for trace in figure.data:
        ax = axes[trace.yaxis or "y"]
        if trace.type == "heatmap":
            _heat(ax, trace)
        elif trace.type == "bar":
            _bar(ax, trace, stacked)
        elif trace.fill == "toself":
            _band(ax, trace)
        elif trace.stackgroup:
            _stack(ax, trace, stacked)
        else:
            _line(ax, trace)
    _write(picture, figure, axes)
    return picture


def _axes(picture: "Figure", figure: go.Figure) -> "dict[str, Axes]":
    """Return one matplotlib axes for each y axis of the layout: its own panel, or a twin.

    Panels lie as the layout's domains do: from the left, and from the top.
    """
    layout = figure.layout
    found = {trace.yaxis or "y" for trace in figure.data} or {"y"}
    names = sorted(found, key=lambda name: int(name[1:] or 1))
    own = [name for name in names if not layout[_axis(name)].overlaying]
    places = {name: _corner(layout, name) for name in own}
    lefts = sorted({left for left, _ in places.values()})
    tops = sorted({top for _, top in places.values()}, reverse=True)
    cells = picture.add_gridspec(len(tops), len(lefts))
    grid = {
        name: picture.add_subplot(cells[tops.index(top), lefts.index(left)])
        for name, (left, top) in places.items()
    }
    for name in names:
        if name not in own:
            grid[name] = grid[layout[_axis(name)].overlaying].twinx()
    return grid


def _corner(layout: go.Layout, name: str) -> tuple[float, float]:
    """Return left and top end of a panel, in 0..1 of the figure."""
    y_domain = layout[_axis(name)].domain or (0.0, 1.0)
    x_domain = layout[_axis(name).replace("yaxis", "xaxis")].domain or (0.0, 1.0)
    return round(x_domain[0], 6), round(y_domain[1], 6)


def _write(picture: "Figure", figure: go.Figure, axes: "dict[str, Axes]") -> None:
    from matplotlib.ticker import LogLocator, MultipleLocator

    layout = figure.layout
    picture.suptitle(layout.title.text or "", x=0.01, ha="left", fontsize=13)
    for name, ax in axes.items():
        y_axis = layout[_axis(name)]
        x_axis = layout[_axis(name).replace("yaxis", "xaxis")] if not y_axis.overlaying else None
        ax.set_ylabel(y_axis.title.text or "")
        if x_axis is not None:
            ax.set_xlabel(x_axis.title.text or "")
            if x_axis.type == "log":
                ax.set_xscale("log")
                ax.xaxis.set_major_formatter("{x:g}")
                ax.xaxis.set_minor_locator(LogLocator(subs=(2, 5)))
                ax.xaxis.set_minor_formatter("{x:g}")
            if x_axis.range:
                ax.set_xlim(*x_axis.range)
            if x_axis.dtick:
                ax.xaxis.set_major_locator(MultipleLocator(x_axis.dtick))
            if not ax.images:
                ax.grid(visible=True, color="#e5e7eb")
        if y_axis.range:
            ax.set_ylim(*y_axis.range)
        if y_axis.autorange == "reversed":  # of labels: half a row above the first, as in Plotly
            ax.set_ylim(max(ax.get_yticks()) + 0.5, -0.5)
        if y_axis.visible is False:
            ax.set_axis_off()
        ax.set_axisbelow(True)
        ax.spines[["top", "right"]].set_visible(False)
    for note in layout.annotations:
        target = axes.get((note.yref or "y").removesuffix(" domain"))
        if note.yref == "paper" and not figure.data:
            axes["y"].text(0.5, 0.5, note.text, ha="center", transform=axes["y"].transAxes)
        elif note.yref != "paper" and target is not None:
            target.annotate(
                note.text,
                (note.x, note.y),
                xytext=(note.xshift or 0, 0),
                textcoords="offset points",
                va="center",
                color=note.font.color or "black",
            )
    titles = [note.text for note in layout.annotations if note.yref == "paper" and figure.data]
    for ax, title in zip(axes.values(), titles, strict=False):
        ax.set_title(title, fontsize=10)
    entries: dict[str, Any] = {}
    for ax in axes.values():
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    if entries:
        picture.legend(
            entries.values(), entries.keys(), loc="outside lower left", ncols=3, frameon=False
        )


def _line(ax: "Axes", trace: go.Scatter) -> None:
    mode = trace.mode or "lines"
    colour = trace.line.color or trace.marker.color
    style = {
        "color": colour,
        "linestyle": _DASHES.get(trace.line.dash or "solid", "-") if "lines" in mode else "",
        "linewidth": trace.line.width or 1.5,
        "marker": _MARKERS.get(trace.marker.symbol, "o") if "markers" in mode else "",
        "label": "" if trace.showlegend is False else (trace.name or ""),
    }
    error_x, error_y = _errors(trace.error_x), _errors(trace.error_y)
    if error_x or error_y:
        bars = {"xerr": error_x, "yerr": error_y, "capsize": 3, "elinewidth": 1.4}
        ax.errorbar(list(trace.x), list(trace.y), **bars, **style)
    else:
        ax.plot(list(trace.x), list(trace.y), **style)


def _band(ax: "Axes", trace: go.Scatter) -> None:
    half = len(trace.x) // 2
    colour = trace.fillcolor.removeprefix("rgba(").split(",")[:3]
    rgb = tuple(int(part) / 255 for part in colour)
    upper, lower = list(trace.y[:half]), list(trace.y[half:])[::-1]
    ax.fill_between(list(trace.x[:half]), lower, upper, color=rgb, alpha=_BAND_ALPHA, linewidth=0)


def _bar(ax: "Axes", trace: go.Bar, stacked: dict[tuple[str, str], Any]) -> None:
    key = (trace.yaxis or "y", "bars")
    bottom = stacked.get(key, [0.0] * len(trace.x))
    style = {"color": trace.marker.color, "label": trace.name}
    if trace.orientation == "h":
        lengths = list(trace.x)
        ax.barh(list(trace.y), lengths, left=bottom, **style)
    else:
        lengths = list(trace.y)
        ax.bar(list(trace.x), lengths, bottom=bottom, **style)
    stacked[key] = [low + high for low, high in zip(bottom, lengths, strict=True)]


def _heat(ax: "Axes", trace: go.Heatmap) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("heat", [tuple(pair) for pair in trace.colorscale])
    ax.imshow(trace.z, cmap=colours, vmin=trace.zmin, vmax=trace.zmax, aspect="auto")
    ax.set_xticks(range(len(trace.x)), trace.x)
    ax.set_yticks(range(len(trace.y)), trace.y)
    dark = trace.zmin + 0.7 * (trace.zmax - trace.zmin)
    for row, (values, texts) in enumerate(zip(trace.z, trace.text, strict=True)):
        for column, (value, text) in enumerate(zip(values, texts, strict=True)):
            look = {"ha": "center", "va": "center", "fontsize": 9}
            ax.text(column, row, text, color="white" if value > dark else "black", **look)


def _stack(ax: "Axes", trace: go.Scatter, stacked: dict[tuple[str, str], Any]) -> None:
    key = (trace.yaxis or "y", trace.stackgroup)
    bottom = stacked.get(key, [0.0] * len(trace.x))
    top = [low + high for low, high in zip(bottom, trace.y, strict=True)]
    ax.fill_between(list(trace.x), bottom, top, color=trace.line.color, alpha=0.6, linewidth=0)
    stacked[key] = top


def _errors(error: Any) -> list[list[float]] | None:
    return None if error.array is None else [list(error.arrayminus), list(error.array)]


def _axis(name: str) -> str:
    return f"yaxis{name.removeprefix('y')}"
