"""Creates, publishes and deletes courses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..actors import Actor, is_operator
from ..errors import ConflictError, InvalidInputError, NotFoundError
from ..learning_core import api as learning_core
from ..libraries.api import author_pk
from ..olx.api import with_attributes
from . import hooks, roles
from .course_reader import CourseReader, find_course, learning_package_of, lock_course, require_run, root_key
from .data import ROOT, CourseContents, CoursePermission, CourseStructure
from .models import Course
from .permissions import access_course, require_create_course, require_in_course
from .plans import CoursePlan, CreateBlock
from .writing import MAX_DISPLAY_NAME, apply_plan


class CourseExistsError(ConflictError):
    """A course with this key already exists."""

    code = "course_exists"


_EMPTY: Final = f"<{ROOT}/>"


def create_course(course_key: CourseKey, *, user: Actor, display_name: str) -> Course:
    """
    Create a course with nothing but its root. Its creator becomes its administrator, unless it is the operator.

    Raises NotAllowedError, CourseExistsError, NotFoundError for a key without a run, and InvalidInputError for a name
    that is blank or too long.
    """
    require_run(course_key)
    require_create_course(user)
    if not 0 < len(display_name) <= MAX_DISPLAY_NAME:
        raise InvalidInputError(
            _("Give the course a name of up to %(limit)s characters.") % {"limit": MAX_DISPLAY_NAME},
            field="display_name",
        )
    with transaction.atomic():
        add_course(course_key, user=user, display_name=display_name)
        root = CreateBlock(root_key(course_key), with_attributes(_EMPTY, {"display_name": display_name}))
        apply_plan(course_key, CoursePlan((root,)), author_pk=author_pk(user))
    return find_course(course_key)


def add_course(course_key: CourseKey, *, user: Actor, display_name: str) -> Course:
    """Create the row, the learning package and the team of a course, without its root. Needs a transaction."""
    # A site may have known the course before it was kept here, because of the roles in it.
    course = Course.objects.filter(id=course_key).first() or Course(id=course_key, org=course_key.org or "")
    try:
        course.learning_package_id = learning_core.create_learning_package(str(course_key), title=display_name)
    except learning_core.PackageExistsError as error:
        raise CourseExistsError(_("There is a course “%(course)s” already.") % {"course": course_key}) from error
    course.display_name = display_name
    course.save()
    if not is_operator(user) and user.is_authenticated:
        roles.make_admin(user, course_key)
    return course


def delete_course(course_key: CourseKey, *, user: Actor) -> None:
    """
    Delete a course with everything in it, its history and its team. Only global staff and the operator may.

    Raises NotFoundError and NotAllowedError.
    """
    course = _course_to_delete(course_key, user)
    learning_package_pk = learning_package_of(course)
    with transaction.atomic():
        lock_course(course_key)
        hooks.after_delete(course_key)
        course.delete()
        learning_core.delete_learning_package(learning_package_pk)


def preview_course_deletion(course_key: CourseKey, *, user: Actor) -> CourseContents:
    """
    Count what ``delete_course`` deletes, in the draft of the course.

    Raises the same errors as ``delete_course``.
    """
    course = _course_to_delete(course_key, user)
    draft = CourseReader(course_key, "draft")
    return CourseContents(course.display_name, len(draft.rows), len(draft.stored_files))


def _course_to_delete(course_key: CourseKey, user: Actor) -> Course:
    course = access_course(user, course_key, CoursePermission.EDIT)
    require_create_course(user)
    return course


def publish_course(course_key: CourseKey, *, user: Actor, message: str = "") -> int | None:
    """
    Publish all changes of a course, files and deletions too. Needs PUBLISH.

    Returns: pk of the publish log; None when nothing had changed. Raises NotFoundError and NotAllowedError.
    """
    course = access_course(user, course_key, CoursePermission.PUBLISH)
    return learning_core.publish(learning_package_of(course), None, author_pk=author_pk(user), message=message)


def publish_block(usage_key: UsageKey, *, user: Actor, message: str = "") -> int | None:
    """
    Publish a block with everything in it. Needs PUBLISH.

    Also publishes what learners need to see the block: the files of the course, and those blocks above the block that
    are not published as holding it.

    Returns: pk of the publish log; None when nothing had changed. Raises NotFoundError and NotAllowedError.
    """
    course_key = usage_key.course_key
    require_in_course(user, course_key, CoursePermission.PUBLISH)
    draft, published = CourseReader(course_key, "draft"), CourseReader(course_key, "published")
    if usage_key not in draft.rows:
        raise NotFoundError(_("There is no “%(block)s”.") % {"block": usage_key})
    keys = [key for key, _depth in draft.structure.walk(usage_key)]
    keys += _blocks_above(usage_key, draft.structure, published.structure)
    pks = [draft.rows[key].entity_pk for key in keys]
    pks += sorted(draft.stored_files.keys() | published.stored_files.keys())
    return learning_core.publish(
        draft.learning_package_pk,
        _differing(draft, published, pks),
        author_pk=author_pk(user),
        message=message,
        with_contents=False,
    )


def publish_exactly(usage_keys: Sequence[UsageKey], *, user: Actor, message: str = "") -> int | None:
    """
    Publish exactly the given blocks of one course, and no block inside, above or beside them. Needs PUBLISH.

    Returns: pk of the publish log; None when nothing had changed. Raises NotFoundError and NotAllowedError.
    """
    course_key = usage_keys[0].course_key
    require_in_course(user, course_key, CoursePermission.PUBLISH)
    draft, published = CourseReader(course_key, "draft"), CourseReader(course_key, "published")
    for key in usage_keys:
        if key not in draft.rows:
            raise NotFoundError(_("There is no “%(key)s”.") % {"key": key})
    return learning_core.publish(
        draft.learning_package_pk,
        _differing(draft, published, [draft.rows[key].entity_pk for key in usage_keys]),
        author_pk=author_pk(user),
        message=message,
        with_contents=False,
    )


def _differing(draft: CourseReader, published: CourseReader, pks: list[int]) -> list[int]:
    """Return the entities whose draft differs from the published version."""
    changed = {row.entity_pk for row in draft.rows.values() if row.state.has_unpublished_changes}
    old, new = published.stored_files, draft.stored_files
    changed |= {pk for pk in old.keys() | new.keys() if old.get(pk) != new.get(pk)}
    return [pk for pk in dict.fromkeys(pks) if pk in changed]


def _blocks_above(key: UsageKey, draft: CourseStructure, published: CourseStructure) -> Iterator[UsageKey]:
    """Yield the blocks above a block that learners do not reach it through yet."""
    pending, seen = [key], {key}
    while pending:
        child = pending.pop()
        for parent in draft.parents.get(child, ()):
            if parent in seen or (child in published.children.get(parent, ()) and parent in published.reachable):
                continue
            seen.add(parent)
            pending.append(parent)
            yield parent
