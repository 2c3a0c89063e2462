"""
Hooks: rooms above can refuse or adapt changes of courses, and are told of each change.

The sync room keeps its links in step with courses, and refuses edits inside of linked structures. It stands above this
room, so this room must not import it and calls it through a hook. Hooks run in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from opaque_keys.edx.keys import CourseKey

from .data import BlockCopy
from .plans import CoursePlan
from .store import Applied


class CourseHook(Protocol):
    """Functions of a room that this room calls when a course changes."""

    def before_edit(self, course_key: CourseKey, plan: CoursePlan) -> CoursePlan:
        """
        Check an edit of an author before it is made. The course is locked against other edits.

        Returns: the plan to apply; mostly the given one. Raises a ContentLibrariesError to refuse the edit.
        """

    def adapt_copies(self, copies: Sequence[BlockCopy]) -> Sequence[BlockCopy]:
        """
        Adapt copies of blocks before they are written.

        Args:
            copies: a block and the blocks below it, in document order.

        Returns: the same copies, possibly with another ``olx``.
        """

    def after_write(self, course_key: CourseKey, applied: Applied) -> None:
        """React to a change that has been written, by an author's edit or by another room's plan."""

    def after_load(self, course_key: CourseKey) -> None:
        """React to the load of an archive, which may have changed every block."""

    def after_delete(self, course_key: CourseKey) -> None:
        """Delete the data of the room about a course that is being deleted."""


_hooks: list[CourseHook] = []


def register_course_hook(hook: CourseHook) -> None:
    """Call a hook at every change of a course from now on. Registering a hook again has no effect."""
    if hook not in _hooks:
        _hooks.append(hook)


def before_edit(course_key: CourseKey, plan: CoursePlan) -> CoursePlan:
    """Pass an edit through all hooks: each gets the plan that the hook before it returned."""
    for hook in _hooks:
        plan = hook.before_edit(course_key, plan)
    return plan


def adapt_copies(copies: Sequence[BlockCopy]) -> Sequence[BlockCopy]:
    """Pass copies through all hooks: each gets the copies that the hook before it returned."""
    for hook in _hooks:
        copies = hook.adapt_copies(copies)
    return copies


def after_write(course_key: CourseKey, applied: Applied) -> None:
    """Tell all hooks of a change that has been written."""
    for hook in _hooks:
        hook.after_write(course_key, applied)


def after_load(course_key: CourseKey) -> None:
    """Tell all hooks of the load of an archive."""
    for hook in _hooks:
        hook.after_load(course_key)


def after_delete(course_key: CourseKey) -> None:
    """Tell all hooks of the deletion of a course."""
    for hook in _hooks:
        hook.after_delete(course_key)
