"""What a call is, and how it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from ..shapes import differences

type Names = dict[str, str]
"""What stands for what in the texts of calls: ``{library}`` for ``lib:DemoX:welcome``."""


@dataclass(frozen=True)
class Form:
    """A body with a file, sent as ``multipart/form-data``."""

    name: str
    file_name: str
    data: bytes
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """
    One call. In all texts, names in braces stand for keys of the demo and for what earlier calls kept.

    Args:
        request: method and path.
        reads: shape of the answer (see ``shapes``); of its text, if it is not JSON.
        sends: JSON, or a Form.
        user: username of a demo user.
        answer: HTTP status.
        keeps: name -> place in the answer, ``results.0.id``, for the calls after it.
        headers: further headers.
    """

    request: str
    reads: Any = object
    sends: Any = None
    user: str = "staff"
    answer: int = 200
    keeps: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """
    One row of what the frontend asks, shown by a call.

    Args:
        name: tells it from the other cases.
        call: what is asked.
        before: calls that prepare it, in their order.
    """

    name: str
    call: Call
    before: tuple[Call, ...] = ()


def send(call: Call, names: Names) -> Any:
    """
    Send a call as its user, going where the answer sends the browser; compare, and add what is kept to the names.

    Returns: the answer.
    """
    client = Client(headers={"USE-JWT-COOKIE": "true"})
    client.force_login(User.objects.get(username=call.user))
    method, path = filled_in(call.request, names).split(" ", 1)
    headers = filled_in(dict(call.headers), names)
    response = client.generic(method, path, *_body(filled_in(call.sends, names)), headers=headers)
    if response.status_code == HTTPStatus.FOUND:
        response = client.get(response["Location"])
    assert response.status_code == call.answer, response.content[:2000]
    answer = _parsed(response.getvalue().decode(errors="replace"))
    found = differences(answer, filled_in(call.reads, names))
    assert not found, "\n".join(found)
    names |= {name: str(_at(answer, place)) for name, place in call.keeps.items()}
    return answer


def filled_in(value: Any, names: Names) -> Any:
    """The same with what the names stand for."""
    match value:
        case str():
            for name, text in names.items():
                value = value.replace("{" + name + "}", text)
            return value
        case dict():
            return {filled_in(name, names): filled_in(item, names) for name, item in value.items()}
        case list():
            return [filled_in(item, names) for item in value]
        case Form():
            return Form(value.name, value.file_name, value.data, filled_in(dict(value.values), names))
        case _:
            return value


def has(text: str) -> Callable[[object], bool]:
    """A shape: a text with this in it."""
    return lambda answer: isinstance(answer, str) and text in answer


_JSON: Final = "application/json"


def _body(sends: Any) -> tuple[Any, str]:
    if isinstance(sends, Form):
        file = SimpleUploadedFile(sends.file_name, sends.data)
        return encode_multipart(BOUNDARY, {**sends.values, sends.name: file}), MULTIPART_CONTENT
    return ("" if sends is None else json.dumps(sends)), _JSON


def _parsed(text: str) -> Any:
    """As the frontend does it: JSON if it is JSON, whatever its type says."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _at(answer: Any, place: str) -> Any:
    for part in place.split("."):
        answer = answer[int(part)] if isinstance(answer, list) else answer[part]
    return answer
