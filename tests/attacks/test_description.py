"""The description of the API, which takes a second to make, asked for again and again by somebody unknown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from studio.pages.api_docs import DescriptionView

pytestmark = pytest.mark.django_db


def test_it_is_made_once_whatever_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DescriptionView, "_texts", {})
    made: list[object] = []
    make = SchemaGenerator.get_schema

    def get_schema(generator: SchemaGenerator, *arguments: Any, **keywords: Any) -> Any:
        made.append(generator)
        return make(generator, *arguments, **keywords)

    monkeypatch.setattr(SchemaGenerator, "get_schema", get_schema)
    queries: tuple[dict[str, str], ...] = ({}, {"lang": "es"}, {"lang": "x" * 99}, {"version": "7"}, {"x": "y"})
    answers = [Client().get("/api/schema/", {"format": "json", **query}) for query in queries]
    assert len(made) == 1
    assert {answer.content for answer in answers} == {answers[0].content}
    assert json.loads(answers[0].content)["openapi"].startswith("3.")
    assert answers[0]["Content-Type"] == "application/vnd.oai.openapi+json"
