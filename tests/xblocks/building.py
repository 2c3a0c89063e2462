"""Components as an import brings them."""

from __future__ import annotations

from django.contrib.auth.models import User

from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.api import package_pk
from content_libraries.libraries.models import ContentLibrary
from content_libraries.olx.api import CONTAINER_TAGS, OlxBlock


def write_component(library: ContentLibrary, user: User, block_type: str, code: str, olx: str) -> None:
    """Store a component, whatever its type."""
    learning_core.create_component(
        package_pk(library),
        block_type=block_type,
        component_code=code,
        title="Old",
        olx=olx,
        can_stand_alone=True,
        author_pk=user.pk,
    )


def leaves(block: OlxBlock) -> list[OlxBlock]:
    """The blocks below a block that would become components."""
    if block.tag not in CONTAINER_TAGS:
        return [block]
    return [leaf for child in block.children for leaf in leaves(child)]
