"""Gives each shape and each parameter of the API's description an example. Shapes combine examples of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from . import change_examples, examples

type Schema = dict[str, Any]

_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_OF_FORMATS: Final[Mapping[str, object]] = {
    "date-time": "2026-03-21T13:53:55Z",
    "uuid": "7d0a3c1e-5b0f-4a55-9d0b-0f6f0c8b1f7a",
    "uri": "https://studio.example.com/",
    "email": "bob@example.com",
    "binary": "(a file)",
}
_FIELDS: Final = {**examples.FIELDS, **change_examples.FIELDS}
_OF_TYPES: Final[Mapping[str, object]] = {"string": "text", "integer": 1, "number": 1.0, "boolean": False, "object": {}}


def add_examples(result: Schema, **_kwargs: object) -> Schema:
    """
    Add an example to each shape and each parameter of the description that drf-spectacular has made.

    The example of a shape combines examples of its fields (``_FIELDS``), so that it is never out of date.
    """
    schemas: dict[str, Schema] = result["components"]["schemas"]
    for name, schema in schemas.items():
        if "properties" in schema:
            schema["example"] = _example(name, schema, schemas)
    for operations in result["paths"].values():
        for method in _METHODS & operations.keys():
            for parameter in operations[method].get("parameters", ()):
                _describe_parameter(parameter)
    return result


def _describe_parameter(parameter: Schema) -> None:
    """Add an example to a parameter without one: one of its choices, or the example for its name."""
    if "examples" in parameter:
        return
    choices = parameter.get("schema", {}).get("enum")
    if choices:
        parameter["example"] = choices[0]
    elif parameter["name"] in examples.PARAMETERS:
        parameter["example"] = examples.PARAMETERS[parameter["name"]]


def _example(name: str, schema: Schema, schemas: Mapping[str, Schema]) -> object:
    """Return an example of the shape with this name."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _example(name, schemas[name], schemas)
    for kind in ("allOf", "oneOf", "anyOf"):
        if kind in schema:
            return _example(name, schema[kind][0], schemas)
    if "properties" in schema:
        return {
            field: _example_of_field(name, field, of_field, schemas) for field, of_field in schema["properties"].items()
        }
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [_example(name, schema["items"], schemas)]
    return _OF_FORMATS.get(schema.get("format", "")) or _OF_TYPES.get(schema.get("type", ""), {})


def _example_of_field(name: str, field: str, schema: Schema, schemas: Mapping[str, Schema]) -> object:
    of_shape = f"{name.removeprefix('Patched')}.{field}"
    if of_shape in _FIELDS:
        return _FIELDS[of_shape]
    return _FIELDS[field] if field in _FIELDS else _example(name, schema, schemas)
