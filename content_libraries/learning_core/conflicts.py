"""Explains integrity errors of the database to authors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError
from django.utils.translation import gettext as _

from ..errors import ConflictError, InvalidInputError

CODE_CHECK = "_code_regex"
"""Part of the names of Learning Core's constraints on codes."""


@contextmanager
def integrity_explained() -> Iterator[None]:
    """
    Turn integrity errors of the block into errors of this app.

    Two writers that do not wait for each other collide in unique version numbers and codes: ConflictError. Databases
    differ in which characters of a code they regard as letters (MariaDB: ASCII only): InvalidInputError.
    """
    try:
        yield
    except IntegrityError as error:
        if CODE_CHECK in str(error):
            raise InvalidInputError(
                _("The database of this site takes only the letters A to Z, digits, “.”, “-” and “_” in IDs.")
            ) from error
        raise ConflictError(_("Somebody else changed this at the same time. Reload it, then try again.")) from error
