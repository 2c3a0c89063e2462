"""
Every endpoint of libraries and teams, for every kind of caller, in three kinds of libraries.

The tables are the contract (libraries-rest, sections 0.8 and 1), written out and not derived from the code.
"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from content_libraries.libraries.models import AccessLevel, ContentLibrary
from tests.conftest import ClientFactory, LibraryFactory, UserFactory, give_role

LIB = "/api/libraries/v2/lib:CL-TEST:lib1/"
OPERATIONS = {
    "library GET": ("get", LIB, {}),
    "library PATCH": ("patch", LIB, {"title": "New"}),
    "team GET": ("get", f"{LIB}team/", {}),
    "team POST": ("post", f"{LIB}team/", {"email": "member@example.com", "access_level": "read"}),
    "user GET": ("get", f"{LIB}team/user/Bob/", {}),
    "user PUT": ("put", f"{LIB}team/user/member/", {"access_level": "author"}),
    "user DELETE": ("delete", f"{LIB}team/user/member/", {}),
    "group PUT": ("put", f"{LIB}team/group/Team/", {"access_level": "read"}),
    "group DELETE": ("delete", f"{LIB}team/group/Team/", {}),
    "list POST": (
        "post",
        "/api/libraries/v2/",
        {"org": "CL-TEST", "slug": "new", "title": "T", "description": ""},
    ),
    "library DELETE": ("delete", LIB, {}),
}

# y: allowed, n: forbidden (403), a: log in first (401).
OWN = """
                anonymous stranger library_user library_contributor library_author library_admin read author admin staff inactive creator
library GET     a         n        y            y                   y              y             y    y      y     y     n        n
library PATCH   a         n        n            y                   y              y             n    y      y     y     n        n
team GET        a         n        y            y                   y              y             n    y      y     y     n        n
team POST       a         n        n            n                   n              y             n    n      y     y     n        n
user GET        a         n        y            y                   y              y             n    y      y     y     n        n
user PUT        a         n        n            n                   n              y             n    n      y     y     n        n
user DELETE     a         n        n            n                   n              y             n    n      y     y     n        n
group PUT       a         n        n            n                   n              y             n    n      y     y     n        n
group DELETE    a         n        n            n                   n              y             n    n      y     y     n        n
list POST       a         n        n            n                   n              n             n    n      n     y     n        n
library DELETE  a         n        n            n                   n              y             n    n      y     y     n        n
"""  # noqa: E501 - a table is read across

# Rights in another library are worth nothing here.
FOREIGN = """
                anonymous stranger library_user library_contributor library_author library_admin read author admin staff inactive creator
library GET     a         n        n            n                   n              n             n    n      n     y     n        n
library PATCH   a         n        n            n                   n              n             n    n      n     y     n        n
team GET        a         n        n            n                   n              n             n    n      n     y     n        n
team POST       a         n        n            n                   n              n             n    n      n     y     n        n
user GET        a         n        n            n                   n              n             n    n      n     y     n        n
user PUT        a         n        n            n                   n              n             n    n      n     y     n        n
user DELETE     a         n        n            n                   n              n             n    n      n     y     n        n
group PUT       a         n        n            n                   n              n             n    n      n     y     n        n
group DELETE    a         n        n            n                   n              n             n    n      n     y     n        n
list POST       a         n        n            n                   n              n             n    n      n     y     n        n
library DELETE  a         n        n            n                   n              n             n    n      n     y     n        n
"""  # noqa: E501

# That a library is public is worth something to course creators only.
PUBLIC_READ = """
                anonymous stranger library_user library_contributor library_author library_admin read author admin staff inactive creator
library GET     a         n        n            n                   n              n             n    n      n     y     n        y
library PATCH   a         n        n            n                   n              n             n    n      n     y     n        n
team GET        a         n        n            n                   n              n             n    n      n     y     n        n
team POST       a         n        n            n                   n              n             n    n      n     y     n        n
user GET        a         n        n            n                   n              n             n    n      n     y     n        n
user PUT        a         n        n            n                   n              n             n    n      n     y     n        n
user DELETE     a         n        n            n                   n              n             n    n      n     y     n        n
group PUT       a         n        n            n                   n              n             n    n      n     y     n        n
group DELETE    a         n        n            n                   n              n             n    n      n     y     n        n
list POST       a         n        n            n                   n              n             n    n      n     y     n        n
library DELETE  a         n        n            n                   n              n             n    n      n     y     n        n
"""  # noqa: E501
STATUS = {"y": 200, "n": 403, "a": 401}


def columns(table: str) -> dict[str, dict[str, int]]:
    """Caller -> operation -> status."""
    header, *rows = table.strip("\n").splitlines()
    callers = header.split()
    return {
        caller: {row[:16].strip(): STATUS[row[16:].split()[number]] for row in rows}
        for number, caller in enumerate(callers)
    }


CASES = [
    (kind, caller, expected)
    for kind, table in (("own", OWN), ("foreign", FOREIGN), ("public-read", PUBLIC_READ))
    for caller, expected in columns(table).items()
]


@pytest.fixture
def libraries(make_library: LibraryFactory, make_user: UserFactory) -> tuple[ContentLibrary, ContentLibrary]:
    """The library that is asked for, and another one."""
    make_user("member")
    Group.objects.create(name="Team")
    return make_library("lib1"), make_library("lib2")


@pytest.mark.parametrize(("kind", "caller", "expected"), CASES, ids=[f"{kind}-{caller}" for kind, caller, _ in CASES])
def test_access(
    libraries: tuple[ContentLibrary, ContentLibrary],
    make_user: UserFactory,
    api_client: ClientFactory,
    kind: str,
    caller: str,
    expected: dict[str, int],
) -> None:
    library, other = libraries
    ContentLibrary.objects.filter(pk=library.pk).update(allow_public_read=kind == "public-read")
    client = api_client(make_caller(make_user, caller, library if kind == "own" else other))

    answers = {
        name: getattr(client, method)(url, body, format="json") for name, (method, url, body) in OPERATIONS.items()
    }

    assert {name: answer.status_code for name, answer in answers.items()} == expected
    bodies = {answer.status_code: answer.json() for answer in answers.values() if answer.status_code != 200}
    assert (
        bodies.items()
        <= {
            401: {"detail": "Authentication credentials were not provided."},
            403: {"detail": "You do not have permission to perform this action."},
        }.items()
    )


def make_caller(make_user: UserFactory, caller: str, library: ContentLibrary) -> User | None:
    if caller == "anonymous":
        return None
    if caller == "creator":
        user = make_user(caller)
        user.groups.add(Group.objects.create(name="course_creators"))
        return user
    user = make_user(caller, is_staff=caller in ("staff", "inactive"), is_active=caller != "inactive")
    if caller in AccessLevel:
        library.permission_grants.create(user=user, access_level=caller)
    elif caller.startswith("library_"):
        give_role(user, caller, str(library.library_key))
    return user
