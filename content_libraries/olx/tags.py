"""
Reads tags of blocks, as Studio writes them: a table beside course.xml, or an attribute of the block.

Taxonomies are named by their export ids. The table has the columns Name, Type and ID, then one for each taxonomy, with
values that are separated by semicolons.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Final
from urllib.parse import unquote

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey

from ..characters import valid_text
from ..translation import gettext as _
from .errors import InvalidTagsError

__all__ = ["TAGS_ATTRIBUTE", "TAGS_FILE", "Tags", "tags_in_attribute", "tags_in_table"]

TAGS_FILE: Final = "tags.csv"
TAGS_ATTRIBUTE: Final = "tags-v1"

type Tags = Mapping[str, tuple[str, ...]]
"""Export id of a taxonomy -> values."""

_MAX_COLUMNS: Final = 200
"""There is one for each taxonomy, and every row is read with all of them."""

_MAX_ROWS: Final = 200_000
_ABOUT_THE_BLOCK: Final = ("Name", "Type", "ID")


def tags_in_table(text: str) -> dict[tuple[str, str], Tags]:
    """
    Read a table of tags. Blocks without tags are left out.

    Maps tag and url_name of a block to its tags. Raises InvalidTagsError for another kind of table.
    """
    rows = csv.DictReader(StringIO(valid_text(text), newline=""))
    try:
        if len(rows.fieldnames or ()) > _MAX_COLUMNS:
            raise InvalidTagsError(
                _("%(file)s has more than %(limit)s columns: remove some.")
                % {"file": TAGS_FILE, "limit": _MAX_COLUMNS},
                TAGS_FILE,
            )
        if not {"Type", "ID"} <= set(rows.fieldnames or ()):
            raise InvalidTagsError(
                _("%(file)s has no columns Type and ID: export the course again, or remove the file.")
                % {"file": TAGS_FILE},
                TAGS_FILE,
            )
        found = {_block(row): _tags(row) for row in _first(rows)}
    except csv.Error as error:
        raise InvalidTagsError(
            _("%(file)s is not CSV (%(error)s): correct it, or remove it.") % {"file": TAGS_FILE, "error": error},
            TAGS_FILE,
        ) from error
    return {block: tags for block, tags in found.items() if tags}


def tags_in_attribute(value: str) -> Tags:
    """Read an attribute such as ``subjects:Algebra,Geometry;languages:English``; ``%2C`` is a comma."""
    parts = (part.partition(":") for part in value.split(";"))
    return {
        _unquoted(taxonomy): tuple(dict.fromkeys(_unquoted(tag) for tag in tags.split(",") if tag))
        for taxonomy, _colon, tags in parts
        if taxonomy and tags
    }


def _unquoted(text: str) -> str:
    return valid_text(unquote(text))


def _first(rows: Iterable[Mapping[str, str | None]]) -> Iterator[Mapping[str, str | None]]:
    """Yield the rows of a table. Raises InvalidTagsError if there are more rows than there can be blocks."""
    for number, row in enumerate(rows):
        if number >= _MAX_ROWS:
            raise InvalidTagsError(
                _("%(file)s has more than %(limit)s rows: split the course.")
                % {"file": TAGS_FILE, "limit": f"{_MAX_ROWS:,}"},
                TAGS_FILE,
            )
        yield row


def _block(row: Mapping[str, str | None]) -> tuple[str, str]:
    name = row["ID"] or ""
    try:
        return row["Type"] or "", str(UsageKey.from_string(name).block_id)
    except InvalidKeyError:
        return row["Type"] or "", name


def _tags(row: Mapping[str, str | None]) -> Tags:
    return {
        taxonomy: tuple(dict.fromkeys(tag for part in values.split(";") if (tag := part.strip())))
        for taxonomy, values in row.items()
        if taxonomy and values and taxonomy not in _ABOUT_THE_BLOCK
    }
