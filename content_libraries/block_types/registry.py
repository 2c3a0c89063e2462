"""Finding the descriptor of a type: those of this package, and those that sites add."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from . import containers, others, problems, texts, videos
from .data import BlockType

BUILT_IN: Final = (*containers.TYPES, *texts.TYPES, *problems.TYPES, *videos.TYPES, *others.TYPES)
"""The types that this package describes. A new module of types is added here."""


def block_type(name: str) -> BlockType:
    """Return the descriptor of a type; one with nothing but defaults for a type that nobody has described."""
    return _described().get(name) or BlockType(name=name)


@cache
def _described() -> Mapping[str, BlockType]:
    return {each.name: each for each in BUILT_IN}
