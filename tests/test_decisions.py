"""The pages of decisions have one form, and the index names the numbers that none of them has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "decisions"
PAGES = sorted(FOLDER.glob("[0-9]*.rst"))
HEAD = re.compile(
    r"(?P<title>(?P<number>\d+)\. .+)\n(?P<line>=+)\n\n"
    r":Status: (?:Accepted|Superseded by \d+)\n:Date: \d{4}-\d\d-\d\d\n\n"
)
SECTION = re.compile(r"^(?P<title>.+)\n-{3,}$", re.MULTILINE)
NEVER_GIVEN = re.compile(r"The numbers ([\d, and]+) were never given")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_decision_has_the_form_that_the_index_describes(page: Path) -> None:
    text = page.read_text()
    head = HEAD.match(text)
    assert head is not None, "the head differs from the one in index.rst"
    assert int(head["number"]) == int(page.stem[:4])
    assert len(head["line"]) == len(head["title"])
    sections = SECTION.findall(text)
    assert sections[:2] == ["Context", "Decision"]
    last = [section for section in sections if section in {"Consequences", "Alternatives"}]
    assert last in (["Consequences"], ["Consequences", "Alternatives"])
    assert sections[-len(last) :] == last


def test_the_index_explains_each_gap_in_the_numbers() -> None:
    numbers = {int(page.stem[:4]) for page in PAGES}
    explained = NEVER_GIVEN.search((FOLDER / "index.rst").read_text())
    assert explained is not None
    assert len(numbers) == len(PAGES)
    gaps = set(range(1, max(numbers) + 1)) - numbers
    assert gaps == {int(number) for number in re.findall(r"\d+", explained[1])}
