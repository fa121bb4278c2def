"""Parts of an answer between commas, "and" and "or", brackets respected."""

import re

JOINT = re.compile(
    r"\s*[;]\s*(?:(?:and|or)\s+)?|\s*,(?!\d{3}(?!\d))\s*(?:(?:and|or|&)\s+)?|\s*,\s+(?:(?:and|or|&)\s+)?"
    r"|\s+(?:and|or|&)\s+",
    re.IGNORECASE,
)
JOINT_INSIDE = re.compile(r"\s*[,;]\s*(?:(?:and|or)\s+)?|\s+(?:and|or)\s+", re.IGNORECASE)
OPEN, CLOSE = "([{⟨", ")]}⟩"


def split(text: str, joint: re.Pattern[str]) -> list[str]:
    """Return the parts of a text between joints that no bracket holds."""
    parts, depth, start, at = [], 0, 0, 0
    while at < len(text):
        char = text[at]
        if char in OPEN:
            depth += 1
        elif char in CLOSE:
            depth -= 1
        elif depth == 0 and char in ",; " and (found := joint.match(text, at)):
            parts.append(text[start:at].strip())
            start = at = found.end()
            continue
        at += 1
    parts.append(text[start:].strip())
    return parts if depth == 0 else [text]


def encloses(text: str) -> bool:
    """Tell whether the first bracket closes with the last character."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char in OPEN) - (char in CLOSE)
        if depth == 0 and place < len(text) - 1:
            return False
    return depth == 0


def joined(text: str) -> str:
    """Return what joins the parts of a text: ``and``, ``or``, or empty for commas alone."""
    found = re.search(r"\b(and|or)\b|&", text, re.IGNORECASE)
    return "" if not found else (found[1] or "and").lower()
