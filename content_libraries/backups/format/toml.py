"""Writes TOML: tables of texts, numbers, flags, times, lists, and tables in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

type Value = str | int | bool | datetime | Sequence["Value"] | Mapping[str, "Value"]

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_DELETE: Final = "\x7f"


def dumps(document: Mapping[str, Value]) -> str:
    """
    Return a document as TOML.

    Args:
        document: tables by name. A list of tables becomes an array of tables.
    """
    return "\n".join(_table((), document)) + "\n"


def _table(path: tuple[str, ...], table: Mapping[str, Value]) -> Iterator[str]:
    nested: list[tuple[str, Value]] = []
    for name, value in table.items():
        if isinstance(value, Mapping) or _array_of_tables(value):
            nested.append((name, value))
        else:
            yield f"{_key(name)} = {_inline(value)}"
    for name, value in nested:
        inner = (*path, name)
        title = ".".join(_key(part) for part in inner)
        if isinstance(value, Mapping):
            yield f"\n[{title}]"
            yield from _table(inner, value)
        for item in _array_of_tables(value):
            yield f"\n[[{title}]]"
            yield from _table(inner, item)


def _array_of_tables(value: Value) -> list[Mapping[str, Value]]:
    """Return the tables of a list of tables; nothing if the value is anything else."""
    if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence):
        return []
    tables = [item for item in value if isinstance(item, Mapping)]
    return tables if len(tables) == len(value) else []


def _inline(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)} = {_inline(item)}" for name, item in value.items()) + "}"
    if not value:
        return "[]"
    if all(isinstance(item, str) for item in value):
        return "[\n" + "".join(f"    {_inline(item)},\n" for item in value) + "]"
    return "[" + ", ".join(_inline(item) for item in value) + "]"


def _text(text: str) -> str:
    # A basic string of TOML is a string of JSON, except that DEL must be escaped, too.
    return json.dumps(text, ensure_ascii=False).replace(_DELETE, "\\u007F")


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _text(name)
