"""Makes blocks and collections of questions that are sorted into categories."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from django.utils.text import slugify

from ...olx.api import OlxBlock
from .data import Question
from .making import BlockMaker


@dataclass(slots=True)
class Banks:
    """
    Collects the questions of a file.

    Attributes:
        make: makes the blocks.
        blocks: the blocks of all questions, in their order.
    """

    make: BlockMaker = field(default_factory=BlockMaker)
    blocks: list[OlxBlock] = field(default_factory=list)
    _of_category: dict[str, list[OlxBlock]] = field(default_factory=dict)
    _same: Counter[tuple[str, str]] = field(default_factory=Counter)

    def identifier(self, category: str, title: str) -> str:
        """
        Return an identifier for a question that has none. It stays the same while category and title stay the same.

        Questions that share both are told apart by their order.
        """
        number = self._same[category, title]
        self._same[category, title] += 1
        digest = hashlib.blake2b(f"{category}\0{title}\0{number}".encode(), digest_size=5).hexdigest()
        return f"{slugify(title)[:60] or 'question'}-{digest}"

    def add(self, category: str, question: Question, *, path: str = "") -> None:
        """Make the block of a question, and add it to a category; "" means no category."""
        block = self.make.question(question, path=path)
        self.blocks.append(block)
        self._of_category.setdefault(category, []).append(block)

    def collect(self) -> None:
        """Make a collection of each category, with the last part of its path as its title."""
        for category, blocks in self._of_category.items():
            if category:
                self.make.collect(category, title_of_category(category), blocks)


def title_of_category(path: str) -> str:
    """Return the title of a category: the last part of its path. A "//" in the path is a slash in a title."""
    parts = [part.strip() for part in path.replace("//", "\0").split("/")]
    return next((part.replace("\0", "/") for part in reversed(parts) if part), path)
