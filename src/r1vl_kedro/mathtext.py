"""Spelling of mathematics in prose: Unicode and LaTeX to one plain form."""

import re
import unicodedata

MAX_BRACE_DEPTH = 8

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
    "sigma tau upsilon phi chi psi omega"
).split()
GREEK_NAMES = frozenset(_GREEK)
GREEK_LETTERS = dict(zip("αβγδεζηθικλμνξοπρστυφχψω", _GREEK, strict=True))

INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\0"
"""Characters that show nothing: soft hyphen, zero-width spaces and joiners, byte order mark."""
CHARACTERS = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "﹣": "-", "－": "-",
    "×": "*", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "✕": "*", "⨯": "*",
    "÷": "/", "∕": "/", "⁄": "/", "∶": ":",
    "≤": "<=", "⩽": "<=", "≥": ">=", "⩾": ">=", "≠": "!=", "≈": "~=",
    "∞": " inf ", "∠": " angle ", "△": " triangle ", "∆": " triangle ",
    "’": "'", "‘": "'", "“": '"', "”": '"', "⇒": " => ", "∴": " therefore ",
    **dict.fromkeys(INVISIBLE, ""),
}  # fmt: skip
"""Characters that are the same in prose and in an answer; `answers.glyphs` has an answer's own."""
_PROSE_CHARACTERS = {
    "•": "*", "≅": " congruent ", "±": "+-", "√": " sqrt ", "→": " => ",
    "°": " degrees ", "º": " degrees ", "℃": " degrees C ", "℉": " degrees F ",
    "⊥": " perpendicular ", "∥": " parallel ", "∪": " cup ", "∩": " cap ",
    **{letter: f" {name} " for letter, name in GREEK_LETTERS.items()},
}  # fmt: skip
VULGAR_FRACTIONS = {
    char: f" {numerator}/{denominator} "
    for char, numerator, denominator in [
        ("½", 1, 2), ("⅓", 1, 3), ("⅔", 2, 3), ("¼", 1, 4), ("¾", 3, 4), ("⅕", 1, 5),
        ("⅖", 2, 5), ("⅗", 3, 5), ("⅘", 4, 5), ("⅙", 1, 6), ("⅚", 5, 6), ("⅛", 1, 8),
        ("⅜", 3, 8), ("⅝", 5, 8), ("⅞", 7, 8), ("⅐", 1, 7), ("⅑", 1, 9), ("⅒", 1, 10),
    ]
}  # fmt: skip
_UNICODE = str.maketrans(CHARACTERS | _PROSE_CHARACTERS | VULGAR_FRACTIONS)
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", "0123456789+-n")
SUPERSCRIPT_RUN = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ]+")
NARROW_SPACE_THOUSANDS = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_MAYBE_THOUSANDS = re.compile(r"\d,\d{3}")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d|,\d)")

COMMANDS = {
    "times": "*", "cdot": "*", "ast": "*", "div": "/", "le": "<=", "leq": "<=", "leqslant": "<=",
    "ge": ">=", "geq": ">=", "geqslant": ">=", "ne": "!=", "neq": "!=", "approx": "~=",
    "lt": "<", "gt": ">", "colon": ":", "infty": " inf ", "Rightarrow": " => ", "implies": " => ",
    "ldots": "...", "dots": "...", "therefore": " therefore ", "quad": " ", "qquad": " ",
    "varphi": " phi ", "vartheta": " theta ", "varepsilon": " epsilon ",
    "left": "", "right": "", "big": "", "Big": "", "bigg": "", "Bigg": "", "displaystyle": "",
    "textstyle": "", "large": "", "rm": "", "bf": "", "limits": "",
    "%": "%", "{": "\1", "}": "\2",
}  # fmt: skip
"""LaTeX commands that are the same in prose and in an answer."""
_PROSE_COMMANDS = {
    "pm": "+-", "circ": " degrees ", "degree": " degrees ", "perp": " perpendicular ",
    "rightarrow": " => ", "to": " => ", "cong": " congruent ", "neg": " not ",
    "dfrac": " frac ", "tfrac": " frac ", "$": "", "&": " ", "#": " ", "_": " ",
    **dict.fromkeys(
        (
            "text mathrm mathbf mathit textbf operatorname mathrel mathbin mathop mathord mathsf "
            "mathcal mathbb textrm textit textsf texttt overline underline bar vec hat em boxed "
            "mbox"
        ).split(),
        "",
    ),
}  # fmt: skip
_COMMAND_TEXTS = COMMANDS | _PROSE_COMMANDS
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
DEGREES = re.compile(r"\^\s*(?:\{\s*\\(?:circ|degree)\s*\}|\\(?:circ|degree)(?![A-Za-z]))")
_LATEX_THOUSANDS = re.compile(r"(?<=\d)(?:\{,\}|\\[,!:;])(?=\d{3}(?!\d))")
_SHORT_FRACTION = re.compile(r"\\[dtc]?frac\s*(\d)\s*(\d)")
_INNERMOST = re.compile(
    r"\\[dtc]?frac\s*\{(?P<num>[^{}]*)\}\s*\{(?P<den>[^{}]*)\}"
    r"|(?P<root>\\sqrt|√)\s*(?:\[(?P<order>[^\[\]{}]{1,9})\]\s*)?\{(?P<radicand>[^{}]*)\}"
    r"|\\(?:text|mathrm|mathbf|mathit|textbf|textit|operatorname|mbox|boxed|overline|vec)"
    r"\s*\{(?P<plain>[^{}]*)\}"
    r"|\^\s*\{(?P<power>[^{}]*)\}"
    r"|_\s*\{(?P<index>[^{}]*)\}"
    r"|\\(?P<open>\{)|\\(?P<close>\})"
)
_GROUP = re.compile(r"(?<![\\}\]A-Za-z])\{([^{}]*)\}")
_ATOM = re.compile(r"\s*(?:-?\d+(?:\.\d+)?|[A-Za-z]|\\?(?:" + "|".join(_GREEK) + r"))\s*")


def _operand(text: str) -> str:
    return text.strip() if _ATOM.fullmatch(text) else f"({text})"


def _unwrap(found: re.Match[str]) -> str:
    group = found.lastgroup
    if group == "den":
        return f" {_operand(found['num'])}/{_operand(found['den'])} "
    if group == "radicand":
        order = found["order"]
        root = _operand(found["radicand"])
        return (
            f" sqrt{root if root[0] == '(' else ' ' + root} "
            if not order
            else (f" {_operand(found['radicand'])}^(1/{order}) ")
        )
    if group == "power":
        return "^" + _operand(found["power"])
    if group == "open":
        return "\1"
    if group == "close":
        return "\2"
    return found[group or 0]


def _command(found: re.Match[str]) -> str:
    name = found[1]
    if name in _COMMAND_TEXTS:
        return _COMMAND_TEXTS[name]
    return f" {name} " if name.isalpha() else " "


def _plain_latex(text: str) -> str:
    text = text.replace("\\$", " ").replace("$", "").replace("~=", "\3").replace("~", " ")
    text = _LATEX_THOUSANDS.sub("", DEGREES.sub(" degrees ", text))
    text = _SHORT_FRACTION.sub(r" \1/\2 ", text)
    for _ in range(MAX_BRACE_DEPTH):
        text, count = _INNERMOST.subn(_unwrap, text)
        if not count:
            text, count = _GROUP.subn(r"\1", text)
        if not count:
            break
    text = _COMMAND.sub(_command, text.replace("{", " ").replace("}", " "))
    return text.replace("\1", "{").replace("\2", "}").replace("\3", "~=")


def plain(text: str) -> str:
    r"""Turn Unicode (NFKC) and LaTeX into plain text; letter case and spacing stay.

    Set braces ``\{ \}`` come out as ``{ }``; powers as ``^``; degree signs as ``degrees``;
    thousands separators go. Linear: braces are unwrapped to a depth of eight.

    Example:
        >>> plain(r"$\frac{6}{3} \times 1{,}000$").split()
        ['6/3', '*', '1000']
    """
    if not text.isascii():
        text = SUPERSCRIPT_RUN.sub(lambda m: "^" + m[0].translate(SUPERSCRIPTS), text)
        text = NARROW_SPACE_THOUSANDS.sub("", text)
        if "√{" in text:
            text = text.replace("√{", "\\sqrt{")
        text = unicodedata.normalize("NFKC", text.translate(_UNICODE)).translate(_UNICODE)
    if "\0" in text:
        text = text.replace("\0", "")
    if "\\" in text or "{" in text:
        text = _plain_latex(text)
    elif "$" in text:
        text = text.replace("$", "")
    if _MAYBE_THOUSANDS.search(text):
        text = _THOUSANDS.sub(lambda m: m[0].replace(",", ""), text)
    return text
