"""The demo as the calls find it: keys of what is in it, and what is done to it first."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZipFile

from .call import Call, Form, Names
from .imports import TARGET

_IN_COURSE = "block-v1:DemoX+Reuse101+2026"

NAMES: Names = {
    "library": "lib:DemoX:welcome",
    "text": "lb:DemoX:welcome:html:welcome-to-the-course",
    "video": "lb:DemoX:welcome:video:why-reuse",
    "problem": "lb:DemoX:welcome:problem:which-size-to-reuse",
    "pdf": "lb:DemoX:welcome:pdf:review-checklist-pdf",
    "poll": "lb:DemoX:welcome:poll_question:what-to-share-first",
    "unit": "lct:DemoX:welcome:unit:welcome",
    "section": "lct:DemoX:welcome:section:plan-for-reuse",
    "collection": "reusable",
    "linked_unit": "lct:DemoX:welcome:unit:libraries-and-courses",
    "linked_text": "lb:DemoX:welcome:html:what-a-library-holds",
    "course": "course-v1:DemoX+Reuse101+2026",
    "course_in_query": "course-v1:DemoX%2BReuse101%2B2026",
    "course_subsection": f"{_IN_COURSE}+type@sequential+block@what-a-library-is",
    "course_unit": f"{_IN_COURSE}+type@vertical+block@welcome",
    "course_text": f"{_IN_COURSE}+type@html+block@welcome-to-the-course",
    "legacy": "library-v1:O+L1",
}


def _zipped(files: Mapping[str, str]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return packed.getvalue()


def _upload(name: str, files: Mapping[str, str]) -> Call:
    form = Form("file", name, _zipped(files), {"library": TARGET})
    return Call("POST /api/content_library/v1/import_sources/", sends=form, answer=201)


COURSE_WITH_GAPS = {
    "course/course.xml": """<course url_name="1" org="O" course="C" display_name="A course with gaps">
        <chapter url_name="c" display_name="C"><sequential url_name="s" display_name="S">
        <vertical url_name="v" display_name="V"><html url_name="h" display_name="H">x</html>
        <library_content url_name="gone"><problem url_name="p" display_name="P"/></library_content>
        </vertical></sequential></chapter></course>"""
}
LEGACY_LIBRARY = {
    "library/library.xml": """<library url_name="library" org="O" library="L1" display_name="Legacy">
        <html url_name="h" display_name="H">x</html></library>"""
}

PREPARATION = (
    Call("POST /api/libraries/v2/", sends={"title": "Imports", "description": "", "org": "DemoX", "slug": "imports"}),
    Call(
        "POST /api/libraries/v2/{library}/collections/",
        sends={"title": "Reusable", "description": "Ready for every course"},
    ),
    Call(
        "PATCH /api/libraries/v2/{library}/collections/{collection}/items/",
        sends={"usage_keys": ["{text}", "{unit}"]},
    ),
    # Tags.
    Call(
        "POST /api/content_tagging/v1/taxonomies/",
        sends={"name": "Topics", "export_id": "topics", "description": "", "enabled": True},
        answer=201,
        keeps={"taxonomy": "id"},
    ),
    Call("PUT /api/content_tagging/v1/taxonomies/{taxonomy}/orgs/", sends={"all_orgs": True}),
    Call("POST /api/content_tagging/v1/taxonomies/{taxonomy}/tags/", sends={"tag": "Reuse"}, answer=201),
    Call(
        "PUT /api/content_tagging/v1/object_tags/{text}/",
        sends={"tagsData": [{"taxonomy": "{taxonomy}", "tags": ["Reuse"]}]},
    ),
    # A course uses a unit, which is edited and published afterwards.
    Call(
        "POST /xblock/",
        sends={"parent_locator": "{course_subsection}", "library_content_key": "{linked_unit}", "category": "vertical"},
        keeps={"linked": "locator"},
    ),
    Call(
        "POST /api/xblock/v2/xblocks/{linked_text}/fields/",
        sends={"data": "<p>Edited</p>", "metadata": {"display_name": "What a library has"}},
    ),
    Call("POST /api/libraries/v2/blocks/{linked_text}/publish/"),
    Call(
        "POST /xblock/",
        sends={"parent_locator": "{course_unit}", "library_content_key": "{text}", "category": "html"},
        keeps={"linked_component": "locator"},
    ),
    # Imports.
    Call(
        "POST /api/modulestore_migrator/v1/bulk_migration/",
        sends={
            "sources": ["{course}"],
            "target": TARGET,
            "create_collections": True,
            "composition_level": "section",
        },
        answer=201,
        keeps={"job": "uuid"},
    ),
    _upload("course.zip", COURSE_WITH_GAPS),
    Call(
        "POST /api/modulestore_migrator/v1/migrations/",
        sends={"source": "course-v1:O+C+1", "target": "{library}"},
        answer=201,
    ),
    _upload("legacy.zip", LEGACY_LIBRARY),
)
"""What staff does before the calls: each kind of thing that they ask for is there."""
