"""Sets blocks and files of a course to earlier versions, for the room that undoes change sets and restores versions."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from opaque_keys.edx.keys import CourseKey

from ..learning_core import api as learning_core
from ..olx.api import settings_in
from . import hooks
from .course_reader import CourseReader, lock_course
from .models import BlockDefinition
from .placing import block_keys_of
from .store import Applied
from .writing import MAX_DISPLAY_NAME


def move_course_drafts(
    course_key: CourseKey, versions: Mapping[int, int | None], *, author_pk: int | None
) -> int | None:
    """
    Set the drafts of blocks and files to other versions of the same blocks and files, in one change set.

    Checks no permission. The caller makes sure that each block has one place afterwards. Course hooks hear of the
    change, so links follow.

    Args:
        versions: entity pk -> version pk; None deletes.
        author_pk: the user; None for the site itself.

    Returns: pk of the draft change log; None if nothing had to change. Raises NotFoundError if Learning Core does not
    keep the course.
    """
    with transaction.atomic():
        lock_course(course_key)
        reader = CourseReader(course_key, "draft")
        log_pk = learning_core.move_drafts(reader.learning_package_pk, versions, author_pk=author_pk)
        if log_pk is None:
            return None
        blocks = {key: versions[entity_pk] for entity_pk, key in block_keys_of(versions).items()}
        kept = {key: pk for key, pk in blocks.items() if pk is not None}
        numbers = learning_core.version_nums(kept.values())
        hooks.after_write(
            course_key,
            Applied(
                change_set=log_pk,
                versions={key: numbers[pk] for key, pk in kept.items()},
                deleted=frozenset(blocks.keys() - kept.keys()),
            ),
        )
        _follow_display_name(course_key, reader)
    return log_pk


def earlier_definitions(version_pks: Collection[int]) -> dict[int, str]:
    """
    Read the OLX that blocks had in versions, without the blocks in them.

    Returns: version pk -> OLX. Versions whose OLX is not kept any more are left out.
    """
    texts: dict[int, str] = {}
    for part in learning_core.in_parts(version_pks):
        texts.update(BlockDefinition.objects.filter(version__in=part).values_list("version_id", "olx"))
    return texts | learning_core.olx_of(pk for pk in version_pks if pk not in texts)


def _follow_display_name(course_key: CourseKey, reader: CourseReader) -> None:
    """Save the display name of the root in the course's row, which lists of courses show."""
    root = reader.structure.root
    olx = CourseReader(course_key, "draft").definitions([root]).get(root)
    name = settings_in(olx).get("display_name") if olx else None
    if name and name[:MAX_DISPLAY_NAME] != reader.course.display_name:
        reader.course.display_name = name[:MAX_DISPLAY_NAME]
        reader.course.save(update_fields=["display_name"])
