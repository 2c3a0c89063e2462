"""Reports of which components of a library can be rendered, by block type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ..actors import Actor
from ..content.api import list_components
from ..errors import ContentLibrariesError
from ..keys import LibraryLocatorV2, LibraryUsageLocatorV2
from .data import STUDENT_VIEW
from .rendering import render_view

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class BlockReport:
    """
    The result of rendering one component.

    Args:
        key: the component.
        notice: why a notice takes the place of the block; "" if the block was rendered.
    """

    key: LibraryUsageLocatorV2
    notice: str


@dataclass(frozen=True, slots=True)
class TypeReport:
    """The number of rendered components of a type, and the number of other components for each reason."""

    rendered: int
    notices: Mapping[str, int]


def report_blocks(library_key: LibraryLocatorV2, *, user: Actor) -> Iterator[BlockReport]:
    """
    Render the draft of every component of a library for learners, one after the other. Needs VIEW.

    Yields: the result for each, in the order of their creation. Raises NotFoundError and NotAllowedError.
    """
    components = list_components(library_key, user=user)
    for start in range(0, len(components), _AT_ONCE):
        for item in components[start : start + _AT_ONCE]:
            if isinstance(item.key, LibraryUsageLocatorV2):
                yield BlockReport(item.key, _notice(item.key, user))


def _notice(key: LibraryUsageLocatorV2, user: Actor) -> str:
    try:
        return render_view(key, STUDENT_VIEW, user=user).notice
    except ContentLibrariesError as error:
        return error.message


def summarize_reports(reports: Iterator[BlockReport]) -> dict[str, TypeReport]:
    """Count, for each block type, the rendered components and the notices. The types are sorted."""
    rendered: dict[str, int] = {}
    notices: dict[str, dict[str, int]] = {}
    for report in reports:
        block_type = report.key.block_type
        of_type = notices.setdefault(block_type, {})
        rendered[block_type] = rendered.get(block_type, 0) + (not report.notice)
        if report.notice:
            of_type[report.notice] = of_type.get(report.notice, 0) + 1
    return {block_type: TypeReport(rendered[block_type], notices[block_type]) for block_type in sorted(rendered)}
