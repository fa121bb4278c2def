"""The reward card: every response under every mode, and why it got what it got."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.reporting.pages import document, markdown_table
from r1vl_kedro.responses import R1VL, Response, parse_response
from r1vl_kedro.rewards.calling import values_of
from r1vl_kedro.rewards.key_steps import KeyStepReward, key_steps_in, step_rar
from r1vl_kedro.rewards.matching import (
    as_groups,
    find_key_steps,
    match_key_steps,
    match_score,
)
from r1vl_kedro.rewards.outcome import answer_problem, outcome
from r1vl_kedro.rewards.registry import PAPERS, Reward, read_rewards, reading
from r1vl_kedro.rewards.spans import match_span
from r1vl_kedro.rewards.validity import step_rvr, validity_problems

COLUMNS = (
    "id", "given", "reference", "outcome", "outcome_released", "k_soft", "k_exact", "k_released",
    "step_rar_soft", "step_rar_exact", "step_rar_released", "step_rvr_strict", "step_rvr_released",
    "total", "total_released", "matched", "problems", "answer_problem",
)  # fmt: skip
MAX_SHOWN = 20_000
"""Characters of a response shown in the HTML card; scores see all of it."""


class CardError(UserFacingError, ValueError):
    """Responses that cannot be scored; names the row and what would be accepted."""


def columns(rewards: Mapping[str, Reward]) -> list[str]:
    """List the card's columns: those of every card, then one a reward beyond the paper's."""
    return [*COLUMNS, *(name for name in rewards if name not in PAPERS)]


def score_row(
    row: Mapping[str, Any],
    *,
    rewards: Mapping[str, Reward] | None = None,
    grammar: str = R1VL.name,
    where: str = "row 1",
) -> dict[str, Any]:
    """Score one line of the card: every component under every mode.

    Args:
        row: ``response`` and ``answer``; ``options``, ``key_steps`` and ``id`` may be missing.
        rewards: what ``total`` sums, by their weights; the paper's unless given.
        grammar: how the response is written; the published script's modes, which read R1-VL's
            only, are None in another.
        where: names the row in errors, beside its ``id``, and in the card where it has none.

    Raises:
        CardError: ``response`` or ``answer`` missing or no text, malformed options or key steps,
            or a column missing that a reward reads.
    """
    identity = _present(row.get("id"))
    place = where if identity is None else f"{where}, id {str(identity)[:100]}"
    for name in ("response", "answer"):
        if not isinstance(row.get(name), str):
            raise CardError(f"{place}: {name!r} is {row.get(name)!r:.200}; accepted: a string")
    response, answer = row["response"], row["answer"]
    try:
        groups = as_groups(_present(row.get("key_steps")), where=f"{place}: key_steps")
    except ValueError as error:
        raise CardError(str(error)) from None
    options = _option_texts(row.get("options"), place)
    rewards = reading(read_rewards(PAPERS) if rewards is None else rewards, grammar)
    how = key_steps_in(rewards)
    read = {**row, "options": options, "key_steps": groups}
    values = {name: _value(reward, read, place) for name, reward in rewards.items()}
    modes = ("soft", "exact", "released") if grammar == R1VL.name else ("soft", "exact")
    scores: dict[str, float | None] = dict.fromkeys(
        ("k_released", "step_rar_released", "step_rvr_released", "outcome_released")
    )
    for mode in modes:
        like = {"matching": mode, "threshold": how.threshold, "grammar": grammar}
        scores[f"k_{mode}"] = match_score(match_key_steps(response, groups, **like))
        scores[f"step_rar_{mode}"] = step_rar(
            response, answer, groups, alpha=how.alpha, options=options, **like
        )
    scores["outcome"] = outcome(response, answer, options=options, grammar=grammar)
    scores["step_rvr_strict"] = step_rvr(response, grammar=grammar)
    if "released" in modes:
        scores["outcome_released"] = outcome(response, answer, mode="released")
        scores["step_rvr_released"] = step_rvr(response, mode="released")
    return {
        "id": where if identity is None else str(identity),
        "given": parse_response(response, grammar).answer or "",
        "reference": answer,
        **scores,
        "total": sum(rewards[name].weight * value for name, value in values.items()),
        "total_released": (
            scores["step_rar_released"] + scores["step_rvr_released"]
            if "released" in modes
            else None
        ),
        "matched": f"{round(scores['k_soft'] * len(groups))} of {len(groups)}",
        "problems": "; ".join(validity_problems(response, grammar)),
        "answer_problem": answer_problem(response, answer, options=options, grammar=grammar),
        **{name: value for name, value in values.items() if name not in PAPERS},
    }


def _value(reward: Reward, row: Mapping[str, Any], place: str) -> float:
    """Return what a reward gives one response; 0.0 where it does not apply."""
    missing = [name for name in reward.columns if name not in row]
    if missing:
        raise CardError(
            f"{place}: no column {missing[0]!r}, which the reward {reward.name} reads; the row has "
            f"{sorted(map(str, row))!r:.200}"
        )
    columns = {name: [row[name]] for name in reward.columns}
    [value] = values_of(reward, [row["response"]], **columns)
    return value or 0.0


def card_markdown(scores: Sequence[Mapping[str, Any]]) -> str:
    """Write the lines of the card as one Markdown table."""

    def cell(value: Any) -> str:
        if value is None or value != value:
            return "–"
        return (f"{value:.4g}" if isinstance(value, float) else str(value))[:200]

    names = list(scores[0]) if scores else list(COLUMNS)
    rows = [[cell(score[name]) for name in names] for score in scores]
    return markdown_table(names, rows, range(len(names))) + "\n"


def html_card(
    rows: Sequence[Mapping[str, Any]],
    scores: Sequence[Mapping[str, Any]],
    *,
    rewards: Mapping[str, Reward] | None = None,
    grammar: str = R1VL.name,
    notes: Sequence[str] = (),
) -> str:
    """Render a page without outside parts: responses with their matches marked, and arithmetic.

    Args:
        rows: as given to :func:`score_row`, in the same order as ``scores``.
        scores: what :func:`score_row` returned.
        rewards, grammar: as scored.
        notes: sentences that stand at the top.
    """
    rewards = read_rewards(PAPERS) if rewards is None else rewards
    body = "".join(
        _row_html(row, score, rewards, grammar) for row, score in zip(rows, scores, strict=True)
    )
    about = (
        f"<p>{len(rows)} responses. Marked: where each key step was found by soft matching; its "
        "number stands before it.</p>"
    ) + "".join(f"<p><b>{html.escape(note)}</b></p>" for note in notes)
    return document("Reward card", about + body, kind="card")


def _row_html(
    row: Mapping[str, Any],
    score: Mapping[str, Any],
    rewards: Mapping[str, Reward],
    grammar: str,
) -> str:
    response, how = row["response"], key_steps_in(rewards)
    groups = as_groups(_present(row.get("key_steps")))
    found = find_key_steps(response, groups, threshold=how.threshold, grammar=grammar)
    spans = [match_span(response, match, grammar) if match else None for match in found]
    others = ("exact", "released") if grammar == R1VL.name else ("exact",)
    modes = {m: match_key_steps(response, groups, matching=m, grammar=grammar) for m in others}
    items = ""
    for number, (group, match) in enumerate(zip(groups, found, strict=True)):
        phrasing = html.escape(group[match.phrasing] if match else " / ".join(group) or "(empty)")
        also = ", ".join(
            f"{mode}: {'yes' if hits[number] else 'no'}" for mode, hits in modes.items()
        )
        mark = f'<b class="k{number % 6}">{number + 1}</b>'
        items += f"<li>{mark} {'found' if match else '<i>not found</i>'}: {phrasing} "
        items += f"<small>({also})</small></li>"
    problems = validity_problems(response, grammar)
    reasons = "".join(f"<li>{html.escape(problem)}</li>" for problem in problems)
    answered = (
        f"answer <code>{html.escape(score['given'][:200])}</code>, reference "
        f"<code>{html.escape(score['reference'][:200])}</code>"
    )
    if score["answer_problem"]:
        answered += f": {html.escape(score['answer_problem'])}"
    terms = " + ".join(_term(name, reward, score, how) for name, reward in rewards.items())
    return (
        f"<section><h2>{html.escape(score['id'])}</h2>"
        f"<p class=sum>{terms} = <b>{score['total']:.4g}</b></p>"
        f"<p>{answered}</p>{_modes_html(score)}"
        f"<div class=two><div><h3>Key steps</h3><ol class=keys>{items or '<li>none</li>'}</ol>"
        f"<h3>Validity</h3><ul>{reasons or '<li>complete and in order</li>'}</ul></div>"
        f"<pre>{_marked(parse_response(response, grammar), spans)}</pre></div></section>"
    )


def _term(name: str, reward: Reward, score: Mapping[str, Any], how: KeyStepReward) -> str:
    """Return one term of the sum, with its weight where that is not 1."""
    weight = "" if reward.weight == 1 else f"{reward.weight:g} × "
    if name == "key_steps":
        k = score[f"k_{how.matching}"]
        if not score["given"] and k and how.matching != "released":
            return f"{weight}0 (no answer, so k = {k:.3g} earns nothing)"
        return f"{weight}{how.alpha * k:.4g} (α {how.alpha:g} × k {k:.3g})"
    mode = getattr(reward, "mode", "strict")
    shown = {"outcome": "outcome", "validity": "step_rvr_strict"}
    if mode == "released":
        shown = {"outcome": "outcome_released", "validity": "step_rvr_released"}
    return f"{weight}{score[shown.get(name, name)]:g} ({html.escape(name)})"


def _modes_html(score: Mapping[str, Any]) -> str:
    lines = ""
    for label, prefix, names in (
        ("outcome", "outcome", ("", "_released")),
        ("k", "k", ("_soft", "_exact", "_released")),
        ("StepRAR", "step_rar", ("_soft", "_exact", "_released")),
        ("StepRVR", "step_rvr", ("_strict", "_released")),
    ):
        cells = ", ".join(
            f"{name.lstrip('_') or 'strict'} <b>{score[prefix + name]:.4g}</b>"
            for name in names
            if score[prefix + name] == score[prefix + name] and score[prefix + name] is not None
        )
        lines += f"<tr><th>{label}</th><td>{cells}</td></tr>"
    return f"<table>{lines}</table>"


def _marked(response: Response, spans: Sequence[tuple[int, int] | None]) -> str:
    """Return the response escaped, with headers and matches marked; matches may overlap."""
    text = response.text[:MAX_SHOWN]
    starts: dict[int, list[str]] = {}
    owner = [-1] * len(text)
    for number, span in enumerate(spans):
        if span:
            starts.setdefault(span[0], []).append(f"<sup>{number + 1}</sup>")
            for position in range(span[0], min(span[1], len(text))):
                owner[position] = number
    header = bytearray(len(text))
    for section in response.sections:
        for position in range(section.start, min(section.body_start, len(text))):
            header[position] = 1
    out, state = [], (-1, 0)
    for position, char in enumerate(text):
        now = (owner[position], header[position])
        if now != state or position in starts:
            if state != (-1, 0):
                out.append("</span>")
            out += starts.get(position, [])
            if now != (-1, 0):
                out.append(f'<span class="{"h" if now[1] else f"k{now[0] % 6}"}">')
            state = now
        out.append(html.escape(char))
    tail = "</span>" if state != (-1, 0) else ""
    return "".join(out) + tail + (" …" if len(response.text) > MAX_SHOWN else "")


def _present(value: Any) -> Any:
    """Replace NaN, an empty cell of a table, by None."""
    return None if isinstance(value, float) and value != value else value


def _option_texts(value: Any, where: str) -> list[str] | None:
    """Return a row's options as a list; None where it has none."""
    options = value.tolist() if hasattr(value, "tolist") else value  # Parquet gives arrays
    if _present(options) is None:
        return None
    if not isinstance(options, list | tuple) or not all(isinstance(text, str) for text in options):
        raise CardError(f"{where}: 'options' is {value!r:.200}; accepted: a list of strings")
    return list(options) or None
