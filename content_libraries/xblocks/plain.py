"""Values of blocks as plain data."""

from __future__ import annotations

import json

from django.core.serializers.json import DjangoJSONEncoder

from ..characters import valid_value


def as_json(value: object) -> object:
    """
    Return a value as its receiver reads it from JSON, with valid texts.

    A number that JSON does not have becomes a text.

    Raises TypeError and ValueError if the value cannot be JSON.
    """
    return valid_value(json.loads(json.dumps(value, cls=DjangoJSONEncoder), parse_constant=str))
