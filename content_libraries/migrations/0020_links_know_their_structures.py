"""
Rows of links whose blocks name their structure as the platform does, ``TYPE:BLOCK_ID``, did not know it.

What blocks say is read through the course store, for nothing else knows where a site keeps its courses. The rows are
changed as they are at this migration. ``check_libraries --repair`` does the same at any time.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from content_libraries.errors import NotFoundError


def name_structures(apps: Any, schema_editor: Any) -> None:
    links = apps.get_model("content_libraries", "CourseLink").objects.filter(top_level_parent_key=None)
    for course_key in set(links.values_list("course_key", flat=True)):
        for usage_key, top in _tops(course_key).items():
            if top is not None:
                links.filter(downstream_key=usage_key).update(top_level_parent_key=top)


def _tops(course_key: Any) -> Any:
    from content_libraries.sync.link.rows import tops_by_blocks

    try:
        return tops_by_blocks(course_key)
    except NotFoundError:  # a row that is left over from a deleted course
        return {}


class Migration(migrations.Migration):
    dependencies = [
        ("content_libraries", "0019_legacy_requests"),
    ]

    operations = [
        migrations.RunPython(name_structures, migrations.RunPython.noop, elidable=True),
    ]
