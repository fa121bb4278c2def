"""What holds for every response, whatever it says."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from r1vl_kedro.rewards import (
    MATCHINGS,
    find_key_steps,
    match_key_steps,
    match_score,
    outcome,
    step_rar,
    step_rvr,
)

BODIES = [
    r"Hence $\frac{6}{3} = 2$ cubes stay",
    "There are 12 red cubes and 7 spheres",
    r"So $3 \times 4 = 12$ is the area",
    r"The angle ABC is $45^\circ$ here",
    "We get 6 - 1 = 5 after that",
    "By the cosine rule x = 2.5 holds",
    "It is not 45 degrees at all",
    "Not the sine but the cosine of B",
]
KEYS = [
    ["6/3 = 2", "6 divided by 3 equals 2"],
    ["12 red cubes"],
    ["3 * 4 = 12"],
    ["45 degrees", "45°"],
    ["6 - 1 = 5"],
    ["cosine rule"],
    ["x = 2.5"],
    ["cosine"],
    ["7 cubes"],
]
SECTIONS = [
    "### Image Description:\nCubes.",
    "### Rationales:\nCount.",
    "### Let's think step by step.",
]

some_bodies = st.lists(st.sampled_from(BODIES), min_size=1, max_size=6)
some_text = st.text() | st.lists(
    st.sampled_from(
        [*SECTIONS, *BODIES, "### Step 1:", "### Step 2:", "### The final answer is: 5", "\n"]
    )
).map("\n".join)


def path(bodies) -> str:
    steps = [f"### Step {n}:\n{body}." for n, body in enumerate(bodies, start=1)]
    return "\n\n".join([*SECTIONS, *steps, "### The final answer is: 5"])


@given(some_text, st.sampled_from(MATCHINGS), st.floats(0, 1))
@settings(deadline=None)  # the first use of math-verify imports SymPy
def test_rewards_are_bounded(response, matching, alpha):
    reward = step_rar(response, "5", KEYS, alpha=alpha, matching=matching)
    right = outcome(response, "5", mode="released" if matching == "released" else "strict")
    assert right <= reward <= right + alpha
    assert right in (0.0, 1.0)
    assert step_rvr(response) in (0.0, 1.0)
    assert step_rvr(response, mode="released") in (0.0, 1.0)


@given(some_bodies, st.data())
def test_more_white_space_never_changes_soft_matches(bodies, data):
    before = path(bodies)
    words = path(bodies).split(" ")
    gaps = st.sampled_from([" ", "  ", "\t", " \u00a0", "   ", "\u2003"])
    after = "".join(word + data.draw(gaps) for word in words)
    assert match_key_steps(after, KEYS) == match_key_steps(before, KEYS)


@given(some_bodies)
def test_line_breaks_inside_a_step_never_change_soft_matches(bodies):
    after = path([body.replace(" ", "\n") for body in bodies])
    assert match_key_steps(after, KEYS) == match_key_steps(path(bodies), KEYS)


SPELLINGS = [
    (r"\frac{6}{3}", [r"\dfrac{6}{3}", r"\tfrac63", r"\frac 6 3", "6/3", r"6 \div 3", r"{6}/{3}"]),
    (r"\times", [r"\cdot", "×", "*", "⋅", " times ", r"\ast"]),
    (r"45^\circ", [r"45^{\circ}", "45°", "45 degrees", r"45\degree", r"45\,^\circ", "45º"]),
    ("$", ["", r"\(", "$$"]),
    (" = ", ["=", r" \mathrel{=} ", " equals ", " is equal to ", "＝"]),
]  # fmt: skip


@given(some_bodies, st.data())
def test_latex_spelling_never_changes_soft_matches(bodies, data):
    other = "\x00".join(bodies)
    for spelling, others in SPELLINGS:
        other = other.replace(spelling, data.draw(st.sampled_from([spelling, *others])))
    assert match_key_steps(path(other.split("\x00")), KEYS) == match_key_steps(path(bodies), KEYS)


@given(some_bodies, st.data())
def test_removing_a_matched_key_step_never_raises_k(bodies, data):
    before = path(bodies)
    matched = [body for body in bodies if any(match_key_steps(path([body]), KEYS))]
    assume(matched)
    gone = data.draw(st.sampled_from(matched))
    after = path([body for body in bodies if body != gone] or ["Hm"])
    assert match_score(match_key_steps(after, KEYS)) <= match_score(match_key_steps(before, KEYS))


@given(some_bodies)
def test_removing_the_words_of_a_match_never_raises_k(bodies):
    from r1vl_kedro.rewards.spans import match_span

    before = path(bodies)
    for match in find_key_steps(before, KEYS):
        if match:
            start, end = match_span(before, match)
            after = before[:start] + " and " + before[end:]
            assert sum(match_key_steps(after, KEYS)) <= sum(match_key_steps(before, KEYS))


@given(some_bodies, st.booleans(), st.data())
def test_swapping_any_two_sections_but_two_of_the_background_makes_a_path_invalid(
    bodies, separated, data
):
    sections = path(bodies).split("\n\n")
    if not separated:
        del sections[2]
    assert step_rvr("\n\n".join(sections)) == 1.0
    places = st.integers(0, len(sections) - 1)
    a, b = data.draw(st.lists(places, min_size=2, max_size=2, unique=True))
    sections[a], sections[b] = sections[b], sections[a]
    background = 3 if separated else 2
    assert step_rvr("\n\n".join(sections)) == float(max(a, b) < background)


@given(some_text)
def test_exact_and_soft_agree_on_what_tokens_are_there(response):
    """Whatever soft matching finds for a key without words is also an exact match."""
    keys = [["6 - 1 = 5"], ["3 * 4 = 12"], ["12"]]
    soft, exact = match_key_steps(response, keys), match_key_steps(response, keys, matching="exact")
    assert all(e for s, e in zip(soft, exact, strict=True) if s)


WORDS = (
    "x = 5 6 10 - , . : ? ( ) is not but so that this it which or if when in by of there red "
    "cubes AB CD we get i.e. e.g. let 20 cm % | ... hmm actually true one out"
).split()


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.lists(st.sampled_from(WORDS), max_size=12))
def test_whatever_stands_around_a_key_step_gives_a_verdict(before, after):
    for key in (
        "x = 5",
        "there are 6 red cubes",
        "AB is parallel to CD",
        "10 - 3 = 7",
        "45 degrees",
    ):
        text = path([" ".join([*before, key, *after])])
        assert match_key_steps(text, [[key]]) in ([True], [False])
