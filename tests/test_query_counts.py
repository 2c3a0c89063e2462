"""
What is read over HTTP costs no more queries, however much there is: with 10 and with 1,000 of everything (but 100
versions of one item). Of many blocks, a course is read as a whole, which may cost fewer.

The budget is that of the architecture, 15 queries, authentication and permissions of a library's author included.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2b

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from edx_django_utils.cache import RequestCache  # type: ignore[import-untyped]
from opaque_keys.edx.keys import CourseKey, UsageKey
from openedx_content import api as content_api
from openedx_content.models_api import (
    Collection,
    CollectionPublishableEntity,
    ComponentVersion,
    Draft,
    DraftChangeLog,
    DraftChangeLogRecord,
    PublishableEntity,
    PublishableEntityVersion,
    Published,
    PublishLog,
    PublishLogRecord,
)
from openedx_tagging import api as tagging_api
from openedx_tagging.models import ObjectTag, Tag, Taxonomy
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.backups.models import BackupJob, RestoreJob
from content_libraries.clipboard.models import StagedContent
from content_libraries.history import api as history
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.models import AccessLevel, ContentLibrary, ContentLibraryPermission
from content_libraries.tagging import api as tagging
from tests.conftest import ClientFactory, LibraryFactory, UserFactory, give_role
from tests.courses.building import make_course
from tests.search.building import Shelf

from .endpoints import COURSE_ARCHIVE, PROBLEM, UNIT, USUAL_ARGUMENTS, Endpoint, endpoints, request

MOST = 15
MORE = {("GET", "/api/content_library/v1/releases/<uuid>/preview/"): 22}
"""The preview of a release also asks which courses it offers updates to, and whose drafts go out."""

SIZES = (10, 1000)

PNG = b"PNG"
ARCHIVE_REPORT = {"whole": True, "problems": [], "library": None, "counts": {}, "manifest": True, "notes": []}
RESTORE_OPTIONS = {"mode": "add", "collision": "skip", "items": [], "collections": []}
FILES_OF_PACKAGES = {
    ("GET", "/api/content_tagging/v1/taxonomies/<pk>/export/"),
    ("GET", "/api/content_tagging/v1/import/template.<file_ext>"),
    ("GET", "/xblocks/v2/resources/<block_type>/<path>"),
}
"""Written by openedx-tagging itself, one row at a time; and files of installed packages."""

LISTS_OF_PACKAGES = "/api/authz/v1/"
"""openedx-authz looks up each library and course in which somebody has a role."""

LISTS_AND_DETAILS = [
    endpoint
    for endpoint in endpoints()
    if endpoint[0] == "GET" and endpoint not in FILES_OF_PACKAGES and not endpoint[1].startswith(LISTS_OF_PACKAGES)
]


class World:
    """A library ``lib<size>`` with ``size`` of everything, and a site that has as many taxonomies."""

    def __init__(self, library: ContentLibrary, size: int, writer: User) -> None:
        self.library = library
        self.size = size
        self.writer = writer
        self.shelf = Shelf(library)

    def fill(self) -> None:
        numbers = range(1, self.size + 1)
        problems = [f"p{number}" for number in numbers]
        self.shelf.write(*problems, unit1=problems)
        self._edit_again_and_again()
        units = {f"unit{number}": ["p1"] for number in numbers} | {"unit1": problems}
        self.shelf.write_all([], units)
        self.shelf.write(subsection1=list(units))
        self.shelf.write(section1=["subsection1"])
        self.shelf.collect("c1", *problems)
        self._collect_and_tag()
        ContentLibraryPermission.objects.bulk_create(
            ContentLibraryPermission(library=self.library, user=user, access_level=AccessLevel.READ)
            for user in User.objects.bulk_create(User(username=f"{self.library.slug}-{n}") for n in numbers)
        )

    def _collect_and_tag(self) -> None:
        names = [f"{self.library.slug}-{number}" for number in range(self.size)]
        entity = self.shelf.pk_of("p1")
        CollectionPublishableEntity.objects.bulk_create(
            CollectionPublishableEntity(collection=collection, entity_id=entity)
            for collection in Collection.objects.bulk_create(
                Collection(learning_package_id=self.shelf.pk, collection_code=name, title=name) for name in names
            )
        )
        self.taxonomy = tagging_api.create_taxonomy(names[0], export_id=names[0])
        tags = Tag.objects.bulk_create(
            Tag(taxonomy=self.taxonomy, value=name, external_id=name, lineage=f"{name}\t") for name in names
        )
        keys = [self.shelf.key(f"p{number}") for number in range(1, self.size + 1)]
        ObjectTag.objects.bulk_create(
            ObjectTag(object_id=key, taxonomy=self.taxonomy, tag=tag, _export_id=names[0], _value=tag.value)
            for key, tag in [(key, tags[0]) for key in keys] + [(keys[0], tag) for tag in tags[1:]]
        )
        for taxonomy in (
            self.taxonomy,
            *Taxonomy.objects.bulk_create(Taxonomy(name=n, export_id=f"{n}-t") for n in names),
        ):
            tagging.set_organizations(taxonomy, [self.library.org], all_orgs=False)

    def _edit_again_and_again(self) -> None:
        self._tell_a_long_history()
        self.shelf.publish()
        self.shelf.write("p1", title="Newest")
        digest = blake2b(PNG, digest_size=20).hexdigest()
        learning_core.write_drafts(
            self.shelf.pk,
            components=[
                learning_core.ComponentWrite(
                    "problem",
                    "p1",
                    "Title",
                    "<problem/>",
                    files=(
                        learning_core.FileMedia("static/pic.png", "image/png", digest, len(PNG)),
                        *(
                            learning_core.FileMedia(f"static/{number}.png", "image/png", digest, len(PNG))
                            for number in range(self.size)
                        ),
                    ),
                )
            ],
            author_pk=None,
            file_bytes=lambda digests: iter([(digest, PNG) for digest in digests]),
        )

    def _tell_a_long_history(self) -> None:
        """Edits of ``p1``, and every fifth of them published, row by row: to edit so often takes too long."""
        entity = PublishableEntity.objects.get(pk=self.shelf.pk_of("p1"))
        package, begin = {"learning_package_id": self.shelf.pk}, now() - timedelta(days=1)
        moments = [begin + timedelta(seconds=number) for number in range(self.size)]
        versions = PublishableEntityVersion.objects.bulk_create(
            PublishableEntityVersion(entity=entity, version_num=2 + number, title=f"Title {number}", created=moment)
            for number, moment in enumerate(moments)
        )
        ComponentVersion.objects.bulk_create(
            ComponentVersion(publishable_entity_version=version, component=entity.component) for version in versions
        )
        edits = DraftChangeLog.objects.bulk_create(DraftChangeLog(changed_at=moment, **package) for moment in moments)
        before = [Draft.objects.get(entity=entity).version, *versions]
        edited = DraftChangeLogRecord.objects.bulk_create(
            DraftChangeLogRecord(draft_change_log=log, entity=entity, old_version=old, new_version=new)
            for log, old, new in zip(edits, before, versions, strict=False)
        )
        Draft.objects.filter(entity=entity).update(version=versions[-1], draft_log_record=edited[-1])
        logs = PublishLog.objects.bulk_create(PublishLog(published_at=moment, **package) for moment in moments[::5])
        published = PublishLogRecord.objects.bulk_create(
            PublishLogRecord(publish_log=log, entity=entity, old_version=old, new_version=new)
            for log, old, new in zip(logs, [None, *versions[::5]], versions[::5], strict=False)
        )
        Published.objects.update_or_create(
            entity=entity, defaults={"version": published[-1].new_version, "publish_log_record": published[-1]}
        )

    def arguments(self) -> dict[str, str]:
        def here(key: str) -> str:
            return key.replace(":lib1", f":{self.library.slug}")

        p1 = PublishableEntity.objects.get(pk=self.shelf.pk_of("p1"))
        version = content_api.get_draft_version(p1)
        assert version is not None
        return {
            **{name: here(value) for name, value in USUAL_ARGUMENTS.items()},
            "container_key": here(UNIT).replace(":u1", ":unit1"),
            "pk": str(self.taxonomy.pk),
            "publish_log_uuid": str(PublishLog.objects.filter(learning_package_id=self.shelf.pk).latest("pk").uuid),
            "version_uuid": str(version.uuid),
            **self._belongings(),
            "username": f"{self.library.slug}-1",
        }

    def _belongings(self) -> dict[str, str]:
        """What is the writer's own: a copy, an uploaded course, imports of it, and a course in the store."""
        COURSE_ARCHIVE.seek(0)
        upload = api.upload_source(self.library.library_key, user=self.writer, file=COURSE_ARCHIVE)
        assert isinstance(upload.key, CourseKey)
        plan = api.plan_source(self.library.library_key, user=self.writer, source_key=upload.key)[1]
        waiting = [api.start_plans([plan], user=self.writer) for _ in range(self.size // 10)]
        course = make_course(api.course_key(f"course-v1:O+C+{self.size}"), problems=self.size)
        text: UsageKey = course.make_usage_key("html", "t")
        api.write_course_file(course, USUAL_ARGUMENTS["path"], b"PNG", user=OPERATOR)
        api.edit_block(text, user=OPERATOR, olx='<html><![CDATA[<img src="/static/pic.png">]]></html>')
        give_role(self.writer, "course_staff", str(course))
        unit = self._reuse(course)
        run = api.start_run(user=self.writer, courses=[course])
        conversion = api.start_conversion(course, user=self.writer)
        api.publish_course(course, user=OPERATOR)
        api.compile_course(course, user=OPERATOR)
        return {
            "staged_pk": str(StagedContent.objects.get().pk),
            "plan_uuid": str(plan.uuid),
            "migration_uuid": str(waiting[-1].uuid),
            "stored_course_key": str(course),
            "downstream_key": str(unit),
            "block_key": str(text),
            "course_unit_key": str(unit),
            "run_uuid": str(run.uuid),
            "conversion_uuid": str(conversion.uuid),
            **self._archives(),
            **self._releases(),
        }

    def _releases(self) -> dict[str, str]:
        """A release of all unpublished changes, with comments, and others; and bulk edits."""
        self.shelf.write(*(f"p{number}" for number in range(2, self.size + 1)), title="Unpublished")
        key = self.library.library_key
        releases = [history.create_release(key, user=self.writer, title="Week") for _ in range(self.size // 10)]
        for number in range(self.size // 10):
            history.comment_release(releases[-1].uuid, user=self.writer, text=f"Comment {number}")
        for number in range(self.size // 10):
            replacing = history.Replacing(str(number), "b")
            history.make_bulk_edit(history.Selection(key), replacing, user=self.writer, background=True)
        newest_edit = history.list_bulk_edits(user=self.writer)[0]
        return {"release_uuid": str(releases[-1].uuid), "bulk_edit_uuid": str(newest_edit.uuid)}

    def _archives(self) -> dict[str, str]:
        """Jobs as a worker leaves them; writing the archive would cost more than all the rest."""
        key, archive = str(self.library.library_key), ContentFile(b"PK", "library.zip")
        backup = BackupJob.objects.create(user=self.writer, library_key=key, file=archive, file_name="library.zip")
        restoring = RestoreJob.objects.create(user=self.writer)
        verified = RestoreJob.objects.create(
            user=self.writer,
            purpose="verify",
            state="succeeded",
            file=ContentFile(b"PK", "a.zip"),
            result=ARCHIVE_REPORT,
        )
        plan = RestoreJob.objects.create(
            user=self.writer, purpose="plan", source=verified, library_key=key, options=RESTORE_OPTIONS
        )
        return {
            "backup_uuid": str(backup.uuid),
            "file_name": backup.file_name,
            "restore_uuid": str(restoring.uuid),
            "archive_uuid": str(verified.uuid),
            "restore_plan_uuid": str(plan.uuid),
        }

    def _reuse(self, course: CourseKey) -> UsageKey:
        """A unit that is linked to one with all problems; all but one of them have something newer."""
        self.shelf.publish()
        subsection: UsageKey = course.make_usage_key("sequential", "sub")
        block = api.create_linked_block(subsection, user=OPERATOR, upstream=self.shelf.key("unit1"))[0]
        self.shelf.write(*(f"p{number}" for number in range(2, self.size + 1)), title="Newer")
        self.shelf.publish()
        return block.usage_key


@pytest.fixture
def writer(make_user: UserFactory) -> User:
    user = make_user("writer")
    give_role(user, "library_author", "lib:CL-TEST:*")
    StagedContent.objects.create(user=user, block_type="problem", olx="<problem/>", source_key=PROBLEM)
    return user


def cost(client: APIClient, endpoint: Endpoint, arguments: dict[str, str]) -> int:
    """How many queries a request makes that nothing is remembered for; the first look at a problem writes its seed."""
    request(client, endpoint, arguments)
    RequestCache.clear_all_namespaces()
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        response = request(client, endpoint, arguments, query="page_size=100")
    assert response.status_code == 200, (endpoint, response.content)
    return len(queries)


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow(
    writer: User, make_library: LibraryFactory, api_client: ClientFactory
) -> None:
    client = api_client(writer)
    costs = []
    for size in SIZES:
        world = World(make_library(f"lib{size}"), size, writer)
        world.fill()
        arguments = world.arguments()
        cost(client, LISTS_AND_DETAILS[0], arguments)  # what a process reads once and keeps
        costs.append({endpoint: cost(client, endpoint, arguments) for endpoint in LISTS_AND_DETAILS})
    few, many = costs
    assert {endpoint: (few[endpoint], many[endpoint]) for endpoint in few if few[endpoint] < many[endpoint]} == {}
    assert {endpoint: count for endpoint, count in many.items() if count > MORE.get(endpoint, MOST)} == {}
