"""What is wrong with a link is said in the language of the author (sync contract, section 4)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .building import LINKS, SUBSECTION, UNIT, Author, Shelf, child

TRANSLATIONS = {
    "": "Content-Type: text/plain; charset=UTF-8\n",
    "“%(block)s” is not linked to a library.": "“%(block)s” ist mit keiner Bibliothek verknüpft.",
    "“%(upstream)s” was not found in the system. Unlink the block to keep it as it is.": "%(upstream)s fehlt.",
    "“%(block)s” is part of the linked block “%(top_level)s”. Sync or unlink that one first.": (
        "“%(block)s” gehört zu “%(top_level)s”."
    ),
}


def write_catalog(folder: Path, texts: Mapping[str, str]) -> None:
    """What translators compile: a ``.mo`` file."""
    path = folder / "de" / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True)
    pairs = sorted((text.encode(), translation.encode()) for text, translation in texts.items())
    columns = list(zip(*pairs, strict=True))
    place = 28 + 16 * len(pairs)
    tables, strings = b"", b""
    for column in columns:
        for text in column:
            tables += struct.pack("<2I", len(text), place + len(strings))
            strings += text + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    path.write_bytes(header + tables + strings)


def test_messages_of_links_are_in_the_language_of_the_author(
    author: Author, shelf: Shelf, tmp_path: Path, settings: Any
) -> None:
    write_catalog(tmp_path, TRANSLATIONS)
    settings.LOCALE_PATHS = [str(tmp_path)]
    text, unit = author.create(shelf.key("t1"), UNIT), author.create(shelf.key("unit1"), SUBSECTION)
    shelf.delete("t1")
    shelf.publish()

    def said(method: str, path: str) -> str:
        response = getattr(author.client, method)(f"{LINKS}{path}", HTTP_ACCEPT_LANGUAGE="de")
        return str(response.json().get("error_message") or response.json()["developer_message"])

    item = shelf.key("t1")
    assert said("get", quote(str(UNIT))) == f"“{UNIT}” ist mit keiner Bibliothek verknüpft."
    assert said("get", quote(str(text))) == f"{item} fehlt."
    assert f"{item} fehlt." in said("post", f"{quote(str(text))}/sync")
    assert said("post", f"{quote(str(child(unit, 1)))}/sync").endswith(f"gehört zu “{unit}”.")
