"""What LaTeX and words lay out in another way than on one line of signs."""

import re

_SYSTEM = re.compile(
    r"(?:(?:\\left\s*)?\\\{\s*)?\\begin\{(cases|aligned|array)\}(?:\{[lcr]+\})?"
    r"(?P<lines>.*?)\\end\{\1\}(?:\s*\\right\s*\.)?",
    re.DOTALL,
)
_EQUATION = re.compile(r"\s*[A-Za-z]\w?\s*&?\s*=[^=&<>]+")
_PRESCRIPT = re.compile(r"(?:\{\}\s*)?[_^]\{?(\d{1,3})\}?\s*C_\{?(\d{1,3})\}?(?!\w)")
_IN_WORDS = re.compile(
    r"(?P<head>\d{0,9}\.\d{0,9})(?P<cycle>\d)\s+(?:repeating|recurring)$"
    r"|(?<=\d)\s+(?P<root>root)\s+(?=\d)|(?<=\d)~(?=[A-Za-z])"
)


def in_signs(text: str) -> str:
    """Write ``0.3 repeating`` as ``0.(3)``, ``2 root 3`` as ``2 sqrt3``, and ``5~m`` as ``5 m``.

    Equations in lines of their own stand on one line with commas.
    """
    if "\n" in text:
        lines = [line.strip(" .,;") for line in text.splitlines() if line.strip()]
        text = ", ".join(lines) if all(map(_EQUATION.fullmatch, lines)) else text
    return _IN_WORDS.sub(
        lambda m: f"{m['head']}({m['cycle']})" if m["cycle"] else " sqrt" if m["root"] else " ",
        text,
    )


def without_layout(latex: str) -> str:
    r"""Write equations in lines of one environment with commas, and ``^5C_2`` as ``\binom{5}{2}``.

    Example:
        >>> without_layout(r"\begin{cases} x=2 \\\\ y=-1 \end{cases}")
        ' x=2 , y=-1 '
    """
    if "\\begin" in latex:
        latex = _SYSTEM.sub(_on_one_line, latex)
    return _PRESCRIPT.sub(r"\\binom{\1}{\2}", latex) if "C_" in latex else latex


def _on_one_line(found: re.Match[str]) -> str:
    lines = [line for line in found["lines"].split("\\\\") if line.strip()]
    equations = all(map(_EQUATION.fullmatch, lines))
    return ",".join(line.replace("&", "") for line in lines) if equations else found[0]
