"""
Rows of links to containers know what is in their blocks, and which lists of children an author has declined.

What is in them is read through the course store, for nothing else knows where a site keeps its courses.
``check_libraries --repair`` does the same at any time.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from content_libraries.errors import NotFoundError


def name_children(apps: Any, schema_editor: Any) -> None:
    links = apps.get_model("content_libraries", "CourseLink").objects.filter(is_container=True)
    for course_key in set(links.values_list("course_key", flat=True)):
        for usage_key, children in _children(course_key).items():
            names = [str(child) for child in children]
            links.filter(downstream_key=usage_key).update(block_children=names)


def _children(course_key: Any) -> Any:
    from content_libraries.courses.api import course_store

    try:
        return course_store().structure(course_key).children
    except NotFoundError:  # a row that is left over from a deleted course
        return {}


class Migration(migrations.Migration):
    dependencies = [
        ("content_libraries", "0024_names_of_fields"),
    ]

    operations = [
        migrations.AddField(
            model_name="courselink",
            name="block_children",
            field=models.JSONField(
                blank=True, default=list, help_text="Usage keys of what is in the block, if the item is a container."
            ),
        ),
        migrations.AddField(
            model_name="courselink",
            name="children_declined",
            field=models.CharField(
                blank=True, help_text="Names the list of published children that an author declined.", max_length=64
            ),
        ),
        migrations.RunPython(name_children, migrations.RunPython.noop, elidable=True),
    ]
