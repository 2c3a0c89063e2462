"""
An example of a package that adds a type of block, flashcards, and an importer for files of them.

``docs/extending.rst`` explains it. Packages declare FLASHCARDS and CARD_FILES as entry points.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from opaque_keys.edx.locator import CourseLocator

from content_libraries.api import PLACE_SETTINGS, BlockType, SearchText, SourceFormat
from content_libraries.olx.api import (
    NotACourseError,
    OlxBlock,
    OlxTree,
    StaticFile,
    assembled,
    nested,
    start_tags,
    with_attributes,
)

CARD: Final = frozenset({"card"})


def named_pictures(block: OlxBlock) -> Iterator[str]:
    """Yield the pictures of cards, which are named without a path."""
    for _tag, attributes in start_tags(block.olx, CARD):
        yield attributes.get("picture", "")


def search_text(root: Any) -> SearchText:
    """Read both sides of all cards for searches, and the fronts to describe them: the backs would tell the answers."""
    fronts = [card.get("front", "") for card in root.iter("card")]
    backs = [card.get("back", "") for card in root.iter("card")]
    return SearchText({"text_content": " ".join([*fronts, *backs])}, description=", ".join(fronts))


FLASHCARDS = BlockType(
    name="flashcards",
    display_name=gettext_lazy("Flashcards"),
    named_files=named_pictures,
    naming_tags=CARD,
    search_text=search_text,
    is_described=True,
    course_settings=PLACE_SETTINGS,
)

SUFFIX: Final = ".cards.json"
MAX_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CardFile:
    """
    A file of decks of cards as a source of imports. Each deck becomes a component, all together a unit.

    This is its format; pictures are in Base64::

        {"name": "geo", "title": "Geography",
         "decks": [{"name": "capitals", "title": "Capitals",
                    "cards": [{"front": "France", "back": "Paris", "picture": "paris.png"}]}],
         "pictures": {"paris.png": "iVBORw0KGgo="}}
    """

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def tree(self) -> OlxTree:
        content = self._content()
        try:
            title, name = str(content["title"]), _url_name(content["name"])
            decks = [_deck(deck) for deck in content["decks"]]
            pictures = _pictures(content)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._unreadable(error) from error
        unit = assembled(with_attributes("<vertical/>", {"display_name": title}), name, decks)
        return OlxTree(
            kind="course",
            context_key=CourseLocator("cards", name, "file"),
            display_name=title,
            root=assembled(with_attributes("<course/>", {"display_name": title}), name, [unit]),
            static_files=tuple(_static_file(path, data) for path, data in sorted(pictures.items())),
        )

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        pictures = _pictures(self._content())
        for path in paths:
            yield _static_file(path, pictures[path]), pictures[path]

    def _content(self) -> Mapping[str, Any]:
        if self.path.stat().st_size > MAX_BYTES:
            raise NotACourseError(_("%(file)s is larger than 16 MiB: divide it.") % {"file": self.name}, self.name)
        try:
            content: Mapping[str, Any] = json.loads(self.path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise self._unreadable(error) from error
        return content

    def _unreadable(self, error: Exception) -> NotACourseError:
        text = _("%(file)s is no file of cards (%(problem)s): export it again.")
        return NotACourseError(text % {"file": self.name, "problem": error}, self.name)


def _deck(deck: Mapping[str, Any]) -> OlxBlock:
    cards = [
        with_attributes("<card/>", {name: str(card[name]) for name in ("front", "back", "picture") if name in card})
        for card in deck["cards"]
    ]
    definition = with_attributes("<flashcards/>", {"display_name": str(deck["title"])})
    return assembled(nested(definition, cards), _url_name(deck["name"]), ())


def _pictures(content: Mapping[str, Any]) -> dict[str, bytes]:
    return {str(path): b64decode(text, validate=True) for path, text in content.get("pictures", {}).items()}


def _static_file(path: str, data: bytes) -> StaticFile:
    return StaticFile(path, len(data), blake2b(data, digest_size=20).hexdigest())


def _url_name(text: str) -> str:
    return re.sub(r"[^\w-]", "_", text) or "cards"


def is_card_file(path: Path) -> bool:
    """Return whether a file is one of cards, by its name."""
    return path.name.lower().endswith(SUFFIX)


CARD_FILES = SourceFormat(name="cards", origin=Path, detect=is_card_file, open=CardFile, suffixes=(SUFFIX,))
