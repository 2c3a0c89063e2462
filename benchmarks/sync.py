"""
A course with 1,000 links to a library: which are ready, what a sync would do, the sync; reading links over HTTP, there
and in a course with fewer links; and reading a course as it is published, from its compiled documents.

The peers are loops over single blocks, as Learning Core's api invites to write them: it is asked for the published
version of each link's item; each block and each item is read by itself; a published course is walked container by
container. They do less than ours: nothing is compared, and no rights are asked for.

``python -m benchmarks.sync [LINKS [ARCHIVE]]``
"""

# ruff: noqa: E402, T201 - Django has to be set up before it is imported; printing is what a benchmark is for

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from content_libraries.actors import OPERATOR

from .scratch import measured, shared_data, start_site

start_site()

from django.contrib.auth.models import User
from opaque_keys.edx.keys import CourseKey, UsageKey
from openedx_authz import api as authz_api
from openedx_content import api as content_api
from openedx_content.models_api import Component, Container, PublishableEntity
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.courses.models import BlockDefinition, CourseBlock
from content_libraries.courses.published import PublishedCourse
from content_libraries.libraries.models import ContentLibrary
from content_libraries.sync.models import CourseLink

FEW_LINKS = 100
REQUESTS = 20
COLLAPSED = "ready_to_sync=true&use_top_level_parents=true"
COMPONENTS_IN_A_UNIT = 8
UNITS_IN_A_SECTION = 20
CHANGED_OF_100 = 10


def main(links: int, archive: Path) -> None:
    library = api.create_library(user=OPERATOR, org="Bench", slug="sync", title="Sync")
    course_key = api.course_key("course-v1:Bench+Sync+1")
    api.create_course(course_key, user=OPERATOR, display_name="Sync")
    sections = fill(library, links)
    with measured("create the linked blocks") as created:
        for section in sections:
            api.create_linked_block(course_root(course_key), user=OPERATOR, upstream=section)
    print(created, f"{CourseLink.objects.count():,} links")
    write(library, range(0, len(texts_of(library)), 100 // CHANGED_OF_100), version=2)
    api.publish_all(library.library_key, user=OPERATOR)

    read_links(course_key)
    few_key = api.course_key("course-v1:Bench+Few+1")
    api.create_course(few_key, user=OPERATOR, display_name="Few")
    place = subsection_of(few_key)
    for unit in range(FEW_LINKS // (COMPONENTS_IN_A_UNIT + 1)):
        api.create_linked_block(place, user=OPERATOR, upstream=f"lct:Bench:sync:unit:u{unit}")
    read_links(few_key)

    compare(
        "what is ready in the course",
        lambda: list(api.list_links(user=OPERATOR, course_key=course_key, ready=True, top_level_only=True)),
        "Learning Core asked for each link",
        lambda: list(ready_one_by_one(course_key)),
    )
    compare(
        "plan of a sync of the course",
        lambda: api.preview_course(course_key, user=OPERATOR),
        "each block and its item read by itself",
        lambda: list(read_one_by_one(course_key)),
    )
    with measured("the sync") as synced:
        api.sync_course(course_key, user=OPERATOR)
    print(synced)
    read_compiled(archive)


def read_links(course_key: CourseKey) -> None:
    """Measure reading links over HTTP as an author of the course. Each question is asked once before."""
    client = APIClient(SERVER_NAME="localhost")
    client.force_authenticate(author_of(course_key))
    links = CourseLink.objects.filter(course_key=course_key)
    top, part = (
        quote(str(links.filter(is_container=is_container).order_by("pk")[0].downstream_key))
        for is_container in (True, False)
    )
    course, pages = quote(str(course_key)), "/api/contentstore/v2/downstreams/"
    print(f"{links.count():,} links:")
    for name, url in (
        ("GET the link of a structure", f"{pages}{top}"),
        ("GET the link of a part", f"{pages}{part}"),
        ("GET the collapsed list of what is ready", f"{pages}?course_id={course}&{COLLAPSED}"),
        ("GET the summary", f"{pages}{course}/summary"),
        ("GET the outline", f"/xblock/outline/{quote(str(course_root(course_key)))}?depth=2"),
        ("GET the whole outline", f"/xblock/outline/{quote(str(course_root(course_key)))}"),
    ):
        if client.get(url).status_code != 200:
            raise SystemExit(f"{url} cannot be read.")
        with measured(name) as figure:
            for _request in range(REQUESTS):
                client.get(url)
        print(f"{name:55} {1000 * figure.busy / REQUESTS:8.0f} ms busy {figure.queries // REQUESTS:9,} queries")


def author_of(course_key: CourseKey) -> User:
    author = User.objects.create_user(f"author of {course_key}")
    authz_api.assign_role_to_user_in_scope(author.username, "course_staff", str(course_key))
    return author


def subsection_of(course_key: CourseKey) -> UsageKey:
    section = api.create_block(course_root(course_key), user=OPERATOR, block_type="chapter")
    return api.create_block(section.usage_key, user=OPERATOR, block_type="sequential").usage_key


def read_compiled(archive: Path) -> None:
    course_key = api.load_course(archive, user=OPERATOR).course_key
    api.publish_course(course_key, user=OPERATOR)
    api.compile_course(course_key, user=OPERATOR)
    print(f"{CourseBlock.objects.filter(course_id=course_key).count():,} blocks in {archive.name}")
    root = course_root(course_key)
    compare(
        "compiled: the tree, with titles",
        lambda: list(PublishedCourse(course_key).walk()),
        "Learning Core walked for the tree",
        lambda: list(walk_one_by_one(root, with_olx=False)),
    )
    compare(
        "compiled: the tree, and what each block says",
        lambda: PublishedCourse(course_key).get_items(),
        "Learning Core walked for the same",
        lambda: list(walk_one_by_one(root, with_olx=True)),
    )


def compare(name: str, ours: Callable[[], Any], peer_name: str, peer: Callable[[], Any]) -> None:
    """Measure a function of this app, after it has run once, and a peer."""
    ours()
    with measured(name) as figure:
        results = ours()
    size = len(results.steps if isinstance(results, api.SyncPlan) else results)
    print(figure, f"{size:,} results, {figure.busy:.2f} s of the processor")
    with measured(peer_name) as other:
        size = len(peer())
    print(other, f"{size:,} results, {other.busy:.2f} s; ratio {figure.busy / other.busy:.3f}")


def fill(library: ContentLibrary, links: int) -> list[str]:
    """
    Fill the library with units in subsections in sections, and publish everything.

    Returns the keys of the sections.
    """
    units = links // (COMPONENTS_IN_A_UNIT + 1)
    write(library, range(units * COMPONENTS_IN_A_UNIT), version=1)
    containers = [
        api.ContainerWrite("unit", f"u{number}", f"Unit {number}", tuple(map(text_ref, texts_in(number))))
        for number in range(units)
    ]
    sections = range((units + UNITS_IN_A_SECTION - 1) // UNITS_IN_A_SECTION)
    for section in sections:
        inside = range(section * UNITS_IN_A_SECTION, min(units, (section + 1) * UNITS_IN_A_SECTION))
        containers.append(api.ContainerWrite("subsection", f"sub{section}", "Sub", tuple(f"u{one}" for one in inside)))
        containers.append(api.ContainerWrite("section", f"sec{section}", f"Section {section}", (f"sub{section}",)))
    api.write_items(OPERATOR, library, containers=containers)
    api.publish_all(library.library_key, user=OPERATOR)
    return [f"lct:Bench:sync:section:sec{section}" for section in sections]


def texts_in(unit: int) -> range:
    return range(unit * COMPONENTS_IN_A_UNIT, (unit + 1) * COMPONENTS_IN_A_UNIT)


def texts_of(library: ContentLibrary) -> list[int]:
    return list(Component.objects.filter(learning_package=library.learning_package).values_list("pk", flat=True))


def text_ref(number: int) -> str:
    return f"xblock.v1:html:t{number}"


def write(library: ContentLibrary, numbers: range, *, version: int) -> None:
    texts = [
        api.ComponentWrite(
            "html", f"t{number}", f"Text {number}", f"<html><![CDATA[<p>{number} {version}</p>]]></html>"
        )
        for number in numbers
    ]
    api.write_items(OPERATOR, library, components=texts)


def course_root(course_key: CourseKey) -> UsageKey:
    return api.get_structure(course_key, user=OPERATOR).root


def ready_one_by_one(course_key: CourseKey) -> Iterator[UsageKey]:
    for link in CourseLink.objects.filter(course_key=course_key):
        package = content_api.get_learning_package_by_ref(link.library_key)
        entity = content_api.get_publishable_entity_by_ref(package.id, entity_ref=link.upstream_ref)
        published = content_api.get_published_version(entity.id)
        if published is not None and published.version_num > (link.version_synced or 0):
            yield link.downstream_key


def read_one_by_one(course_key: CourseKey) -> Iterator[tuple[str, str]]:
    """
    Yield the OLX of each linked block and of its library item.

    For containers it reads their children, and yields blank texts.
    """
    for link in CourseLink.objects.filter(course_key=course_key):
        package = content_api.get_learning_package_by_ref(link.library_key)
        upstream = content_api.get_publishable_entity_by_ref(package.id, entity_ref=link.upstream_ref)
        downstream = CourseBlock.objects.select_related("entity").get(usage_key=link.downstream_key).entity
        if link.is_container:
            for entity, published in ((upstream, True), (downstream, False)):
                content_api.get_entities_in_container(Container.objects.get(pk=entity.pk), published=published)
            yield "", ""
        else:
            yield olx_of(upstream, published=True), olx_of(downstream, published=False)


def walk_one_by_one(root: UsageKey, *, with_olx: bool) -> Iterator[tuple[UsageKey, str]]:
    pending = [CourseBlock.objects.select_related("entity").get(usage_key=root).entity]
    while pending:
        entity = pending.pop()
        container = Container.objects.filter(pk=entity.pk).first()
        olx = ""
        if container is not None:
            children = content_api.get_entities_in_container(container, published=True)
            pending += [entry.entity_version.entity for entry in reversed(children)]
            if with_olx:
                olx = BlockDefinition.objects.get(version_id=container.versioning.published.pk).olx
        elif with_olx:
            olx = olx_of(entity, published=True)
        yield CourseBlock.objects.get(entity=entity).usage_key, olx


def olx_of(entity: PublishableEntity, *, published: bool) -> str:
    versions = Component.objects.get(pk=entity.pk).versioning
    version = versions.published if published else versions.draft
    text: str = version.componentversionmedia_set.select_related("media").get(path="block.xml").media.text or ""
    return text


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 1_000,
        Path(sys.argv[2]) if len(sys.argv) > 2 else shared_data() / "harvardx-studio-advanced.tar.gz",
    )
