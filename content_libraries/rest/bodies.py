"""Reads the bodies of requests, and refuses bodies that are too large or have unknown fields."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any, Final

from django.core.validators import MaxLengthValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from .. import conf


def request_body(request: Request) -> object:
    """
    Return the parsed body.

    Fields of a form count as in JSON: a blank field has a value, and a missing flag has none.
    """
    return request.data.dict() if isinstance(request.data, QueryDict) else request.data


MAX_NAMED: Final = 20
"""How many fields an error names. A body may have any number of them."""


class StrictSerializer(serializers.Serializer[dict[str, object]]):
    """A request body that refuses unknown fields, with an error that names each of them (wire: unknown-fields)."""

    def to_internal_value(self, data: object) -> dict[str, Any]:
        if isinstance(data, Mapping) and (unknown := [str(name) for name in data if name not in self.fields]):
            message = _("This field is not known here.")
            raise serializers.ValidationError({name: [message] for name in unknown[:MAX_NAMED]})
        values: dict[str, Any] = super().to_internal_value(data)
        return values


def refuse_fields(request: Request) -> None:
    """Raise ValidationError if the request has a body with fields, although its view reads none."""
    StrictSerializer(data=request_body(request) or {}).is_valid(raise_exception=True)


class KeyListField(serializers.ListField):
    """
    A list of keys, names, or tags in a request. A list that is too long is refused before its members are read.

    Args:
        most: the setting that says how many members there may be.
    """

    def __init__(self, *, most: conf.Setting[int] = conf.REQUEST_MAX_ITEMS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most
        # ``to_internal_value`` never lets a longer list through; the bound is there for the description of the API.
        self.validators.append(MaxLengthValidator(lambda: most.value))

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, Sized):
            require_few(len(data), most=self.most)
        return super().to_internal_value(data)


def require_few(count: int, *, most: conf.Setting[int] = conf.REQUEST_MAX_ITEMS, field: str | None = None) -> None:
    """Raise ValidationError if a request names more at once than a setting allows."""
    if count > most.value:
        text = _("This is too much at once: %(count)s, and at most %(limit)s are allowed.")
        message = text % {"count": count, "limit": most.value}
        raise ValidationError({field: [message]} if field else [message])
