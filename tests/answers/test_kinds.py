"""What an answer is, kind by kind: one table a kind, right and wrong side by side."""

import pytest

from r1vl_kedro.answers import equivalent, explain, read_answer, stated_quantity, yes_or_no
from r1vl_kedro.answers.model import Clock, Date, Interval, Items, Named, Range, Ratio, Tolerance

SAME = {
    "ranges": [
        ("10 to 20", "10-20"), ("between 5 and 10", "5-10"), ("from 5 to 10", "5–10"),
        ("5 – 10 years", "5-10"), ("the 30-39 group", "30-39"), ("10%-20%", "10-20%"),
        ("1/4-1/2 cup", "1/4 to 1/2 cup"), ("65+", "65+"),
    ],
    "dates and times": [
        ("May 4, 2021", "2021-05-04"), ("4 May 2021", "May 4, 2021"), ("4:00 PM", "16:00"),
        ("half past four", "4:30"), ("quarter to 6", "5:45"), ("ten past five", "5:10"),
        ("4 o'clock", "4:00"), ("12:00 PM", "noon"), ("3:30 p.m.", "15:30"),
    ],
    "ratios": [("The ratio is 3:4", "3:4"), ("3 to 4", "3:4"), ("11:21", "$V_{1}:V_{2}=11:21$")],
    "signs and mixed numbers": [
        ("3 and -3", "±3"), ("7 ± 1", r"7 \pm 1"), (r"1+\sqrt{2}, 1-\sqrt{2}", r"1 \pm \sqrt{2}"),
        ("5 1/4", "21/4"), ("-3 1/3", "-10/3"), (r"3\frac{1}{2}", "3.5"), ("2½ cups", "2.5"),
    ],
    "names": [
        ("b = 2, a = 1", "a=1, b=2"), ("x=1 and y=2", "y=2, x=1"), ("x=4 cm", "4"),
        ("x=1 or x=-1", r"x = \pm 1"), ("a = 1, b = 2", "(a,b) = (1,2)"), ("2 = x", "x = 2"),
        ("angle A = 30, angle B = 60", "∠A=30°, ∠B=60°"), ("4, 5", "$AB=4,CD=5$"),
    ],
    "intervals and inequalities": [
        ("(3, \\infty)", "x>3"), ("-1<x<1", "(-1,1)"), ("x \\in (0,1)", "(0,1)"),
        ("(-∞,1)∪(2,∞)", "x<1 or x>2"), ("2x > 6", "x > 3"), ("3<x", "x>3"),
    ],
    "units": [
        ("12 cm3", "12 cm^3"), ("1 L", "1000 mL"), ("90 km/h", "25 m/s"), ("6'2\"", "74 inches"),
        ("2 hrs 30 mins", "150 minutes"), ("25 cents", "$0.25"), ("3K", "3000"), ("4 dozen", "48"),
        (r"\pi/3 rad", "60°"), ("10 N/kg", "10 m/s^2"), ("3.2 mol/L", "3.2 M"),
        ("50 kPa", "50000 Pa"),
        ("¥100", "100 yen"), ("100元", "¥100"), ("5 red marbles", "5 marbles"), ("6 sq units", "6"),
        ("1.5 million", "1500000"), ("12 厘米", "12 cm"), ("5 pounds", "£5"), ("5 pounds", "5 lb"),
    ],
    "percent": [("75%", "0.75"), ("75 percent", "75"), ("3/4", "75 %"), ("28 pct", r"28\%")],
    "decimals": [
        (r"0.\overline{12}", "4/33"), ("0.1666...", "1/6"), ("3.14...", r"\pi"), ("2,75", "2.75"),
        ("1.234,5", "1234.5"), (r"\frac{100}{3}", "33.3"), ("2.5 × 10⁻⁴", "2.5e-4"),
    ],
    "formulas": [
        ("r+R", "R+r"), ("(x-1)(x+1)", "x^2-1"), (r"y=-\frac{2}{3}x+2", "2x+3y=6"),
        ("\\tan x", r"\frac{\sin x}{\cos x}"), (r"\binom{5}{2}", "10"), ("7!", "5040"),
        ("2+i3", "3i+2"), ("2+3j", "2+3i"), ("|a-b|", "|b-a|"), ("x_1", "x_{1}"),
    ],
    "matrices": [
        (r"\begin{bmatrix}1&0\\0&1\end{bmatrix}", r"\begin{pmatrix}1&0\\0&1\\\end{pmatrix}"),
        (r"\begin{pmatrix}0.5\\1\end{pmatrix}", r"\begin{pmatrix}\frac12\\1\end{pmatrix}"),
    ],
    "pairs": [("(3,500)", "(3, 500)"), ("x=4,y=-1", "(4,-1)"), ("(0.5, 1)", "(1/2, 1)")],
    "words": [
        ("The Nile.", "the nile"), ("Ann, Bob", "Ann and Bob"), ("It decreases", "decreases"),
        ("the point (2, 3)", "(2,3)"), ("The genotype is aa.", "aa"), ("U.K.", "UK"),
        ("the red one", "red"),
        ("∠PQR", "angle PQR"),
    ],
    "what is said around an answer": [
        ("Thus, x = 7.", "7"), ("There are 7.", "7"), ("7 (approximately)", "7"),
        ("7 candies", "7"),
        ("so we have 7 cubes left", "7"), ("seven (7)", "7"), ("7, since 9 - 2 = 7", "7"),
        ("9 - 2 = 7", "7"), ("7 = 9 - 2", "7"), ("It is 7, not 8.", "7"), ("7<|im_end|>", "7"),
        ("Because 9 - 2 = 7, the answer is 7", "7"), ("[7]", "7"), ("所以答案是7", "7"),
        ("７个", "7"),
        ("\\boxed{7} cm", "7"), ("__7__", "7"), ("= 7", "7"), ("Total: 7", "7"), ("-", "-"),
    ],
}  # fmt: skip
OTHER = {
    "ranges": [
        ("45-54", "35-44"), ("2-2", "0"), ("3-1", "2"), ("9-5", "4"), ("1990-2000", "1990"),
        ("10-12 years", "12-14 years"), ("555-1234", "-679"), ("1/2-1/3", "1/6"), ("65+", "65"),
    ],
    "dates and times": [
        ("2017", "2020-01-02"), ("1/2/2020", "2/4/2020"), ("Jan 2 2021", "Jan 2 2020"),
        ("4:00 pm", "4:00 am"), ("9:05", "9:50"), ("noon", "midnight"), ("1990s", "1990"),
    ],
    "ratios": [("2:1", "1:2"), ("1:2", "1/2"), ("2:4", "1:2"), ("4:30", "430")],
    "signs and mixed numbers": [
        ("±3", "3"), ("-3", "±3"), ("7 ± 1", "6"), ("7 ± 1", "7 ± 2"), ("21/2", r"2\frac{1}{2}"),
        ("1 2", "12"), ("4 5 6", "456"), (r"1+\sqrt{2}", r"1 \pm \sqrt{2}"),
    ],
    "names": [
        ("a=2, b=1", "a=1, b=2"), ("y = 7", "x = 7"), ("x=1", r"x=\pm 1"), ("X = 5", "x = 5"),
        ("radius = 5", "diameter = 5"), ("x_1 = 2, x_2 = 3", "x_1=3, x_2=2"),
    ],
    "intervals and inequalities": [
        ("x>=3", "x>3"), ("[1,2]", "1, 2"), ("[1,3]", "{1,3}"), ("x<1 and x>2", "x<1 or x>2"),
        ("y > 3", "x > 3"), ("(1,2)", "[1,2]"), ("x ≠ 3", "x = 3"), ("[0,5]", "[0,5)"),
    ],
    "units": [
        ("5 mW", "5 MW"), ("5 mm", "5 Mm"), ("6 m", "6 m^2"), ("3 km/h", "3 m/s"), ("25¢", "0.25"),
        ("5 oranges", "5 apples"), ("5 red balls", "5 blue balls"), ("30 °C", "30 °F"), ("3k", "3"),
        ("5 meters south", "5 meters north"), ("$20", "€20"), ("10 people", "10 cm"), ("2", "2m"),
    ],
    "percent": [("12%", "12 people"), ("5%", "$5"), ("0.75%", "75%"), ("0.5%", "0.5")],
    "decimals": [
        (r"0.\overline{12}", "0.12"), ("0.6", r"0.\overline{6}"), ("0.0149", "0.01"), ("2", "2,5"),
        (r"1.6\times10^{-19}", r"1.6\times10^{-18}"), ("1e-10", "0"), ("1.4", r"\sqrt{2}"),
    ],
    "formulas": [
        ("R/r", "1"), ("M/(M+m)", "1/2"), ("|x|", "x"), (r"\sqrt{x^2}", "x"), ("f(-x)", "-f(x)"),
        ("dy/dx", "y/x"), ("H2O", "HO2"), ("3 R 1", "1 R 3"), ("A B", "B A"), ("n(N-n)", "N(n-N)"),
        (r"\log_3 8", r"\log_2 8"), (r"\vec{a}\times\vec{b}", r"\vec{a}\cdot\vec{b}"), ("7!", "7"),
        (r"\Delta x", "x"), ("A^T", "A"), ("P(A|B)", "P(B|A)"), ("5!", "5"), ("x'", "x"),
    ],
    "decorations": [
        (r"\bar{x}", "x"), (r"\hat{y}", "y"), ("f''", "f'"), ("101_2", "101_3"), ("101_2", "5"),
        (r"\overrightarrow{AB}", r"\overrightarrow{BA}"), ("¬p", "p"), ("~p", "p"), ("⌊x⌋", "⌈x⌉"),
    ],
    "letter case": [
        ("aa", "Aa"), ("AaBb", "aabb"), ("CO", "Co"), ("pV", "PV"), ("2T", "2t"), ("V_m", "v_m"),
    ],
    "matrices": [
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{pmatrix}1&3\\2&4\end{pmatrix}"),
        (r"\begin{vmatrix}1&2\\3&4\end{vmatrix}", r"\begin{pmatrix}1&2\\3&4\end{pmatrix}"),
    ],
    "pairs": [("3 and 2", "(2,3)"), ("y=2, x=3", "(2,3)"), ("3500", "(3,500)"),
        ("(1,000)", "1000"), ("(2, 1)", "(1, 2)"), ("1.2", "(1,2)")],
    "or and and": [("3 or 4", "3 and 4"), ("Ann or Bob", "Ann and Bob"), ("3 and 4", "3 or 4")],
    "words": [
        ("not Paris", "Paris"), ("Paris or Rome", "Paris"), ("anything but Paris", "Paris"),
        ("Paris?", "Paris"), ("nobody knows whether it is Paris", "Paris"), ("unstable", "stable"),
    ],
    "what is said around an answer": [
        ("seven-sided", "7"), ("7 excluded", "7"), ("the number after 7", "7"),
        ("7 at best", "7"), (r"\boxed{7}\boxed{8}", "78"),
        ("7 is too small", "7"), ("almost 7", "7"), ("just under 7", "7"), ("twice 7", "7"),
        ("7 more than x", "7"), ("7 as well as 8", "7"), ("7 for A and 8 for B", "7"), ("7+", "7"),
        ("seven (8)", "7"), ("7 (wrong)", "7"), ("It is 8, not 7.", "7"), ("Wait, 7", "7"),
        ("at most 7", "7"), ("7 of 8", "7"), ("7 percent of 20", "7"), ("9 - 2 = 8", "8"),
        ("7 or 8", "7"), ("7\n8", "7"), ("7i", "7"), ("7 [8]", "7"), ("7 % 8", "7"), ("不是7", "7"),
    ],
}  # fmt: skip


def pairs(table):
    return [pytest.param(*pair, id=f"{kind}: {pair}") for kind in table for pair in table[kind]]


@pytest.mark.parametrize(("given", "gold"), pairs(SAME))
def test_the_same_value(given, gold):
    assert explain(given, gold) == ""


@pytest.mark.parametrize(("given", "gold"), pairs(OTHER))
def test_another_value(given, gold):
    assert not equivalent(given, gold)


@pytest.mark.parametrize(
    ("given", "gold", "reason"),
    [
        ("60 m", "60 cm", "another number"),
        ("60 m", "60 kg", "another unit"),
        ("12%", "12 people", "a percentage and a unit"),
        ("35-44", "40", "a range for a quantity"),
        ("[0,5]", "[0,5)", "an end is in on one side only"),
        ("3 or 4", "3 and 4", "or for and"),
        ("R/r", "r/R", "another formula"),
        ("", "5", "no answer"),
        ("no", "Yes", "says no"),
    ],
)
def test_a_difference_has_a_reason(given, gold, reason):
    assert explain(given, gold) == reason


def test_a_reason_names_the_option_that_was_named():
    assert explain("C", "B", options=["1", "2", "3"]) == "option C is named"
    assert explain("B or C", "B", options=["1", "2", "3"]) == "no option is named, or several"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("35-44", Range),
        ("2020-01-02", Date),
        ("3:45 pm", Clock),
        ("3:4", Ratio),
        ("10 ± 2", Tolerance),
        ("±5", Items),
        ("(3,500)", Items),
        ("[0,5)", Interval),
        ("x > 3", Interval),
        ("x = 3, y = 5", Named),
    ],
)
def test_each_form_is_a_kind_of_its_own(text, kind):
    assert isinstance(read_answer(text), kind)


@pytest.mark.parametrize(
    ("given", "gold", "right"),
    [
        ("F/2", "F", False), ("50 °C", "C", False), ("everything but B", "B", False),
        ("-F", "F", False), ("5 J", "J", False), ("B > A", "B", False), ("B-", "B", False),
        ("non-A", "A", False), ("A Dog", "A", False), ("P(A)", "A", False),
        ("A, then B", "A", False),
        ("B or maybe C", "B", False), ("the answer is not B", "B", False),
        ("B is wrong", "B", False),
        ("Plan B", "B", True), ("Group B", "B", True), ("b", "B", True), ("(B) no", "B", True),
        ("B. Options A, C and D are wrong.", "B", True), ("A is wrong, B is right", "B", True),
        ("D, since the graph has no cycle", "D", True), ("not A, so B", "B", True),
    ],
)  # fmt: skip
def test_a_letter_without_options(given, gold, right):
    assert equivalent(given, gold) is right


NUMBERS = ["30", "45", "60"]
COLOURS = ["red", "blue", "green", "black"]


@pytest.mark.parametrize(
    ("given", "options", "letter"),
    [
        ("B. 10-20", ["10-20", "20-30"], None), ("20 to 30", ["10-20", "20-30"], "B"),
        ("aa", ["AA", "Aa", "aa"], "C"), ("C. aa", ["AA", "Aa", "aa"], "C"),
        ("r/R", ["R/r", "r/R"], "B"), ("5 mW", ["5 MW", "5 mW"], "B"),
        ("half", ["50", "0.5%", "1/2"], "C"),
        ("E", ["A", "B", "C", "E", "none"], "D"), ("8", ["8 cm", "8 m"], None),
        ("not red, so blue", COLOURS, "B"), ("blue instead of red", COLOURS, "B"),
        ("2 is wrong, 3", ["1", "2", "3"], "C"),
        ("both red and blue", ["red", "blue", "both"], "C"),
        ("The blue one is wrong", COLOURS, None), ("any colour but blue", COLOURS, None),
        ("blue-green", COLOURS, None), ("log 45", NUMBERS, None), ("twice 45", NUMBERS, None),
        ("B. 45 or 60", NUMBERS, None), ("The answer is B or maybe C", NUMBERS, None),
        ("B as well as C", NUMBERS, None), ("rules out C, leaving B", NUMBERS, "B"),
        ("It is not A or C. B", NUMBERS, "B"), ("B, since 45 = 90/2", NUMBERS, "B"),
        ("2 x", ["x", "2"], None), ("选B", NUMBERS, "B"), ("（B）", NUMBERS, "B"),
    ],
)  # fmt: skip
def test_the_option_that_is_named(given, options, letter):
    named = [
        other for other in "ABCDE"[: len(options)] if equivalent(given, other, options=options)
    ]
    assert named == ([letter] if letter else [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Yes, because it is", "yes"), ("No doubt, yes.", "yes"), ("是的", "yes"), ("(B) No", "no"),
        ("No text on the left, so the answer is yes", "yes"), ("不是", "no"),
        ("not possible", "no"),
        ("It is true that they are equal", "yes"), ("The correct count is 5", None),
        ("Right angle", None), ("No idea", None), ("Yes is wrong", None),
        ("Yes, but no", None), ("neither yes nor no", None), ("I doubt it is true", None),
        ("It is hardly true", None), ("yes/no", None),
    ],
)  # fmt: skip
def test_yes_or_no(text, said):
    assert yes_or_no(text) == said


def test_one_quantity_in_a_sentence():
    assert stated_quantity("The area is 24 cm^2.").number == 24
    assert stated_quantity("There are 24 or 25") is None
    assert stated_quantity("x" * 3000) is None
