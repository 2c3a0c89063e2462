"""Finds the descriptor of a type, among the descriptors of this package and of other packages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from ..extensions import Extensions, load_extensions
from . import containers, others, problems, texts, videos
from .data import BlockType

GROUP: Final = "content_libraries.block_types"
"""The entry points by which packages add types."""

BUILT_IN: Final = (*containers.TYPES, *texts.TYPES, *problems.TYPES, *videos.TYPES, *others.TYPES)
"""The types that this package describes. A new module of types is added here."""


def block_type(name: str) -> BlockType:
    """Return the descriptor of a type, or a descriptor with only defaults."""
    return described_types().get(name) or BlockType(name=name)


@cache
def described_types() -> Mapping[str, BlockType]:
    """Return all types that are described, by name. The first call imports additions by other packages."""
    return {each.name: each for each in (*BUILT_IN, *added_types().found)}


@cache
def added_types() -> Extensions[BlockType]:
    """Load the types that other packages describe. Other packages cannot replace a type of this package."""
    return load_extensions(GROUP, BlockType, taken=[each.name for each in BUILT_IN])
