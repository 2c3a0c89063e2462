"""Takes typed values out of tables of TOML and objects of JSON that anybody may have written."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ...translation import gettext as _
from .errors import ProblemCode, ProblemError

MAX_TEXT: Final = 10_000
MAX_NUMBER: Final = 100_000_000
"""The highest number of a version. There has to be room for later ones."""

_MAX_KEY_PARTS: Final = 100
_MAX_JSON_DEPTH: Final = 50

_FOREIGN: Final = re.compile(r"(?:id|pk|uuid|user|owner|team|roles?|permissions?|.*_(?:id|pk|uuid|user|owner))")
"""
Names of fields that only the site that restores may decide about: ids of rows, owners, rights.

No writer of archives writes such fields, so their presence means that somebody tries to get rights by an archive.
"""


class Fields:
    """A table of a member. Every method raises ProblemError, which names the member and the field."""

    def __init__(self, member: str, values: object, *, table: str = "") -> None:
        self.member = member
        self.table = table
        if not isinstance(values, Mapping):
            raise self.problem(_("“%(field)s” of %(member)s has to be a table."), table)
        self._values: Mapping[str, Any] = values
        for name in values:
            if _FOREIGN.fullmatch(str(name)):
                text = _("“%(field)s” of %(member)s is for the site to decide, and no archive may set it.")
                raise self.problem(text, str(name), ProblemCode.FOREIGN_FIELD)

    def problem(self, text: str, field: str, code: ProblemCode = ProblemCode.INVALID_FIELD) -> ProblemError:
        """Return an error about a field; ``text`` has places for ``field`` and ``member``."""
        name = ".".join(part for part in (self.table, field) if part) if field != self.table else field
        return ProblemError(code, self.member, text % {"field": name[:200], "member": self.member})

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def names(self) -> list[str]:
        """Return the names of all fields."""
        return list(self._values)

    def value(self, name: str) -> object:
        """Return a value of any type; None if it is missing."""
        return self._values.get(name)

    def text(self, name: str, *, limit: int = MAX_TEXT, default: str | None = None) -> str:
        """Return a text. A missing text is an error without a default."""
        value = self._values.get(name, default)
        if not isinstance(value, str):
            raise self.problem(_("“%(field)s” of %(member)s has to be a text."), name)
        if len(value) > limit:
            raise self.problem(_("“%(field)s” of %(member)s is too long."), name)
        if "\0" in value:
            raise self.problem(_("“%(field)s” of %(member)s has a NUL character."), name)
        return value

    def number(self, name: str) -> int:
        """Return a number of a version: 1 or more."""
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_NUMBER:
            raise self.problem(_("“%(field)s” of %(member)s has to be a number, from 1."), name)
        return value

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """Return a flag. A missing flag is an error without a default."""
        value = self._values.get(name, default)
        if not isinstance(value, bool):
            raise self.problem(_("“%(field)s” of %(member)s has to be true or false."), name)
        return value

    def moment(self, name: str, *, default: datetime | None = None) -> datetime:
        """Return a time. A missing time is an error without a default. A time without a zone is in UTC."""
        value = self._values.get(name, default)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                value = None
        if not isinstance(value, datetime) or not 1970 <= value.year <= 9000:
            raise self.problem(_("“%(field)s” of %(member)s has to be a time."), name)
        return value if value.tzinfo else value.replace(tzinfo=UTC)

    def table_of(self, name: str) -> Fields:
        """Return a nested table; an empty one if it is missing."""
        return Fields(self.member, self._values.get(name, {}), table=f"{self.table}.{name}".lstrip("."))

    def tables(self, name: str) -> list[Fields]:
        """Return a list of tables; an empty list if it is missing."""
        return [Fields(self.member, value, table=f"{self.table}.{name}".lstrip(".")) for value in self.items(name)]

    def items(self, name: str) -> list[Any]:
        """Return a list of anything; an empty list if it is missing."""
        value = self._values.get(name, [])
        if not isinstance(value, list):
            raise self.problem(_("“%(field)s” of %(member)s has to be a list."), name)
        return value

    def texts(self, name: str, *, limit: int = MAX_TEXT) -> tuple[str, ...]:
        """Return a list of texts; an empty list if it is missing."""
        values = self.items(name)
        if not all(isinstance(value, str) and len(value) <= limit for value in values):
            raise self.problem(_("“%(field)s” of %(member)s has to be a list of texts."), name)
        return tuple(values)

    def settings(self, name: str) -> Mapping[str, Any]:
        """Return settings of a container: an object, or its JSON; an empty one if it is missing."""
        value = self._values.get(name, {})
        if isinstance(value, str):
            value = json_object(self.member, value.encode()) if value else {}
        if not isinstance(value, dict):
            raise self.problem(_("“%(field)s” of %(member)s has to be an object."), name)
        return value


def toml_table(member: str, data: bytes) -> Fields:
    """Parse a TOML file. Raises ProblemError."""
    if any(line.partition(b"=")[0].count(b".") > _MAX_KEY_PARTS for line in data.splitlines()):
        text = _("%(name)s has a key of too many parts.")
        raise ProblemError(ProblemCode.NOT_TOML, member, text % {"name": member})
    try:
        return Fields(member, tomllib.loads(data.decode()))
    except RecursionError:
        text = _("%(name)s is nested too deeply.")
        raise ProblemError(ProblemCode.NOT_TOML, member, text % {"name": member}) from None
    except ValueError as error:
        text = _("%(name)s is not a TOML file: %(problem)s")
        raise ProblemError(ProblemCode.NOT_TOML, member, text % {"name": member, "problem": error}) from error


def json_fields(member: str, line: bytes) -> Fields:
    """Parse a line with an object of JSON. Raises ProblemError."""
    return Fields(member, json_object(member, line))


def json_object(member: str, line: bytes) -> Mapping[str, Any]:
    """Parse an object of JSON. Raises ProblemError, also for texts that no database takes, and deep nesting."""
    try:
        value = json.loads(line)
        if not isinstance(value, dict):
            raise ValueError(type(value).__name__)
        if b"\\u0000" in line:
            raise ValueError("NUL")
        _check_depth(value)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()  # half of a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        text = _("%(name)s has a line that is not an object of JSON: %(problem)s")
        raise ProblemError(ProblemCode.NOT_JSON, member, text % {"name": member, "problem": error}) from error
    return value


def _check_depth(value: object) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > _MAX_JSON_DEPTH:
            raise ValueError("nested too deeply")
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
