"""Draws and stores the secret key, and refuses keys that an attacker could guess and log in with as any user."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from django.core.management.utils import get_random_secret_key

MIN_LENGTH: Final = 50
MIN_DIFFERENT: Final = 16
"""Drawn keys of 50 characters have about 30 different ones."""

_KNOWN: Final = (
    "insecure",
    "changeme",
    "change-me",
    "change_me",
    "change me",
    "secretkey",
    "secret-key",
    "secret_key",
    "your-",
    "your_",
    "yoursecret",
    "password",
    "placeholder",
    "replace",
    "example",
    "0123456789",
    "abcdefghij",
    "qwertyuiop",
)
"""Parts of keys in guides, templates and tests, which a drawn key hardly ever has."""


class GuessableKeyError(RuntimeError):
    """Says why a key is refused, and how to make one. The message does not contain the key: messages get into logs."""


def stored_secret_key(folder: Path) -> str:
    """
    Return the key that a folder keeps, which is drawn at the first start.

    Processes that start at the same time get the same key: the file appears with its content, or is there already.
    """
    key_file = folder / "secret_key"
    if not key_file.exists():
        with NamedTemporaryFile("w", dir=folder, prefix="secret_key-") as drawn:
            drawn.write(get_random_secret_key())
            drawn.flush()
            with suppress(FileExistsError):
                os.link(drawn.name, key_file)
    return key_file.read_text()


def check_secret_key(key: str) -> None:
    """Raise GuessableKeyError for a ``SECRET_KEY`` that is short, monotonous, or known from examples."""
    lower = key.lower()
    if len(key) < MIN_LENGTH:
        problem = f"has {len(key)} characters; it needs {MIN_LENGTH}"
    elif len(set(key)) < MIN_DIFFERENT:
        problem = f"has {len(set(key))} different characters; it needs {MIN_DIFFERENT}"
    elif known := next((part for part in _KNOWN if part in lower), None):
        problem = f"contains “{known}”, as keys of examples do"
    else:
        return
    raise GuessableKeyError(
        f"SECRET_KEY {problem}. Draw one with: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
