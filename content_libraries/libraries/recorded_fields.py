"""Changes fields of libraries as a part of a user action that can be undone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict, Unpack

from ..actors import Actor
from ..keys import LibraryLocatorV2
from ..learning_core import api as learning_core
from ..learning_core.api import Effect, EffectKind
from .access import get_library
from .lifecycle import update_library


class LibraryFields(TypedDict, total=False):
    """Fields of ``update_library``."""

    title: str
    description: str
    license: str
    allow_public_learning: bool
    allow_public_read: bool


def update_changed_fields(library_key: LibraryLocatorV2, *, user: Actor, **wanted: Unpack[LibraryFields]) -> None:
    """
    Change the fields of a library that differ, and record it as an effect of the user action that is under way.

    Raises the errors of ``update_library``.
    """
    now = _fields(library_key)
    before: dict[str, object] = {}
    changed: LibraryFields = {}
    for name, value in wanted.items():
        if value != now[name]:
            before[name] = now[name]
            changed[name] = value  # type: ignore[literal-required]
    if changed:
        update_library(library_key, user=user, **changed)
        learning_core.record_effects([Effect(EffectKind.FIELDS, str(library_key), before, dict(changed))])


def take_back_fields(library_key: LibraryLocatorV2, effects: Iterable[Effect], *, user: Actor) -> None:
    """
    Take back what a change set did to the fields of a library, as far as it is still there.

    Args:
        effects: effects of the set; other kinds are ignored.

    Raises the errors of ``update_library``.
    """
    now = _fields(library_key)
    for effect in effects:
        if effect.kind is EffectKind.FIELDS:
            earlier: LibraryFields = {}
            for name, value in effect.added.items():
                if now.get(name) == value:
                    earlier[name] = effect.removed[name]  # type: ignore[literal-required]
            update_changed_fields(library_key, user=user, **earlier)


def _fields(library_key: LibraryLocatorV2) -> dict[str, object]:
    library = get_library(library_key)
    package = library.learning_package
    return {
        "title": library.title,
        "description": "" if package is None else package.description,
        **{name: getattr(library, name) for name in library.SETTINGS},
    }
