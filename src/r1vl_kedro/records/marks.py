"""Marks of images in a question: counted, kept where one is a picture's place, else taken off."""

from __future__ import annotations

import re
from collections.abc import Sequence

from r1vl_kedro.prompts import IMAGE_MARK

_NUMBER = r"[ _-]?\d{0,3}"
_OTHERS = re.compile(
    r"</?\|?(?:start_of_|end_of_)?(?:image|img|video|audio)"
    r"(?:[ _-]?(?:\d+|here|tokens?|place_?holder|pad|patch|context|soft_token|start|end))?\|?>"
    r"|<(?:im_patch|im_start|im_end|fake_token_around_image|global-img)>"
    r"|<img [^<>]{1,300}>"
    rf"|\[(?:image|img){_NUMBER}\]"
    rf"|(?<![\w^}}\\]){{{{?(?:image|img){_NUMBER}}}}}?"
    r"|<<(?:image|img)>>"
    r"|!\[[^\[\]\n]{0,200}\]\([^()\n]{1,300}\)",
    re.IGNORECASE,
)
"""Marks that data sets, models and pages put where a picture goes; read is `IMAGE_MARK` alone.

Braces are one in plain text, but not in LaTeX's ``\\text{image}`` or ``d_{image}``.
"""


NUMBERED = r"<image\d*>"
"""Pattern of marks that may have a number, as MATH-Vision's have."""


def other_placeholder(text: str, own: str = re.escape(IMAGE_MARK)) -> str | None:
    """Return the first placeholder of another form, which would stay as text, or None.

    Args:
        own: pattern of the marks that are read.
    """
    found = (found[0] for found in _OTHERS.finditer(text))
    return next((mark for mark in found if not re.fullmatch(own, mark)), None)


def is_blank(text: str) -> bool:
    """Tell whether a text shows nothing: only spaces, and marks without a glyph such as U+200B."""
    return not any(map(str.isprintable, "".join(text.split())))


def marks_problem(
    asked: str,
    images: int,
    *,
    answered: str = "",
    needed: bool = True,
    own: str = re.escape(IMAGE_MARK),
) -> tuple[str, str] | None:
    """Return reason and detail where image marks and images differ in number, else None.

    So is a placeholder of another form in what is asked, such as ``<image 1>`` or ``[IMAGE]``,
    which would stay as text.

    Args:
        answered: a response, whose marks count.
        needed: False where a text without any mark is fine, too.
        own: pattern of the marks that are read.
    """
    if other := other_placeholder(asked, own):
        detail = f"{other:.100} is another placeholder; wanted {IMAGE_MARK} for each image"
        return "image_marks", detail
    marks = (asked + answered).count(IMAGE_MARK)
    if marks == images or not (marks or needed):
        return None
    if not images:
        return "no_image", f"the record names no image, its text has {marks} {IMAGE_MARK} marks"
    return (
        "image_marks",
        f"{marks} {IMAGE_MARK} marks and {images} images; wanted one mark for each image",
    )


def shown_elsewhere(**texts: str) -> tuple[str, str] | None:
    """Return reason and detail where a text that is no question has a mark; each by its name."""
    for name, text in texts.items():
        if IMAGE_MARK in text:
            return "image_marks", f"{IMAGE_MARK} in the {name}; only a question shows images"
    return None


def inside_a_sentence(text: str, mark: str = re.escape(IMAGE_MARK)) -> bool:
    """Tell whether an image mark has text before and behind it on its line.

    Args:
        mark: pattern of a mark.
    """
    lines = (re.split(mark, line) for line in text.split("\n"))
    return any(sum(bool(part.strip()) for part in parts) > 1 for parts in lines)


def placed(question: str, options: Sequence[str] = (), before: int = 0) -> str:
    """Return a question with its marks where one is the place of its image, else without any.

    Marks leave a question where all of them stand before it, behind it, or on lines of their own,
    for images come first in a prompt. Where one stands inside a sentence or in an option, all stay.

    Args:
        options: the question's, apart from it or in it.
        before: marks in what stood before the question and was left out.
    """
    if inside_a_sentence(question) or any(IMAGE_MARK in option for option in options):
        return IMAGE_MARK * before + question
    return question.replace(IMAGE_MARK, "").strip()
