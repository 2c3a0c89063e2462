"""Finds and renames the static files that the OLX of a block refers to."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from ..olx import api as olx_api
from ..olx.api import OlxBlock, StaticFile, StaticNames
from .registry import block_type


def resolve_references(block: OlxBlock, names: StaticNames) -> dict[str, StaticFile]:
    """
    Return the static files that a block refers to, by the name that its OLX uses.

    These are paths below ``/static/``, asset keys, files that blocks of its type name without a path, files that they
    use without naming them, and files that any of these files name. A reference works if a file with this name is
    stored with the block.
    """
    described = block_type(block.tag)
    named = chain(described.named_files(block), described.shared_files(block))
    return names.with_linked(olx_api.resolve_references(block, names, named=named))


def missing_files(block: OlxBlock, names: StaticNames) -> tuple[str, ...]:
    """Return the names of static files that a block refers to, in any of these ways, and that are not there."""
    return olx_api.missing_references(block, names, named=block_type(block.tag).named_files(block))


def with_renamed_files(olx: str, names: Mapping[str, str]) -> str:
    """
    Rename the static files that a block refers to. Every other byte stays unchanged.

    Args:
        olx: the OLX of the block.
        names: name below ``static/`` -> new name below it. References to other files stay.
    """
    if not names:
        return olx
    return olx_api.with_renamed_files(olx, names, naming_tags=block_type(olx_api.root_tag(olx)).naming_tags)
