"""The description of the REST API: what it leaves out, and its examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft4Validator

from .endpoints import endpoints

NOT_DESCRIBED = {
    ("GET", "/xblocks/v2/<key>/embed/<view_name>/"): "a page, not an answer to a program",
    ("GET", "/xblocks/v2/<block_key>/embed/student_view/"): "a page, not an answer to a program",
    ("GET", "/xblocks/v2/<block_key>/files/<path>"): "files that such a page names",
    ("GET", "/xblocks/v2/resources/<block_type>/<path>"): "files of packages that pages name",
    ("GET", "/api/content_search/v2/studio/"): "what a search client is set up with; its shape is that client's",
}
HANDLERS = re.compile(r"/handler/")
"""Handlers answer whatever a block answers."""

type Schema = dict[str, Any]


@pytest.fixture(scope="module")
def description() -> Schema:
    schema: Schema = SchemaGenerator().get_schema(request=None, public=True)
    return schema


def operations(description: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def without_names(path: str) -> str:
    return re.sub(r"[<{]\w+[>}]", "*", path)


def test_every_endpoint_is_described(description: Schema) -> None:
    described = {(method, without_names(path)) for method, path, _operation in operations(description)}
    missing = [
        endpoint
        for endpoint in endpoints()
        if (endpoint[0], without_names(endpoint[1])) not in described and not HANDLERS.search(endpoint[1])
    ]
    assert sorted(missing) == sorted(NOT_DESCRIBED)


def test_deletions_that_answer_something_are_described_with_it(description: Schema) -> None:
    """By default drf-spectacular says 204 of every DELETE, whatever its view answers."""
    silent = {
        path
        for method, path, operation in operations(description)
        if method == "DELETE" and "No response body" in str(operation["responses"])
    }
    assert silent == {"/api/content_tagging/v1/taxonomies/{id}/"}


def bodies(operation: Schema) -> Iterator[Schema]:
    """The JSON that a request or an answer may be."""
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        if "application/json" in part.get("content", {}):
            yield part["content"]["application/json"]


def has_example(body: Schema, schemas: Schema) -> bool:
    schema = body.get("schema", {})
    if "examples" in body or "example" in schema:
        return True
    if "$ref" in schema:
        return has_example({"schema": schemas[schema["$ref"].rpartition("/")[2]]}, schemas)
    inside = [*schema.get("allOf", ()), *schema.get("oneOf", ()), *([schema["items"]] if "items" in schema else ())]
    return any(has_example({"schema": part}, schemas) for part in inside)


def test_every_body_and_parameter_has_an_example(description: Schema) -> None:
    schemas = description["components"]["schemas"]
    assert [
        (method, path)
        for method, path, operation in operations(description)
        for body in bodies(operation)
        if not has_example(body, schemas)
    ] == []
    assert [
        (method, path, parameter["name"])
        for method, path, operation in operations(description)
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "path" and not {"example", "examples"} & parameter.keys()
    ] == []


def as_json_schema(schema: Any) -> Any:
    """OpenAPI 3.0 says ``nullable`` where JSON Schema has a type."""
    if isinstance(schema, list):
        return [as_json_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: as_json_schema(value) for name, value in schema.items() if name not in {"nullable", "example"}}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def test_the_examples_are_what_the_description_says(description: Schema) -> None:
    schemas = description["components"]["schemas"]
    components = {"components": {"schemas": as_json_schema(schemas)}}
    wrong = {}
    for name, schema in schemas.items():
        if "example" in schema:
            validator = Draft4Validator({**components, "$ref": f"#/components/schemas/{name}"})
            wrong[name] = [error.message for error in validator.iter_errors(schema["example"])]
    assert {name: errors for name, errors in wrong.items() if errors} == {}
