"""The audit as one self-contained page: table, histograms, the worst records with their images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from r1vl_kedro.annotation.audit import RecordAudit
from r1vl_kedro.records.images import data_uri, decode
from r1vl_kedro.reporting.pages import document

if TYPE_CHECKING:
    import plotly.graph_objects as go


def histogram(audits: Sequence[RecordAudit]) -> go.Figure:
    """Draw how coverage and false-match rate are spread over records."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for name, values, colour in (
        ("coverage: k of the own path", [a.coverage for a in audits], "#2a7f62"),
        ("false match: mean k of other paths", [a.false_match for a in audits], "#b5483a"),
    ):
        figure.add_trace(
            go.Histogram(
                x=values,
                name=name,
                marker_color=colour,
                xbins={"start": 0, "end": 1.05, "size": 0.05},
            )
        )
    figure.update_layout(
        title=f"Key steps of {len(audits)} records",
        xaxis_title="share of key steps found (k)",
        yaxis_title="records",
        yaxis_type="log",
        barmode="group",
        template="plotly_white",
        legend={"orientation": "h", "y": 1.08},
    )
    return figure


def table_html(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the summary as an HTML table."""
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row.values()) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _card(audit: RecordAudit, record: Mapping[str, Any], images: Sequence[bytes]) -> str:
    pictures = "".join(f'<img alt="" src="{data_uri(decode(data))}">' for data in images)
    groups = []
    for group in record["key_steps"]:
        marks = []
        if group[0] in audit.missing:
            marks.append("not in its own path")
        if group[0] in audit.everywhere:
            marks.append("in most other paths")
        if group[0] in audit.duplicates:
            marks.append("repeated")
        colour = "no" if marks else "ok"
        more = f" <small>{escape(' | '.join(group[1:]))}</small>" if group[1:] else ""
        note = f" <b>({escape(', '.join(marks))})</b>" if marks else ""
        groups.append(f'<li class="{colour}">{escape(group[0])}{note}{more}</li>')
    return (
        f"<article><div>{pictures}</div><div><h3>{escape(audit.id)}</h3>"
        f"<p>coverage {audit.coverage:.2f}, false match {audit.false_match:.2f}, "
        f"{escape(audit.family)}</p><p>{escape(record['question'])}</p>"
        f"<ul>{''.join(groups) or '<li class=no>no key steps</li>'}</ul>"
        f"<pre>{escape(record['solution'])}</pre></div></article>"
    )


def page(
    rows: Sequence[Mapping[str, Any]],
    figure: go.Figure,
    cards: Sequence[tuple[RecordAudit, Mapping[str, Any], Sequence[bytes]]],
) -> str:
    """Render the whole page; it needs no network to be shown."""
    plot = figure.to_html(full_html=False, include_plotlyjs="inline")
    worst = f"<h2>The {len(cards)} records whose key steps fit worst</h2>"
    body = table_html(rows) + plot + worst + "".join(_card(*card) for card in cards)
    return document("Key-step audit", body, kind="audit")
