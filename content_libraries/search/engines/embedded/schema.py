"""
The layout of documents in the embedded engine.

Each document is stored whole, as JSON. Two things are indexed beside it: the attributes to filter, count and sort by,
under their own names; and the words, in one field for each kind of place where words can be found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import tantivy

from ...engine import FILTERABLE, FILTERABLE_NUMBERS, FILTERABLE_TEXTS, SORTABLE, Document, raw_values_at, values_at
from ...words import fold, words

SCHEMA_VERSION: Final = 3
"""
Raise this number whenever this module or ``words`` puts something else into the index; for changes of the documents
there is ``DOCUMENTS_VERSION``. A new version begins with an empty index, which fills itself at the next
catch-up.
"""

ID: Final = "id"
STORED: Final = "stored"
TITLE_ORDER: Final = "order.display_name"
PRESENCE: Final = "presence"
"""Field of the marks that ``exists_mark`` and its like make."""

NUMBERS: Final = tuple(sorted({*FILTERABLE_NUMBERS, *SORTABLE} - {"display_name"}))


def exists_mark(attribute: str) -> str:
    """Return the mark of documents that have the attribute."""
    return f"exists:{attribute}"


def null_mark(attribute: str) -> str:
    """Return the mark of documents whose attribute is null."""
    return f"null:{attribute}"


def empty_mark(attribute: str) -> str:
    """Return the mark of documents whose attribute is an empty text, list or object."""
    return f"empty:{attribute}"


def _presence_marks(document: Document) -> Iterator[str]:
    for attribute in FILTERABLE:
        found = raw_values_at(document, attribute)
        if found:
            yield exists_mark(attribute)
        if None in found:
            yield null_mark(attribute)
        if any(value in ("", [], {}) for value in found):
            yield empty_mark(attribute)


def _strings(value: object) -> Iterator[str]:
    """
    Yield all strings in a value.

    The keys of children are left out: they would make the type of every child a common word.
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name != "child_usage_keys":
                yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _strings_of(*attributes: str) -> Callable[[Document], Iterable[str]]:
    return lambda document: [text for attribute in attributes for text in _strings(document.get(attribute))]


WORD_FIELDS: Final[Mapping[str, Callable[[Document], Iterable[str]]]] = {
    "words.title": _strings_of("display_name"),
    "words.block_id": _strings_of("block_id"),
    "words.text": _strings_of("content", "description"),
    "words.tags": _strings_of("tags"),
    "words.collections": _strings_of("collections"),
    "words.published": _strings_of("published"),
    "words.licenses": _strings_of("license_texts"),
}
"""
The fields that words are found in, by falling weight (wire: search-settings), and the function that fills each field.
"""


def make_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(ID, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field(STORED, stored=True)
    builder.add_text_field(PRESENCE, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(TITLE_ORDER, fast=True, tokenizer_name="raw", index_option="basic")
    for attribute in FILTERABLE_TEXTS:
        builder.add_text_field(attribute, fast=True, tokenizer_name="raw", index_option="basic")
    for attribute in NUMBERS:
        builder.add_float_field(attribute, indexed=True, fast=True)
    for field in WORD_FIELDS:
        # Words are cut before, by our own rules; white space is all that is left to split at.
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="position")
    return builder.build()


def to_row(document: Document) -> tantivy.Document:
    """Convert a document to a row of the index."""
    row = tantivy.Document()
    row.add_text(ID, document["id"])
    row.add_bytes(STORED, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
    row.add_text(TITLE_ORDER, fold(document.get("display_name") or ""))
    for mark in _presence_marks(document):
        row.add_text(PRESENCE, mark)
    for attribute in FILTERABLE_TEXTS:
        for value in values_at(document, attribute):
            row.add_text(attribute, str(value))
    for attribute in NUMBERS:
        for value in values_at(document, attribute):
            row.add_float(attribute, float(value))
    for field, strings in WORD_FIELDS.items():
        # The same text is often there twice, as content and as description.
        if found := " ".join(" ".join(words(text)) for text in dict.fromkeys(strings(document))):
            row.add_text(field, found)
    return row


def from_row(row: tantivy.Document) -> dict[str, Any]:
    """Return the stored document."""
    document: dict[str, Any] = json.loads(row.get_first(STORED) or b"{}")
    return document
