"""
Pages that show a block in a frame, and the files of block packages that they load.

Code of authors runs in these pages. So they are always sandboxed, in any frame: the policy of the page gives it no
origin, and therefore no cookies, no storage and no way to act for the reader (ADR 0017).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from ... import conf
from ...content.api import block_class, file_token
from ...errors import BusyError, NotFoundError
from ...keys import LibraryUsageLocatorV2
from ...rest.errors import RETRY_SECONDS
from ...rest.query import COURSE_PARAMETER, course_parameter
from ...rest.views import FramedMixin
from .. import api
from ..data import RenderedView, Resource
from .places import place_of
from .views import XBlockAPIView, version_parameter

HANDLER_NAME: Final = "handler_name"
"""Stands in the address of handlers for the name that the page's script puts there."""

INNER: Final = "inner"
"""Asks for the page of an editor itself, without the page around it."""

SANDBOX: Final = (
    "sandbox allow-downloads allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-scripts"
)
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_HEAD: Final = "head"


class EmbedView(FramedMixin, XBlockAPIView):
    """A page with one view of a component. Refusals are JSON: pages about the API have no place in a frame."""

    perms_map: ClassVar = {
        "GET": []
    }  # the view that is shown decides, and a course that uses the component may read it

    renderer_classes = (JSONRenderer,)

    @extend_schema(
        summary="Show a component in a frame",
        parameters=[
            OpenApiParameter("version", OpenApiTypes.STR, description="draft (default), published, or a number."),
            OpenApiParameter("show_title", OpenApiTypes.BOOL),
            COURSE_PARAMETER,
        ],
        responses={(200, "text/html"): OpenApiTypes.STR},
    )
    def get(self, request: Request, key: LibraryUsageLocatorV2, view_name: str) -> HttpResponse:
        version = version_parameter(request)
        block_version = api.access_for_view(
            key, view_name, user=request.user, version=version, for_course=course_parameter(request)
        )
        if view_name == api.STUDIO_VIEW and INNER not in request.query_params:
            return _editor_page(request, block_version.title)
        place = place_of(request, file_token=file_token(block_version.version_uuid))
        status = HTTPStatus.OK
        try:
            view = api.render_version(block_version, view_name, user=request.user, place=place)
        except NotFoundError as error:  # a type may have no editor of its own
            view, status = api.notice_view(block_version, error.message), HTTPStatus.NOT_FOUND
        except BusyError as error:
            view, status = api.notice_view(block_version, error.message), HTTPStatus.SERVICE_UNAVAILABLE
        handler_url = api.handler_url(
            key, HANDLER_NAME, user=request.user, version=version, purpose=api.purpose_of(view_name)
        )
        return block_page(request, view, view_name, handler_url, status=status)


class ResourceView(XBlockAPIView):
    """A file of the package of a block type. They are the same for everybody."""

    perms_map: ClassVar = {"GET": []}

    authentication_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, block_type: str, path: str) -> HttpResponse:
        resource = api.read_resource(block_type, path)
        response = HttpResponse(resource.data, content_type=resource.media_type)
        response["Access-Control-Allow-Origin"] = "*"
        response["Cache-Control"] = "public, max-age=3600"
        response["Content-Security-Policy"] = "sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        return response


def block_page(
    request: Request, view: RenderedView, view_name: str, handler_url: str, *, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """
    Render a view of a block as a sandboxed page.

    Args:
        handler_url: the address of a handler that is called HANDLER_NAME.
        status: with 503 the page loads itself again.
    """
    response = render(
        request._request,
        "content_libraries/xblocks/embed.html",
        {
            "view": view,
            "view_name": view_name,
            "kind": _kind(view.block.key.block_type, view_name),
            "language": get_language(),
            "show_title": request.query_params.get("show_title", "").lower() in _TRUE,
            "scripts": [_script_url(path) for path in conf.PREVIEW_SCRIPTS.value],
            "handler_url": request.build_absolute_uri(handler_url),
            "body": mark_safe(view.content),  # noqa: S308 - it is the block; the sandbox is around it
            "head": _elements(view, head=True),
            "foot": _elements(view, head=False),
        },
        status=status,
    )
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Refresh"] = response["Retry-After"] = str(RETRY_SECONDS)  # the frame tries again by itself
    return protected(response, SANDBOX)


def _kind(block_type: str, view_name: str) -> str:
    """Return the CSS classes that the platform gives to a view. Stylesheets of block packages expect them."""
    name = getattr(block_class(block_type), "__name__", "")
    return f"xmodule_{'edit' if view_name == api.STUDIO_VIEW else 'display'} xmodule_{name}" if name else ""


def _editor_page(request: Request, title: str) -> HttpResponse:
    """
    Render a page that holds a block's editor in a frame.

    Clients accept messages of the editor only from this site's origin (wire: blocks-messages). The editor itself is
    sandboxed and has no origin. This outer page has the origin, shows nothing that authors wrote except the title, and
    passes the editor's messages on.
    """
    query = request.query_params.copy()
    query[INNER] = "1"
    response = render(
        request._request,
        "content_libraries/xblocks/editor.html",
        {"language": get_language(), "title": title, "src": f"?{query.urlencode()}"},
    )
    return protected(response, "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'")


def protected(response: HttpResponse, policy: str) -> HttpResponse:
    """Add headers to a page so that frontends may frame it, and so that it obeys a content security policy."""
    response["Content-Security-Policy"] = f"{conf.frame_ancestors()}; {policy};"
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"  # addresses here hold tokens
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _script_url(path: str) -> str:
    return path if path.startswith(("https://", "http://", "/")) else static(path)


def _elements(view: RenderedView, *, head: bool) -> SafeString:
    """Return the HTML elements that load the scripts and styles of a view, for the head or the end of the page."""
    resources = [resource for resource in view.resources if (resource.placement == _HEAD) is head]
    return mark_safe("\n".join(_element(resource) for resource in resources))  # noqa: S308 - as the content


def _element(resource: Resource) -> str:
    is_script = resource.mimetype.endswith("javascript")
    if resource.kind == "url":
        template = '<script src="{}"></script>' if is_script else '<link rel="stylesheet" href="{}">'
        return format_html(template, resource.data)
    if is_script:
        return f"<script>{resource.data.replace('</script', '<\\/script')}</script>"
    if resource.mimetype == "text/css":
        return f"<style>{resource.data.replace('</style', '<\\/style')}</style>"
    return resource.data
