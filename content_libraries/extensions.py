"""
Loads additions by other installed packages, through entry points.

A room that takes additions has a group of entry points. It loads them when it first needs them, once in each process.
An entry point that cannot be used is logged and left out: the site runs without it, and ``manage.py check`` names it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

from django.core import checks
from django.utils.translation import gettext as _

from .findings import Finding

logger = logging.getLogger(__name__)


class Named(Protocol):
    """An object that a package adds."""

    @property
    def name(self) -> str:
        """Return its name, which no other addition of its group has."""


@dataclass(frozen=True, slots=True)
class Extensions[T]:
    """
    The additions by the entry points of a group.

    Args:
        group: the group.
        found: the objects, ordered by the names of their entry points.
        broken: name of an entry point that cannot be used -> why, for the operator of the site.
    """

    group: str
    found: tuple[T, ...]
    broken: Mapping[str, str]


def load_extensions[T: Named](group: str, kind: type[T], *, taken: Collection[str]) -> Extensions[T]:
    """
    Load the entry points of a group. Exceptions of entry points are caught. Takes as long as their imports.

    Args:
        group: the group of entry points.
        kind: the class of the objects that they have to name.
        taken: names that no addition can have.
    """
    found: dict[str, T] = {}
    broken: dict[str, str] = {}
    for entry_point in sorted(entry_points(group=group), key=lambda each: each.name):
        try:
            extension = _loaded(entry_point, kind, {*taken, *found})
        except Exception as error:  # code of another package
            logger.exception("The entry point “%s” of %s cannot be used.", entry_point.name, group)
            broken[entry_point.name] = f"{type(error).__name__}: {error}"
        else:
            found[extension.name] = extension
    return Extensions(group, tuple(found.values()), broken)


def findings_of(extensions: Extensions[Named]) -> list[Finding]:
    """Return the broken entry points of a group as findings of ``check_libraries``."""
    text = _("The entry point in %(group)s cannot be used: %(reason)s")
    return [
        Finding("extensions", name, text % {"group": extensions.group, "reason": reason})
        for name, reason in extensions.broken.items()
    ]


def warnings_of(extensions: Extensions[Named]) -> list[checks.CheckMessage]:
    """Return the broken entry points of a group as warnings of ``check``."""
    return [
        checks.Warning(
            f"The entry point “{name}” of {extensions.group} cannot be used: {reason}",
            hint="Mend or uninstall the package that declares it. The site runs without it.",
            id="content_libraries.W003",
        )
        for name, reason in extensions.broken.items()
    ]


def _loaded[T: Named](entry_point: EntryPoint, kind: type[T], taken: Collection[str]) -> T:
    extension = entry_point.load()
    if not isinstance(extension, kind):
        raise TypeError(f"{entry_point.value} is a {type(extension).__name__}, not a {kind.__name__}.")
    if extension.name in taken:
        raise ValueError(f"The name “{extension.name}” is taken.")
    return extension
