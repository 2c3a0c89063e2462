"""A package adds a type of block and an importer, with one module and the entry points that name it."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.errors import InvalidInputError
from content_libraries.libraries.models import ContentLibrary
from content_libraries.olx.api import NotACourseError
from content_libraries.search.upkeep import catch_up
from tests.conftest import ClientFactory
from tests.courses.building import COURSE_KEY, UNIT, make_course

from .conftest import Install

pytestmark = pytest.mark.django_db

PICTURE = b"a picture of Paris"
GEOGRAPHY = {
    "name": "geo",
    "title": "Geography",
    "decks": [
        {
            "name": "capitals",
            "title": "Capitals",
            "cards": [
                {"front": "France", "back": "Paris", "picture": "paris.png"},
                {"front": "Peru", "back": "Lima", "picture": "gone.png"},
            ],
        }
    ],
    "pictures": {"paris.png": b64encode(PICTURE).decode(), "unused.png": ""},
}


@pytest.fixture
def installed(install: Install) -> None:
    """The package of the example."""
    install(
        {
            "content_libraries.block_types": {"flashcards": "tests.examples.flashcards:FLASHCARDS"},
            "content_libraries.import_sources": {"cards": "tests.examples.flashcards:CARD_FILES"},
            "xblock.v1": {"flashcards": "tests.examples.flashcards_block:FlashcardsBlock"},
        }
    )


@pytest.fixture
def cards(library: ContentLibrary, staff: User, tmp_path: Path, installed: None) -> Any:
    """The key of the component that a file of cards has become, published."""
    path = tmp_path / "geo.cards.json"
    path.write_text(json.dumps(GEOGRAPHY))
    options = api.ImportOptions(level=api.Level.UNIT)
    api.import_archive(library.library_key, user=staff, source=path, options=options, publish=True)
    return api.component_key(f"lb:{str(library.library_key).removeprefix('lib:')}:flashcards:capitals")


def test_a_file_becomes_a_unit_of_components_with_their_pictures(
    cards: Any, library: ContentLibrary, api_client: ClientFactory, staff: User
) -> None:
    client = api_client(staff)
    blocks = client.get(f"/api/libraries/v2/{library.library_key}/blocks/").json()["results"]
    assert [(block["block_type"], block["display_name"]) for block in blocks] == [("flashcards", "Capitals")]
    assets = client.get(f"/api/libraries/v2/blocks/{cards}/assets/").json()["files"]
    assert [(asset["path"], asset["size"]) for asset in assets] == [("static/paris.png", len(PICTURE))]
    (unit,) = api.get_hierarchy(cards, user=staff).units
    assert unit.display_name == "Geography"


def test_cards_are_found_by_their_words_and_described(
    cards: Any, library: ContentLibrary, tmp_path: Path, settings: Any
) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "search")
    assert library.learning_package_id is not None
    catch_up(library.learning_package_id)
    (hit,) = api.search(OPERATOR, q="Lima").hits
    assert hit["usage_key"] == str(cards)
    assert (hit["description"], hit["published"]["description"]) == ("France, Peru", "France, Peru")


def test_an_upload_is_taken_by_its_suffix(library: ContentLibrary, staff: User, installed: None) -> None:
    def upload(name: str, content: str) -> Any:
        return api.upload_source(library.library_key, user=staff, file=ContentFile(content.encode(), name=name))

    made = upload("Geo.Cards.json", json.dumps(GEOGRAPHY))
    assert (str(made.key), made.kind, made.title) == ("course-v1:cards+geo+file", "course", "Geography")
    with pytest.raises(NotACourseError, match=r"bad\.cards\.json is no file of cards"):
        upload("bad.cards.json", '{"title": "Geography"}')
    with pytest.raises(
        InvalidInputError, match=r"one of these: \.cards\.json, \.imscc, \.mbz, .*\.tar\.gz, \.tgz, \.zip\."
    ):
        upload("geo.doc", "")


def test_without_the_package_such_a_file_is_no_archive(library: ContentLibrary, staff: User) -> None:
    with pytest.raises(InvalidInputError, match=r"one of these: \.imscc, \.mbz, .*\.tar\.gz, \.tgz, \.zip\.$"):
        api.upload_source(library.library_key, user=staff, file=ContentFile(b"{}", name="geo.cards.json"))


def test_authors_read_the_name_of_the_type(installed: None, settings: Any) -> None:
    settings.LIBRARY_ENABLED_BLOCKS = ["flashcards"]
    assert [(each.block_type, each.display_name) for each in api.offered_block_types()] == [
        ("flashcards", "Flashcards")
    ]


def test_a_course_gets_the_pictures_under_names_of_its_own(
    cards: Any, library: ContentLibrary, staff: User, api_client: ClientFactory
) -> None:
    make_course()
    body = {"parent_locator": str(UNIT), "library_content_key": str(cards)}
    response = api_client(staff).post("/xblock/", body, format="json")
    assert response.status_code == 200, response.json()
    key = api.get_block(UNIT, user=OPERATOR).children[-1]
    files = dict(api.course_store().read_files(COURSE_KEY, list(api.course_store().files(COURSE_KEY))))
    (path,) = [path for path, data in files.items() if data == PICTURE]
    assert f'picture="{path.removeprefix("static/")}"' in api.get_block(key, user=OPERATOR).olx
    assert 'picture="gone.png"' in api.get_block(key, user=OPERATOR).olx
