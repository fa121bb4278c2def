"""The pictures in README and docs are there, and one documented command takes them all."""

import re

from smoke_place import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = re.compile(r"!\[[^\]]+\]\((?P<path>[^)]+\.png)\)")


def test_pages_show_the_pictures_that_are_there_and_no_others():
    shown = {
        (page.parent / found["path"]).resolve()
        for page in PAGES
        for found in SHOWN.finditer(page.read_text(encoding="utf-8"))
    }
    there = [*(ROOT / "docs/images").glob("*.png"), *(ROOT / "docs/studies").glob("*.png")]
    assert shown == set(there)
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in shown)


def test_the_command_that_takes_them_is_documented_and_knows_each():
    assert "`python docs/screenshots.py`" in (ROOT / "docs/tracking.md").read_text(encoding="utf-8")
    script = (ROOT / "docs/screenshots.py").read_text(encoding="utf-8")
    for file in (ROOT / "docs/images").glob("*.png"):
        assert f'"{file.stem}": Picture(' in script
