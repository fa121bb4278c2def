"""Dollars of money, told from those around mathematics."""

import re

from r1vl_kedro.answers.units import DOLLARS

_OTHER_DOLLARS = re.compile(
    rf"(?<![A-Za-z\\$])({'|'.join(sorted(DOLLARS, key=len, reverse=True))})\\?\$(?=\s?\.?\d[^$]*\Z)"
)
_CURRENCY = re.compile(r"(?:US)?\\?\$(?=\s?\.?\d)|(?<=\d)\s?\\?\$\s*$")


def dollars(text: str) -> str:
    r"""Tell money from the dollars around mathematics: the first become ``USD``, the others go.

    Money is ``\$`` before a number, or ``$`` before a number that no other dollar closes.

    Example:
        >>> dollars("$10-$20"), dollars("$n=2$"), dollars("5$").strip()
        ('USD 10-USD 20', 'n=2', '5 USD')
    """
    if "$" not in text:
        return text
    text = _OTHER_DOLLARS.sub(lambda found: f"{DOLLARS[found[1]]} ", text)
    if "$" not in text:
        return text
    text = re.sub(r"(?:US)?\\\$(?=\s?\.?\d)", "USD ", text)
    text = re.sub(r"(?<=\d)\s?\\\$", " USD ", text)
    ends = text.strip().rstrip(".").rstrip()
    inside = ends.strip("$")
    if len(ends) > 1 and ends[0] == ends[-1] == "$" and "$" not in inside:
        return inside
    count = text.count("$")
    before_numbers = len(re.findall(r"\$(?=\s?\.?\d)", text))
    if before_numbers == count or (count == 1 and re.search(r"\d\s?\$\s*$", text)):
        return _CURRENCY.sub(lambda m: " USD" if m.end() == len(text) else "USD ", text)
    if count % 2 and before_numbers:
        return re.sub(r"(?:US)?\$(?=\s?\.?\d)", "USD ", text, count=1).replace("$", "")
    return text.replace("$", "")
