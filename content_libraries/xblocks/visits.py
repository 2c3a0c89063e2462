"""Plain data about a request for the code of blocks: who looks at which version, and where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.encoding import iri_to_uri
from django.utils.http import RFC3986_SUBDELIMS

from ..actors import Actor, is_operator
from .data import CourseBlockDraft, ShownVersion
from .static_urls import course_block_file_url, version_file_url
from .tokens import Purpose, course_handler_url, handler_url

_NAME: Final = "x"
"""A placeholder for the last part of a URL, which is cut off."""


@dataclass(frozen=True, slots=True)
class Place:
    """
    The place where a block is shown.

    Args:
        origin: the beginning of URLs of this site, such as ``https://studio.example.com``; "" for relative URLs.
        file_token: lets pages without cookies load the files of the shown version; "" for no token.
        visitor: the network address of the client. Users who are not logged in are told apart by it.
        purpose: the purpose of the handler URLs that the block gets.
    """

    origin: str = ""
    file_token: str = ""
    visitor: str = ""
    purpose: Purpose = Purpose.ANSWERING


@dataclass(frozen=True, slots=True)
class Viewer:
    """A user who looks at a block. Without a login ``pk`` is None. ``anonymous_id`` tells users apart."""

    pk: int | None = None
    username: str = ""
    anonymous_id: str = ""

    @property
    def is_authenticated(self) -> bool:
        return self.pk is not None

    def as_user(self) -> User | AnonymousUser:
        """Return a user object as blocks expect it, with pk and name only."""
        model = get_user_model()
        return model(pk=self.pk, **{model.USERNAME_FIELD: self.username}) if self.is_authenticated else AnonymousUser()


@dataclass(frozen=True, slots=True)
class BlockUrls:
    """The beginnings of URLs of handlers, resources and files, and the end of URLs of files."""

    origin: str = ""
    handlers: str = ""
    resources: str = ""
    files: str = ""
    files_end: str = ""

    def handler(self, name: str, suffix: str = "", query: str = "") -> str:
        address = f"{self.handlers}{_quoted(name)}/{iri_to_uri(suffix)}"
        return f"{address}?{query}" if query else address

    def static(self, path: str) -> str:
        return f"{self.origin}/static/{iri_to_uri(path)}"

    def resource(self, path: str) -> str:
        """Return the URL of a file in the block's Python package."""
        return f"{self.resources}{_quoted(path.lstrip('/'))}"

    def file(self, path: str) -> str:
        """Return the URL of a file of the shown version."""
        return f"{self.files}{_quoted(path)}{self.files_end}"


@dataclass(frozen=True, slots=True)
class Visit:
    """A version of a component, or a block of a course; who looks at it, and the URLs that it may use."""

    block_version: ShownVersion
    viewer: Viewer = Viewer()
    urls: BlockUrls = BlockUrls()

    def of_text(self, olx: str) -> Visit:
        """Return a visit to the same version with another OLX text, without a user."""
        return Visit(replace(self.block_version, olx=olx))


def visit_of(block_version: ShownVersion, *, user: Actor, place: Place | None = None) -> Visit:
    """Collect the data about a request that a block may see. Checks no permission."""
    return Visit(block_version, _viewer(user), _urls(block_version, user, place or Place()))


def turn_of(user: Actor, place: Place | None = None) -> str:
    """Name whose share of processes pays when code of a block runs: a user, an unknown visitor, or the site."""
    if is_operator(user):
        return "site"
    return f"user {user.pk}" if user.is_authenticated else f"visitor {place.visitor if place else ''}"


def _viewer(user: Actor) -> Viewer:
    person = None if is_operator(user) or not user.is_authenticated else user
    pk = None if person is None else person.pk
    digest = salted_hmac("content_libraries.xblocks.user", str(pk), algorithm="sha256").hexdigest()
    return Viewer(pk, "" if person is None else person.get_username(), digest[:32])


def _urls(block_version: ShownVersion, user: Actor, place: Place) -> BlockUrls:
    resource = reverse("xblock-resource", args=(block_version.key.block_type, _NAME))
    if isinstance(block_version, CourseBlockDraft):
        handler = course_handler_url(block_version.key, _NAME, user=user)
        file = course_block_file_url(block_version.key, _NAME)
    else:
        version, purpose = block_version.version, place.purpose
        handler = handler_url(block_version.key, _NAME, user=user, version=version, purpose=purpose)
        file = version_file_url(block_version.version_uuid, _NAME)
    return BlockUrls(
        origin=place.origin,
        handlers=place.origin + handler.removesuffix(f"{_NAME}/"),
        resources=place.origin + resource.removesuffix(_NAME),
        files=place.origin + file.removesuffix(_NAME),
        files_end=f"?token={place.file_token}" if place.file_token else "",
    )


def _quoted(part: str) -> str:
    """Quote a part of a URL in the same way as ``reverse``."""
    return quote(part, safe=RFC3986_SUBDELIMS + "/~:@")
