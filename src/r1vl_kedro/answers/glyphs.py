"""What characters and LaTeX commands are in plain notation."""

from r1vl_kedro import mathtext

NUMBERS = {
    "R": " real numbers ", "Z": " all integers ", "N": " natural numbers ",
    "Q": " rational numbers ", "C": " complex numbers ",
}  # fmt: skip
CHARACTERS = mathtext.CHARACTERS | {
    "：": ":", "☉": "*", "º": "°", "˚": "°", "℃": " degreesC ", "℉": " degreesF ", "′": "'",
    "→": " -> ", "Å": "angstrom", "Ω": " ohm ", "µ": "mu", "μ": "mu",
    **dict(zip("ℝℤℕℚℂ", NUMBERS.values(), strict=True)),
    "Γ": " Gamma ", "Δ": " Delta ", "Θ": " Theta ", "Λ": " Lambda ", "Ξ": " Xi ", "Π": " Pi ",
    "Σ": " Sigma ", "Φ": " Phi ", "Ψ": " Psi ",
    "∛": r"\sqrt[3]", "∜": r"\sqrt[4]",
    "″": '"', "「": '"', "」": '"', "【": "[", "】": "]", "、": ",", "，": ",", "。": ".",
    "；": ";", "…": "...", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ",
}  # fmt: skip
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
    "dfrac": "frac", "Omega": " ohm ", "mu": "mu", "parallel": "∥", "perp": "⊥",
    "triangle": " triangle ", "angle": " angle ", "tg": " tan ", "ctg": " cot ",
    "euro": "€", "pounds": "£", "yen": "¥", "emptyset": " empty set ", "varnothing": " empty set ",
    "in": " ∈ ", "equiv": "≡",
    "land": "∧", "wedge": "∧", "lor": "∨", "vee": "∨",
    "cong": " ≅ ", "because": " because ", "square": "□", "bullet": "•",
}  # fmt: skip
WRAPPERS = frozenset(
    (
        "text textnormal textup mathrm mathbf mathit textbf textit textrm textsf texttt mathsf "
        "mathcal mathbb mathscr operatorname mbox hbox boxed fbox emph em mathord mathbin mathrel "
        "mathop boldsymbol bm underbrace displaystyle underset ce"
    ).split()
)
DECORATIONS = frozenset(
    (
        "overline bar vec hat tilde dot ddot widehat widetilde overrightarrow overleftarrow "
        "underline overbrace overset overarc overparen wideparen"
    ).split()
)
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
