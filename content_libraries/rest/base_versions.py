"""
Lets clients name the version that an edit started from (ADR 0047).

GETs send an ETag: the number of the version, and a digest of the answer. An edit sends it back in ``If-Match``, or
sends the number as ``base_version``. Only the number counts there. The digest makes the ETag strong: answers have more
in them than the version has, so an ETag of the number alone would stay the same when they change.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

IF_MATCH: Final = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that GET gave. If the draft is at another version by now, the answer is 409.",
)
_ETAG: Final = re.compile(r'(?:W/)?"(\d{1,18})(?:-[0-9a-f]+)?"', re.ASCII)
_DIGEST_BYTES: Final = 8


class BaseVersionSerializer(serializers.Serializer[object]):
    """A part of bodies: the version that an edit started from."""

    base_version = serializers.IntegerField(
        required=False,
        min_value=1,
        help_text="The version that the edit started from. If the draft is at another one by now, the answer is 409.",
    )


def base_version(request: Request, values: Mapping[str, Any] | None = None) -> int | None:
    """
    Return the number of the version that an edit started from; None if the client does not say.

    Args:
        values: the validated body.

    Raises ValidationError for an ``If-Match`` that is no ETag of ours, and if header and body name different versions.
    """
    in_body: int | None = (values or {}).get("base_version")
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return in_body
    found = {int(match[1]) for tag in parse_etags(header) if (match := _ETAG.fullmatch(tag))}
    if len(found) != 1:
        raise ValidationError({"If-Match": [_('Send one ETag as GET gave it, such as “"3-1f0c"”.')]})
    [version] = found
    if in_body not in (None, version):
        raise ValidationError({"base_version": [_("If-Match names another version.")]})
    return version


def tagged(request: Request, response: Response, version_num: int) -> Response:
    """
    Give an answer an ETag with the number of the version that it shows.

    A GET with a matching ``If-None-Match`` is answered by 304.
    """

    def tag(rendered: HttpResponse) -> HttpResponseBase | None:
        digest = hashlib.blake2b(rendered.content, digest_size=_DIGEST_BYTES).hexdigest()
        etag = quote_etag(f"{version_num}-{digest}")
        rendered.headers["ETag"] = etag
        # If-Match is about the version that an edit starts from. It says nothing about what a GET may answer.
        if request.method not in ("GET", "HEAD") or "If-Match" in request.headers:
            return None
        return get_conditional_response(_plain(request), etag=etag, response=rendered)

    response.add_post_render_callback(tag)
    return response


def _plain(request: Request) -> HttpRequest:
    plain: HttpRequest = request._request
    return plain
