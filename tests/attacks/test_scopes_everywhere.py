"""
Contradicting scopes at every endpoint of the site.

Somebody administers a library of their own. Each request names it in one place, and the library, course and
organization of somebody else in another: in the URL, the query and the body, as JSON, form and multipart. Whatever is
answered, nothing of the others has changed and nothing of it is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

import pytest
from casbin_adapter.models import CasbinRule
from django.contrib.auth.models import User
from django.db import transaction
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from openedx_content.models_api import Collection, DraftChangeLogRecord, PublishLog
from openedx_tagging.models import ObjectTag
from rest_framework.test import APIClient

from content_libraries.clipboard.models import StagedContent
from content_libraries.courses.models import CourseBlock
from content_libraries.imports.models import ImportJob
from content_libraries.libraries.models import ContentLibrary
from content_libraries.sync.models import CourseLink, SyncRun
from tests.conftest import ClientFactory, LibraryFactory, UserFactory, give_role
from tests.content.client import LibraryClient
from tests.endpoints import EXAMPLES, USUAL_ARGUMENTS, Endpoint, Example, endpoints, endpoints_of_packages, filled
from tests.world import world_with_arguments  # noqa: F401 - the fixture “arguments”

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
SECRETS: Final = ("Library One", "Renamed", "member@example.com", '"A section"')
"""What only those see who may view the other library, its team, or the course."""

OWN: Final = {
    "lib_key": "lib:OrgA:a",
    "username": "other",
    "usage_key": "lb:OrgA:a:problem:p1",
    "key": "lb:OrgA:a:problem:p1",
    "container_key": "lct:OrgA:a:unit:u1",
    "object_id": "lb:OrgA:a:problem:p1",
    "object_id_pattern": "lb:OrgA:a:problem:p1",
    "stored_course_key": "course-v1:OrgA+C+1",
    "course_key": "course-v1:OrgA+C+1",
    "downstream_key": "block-v1:OrgA+C+1+type@problem+block@p",
    "course_unit_key": "block-v1:OrgA+C+1+type@vertical+block@unit",
}
NAMES: Final[Mapping[str, Sequence[str]]] = {
    "lib_key": (
        *("library", "library_key", "lib_key", "scope", "scopes", "upstream_context_key"),
        *("target", "target_key", "target_library", "source_library"),
    ),
    "usage_key": (
        *("usage_key", "usage_keys", "key", "item", "scope_entity_key"),
        *("upstream_key", "upstream_keys", "upstream_ref", "library_content_key"),
    ),
    "stored_course_key": ("course_id", "course_key", "course_keys", "source", "source_key", "source_keys", "sources"),
    "downstream_key": ("downstream_key", "duplicate_source_locator", "show", "only"),
    "course_unit_key": ("parent_locator",),
}
"""Which parameters name a scope, and what of it."""


@dataclass(frozen=True)
class Sent:
    """One form of an attack: what is sent, and as what."""

    form: str
    url: str
    body: Any
    content_type: str

    def to(self, client: APIClient, method: str) -> Any:
        flat = self.body if isinstance(self.body, Mapping) else {}
        data: Any = json.dumps(self.body, default=str)
        if self.content_type == FORM:
            data = urlencode(flat, doseq=True)
        elif self.content_type == MULTIPART_CONTENT:
            data = encode_multipart(BOUNDARY, {name: _form_value(value) for name, value in flat.items()})
        return client.generic(method, self.url, data, content_type=self.content_type)


def attacks(endpoint: Endpoint, named: Mapping[str, str], also: Mapping[str, str]) -> Iterator[Sent]:
    """
    Name one side in the URL and where the endpoint looks, and the other side everywhere else.

    Args:
        named: arguments of the one side.
        also: arguments of the other side.
    """
    example = EXAMPLES.get(endpoint, Example())
    of_url = {name: filled(value, named) for name, value in (example.arguments or {}).items()}
    url = filled(endpoint[1], {**named, **of_url})
    query = filled(example.query, {name: quote(value) for name, value in named.items()})
    body = filled(example.body or {}, named)
    usual = MULTIPART_CONTENT if example.multipart else JSON
    more = {name: also[what] for what, names in NAMES.items() for name in names}
    more |= dict.fromkeys(("org", "orgs"), also["lib_key"].split(":")[1])
    in_lists = {name: [value] if name.endswith("s") else value for name, value in more.items()}
    extended = {**in_lists, **body} if isinstance(body, Mapping) else [*body, in_lists]
    yield Sent("in the query, first", f"{url}?{urlencode(more)}&{query}", body, usual)
    yield Sent("in the query, last", f"{url}?{query}&{urlencode(more)}", body, usual)
    for content_type in (JSON, FORM, MULTIPART_CONTENT):
        yield Sent(f"in the body, {content_type}", f"{url}?{query}", extended, content_type)


def _form_value(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | bool | None) else value


def state(library: ContentLibrary) -> list[Any]:
    """Everything that a request could change of the other side."""
    package = library.learning_package_id
    return [
        list(CasbinRule.objects.exclude(v2__contains="OrgA").order_by("pk").values_list("v0", "v1", "v2")),
        list(library.permission_grants.order_by("pk").values_list("user", "group", "access_level")),
        list(ContentLibrary.objects.filter(pk=library.pk).values_list("allow_public_read", "license", "org", "slug")),
        DraftChangeLogRecord.objects.filter(draft_change_log__learning_package=package).count(),
        PublishLog.objects.filter(learning_package=package).count(),
        list(Collection.objects.filter(learning_package=package).values_list("title", "modified", "enabled")),
        CourseBlock.objects.count(),
        list(CourseLink.objects.order_by("pk").values_list("pk", "version_synced", "version_declined")),
        ObjectTag.objects.count(),
        ImportJob.objects.filter(target_key=str(library.library_key)).count(),
        SyncRun.objects.count(),
        StagedContent.objects.filter(source_key__contains="CL-TEST").count(),
    ]


@pytest.fixture
def attacker(library: ContentLibrary, make_library: LibraryFactory, make_user: UserFactory) -> User:
    """Administers ``lib:OrgA:a``, which has content."""
    make_library("a", org="OrgA", title="Own")
    user = make_user("attacker")
    give_role(user, "library_admin", OWN["lib_key"])
    return user


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("in_url", ["own", "foreign"])
def test_nothing_of_others_changes_or_is_told(
    method: str,
    in_url: str,
    attacker: User,
    library: ContentLibrary,
    arguments: dict[str, str],
    api_client: ClientFactory,
) -> None:
    client = api_client(attacker)
    own = LibraryClient(ContentLibrary.objects.get(slug="a"), client)
    own.create("problem:p1")
    own.create("unit:u1", children=["problem:p1"])
    own.create_collection("c1", "problem:p1")
    foreign = USUAL_ARGUMENTS | arguments
    sides = (foreign | OWN, foreign) if in_url == "own" else (foreign, foreign | OWN)
    before = state(library)
    wrong = {}
    for endpoint in (*endpoints(), *endpoints_of_packages()):
        for sent in attacks(endpoint, *sides) if endpoint[0] == method else ():
            with transaction.atomic():
                answer = sent.to(client, method)
                told = [secret for secret in SECRETS if secret in _text(answer)]
                after = state(library)
                transaction.set_rollback(True)
            if told or after != before or answer.status_code >= 500:
                wrong[endpoint, sent.form] = (answer.status_code, told, after == before)
    assert wrong == {}


def _text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode(errors="replace"))
