"""What is wrong with a link is said in the language of the author (wire: sync-link-states)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.catalogs import add_catalog

from .building import LINKS, SUBSECTION, UNIT, Author, Shelf, child

TRANSLATIONS = {
    "“%(block)s” is not linked to a library.": "“%(block)s” ist mit keiner Bibliothek verknüpft.",
    "“%(upstream)s” was not found in the system. Unlink the block to keep it as it is.": "%(upstream)s fehlt.",
    "“%(block)s” is part of the linked block “%(top_level)s”. Sync or unlink that one first.": (
        "“%(block)s” gehört zu “%(top_level)s”."
    ),
}


def test_messages_of_links_are_in_the_language_of_the_author(
    author: Author, shelf: Shelf, tmp_path: Path, settings: Any
) -> None:
    add_catalog(settings, tmp_path, "de", TRANSLATIONS)
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
