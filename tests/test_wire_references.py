"""What code and documents cite of the wire format is there; ``docs/reference/wire/index.rst`` describes the form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PAGES = PROJECT / "docs" / "reference" / "wire"
FOLDERS = ("content_libraries", "studio", "tests", "benchmarks", "docs")
SUFFIXES = {".csv", ".html", ".js", ".md", ".po", ".py", ".rst", ".yaml"}

ANCHOR = re.compile(r"^\.\. _wire-(?P<name>.+):$", re.MULTILINE)
BEGINNING = re.compile(r"\(wire:")
NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
BREAK = r"(?:\s|\#)+"  # a citation in a comment may go on in the next line
CITATION = re.compile(rf"\(wire:{BREAK}(?P<names>{NAME}(?:,{BREAK}{NAME})*)(?:;{BREAK}[^()]+)?\)")


def anchors() -> Counter[str]:
    return Counter(name for page in sorted(PAGES.glob("*.rst")) for name in ANCHOR.findall(page.read_text()))


def texts() -> Iterator[tuple[str, str]]:
    for folder in FOLDERS:
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in SUFFIXES and path != Path(__file__).resolve() and "node_modules" not in path.parts:
                yield str(path.relative_to(PROJECT)), path.read_text()


def wrong_citations(text: str, known: Counter[str]) -> list[str]:
    """Those that are not in the form, and those without an anchor."""
    wrong = []
    for beginning in BEGINNING.finditer(text):
        citation = CITATION.match(text, beginning.start())
        if citation is None:
            wrong.append(text[beginning.start() :].partition("\n")[0])
        else:
            wrong += [name for name in re.findall(NAME, citation["names"]) if name not in known]
    return wrong


def test_no_anchor_is_defined_twice() -> None:
    assert [name for name, times in anchors().items() if times > 1] == []


def test_every_anchor_can_be_cited() -> None:
    assert [name for name in anchors() if not re.fullmatch(NAME, name)] == []


def test_every_citation_has_an_anchor() -> None:
    known = anchors()
    wrong = [f"{file}: {citation}" for file, text in texts() for citation in wrong_citations(text, known)]
    assert wrong == []


def test_wrong_citations_are_found() -> None:
    known = Counter(["libraries-create", "sync-link"])
    assert wrong_citations("Create it (wire: libraries-create, sync-link; ADR 12).", known) == []
    assert wrong_citations("    # Create it (wire: libraries-create,\n    # sync-link).", known) == []
    assert wrong_citations("Create it (wire: libraries-create, libraries-made).", known) == ["libraries-made"]
    assert wrong_citations("Create it (wire: wire-libraries-create).\nAnd", known) == ["wire-libraries-create"]
    assert wrong_citations("Create it (wire: Libraries).\nAnd", known) == ["(wire: Libraries)."]
