"""
Parses JSON bodies of requests.

Django REST framework imports this module while it imports its views, because the host names it in its settings for the
views of other packages. So it imports no views.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from .. import conf
from ..characters import is_readable_charset
from ..errors import OversizedValueError
from ..values import ValueBudget, look_through_json


class TextJSONParser(JSONParser):
    """
    A JSON parser that refuses lone surrogates, deep nesting and bodies with very many values.

    The parser of Django REST framework accepts lone surrogates, which cannot be encoded later, not even in the response
    that refuses them. It crashes on deep nesting, and can turn twenty megabytes into hundreds.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Parse a body. Raises ParseError."""
        body = stream.read()
        charset = (parser_context or {}).get("encoding") or settings.DEFAULT_CHARSET
        if not is_readable_charset(charset):
            raise ParseError(_("JSON parse error - %(problem)s") % {"problem": charset})
        try:
            with suppress(LookupError, UnicodeError):  # the parser refuses a body that it cannot decode
                look_through_json(body.decode(charset), ValueBudget(nodes=conf.REQUEST_MAX_VALUES.value))
            parsed = super().parse(BytesIO(body), media_type, parser_context)
            if b"\\u" in body:
                json.dumps(parsed, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ParseError(_("JSON parse error - half a pair of surrogates is no text.")) from error
        except OversizedValueError as error:
            raise ParseError(_("JSON parse error - %(problem)s") % {"problem": error.message}) from error
        return parsed
