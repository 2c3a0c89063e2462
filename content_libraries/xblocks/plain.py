"""Values of blocks as plain data."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder


def as_json(value: Any) -> Any:
    """
    Return a value as its receiver reads it from JSON; a number that JSON has not, such as NaN, as a text.

    Raises TypeError and ValueError for one that cannot be JSON.
    """
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder), parse_constant=str)
