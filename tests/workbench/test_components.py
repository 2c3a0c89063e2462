"""The pages of a component: preview, fields, OLX, files and versions."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from content_libraries.content import api as content
from content_libraries.keys import component_key
from content_libraries.libraries.models import ContentLibrary
from content_libraries.xblocks import api as xblocks

from .conftest import BOOSTED, Browse, Cost

pytestmark = pytest.mark.django_db

KEY = component_key("lb:CL-TEST:lib1:problem:p1")
PAGE = f"/items/{KEY}/"
OLX = '<problem display_name="Sums" max_attempts="2"><p>1 + 1</p></problem>'


@pytest.fixture
def problem(library: ContentLibrary, staff: User) -> None:
    content.create_component(library.library_key, user=staff, block_type="problem", component_code="p1")
    content.set_olx(KEY, user=staff, olx=OLX)


@pytest.fixture
def client_of_contributor(problem: None, contributor: User, browse: Browse) -> Client:
    return browse(contributor)


def values(page: str) -> dict[str, str]:
    """What a browser would send back from the fields page if the user changed nothing."""
    form = page.split('<form class="wb-form"')[1].split("</form>", maxsplit=1)[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") != "checkbox":
            found[attributes["name"]] = attributes.get("value", "")
        elif " checked" in tag:
            found[attributes["name"]] = "on"
    for name, inside in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        found[name] = re.findall(r'value="([^"]*)" selected', inside)[0].replace("&quot;", '"')
    for name, inside in re.findall(r'<textarea name="([^"]+)".*?>\n?(.*?)</textarea>', form, re.DOTALL):
        text = inside.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
        found[name] = text.replace("\n", "\r\n")
    return found


def test_the_preview_is_in_a_frame_of_its_own(problem: None, reader: User, browse: Browse) -> None:
    client = browse(reader)
    page = client.get(PAGE).content.decode()
    frame = re.search(r'<iframe[^>]*src="([^"]+)"[^>]*sandbox="([^"]+)"', page)
    assert frame
    assert "allow-same-origin" not in frame[2]
    assert client.get(frame[1]).status_code == 200
    assert "version=1" in client.get(f"{PAGE}?version=1").content.decode()
    assert client.get(f"{PAGE}?version=x").status_code == 400


def test_fields_are_shown_and_only_changed_ones_saved(client_of_contributor: Client, contributor: User) -> None:
    client = client_of_contributor
    given = values(client.get(f"{PAGE}fields/").content.decode())
    assert (given["field-display_name"], given["field-max_attempts"]) == ("Sums", "2")
    before = content.get_item(KEY, user=contributor).version_num
    client.post(f"{PAGE}fields/", given)
    assert content.get_item(KEY, user=contributor).version_num == before
    changed = {**given, "field-display_name": "Products", "field-max_attempts": "", "field-weight": "1.5"}
    changed |= {"field-showanswer": '"never"', "field-show_reset_button": "on"}
    response = client.post(f"{PAGE}fields/", changed, headers=BOOSTED, follow=True)
    assert "It is saved, as a draft." in response.content.decode()
    saved = xblocks.get_fields(KEY, user=contributor)
    assert saved.display_name == "Products"
    assert saved.metadata == {
        "display_name": "Products",
        "weight": 1.5,
        "showanswer": "never",
        "show_reset_button": True,
    }


def test_a_value_that_a_field_cannot_have_is_kept_and_explained(client_of_contributor: Client) -> None:
    given = values(client_of_contributor.get(f"{PAGE}fields/").content.decode())
    response = client_of_contributor.post(
        f"{PAGE}fields/", {**given, "field-max_attempts": "many", "field-display_name": "Kept"}, headers=BOOSTED
    )
    assert response.status_code == 400
    assert 'value="many"' in response.content.decode()
    assert 'value="Kept"' in response.content.decode()


@pytest.mark.parametrize("page", ["fields", "olx"])
def test_an_edit_of_an_older_version_is_refused_with_the_input_kept(
    client_of_contributor: Client, contributor: User, page: str
) -> None:
    given = {"field-display_name": "Mine", "olx": '<problem display_name="Mine"/>', "version": "1"}
    response = client_of_contributor.post(f"{PAGE}{page}/", given, headers=BOOSTED)
    assert response.status_code == 409
    assert "Mine" in response.content.decode()
    assert content.get_item(KEY, user=contributor).display_name == "Sums"


def test_olx_is_saved_and_the_change_taken_back(client_of_contributor: Client, contributor: User) -> None:
    client = client_of_contributor
    given = {"olx": '<problem display_name="Edited">\r\n</problem>\r\n'}
    page = client.post(f"{PAGE}olx/", given, headers=BOOSTED, follow=True).content.decode()
    assert content.get_olx(KEY, user=contributor) == '<problem display_name="Edited">\n</problem>\n'
    undo = re.search(r'action="(/libraries/[^"]+/undo/[^"]+)"', page)
    assert undo
    client.post(undo[1])
    assert content.get_olx(KEY, user=contributor) == OLX


def test_a_deletion_taken_back_leaves_what_was_there(client_of_contributor: Client, contributor: User) -> None:
    """Also if the draft was not the latest version, because an edit had been taken back before."""
    client = client_of_contributor
    for url, given in ((f"{PAGE}olx/", {"olx": "<problem/>"}), (f"{PAGE}delete/", {})):
        page = client.post(url, given, headers=BOOSTED, follow=True).content.decode()
        undo = re.search(r'action="(/libraries/[^"]+/undo/[^"]+)"', page)
        assert undo
        client.post(undo[1])
    assert content.get_olx(KEY, user=contributor) == OLX


def test_olx_that_is_not_well_formed_is_refused_with_its_line(client_of_contributor: Client, contributor: User) -> None:
    broken = "<problem>\n<p>1\n</problem>"
    response = client_of_contributor.post(f"{PAGE}olx/", {"olx": broken}, headers=BOOSTED)
    assert response.status_code == 400
    page = response.content.decode()
    assert re.search(r"(?i)line 3", page)
    assert "&lt;p&gt;1" in page
    assert content.get_olx(KEY, user=contributor) == OLX


def test_files_are_uploaded_shown_and_deleted(client_of_contributor: Client, contributor: User) -> None:
    client = client_of_contributor
    assert "No files yet" in client.get(f"{PAGE}files/").content.decode()
    response = client.post(f"{PAGE}files/", {"file": SimpleUploadedFile("a.txt", b"text")}, follow=True)
    page = response.content.decode()
    link = re.search(r'href="(/library_assets/[^"]+static/a.txt)"', page)
    assert link
    assert b"".join(client.get(link[1]).streaming_content) == b"text"  # type: ignore[attr-defined]
    client.post(f"{PAGE}files/delete/", {"path": "static/a.txt"})
    assert content.list_assets(KEY, user=contributor) == ()
    assert client.post(f"{PAGE}files/delete/", {"path": "static/none"}).status_code == 404
    assert client.post(f"{PAGE}files/", {}).status_code == 400


def test_an_earlier_version_is_brought_back(client_of_contributor: Client, contributor: User) -> None:
    client = client_of_contributor
    content.set_olx(KEY, user=contributor, olx='<problem display_name="Later"/>')
    page = client.get(f"{PAGE}versions/").content.decode()
    assert "Version 2" in page
    assert "It was never published." in page
    client.post(f"{PAGE}versions/restore/", {"version": "2"})
    assert content.get_olx(KEY, user=contributor) == OLX
    assert client.post(f"{PAGE}versions/restore/", {"version": "x"}).status_code == 400
    assert client.post(f"{PAGE}versions/restore/", {"version": "99"}).status_code == 400


@pytest.mark.parametrize("page", ["fields", "olx", "files", "files/delete", "versions/restore"])
def test_readers_look_and_change_nothing(problem: None, reader: User, browse: Browse, page: str) -> None:
    client = browse(reader)
    if page in {"fields", "olx", "files"}:
        assert client.get(f"{PAGE}{page}/").status_code == 200
    content.set_asset(KEY, user=_staff(), path="static/a.txt", file=SimpleUploadedFile("a.txt", b"text"))
    given = {"olx": "<problem/>", "field-display_name": "Mine", "path": "static/a.txt", "version": "1"}
    response = client.post(f"{PAGE}{page}/", {**given, "file": SimpleUploadedFile("b.txt", b"b")})
    assert response.status_code == 403
    assert content.get_item(KEY, user=reader).version_num == 3


def _staff() -> User:
    return User.objects.get(username="Bob")


def test_pages_have_few_queries(client_of_contributor: Client, cost: Cost) -> None:
    for page in ("", "fields/", "olx/", "files/", "versions/"):
        cost(client_of_contributor, f"{PAGE}{page}")
