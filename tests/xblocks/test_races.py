"""What happens at the same time as the upload of a thumbnail: no edit is lost, and nothing deleted comes back."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.errors import NotFoundError
from content_libraries.keys import LibraryUsageLocatorV2
from content_libraries.libraries.models import ContentLibrary
from tests.racing import meetings, needs_locks

pytestmark = [needs_locks, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site_of_races")]

STEP = 4


def make_video(library: ContentLibrary, code: str, talk: str) -> LibraryUsageLocatorV2:
    api.create_component(library.library_key, user=OPERATOR, block_type="video", component_code=code)
    key = api.component_key(f"lb:CL-TEST:lib1:video:{code}")
    api.set_olx(key, user=OPERATOR, olx=f'<video edx_video_id="{talk}"/>')
    return key


def save_thumbnail(library: ContentLibrary, talk: str) -> None:
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    file = SimpleUploadedFile("t.png", picture.getvalue())
    api.save_thumbnail(library.library_key, talk, file, user=OPERATOR)


def paths(key: LibraryUsageLocatorV2) -> list[str]:
    return [asset.path for asset in api.list_assets(key, user=OPERATOR)]


def test_an_edit_that_meets_a_thumbnail_is_not_lost(library: ContentLibrary) -> None:
    for meeting in meetings(STEP):
        talk = f"talk{meeting.query}"
        key = make_video(library, talk, talk)
        edited = f'<video edx_video_id="{talk}" display_name="Edited"/>'
        meeting.of(
            lambda talk=talk: save_thumbnail(library, talk),
            lambda key=key, olx=edited: api.set_olx(key, user=OPERATOR, olx=olx),
        )
        assert api.get_olx(key, user=OPERATOR) == edited
        assert paths(key) == ["static/video-thumbnail.png"]


def test_a_deletion_that_meets_a_thumbnail_is_not_undone(library: ContentLibrary) -> None:
    for meeting in meetings(STEP):
        talk = f"talk{meeting.query}"
        deleted, other = make_video(library, f"{talk}a", talk), make_video(library, f"{talk}b", talk)
        meeting.of(
            lambda talk=talk: save_thumbnail(library, talk),
            lambda key=deleted: api.delete_item(key, user=OPERATOR),
        )
        with pytest.raises(NotFoundError):
            api.get_item(deleted, user=OPERATOR)
        assert paths(other) == ["static/video-thumbnail.png"]
