"""Parses the keys that bodies and queries of requests name. Keys in URLs are parsed by ``converters``."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import InvalidInputError, MalformedKeyError


def named_key[KeyT](
    parse: Callable[[str], KeyT], text: str, *, field: str | None = None, as_list: bool = False
) -> KeyT:
    """
    Parse a key that a field of a request names. Raises InvalidInputError, which is a 400.

    Args:
        parse: a function of ``keys``.
        field: the field, for the message; None if clients know the error without a field.
        as_list: whether clients read a list of messages from the field.
    """
    try:
        return parse(text)
    except MalformedKeyError as error:
        raise InvalidInputError(error.message, field=field, as_list=as_list) from None
