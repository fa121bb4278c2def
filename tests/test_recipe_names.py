"""A recipe is YAML, a reader and rewards: no other module names one to treat it differently."""

import ast

from smoke_place import ROOT

SOURCE = ROOT / "src/r1vl_kedro"
READERS = SOURCE / "records/readers"
RECIPES = {folder.name.removesuffix("_paper") for folder in (ROOT / "conf").glob("*_paper")}


def test_no_code_but_the_readers_names_a_recipe():
    assert len(RECIPES) == 6
    named = {
        f"{file.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for file in SOURCE.rglob("*.py")
        if READERS not in file.parents
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and node.value.lower().replace("-", "_").removesuffix("_paper") in RECIPES
    }  # fmt: skip
    assert named == set()
