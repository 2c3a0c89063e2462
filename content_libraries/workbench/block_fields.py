"""Makes a form from the fields that the type of a component declares, and reads the values back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django import forms
from django.utils.translation import gettext as _

from ..block_types.api import DATA
from ..errors import InvalidValueError
from ..values import read_json
from ..xblocks.api import DeclaredField
from .forms import TextField, WorkbenchForm

_EDITED_SCOPES: Final = frozenset({"settings", "content"})
_NUMBERS: Final = frozenset({"Integer", "Float"})
_BOOLEAN: Final = "Boolean"
_STRING: Final = "String"
_TEXTS: Final = frozenset({_STRING, "XMLString", "Date", "Timedelta", "RelativeTime", "Randomization", "ScoreField"})
_MAINTAINED: Final = frozenset({"name", "tags", "upstream_data"})
"""Fields of all types that other parts of the site keep up to date."""
_LONG: Final = 200

_PREFIX: Final = "field-"
"""Keeps the names of fields apart from the names of the form's own fields."""


class VersionedForm(WorkbenchForm):
    """A form for an edit, which remembers the version that the edit starts from."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


@dataclass(frozen=True, slots=True)
class EditedFields:
    """New values: ``metadata`` of fields by name, and ``data``, the text of the component; None where unchanged."""

    metadata: Mapping[str, object]
    data: object = None


class JsonField(forms.CharField):
    """A list or mapping, as JSON."""

    widget = forms.Textarea(attrs={"rows": 3, "class": "wb-code", "spellcheck": "false"})

    def clean(self, value: object) -> object:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_json(text)
        except InvalidValueError as error:
            raise forms.ValidationError(_("This is not JSON: %(error)s") % {"error": error}) from error


class ChosenValueField(forms.ChoiceField):
    """One of some values of any type. The form sends them as JSON."""

    def clean(self, value: object) -> object:
        chosen = super().clean(value)
        return read_json(chosen) if chosen else None


def editable_fields(declared: Iterable[DeclaredField]) -> list[DeclaredField]:
    """Return the fields that authors edit in a form: the title first, the text last."""
    shown = [field for field in declared if field.scope in _EDITED_SCOPES and field.name not in _MAINTAINED]
    return sorted(shown, key=lambda field: (field.name == DATA, field.name != "display_name", field.display_name))


def fields_form(declared: Iterable[DeclaredField]) -> type[VersionedForm]:
    """Make a form class with a form field for each field of a block."""
    made = {f"{_PREFIX}{field.name}": _form_field(field) for field in declared}
    return type("FieldsForm", (VersionedForm,), made)


def initial_values(declared: Iterable[DeclaredField]) -> dict[str, object]:
    """Return the values of the form before an edit."""
    return {f"{_PREFIX}{field.name}": _shown(field) for field in declared}


def edited_fields(form: VersionedForm, declared: Iterable[DeclaredField]) -> EditedFields:
    """Return the values that the user has changed. An empty number or date means the default."""
    changed = set(form.changed_data)
    metadata: dict[str, object] = {}
    data: object = None
    for field in declared:
        name = f"{_PREFIX}{field.name}"
        if name not in changed:
            continue
        value = form.cleaned_data[name]
        if field.name == DATA:
            data = value
        else:
            metadata[field.name] = value if value != "" or field.type == _STRING else None
    return EditedFields(metadata, data)


def _shown(field: DeclaredField) -> object:
    """Return a value as its form field shows it."""
    if _has_choices(field):
        return json.dumps(field.value)
    if field.type == _BOOLEAN:
        return bool(field.value)
    if field.type in _NUMBERS or field.type in _TEXTS:
        return "" if field.value is None else field.value
    return "" if field.value is None else json.dumps(field.value, ensure_ascii=False, indent=1)


def _form_field(field: DeclaredField) -> forms.Field:
    make = _maker(field)
    made = make(field)
    made.required = False
    made.label = str(field.display_name or field.name)
    made.help_text = str(field.help or "")
    return made


def _maker(field: DeclaredField) -> Callable[[DeclaredField], forms.Field]:
    if _has_choices(field):
        return _choice_field
    if field.type == _BOOLEAN:
        return lambda _field: forms.BooleanField()
    if field.type == "Integer":
        return lambda _field: forms.IntegerField()
    if field.type == "Float":
        return lambda _field: forms.FloatField(widget=forms.NumberInput({"step": "any"}))
    return _text_field if field.type in _TEXTS else lambda _field: JsonField()


def _has_choices(field: DeclaredField) -> bool:
    return field.type != _BOOLEAN and isinstance(field.choices, list)


def _choice_field(field: DeclaredField) -> forms.Field:
    """Make a select. A value that the type does not offer (any more) can be kept."""
    choices = [_choice(each) for each in field.choices]
    current = json.dumps(field.value)
    if current not in dict(choices):
        choices.insert(0, (current, _("None") if field.value is None else str(field.value)))
    return ChosenValueField(choices=choices)


def _choice(offered: object) -> tuple[str, str]:
    if isinstance(offered, Mapping):
        value = offered.get("value")
        return json.dumps(value), str(offered.get("display_name", value))
    return json.dumps(offered), str(offered)


def _text_field(field: DeclaredField) -> forms.Field:
    is_code = field.name == DATA
    is_long = is_code or len(str(field.value or "")) > _LONG
    attributes = {"rows": 14 if is_code else 4, "spellcheck": "false" if is_code else "true"}
    if is_code:
        attributes["class"] = "wb-code"
    return TextField(widget=forms.Textarea(attributes)) if is_long else forms.CharField(strip=False)
