"""
Checks whether a library item can be reused in a place of a course (wire: sync-rows).

Pickers of items show the result, and creating and pasting blocks are refused accordingly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ... import conf
from ...actors import Actor
from ...block_types.api import may_hold_in_course
from ...content.api import block_class
from ...courses.api import CoursePermission, CourseStructure, course_store, require_in_course
from ...errors import NotFoundError
from ...keys import ItemKey, LibraryContainerLocator, library_key_of
from ..data import LinkState
from ..errors import LinkedStructureError, LinkError, UnfitParentError, UnsupportedTypeError
from ..link.access import libraries_closed_to_reuse
from ..link.attributes import course_type_of, key_or_none
from ..link.explanations import explain
from ..link.upstreams import Upstreams, read_upstreams
from .edits import refuse_linked_parents


@dataclass(frozen=True, slots=True)
class ReuseCheck:
    """
    The result of a check whether a library item can be reused in a place.

    Args:
        upstream: the key of the item, as the caller gave it.
        problem: why it cannot be reused, as a LinkState or the code of a LinkError; None if it can.
        message: the problem as a message for the author.
    """

    upstream: str
    problem: str | None = None
    message: str = ""


def check_reuse(upstreams: Sequence[str], *, parent_key: UsageKey, user: Actor) -> list[ReuseCheck]:
    """
    Check for each of some library items whether it can be reused in a place of a course.

    Needs a few queries for each library.

    Args:
        upstreams: keys of components and containers.
        parent_key: the block that would hold the items.
        user: needs EDIT in the course.

    Raises NotFoundError for the parent, and NotAllowedError.
    """
    require_in_course(user, parent_key.course_key, CoursePermission.EDIT)
    structure = course_store().structure(parent_key.course_key)
    if parent_key not in structure.blocks:
        raise NotFoundError(_("There is no “%(block)s”.") % {"block": parent_key})
    try:
        refuse_linked_parents([parent_key], structure)
    except LinkedStructureError as error:
        return [ReuseCheck(text, error.code, error.message) for text in upstreams]
    keys = {text: key for text in upstreams if (key := key_or_none(text)) is not None}
    published = read_upstreams(keys.values())
    closed = libraries_closed_to_reuse(user, {str(library_key_of(key)) for key in keys.values()})
    found = []
    for text in upstreams:
        state = _problem_state(keys.get(text), published, closed)
        if state is not None:
            found.append(ReuseCheck(text, state, explain(state, text, parent_key)))
        else:
            found.append(_check_fit(text, keys[text], parent_key, structure))
    return found


def refuse_unfit_item(key: ItemKey, parent_key: UsageKey) -> None:
    """Raise UnsupportedTypeError, UnfitParentError or NotFoundError unless an item can be reused in a place."""
    refuse_unsupported_type(key)
    refuse_unfit_parent(course_store().structure(parent_key.course_key), parent_key, course_type_of(key))


def refuse_unfit_parent(structure: CourseStructure, parent_key: UsageKey, block_type: str) -> None:
    """Raise NotFoundError for the parent, and UnfitParentError unless it can hold a block of this type."""
    if parent_key not in structure.blocks:
        raise NotFoundError(_("There is no “%(block)s”.") % {"block": parent_key})
    if not (structure.blocks[parent_key].holds_blocks and may_hold_in_course(parent_key.block_type, block_type)):
        raise UnfitParentError(parent_key, block_type)


def refuse_unsupported_type(key: ItemKey) -> None:
    """Raise UnsupportedTypeError for a component of a type that courses of this site cannot have."""
    if not is_supported(key):
        raise UnsupportedTypeError(key, course_type_of(key))


def is_supported(key: ItemKey) -> bool:
    """Return whether courses of this site can have blocks of an item's type. True for all containers."""
    return isinstance(key, LibraryContainerLocator) or is_supported_type(key.block_type)


def is_supported_type(block_type: str) -> bool:
    """Return whether courses of this site can have blocks of a component's type."""
    return block_type not in conf.COURSE_DISABLED_BLOCKS.value and block_class(block_type) is not None


def _problem_state(key: ItemKey | None, published: Upstreams, closed: frozenset[str]) -> LinkState | None:
    if key is None:
        return LinkState.MALFORMED
    return LinkState.INACCESSIBLE if str(library_key_of(key)) in closed else published.problem_of(key)


def _check_fit(text: str, key: ItemKey, parent_key: UsageKey, structure: CourseStructure) -> ReuseCheck:
    try:
        refuse_unsupported_type(key)
        refuse_unfit_parent(structure, parent_key, course_type_of(key))
    except LinkError as error:
        return ReuseCheck(text, error.code, error.message)
    return ReuseCheck(text)
