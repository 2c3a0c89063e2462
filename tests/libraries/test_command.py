"""The ``create_library`` command."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from content_libraries.actors import OPERATOR
from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import ContentLibrary, ContentLibraryPermission

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def run(*arguments: str) -> tuple[str, str]:
    """Run the command at a terminal. Returns what it writes to standard output and to standard error."""
    out, err = Terminal(), Terminal()
    call_command("create_library", *arguments, stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def test_it_creates_a_library_of_nobody() -> None:
    out, err = run("lib:CL-TEST:téstlꜟط", "--title", "Library One", "--description", "About")

    library = ContentLibrary.objects.get()
    assert (str(library.library_key), library.title) == ("lib:CL-TEST:téstlꜟط", "Library One")
    assert libraries.library_summary(OPERATOR, library).description == "About"
    assert not ContentLibraryPermission.objects.exists()
    assert "lib:CL-TEST:téstlꜟط" in err
    assert out == "Created lib:CL-TEST:téstlꜟط, “Library One”.\n"


def test_it_creates_a_library_as_a_user(staff: User) -> None:
    run("lib:CL-TEST:lib1", "--title", "T", "--user", "Bob")

    assert ContentLibraryPermission.objects.get().user == staff


def test_the_last_line_can_be_read_by_machines() -> None:
    out, _ = run("lib:CL-TEST:lib1", "--title", "T", "--json")

    assert json.loads(out.splitlines()[-1]) == {"library_key": "lib:CL-TEST:lib1", "title": "T"}


def test_nothing_but_the_result_is_written_where_nobody_watches() -> None:
    err = StringIO()
    call_command("create_library", "lib:CL-TEST:lib1", "--title", "T", stdout=StringIO(), stderr=err)

    assert err.getvalue() == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lib:CL-TEST"], "“lib:CL-TEST” is not the key of a library: it has to look like lib:ORG:SLUG."),
        (["lib:CL-TEST:taken"], "A library with that ID already exists."),
        (["lib:CL-TEST:a.b"], "Enter a valid “slug”"),
        (["lib:C.L:lib1"], "Enter a valid “slug”"),
        (["lib:CL-TEST:lib1", "--title", " "], "A library needs a title."),
        (["lib:CL-TEST:lib1", "--title", "x" * 501], "This is longer than 500 characters. Shorten it."),
        (["lib:CL-TEST:lib1", "--description", "x" * 10_001], "This is longer than 10000 characters."),
        (["lib:CL-TEST:lib1", "--user", "nobody"], "There is no user “nobody”."),
        (["lib:CL-TEST:lib1", "--user", "stranger"], "“stranger” may not create libraries."),
    ],
)
def test_a_failure_says_what_is_wrong_and_leaves_nothing(
    staff: User, stranger: User, arguments: list[str], message: str
) -> None:
    libraries.create_library(user=staff, org="CL-TEST", slug="taken", title="T")

    with pytest.raises(CommandError, match=message):
        run("--title=T", *arguments)

    assert [library.slug for library in ContentLibrary.objects.all()] == ["taken"]
