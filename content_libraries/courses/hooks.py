"""
What rooms above have to say about changes of courses, and are told of them.

Sync keeps its links in step with courses, and refuses edits inside of what is linked; it stands above this room, which
calls it through here. Everything happens in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from opaque_keys.edx.keys import CourseKey

from .data import BlockCopy
from .plans import CoursePlan
from .store import Applied


class CourseHook(Protocol):
    """What a room does about changes of courses."""

    def before_edit(self, course_key: CourseKey, plan: CoursePlan) -> CoursePlan:
        """
        Look at an edit of an author before it is made. The course is locked against other edits.

        Returns: what shall be done instead; mostly the same plan. Raises an error of ours to refuse it.
        """

    def adapt_copies(self, copies: Sequence[BlockCopy]) -> Sequence[BlockCopy]:
        """
        Say what copies of blocks, which are about to be written, shall say instead.

        Args:
            copies: a block and what is below it, in document order.

        Returns: the same copies, mostly with other elements.
        """

    def after_write(self, course_key: CourseKey, applied: Applied) -> None:
        """Follow a change that has been written, whoever made it."""

    def after_load(self, course_key: CourseKey) -> None:
        """Follow the load of an archive, which may have changed everything."""

    def after_delete(self, course_key: CourseKey) -> None:
        """Forget a course."""


_hooks: list[CourseHook] = []


def register_course_hook(hook: CourseHook) -> None:
    """Call a hook at every change of a course from now on. One that is registered already is not called twice."""
    if hook not in _hooks:
        _hooks.append(hook)


def before_edit(course_key: CourseKey, plan: CoursePlan) -> CoursePlan:
    """Ask all hooks, each about what the one before made of the plan."""
    for hook in _hooks:
        plan = hook.before_edit(course_key, plan)
    return plan


def adapt_copies(copies: Sequence[BlockCopy]) -> Sequence[BlockCopy]:
    """Ask all hooks, each about what the one before made of the copies."""
    for hook in _hooks:
        copies = hook.adapt_copies(copies)
    return copies


def after_write(course_key: CourseKey, applied: Applied) -> None:
    """Tell all hooks."""
    for hook in _hooks:
        hook.after_write(course_key, applied)


def after_load(course_key: CourseKey) -> None:
    """Tell all hooks."""
    for hook in _hooks:
        hook.after_load(course_key)


def after_delete(course_key: CourseKey) -> None:
    """Tell all hooks."""
    for hook in _hooks:
        hook.after_delete(course_key)
