"""An answer in a box or between tags, and what its formula and its sentence make of it."""

import pytest

from r1vl_kedro.benchmarks import robust
from r1vl_kedro.rewards import outcome

DENIED_OR_PART = (
    (r"$\boxed{7} \lor 8$", "7"),
    (r"\boxed{7} (wrong, see below) 8", "7"),
    (r"\boxed{7}. Including the base: 8.", "7"),
    (r"$\boxed{7}\,\pi$", "7"),
    (r"$\pi\boxed{7}$", "7"),
    (r"$\overline{\boxed{7}}$", "7"),
    (r"\boxed{7} is an upper bound only.", "7"),
    (r"\boxed{7} (or 8 if the hidden one counts)", "7"),
    (r"I don't think it is \boxed{7}", "7"),
    (r"\boxed{7} cubes and 8 balls, so 15", "7"),
    (r"$\boxed{7}\,x^2$", "7"),
    (r"$0.\boxed{7}$", "7"),
    (r"$f(\boxed{7})$", "7"),
    (r"The sum of 2 and \boxed{7}", "7"),
    (r"It is far from \boxed{7}", "7"),
    (r"\boxed{7}, I mean 8", "7"),
    (r"\boxed{7}; alternatively 8", "7"),
    (r"\boxed{7}. Oh wait, 8.", "7"),
    (r"\boxed{7} was my first result; the second is 8.", "7"),
    (r"$-\left(\boxed{7}\right)$", "7"),
    (r"\boxed{7} more than 3", "7"),
    (r"\boxed{7} short of 10", "7"),
    (r"10 minus \boxed{7}", "7"),
    (r"10 divided by \boxed{7}", "7"),
    (r"The opposite of \boxed{7}", "7"),
    (r"$\frac{1}{\boxed{7}}$", "7"),
    (r"$\frac{\boxed{7}}{2}$", "7"),
    (r"$\sqrt{\boxed{7}}$", "7"),
    (r"$\log\boxed{7}$", "7"),
    (r"$|\boxed{-7}|$", "-7"),
    (r"$\pm\boxed{7}$", "7"),
    (r"1\boxed{7}", "7"),
    (r"\boxed{7}00", "7"),
    (r"\boxed{7}.5", "7"),
    (r"\boxed{7}{,}000", "7"),
    (r"$\boxed{7}i$", "7"),
    (r"$\boxed{7}_8$", "7"),
    (r"$\boxed{7}:8$", "7"),
    (r"$3 - \boxed{7}$", "7"),
    (r"$3 \cdot \boxed{7}$", "7"),
    (r"$e^{\boxed{7}}$", "7"),
    (r"$a_{\boxed{7}}$", "7"),
    (r"$(\boxed{7}, 8)$", "7"),
    (r"$(6, \boxed{7})$", "7"),
    (r"\boxed{7}, 8", "7"),
    (r"\boxed{7} -> 8", "7"),
    (r"\boxed{7} or more", "7"),
    (r"Maybe \boxed{7}, maybe 8", "7"),
    (r"$x < \boxed{7}$", "7"),
    (r"$\boxed{7} \ne x$", "7"),
    (r"It is more than \boxed{7}", "7"),
    (r"Half of \boxed{7}", "7"),
    (r"A third of \boxed{7}", "7"),
    (r"Everything but \boxed{7}", "7"),
    (r"It differs from \boxed{7}", "7"),
    (r"The wrong answer is \boxed{7}", "7"),
    (r"\text{not} \boxed{7}", "7"),
    (r"\boxed{7} is too big", "7"),
    (r"\boxed{7}? No.", "7"),
    (r"\boxed{7} \pm 1", "7"),
    (r"It cannot be \boxed{24}; I do not know the answer.", "24"),
    (r"The answer is not \boxed{24}.", "24"),
    (r"Thus $x \neq \boxed{7}$.", "7"),
    (r"So $x = -\boxed{7}$.", "7"),
    (r"The area is \boxed{24} times 2, i.e. 48.", "24"),
    (r"It is $\boxed{24}\pi$.", "24"),
    (r"It is \boxed{24} million.", "24"),
    (r"It is $\boxed{24} + 2$.", "24"),
)  # fmt: skip
WHOLE = (
    (r"Since A + B = 10 and B = 3, A is \boxed{7}.", "7"),
    (r"the larger is 8 and the smaller one is \boxed{7}", "7"),
    (r"Answer - \boxed{7}", "7"),
    (r"$\boxed{x=7}$ or in words, seven", "7"),
    (r"$A = 7a^2 = 7 \cdot 1 = \boxed{7}$", "7"),
    (r"It is \boxed{7} times as long.", "7"),
    (r"There are \boxed{7} more red cubes than blue ones.", "7"),
    (r"She has half of them, that is \boxed{7}.", "7"),
    (r"It is \boxed{7}, which is less than 8", "7"),
    (r"Not counting the hidden one, we have \boxed{7}", "7"),
    (r"It costs $\$\boxed{7}$.", "7"),
    (r"$\angle A = \boxed{7^\circ}$", "7"),
    (r"2. \boxed{7}", "7"),
    (r"$\frac{1}{2}\cdot 14 = \boxed{7}$", "7"),
    (r"\boxed{7}. Alternatively, one can count the rows.", "7"),
    (r"$\frac{14}{2} = \boxed{7}$", "7"),
    (r"$\sqrt{49}=\boxed{7}$", "7"),
    (r"Since one is less than 5, it is \boxed{7}.", "7"),
    (r"$x \approx \boxed{7}$", "7"),
    (r"$\Rightarrow \boxed{7}$", "7"),
    (r"$\textbf{Answer: }\boxed{7}$", "7"),
    (r"Step 3: \boxed{7}", "7"),
    (r"(a) \boxed{7}", "7"),
    (r"- \boxed{7}", "7"),
    (r"**\boxed{7}**", "7"),
    (r"__\boxed{7}__", "7"),
    (r"| \boxed{7} |", "7"),
    (r"\boxed{7}cm", "7"),
    (r"$\boxed{7}\text{ cubes}$", "7"),
    (r"In 2020, \boxed{7}", "7"),
    (r"$x \le \boxed{7}$", "7"),
    (r"$3+4=7$, \boxed{7}", "7"),
    (r"{\boxed{7}}", "7"),
    (r"$\mathbf{\boxed{7}}$", "7"),
    (r"$\quad\boxed{7}\quad$", "7"),
    (r"$n = \left(\boxed{7}\right)$", "7"),
    (r"\boxed{7} or, equivalently, 14/2", "7"),
    (r"<b>\boxed{7}</b>", "7"),
    (r"\begin{align} x &= \boxed{7} \end{align}", "7"),
    (r"\boxed{7} (that is, 10 - 3)", "7"),
    (r"The answer is (\boxed{7}), as shown.", "7"),
    (r"$3 + 4 \to \boxed{7}$", "7"),
    (r"Q3. \boxed{7}", "7"),
    (r"It is not 8 but \boxed{7}.", "7"),
    (r"So $x = -\boxed{7}$.", "-7"),
    (r"So $\frac{1}{\boxed{7}}$.", r"\frac17"),
    (r"It is $3\sqrt{\boxed{2}}$.", r"3\sqrt{2}"),
    (r"It is $\boxed{24}\pi$.", r"24\pi"),
    (r"It is **\boxed{24}** - the area.", "24"),
    ("\\boxed{24}\n\n- 3 cubes were removed", "24"),
    (r"There are \boxed{6} plus signs.", "6"),
    (r"\boxed{24} = 4 \times 6", "24"),
)  # fmt: skip


@pytest.mark.parametrize(("said", "answer"), DENIED_OR_PART)
def test_a_box_that_its_sentence_denies_or_goes_on_from(said, answer):
    assert outcome(f"Compute.\n{said}", answer, grammar="boxed") == 0
    assert not robust.value_verdict(robust.stated(said), answer)


@pytest.mark.parametrize(("said", "answer"), WHOLE)
def test_a_box_that_its_sentence_leaves_whole(said, answer):
    assert outcome(f"Compute.\n{said}", answer, grammar="boxed") == 1


TAGGED = {
    "<answer>7</answer> or 8": False,
    "<answer>7</answer>8": False,
    "<answer>7</answer>.5": False,
    "<answer>7</answer> plus one": False,
    "-<answer>7</answer>": False,
    "<answer><answer>7</answer> 8</answer>": False,
    "<answer>7</answer>\nFinal answer: 8": False,
    "<answer>7</answer>\nor 8": False,
    "<answer>7</answer> - wrong": False,
    "<answer>7</answer> is a guess; actually 8": False,
    "<answer>7</answer> is the final answer.": True,
    "<answer>7</answer> cubes": True,
    "<answer>7</answer>I hope this helps.": True,
    "The answer is <answer>7</answer>": True,
}


@pytest.mark.parametrize(("written", "right"), TAGGED.items())
def test_a_tagged_answer_with_text_beside_it(written, right):
    response = f"<think>Count.</think>{written}"
    assert outcome(response, "7", grammar="think_answer") == right
    assert bool(robust.value_verdict(robust.stated(response), "7")) == right
