"""What characters and LaTeX commands are in plain notation."""

from r1vl_kedro import mathtext
from r1vl_kedro.answers.tokens import DECORATIONS

NUMBERS = {
    "R": " real numbers ", "Z": " all integers ", "N": " natural numbers ",
    "Q": " rational numbers ", "C": " complex numbers ",
}  # fmt: skip
CHARACTERS = mathtext.CHARACTERS | {
    "☉": "*", "º": "°", "˚": "°", "℃": " degreesC ", "℉": " degreesF ", "′": "'",
    "→": " -> ", "Å": "angstrom", "Ω": " ohm ", "µ": "mu", "μ": "mu",
    **dict(zip("ℝℤℕℚℂ", NUMBERS.values(), strict=True)),
    "Γ": " Gamma ", "Δ": " Delta ", "Θ": " Theta ", "Λ": " Lambda ", "Ξ": " Xi ", "Π": " Pi ",
    "Σ": " Sigma ", "Φ": " Phi ", "Ψ": " Psi ",
    "∛": r"\sqrt[3]", "∜": r"\sqrt[4]",
    "″": '"', "「": '"', "」": '"', "【": "[", "】": "]", "、": ",", "。": ".",
}  # fmt: skip
"""What NFKC leaves or makes another thing of."""
COMMANDS = mathtext.COMMANDS | {
    "pm": "±", "mp": "∓", "simeq": "~=", "sim": "~", "circ": "°", "degree": "°",
    "cup": "∪", "cap": "∩", "neg": "¬", "lnot": "¬", "rightarrow": " -> ", "to": " -> ",
    "cdots": "...", "space": " ", "prime": "'",
    "lvert": "|", "rvert": "|", "vert": "|", "mid": "|", "lVert": "‖", "rVert": "‖", "|": "‖",
    "langle": "⟨", "rangle": "⟩", "bigl": "", "bigr": "", "it": "", "Large": "",
    "displaylimits": "", "nonumber": "",
    "!": "", ",": " ", ";": " ", ":": " ", " ": " ", "~": " ", "\\": " ", "#": "#", "&": "&",
    "_": "_", "textdollar": " USD ", "lbrace": "\1", "rbrace": "\2", "lbrack": "[", "rbrack": "]",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
    "Omega": " ohm ", "mu": "mu", "parallel": "∥", "perp": "⊥",
    "triangle": " triangle ", "angle": " angle ", "tg": " tan ", "ctg": " cot ",
    "euro": "€", "pounds": "£", "yen": "¥", "emptyset": " empty set ", "varnothing": " empty set ",
    "in": " ∈ ", "equiv": "≡",
    "land": "∧", "wedge": "∧", "lor": "∨", "vee": "∨",
    "cong": " ≅ ", "because": " because ", "square": "□", "bullet": "•",
}  # fmt: skip
WRAPPERS = frozenset(
    (
        "text textnormal textup mathrm mathbf mathit textbf textit textrm textsf texttt mathsf "
        "mathcal mathscr operatorname mbox hbox boxed fbox emph em mathord mathbin mathrel "
        "mathop boldsymbol bm underbrace displaystyle ce"
    ).split()
)
DECORATION_COMMANDS = DECORATIONS | {"overset", "overarc", "overparen", "wideparen"}
FUNCTION_COMMANDS = frozenset(
    (
        "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp max min "
        "gcd lcm det dim lim sup inf deg arg"
    ).split()
)
SAME_DECORATION = {
    "bar": "overline", "vec": "overrightarrow", "widehat": "hat", "widetilde": "tilde",
}  # fmt: skip
"""Two ways to write one decoration."""
