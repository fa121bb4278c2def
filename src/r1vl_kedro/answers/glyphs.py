"""What characters and LaTeX commands are in plain notation."""

CHARS = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "﹣": "-", "－": "-",
    "×": "*", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "✕": "*", "⨯": "*", "÷": "/", "∕": "/",
    "⁄": "/", "∶": ":", "：": ":", "≤": "<=", "⩽": "<=", "≥": ">=", "⩾": ">=", "≠": "!=",
    "≈": "~=", "∞": " inf ", "∠": " angle ", "△": " triangle ", "∆": " triangle ", "☉": "*",
    "º": "°", "˚": "°", "℃": " degreesC ", "℉": " degreesF ", "’": "'", "‘": "'", "′": "'",
    "→": " -> ", "⇒": " => ", "∴": " therefore ",
    "Å": "angstrom",
    "Γ": " Gamma ", "Δ": " Delta ", "Θ": " Theta ", "Λ": " Lambda ", "Ξ": " Xi ", "Π": " Pi ",
    "Σ": " Sigma ", "Φ": " Phi ", "Ψ": " Psi ", "ℝ": " real numbers ",
    "″": '"', "“": '"', "”": '"', "「": '"', "」": '"', "【": "[", "】": "]", "、": ",", "，": ",",
    "。": ".", "；": ";", "Ω": " ohm ", "µ": "mu", "μ": "mu", "…": "...", "\u00a0": " ",
    "\u2009": " ", "\u202f": " ", "\u3000": " ",
    "\u00ad": "", "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\0": "",
}  # fmt: skip
COMMANDS = {
    "times": "*", "cdot": "*", "ast": "*", "div": "/", "pm": "±", "mp": "∓", "le": "<=",
    "leq": "<=", "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=", "ne": "!=",
    "neq": "!=", "approx": "~=", "simeq": "~=", "sim": "~", "lt": "<", "gt": ">", "colon": ":",
    "infty": " inf ", "circ": "°", "degree": "°", "cup": "∪", "cap": "∩", "neg": "¬", "lnot": "¬",
    "rightarrow": " -> ", "to": " -> ", "Rightarrow": " => ", "implies": " => ", "ldots": "...",
    "dots": "...", "cdots": "...", "quad": " ", "qquad": " ", "space": " ", "prime": "'",
    "lvert": "|", "rvert": "|", "vert": "|", "mid": "|", "lVert": "‖", "rVert": "‖", "|": "‖",
    "langle": "⟨", "rangle": "⟩", "left": "", "right": "", "big": "", "Big": "", "bigg": "",
    "Bigg": "", "bigl": "", "bigr": "", "displaystyle": "", "textstyle": "", "limits": "",
    "rm": "", "bf": "", "it": "", "large": "", "Large": "", "!": "", ",": " ", ";": " ", ":": " ",
    " ": " ", "~": " ", "\\": " ", "%": "%", "#": "#", "&": "&", "_": "_", "{": "\1", "}": "\2",
    "textdollar": " USD ", "lbrace": "\1", "rbrace": "\2", "lbrack": "[", "rbrack": "]",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
    "dfrac": "frac", "Omega": " ohm ", "mu": "mu", "parallel": "∥", "perp": "⊥",
    "triangle": " triangle ", "angle": " angle ", "varphi": " phi ", "vartheta": " theta ",
    "varepsilon": " epsilon ", "tg": " tan ", "ctg": " cot ", "displaylimits": "", "nonumber": "",
    "euro": "€", "pounds": "£", "yen": "¥", "emptyset": " empty set ", "varnothing": " empty set ",
    "in": " ∈ ", "therefore": " therefore ", "because": " because ", "square": "□", "bullet": "•",
}  # fmt: skip
WRAPPERS = frozenset(
    (
        "text mathrm mathbf mathit textbf textit textrm textsf texttt mathsf mathcal mathbb "
        "mathscr operatorname mbox hbox boxed fbox emph em mathord mathbin mathrel mathop "
        "boldsymbol bm underbrace phantom displaystyle underset"
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
