"""Chooses the codes of imported items: the part of a key that is local to the library."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from django.utils.text import slugify
from django.utils.translation import gettext as _

from ...errors import InvalidInputError
from ...learning_core.api import CodesInUse
from ..data import PlannedBlock

MAX_CODE: Final = 150
"""Keys have to fit into 255 characters together with the library's part."""

MAX_SUFFIX: Final = 1000
"""How many items may have numbered forms of one code; more are an error of the source (wire: imports-options)."""


def code_from_id(url_name: str, *, is_ascii: bool = False) -> str:
    """
    Make a code from the ID of a source block: characters that keys cannot have become ``_``.

    Args:
        is_ascii: keep only ASCII letters. Letters lose their accents. An ID without any ASCII letter or digit becomes a
            digest, which is the same in every import.
    """
    if is_ascii and not url_name.isascii():
        kept = unicodedata.normalize("NFKD", url_name).encode("ascii", "ignore").decode()
        digest = hashlib.blake2b(url_name.encode(), digest_size=5).hexdigest()
        url_name = kept if re.search("[a-zA-Z0-9]", kept) else f"id-{digest}"
    return re.sub(r"[^\w.-]", "_", url_name)[:MAX_CODE]


def code_from_title(title: str, url_name: str, *, is_ascii: bool = False) -> str:
    """Make an ASCII code from a title, or from the ID if the title has no letters for a code."""
    return slugify(title)[:MAX_CODE] or code_from_id(url_name, is_ascii=is_ascii)


@dataclass(slots=True)
class CodeAllocator:
    """
    Hands out codes that no item of a library has, not even a deleted one.

    Components have a name space for each type; all containers share one.
    """

    components: set[tuple[str, str]]
    containers: set[str]

    @classmethod
    def avoiding(cls, taken: CodesInUse, made: Collection[PlannedBlock] = ()) -> CodeAllocator:
        """Make an allocator that avoids the codes in use, and the codes of items that earlier plans will make."""
        components = {(block.item_type, block.code) for block in made if not block.is_container}
        containers = {block.code for block in made if block.is_container}
        return cls(components | taken.components, containers | taken.containers)

    def component(self, block_type: str, wanted: str) -> str:
        """Take a free code for a component. Raises InvalidInputError after MAX_SUFFIX attempts."""
        code = self.free_component(block_type, wanted)
        self.components.add((block_type, code))
        return code

    def free_component(self, block_type: str, wanted: str) -> str:
        """Return the code that ``component`` would take, without taking it."""
        return next(code for code in _candidates(wanted) if (block_type, code) not in self.components)

    def container(self, wanted: str) -> str:
        """Take a free code for a container. Raises InvalidInputError after MAX_SUFFIX attempts."""
        code = next(code for code in _candidates(wanted) if code not in self.containers)
        self.containers.add(code)
        return code


def _candidates(wanted: str) -> Iterator[str]:
    yield wanted
    for number in count(1):
        if number > MAX_SUFFIX:
            raise InvalidInputError(
                _("The library already has %(limit)s items named like “%(name)s”. Rename the item in its source.")
                % {"limit": MAX_SUFFIX, "name": wanted}
            )
        yield f"{wanted}_{number}"
