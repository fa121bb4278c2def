"""Pages that need no network and Markdown tables: one form and one stylesheet for all."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def stylesheet() -> str:
    """Read the stylesheet of all pages."""
    return (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


def template(name: str) -> Template:
    """Load the Jinja template of a page, from the folder ``reporting/assets``.

    All of them extend ``page.html.jinja``, which has the stylesheet inside.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("r1vl_kedro.reporting", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name, globals={"style": stylesheet()})


def document(title: str, body: str, kind: str = "") -> str:
    """Put HTML into a page of its own.

    Args:
        title: plain text; the page's title and first heading.
        kind: class of the page's main part, for rules that hold on such pages only.
    """
    return template("page.html.jinja").render(title=title, body=body, kind=kind)


def markdown_table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], left: Container[int] = (0,)
) -> str:
    """Write a table in Markdown, a line a row; bars and line breaks in cells are escaped.

    Args:
        left: numbers of the columns that are set to the left; the others go to the right.
    """
    rule = [":--" if number in left else "--:" for number in range(len(headers))]
    lines = [map(_cell, headers), rule, *(map(_cell, row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
