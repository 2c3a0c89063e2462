"""Forms of bulk edits: which items, and what to change in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..content import api as content
from ..errors import InvalidValueError, MalformedKeyError, OversizedValueError
from ..history.api import BlockEdit, ContextKey, EditableKey, Replacing, Selection, SettingsEdit
from ..keys import LibraryLocatorV2, block_key, item_key
from ..values import read_json
from .forms import WorkbenchForm

_CONTAINERS: Final = (
    ("unit", gettext_lazy("Unit")),
    ("subsection", gettext_lazy("Subsection")),
    ("section", gettext_lazy("Section")),
)
MOST_KEYS: Final = 1_000


class SelectionForm(WorkbenchForm):
    """Base of both forms: the items. An item has to meet all conditions."""

    fingerprint = forms.CharField(required=False, widget=forms.HiddenInput)
    collection = forms.CharField(label=gettext_lazy("Code of a collection"), required=False, max_length=500)
    query = forms.CharField(label=gettext_lazy("Only items with these words"), required=False, max_length=200)
    item_keys = forms.CharField(
        label=gettext_lazy("Only these items, and what is in them"),
        help_text=gettext_lazy("One key in each line. All items if you leave it blank."),
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, data: QueryDict | None, *, context_key: ContextKey, initial: Mapping[str, str]) -> None:
        super().__init__(data, initial={**initial, "match_case": True})
        self.context_key = context_key
        types = [(each.block_type, each.display_name) for each in content.offered_block_types()]
        self.fields["block_types"] = forms.MultipleChoiceField(
            label=gettext_lazy("Types"),
            help_text=gettext_lazy("All types if you choose none."),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[*types, *self._containers()],
        )
        if not isinstance(context_key, LibraryLocatorV2):
            del self.fields["collection"]

    def selection(self) -> Selection:
        """Return the chosen items."""
        said = self.cleaned_data
        return Selection(
            context_key=self.context_key,
            block_types=tuple(said["block_types"]),
            item_keys=said["item_keys"],
            collection=said.get("collection", ""),
            query=said["query"],
        )

    def edit(self) -> BlockEdit:
        """Return the change."""
        raise NotImplementedError

    def _containers(self) -> Iterable[tuple[str, object]]:
        return _CONTAINERS if isinstance(self.context_key, LibraryLocatorV2) else ()

    def clean_item_keys(self) -> tuple[EditableKey, ...]:
        texts = str(self.cleaned_data["item_keys"]).split()
        if len(texts) > MOST_KEYS:
            raise forms.ValidationError(_("Name at most %s items.") % MOST_KEYS)
        parse = item_key if isinstance(self.context_key, LibraryLocatorV2) else block_key
        try:
            return tuple(parse(text) for text in dict.fromkeys(texts))
        except MalformedKeyError as error:
            raise forms.ValidationError(error.message) from error


class ReplaceForm(SelectionForm):
    """Texts to find, and the texts in their place."""

    find = forms.CharField(label=gettext_lazy("Find"), strip=False, max_length=1_000)
    replace = forms.CharField(label=gettext_lazy("Replace by"), strip=False, required=False, max_length=1_000)
    whole_words = forms.BooleanField(label=gettext_lazy("Whole words only"), required=False)
    match_case = forms.BooleanField(label=gettext_lazy("Distinguish A and a"), required=False)
    regex = forms.BooleanField(label=gettext_lazy("Regular expression (RE2)"), required=False)

    field_order = ("find", "replace", "whole_words", "match_case", "regex")

    def edit(self) -> Replacing:
        said = self.cleaned_data
        return Replacing(**{name: said[name] for name in self.field_order})


class SettingsForm(SelectionForm):
    """A setting, and its new value."""

    setting = forms.CharField(
        label=gettext_lazy("Setting"),
        help_text=gettext_lazy("The name of a field, such as max_attempts."),
        max_length=255,
    )
    value = forms.CharField(
        label=gettext_lazy("New value"),
        help_text=gettext_lazy("A text, or a value as JSON, such as 3 or true."),
        required=False,
        max_length=10_000,
    )
    is_default = forms.BooleanField(label=gettext_lazy("Set it back to its default"), required=False)

    field_order = ("setting", "value", "is_default")

    def edit(self) -> SettingsEdit:
        said = self.cleaned_data
        value = None if said["is_default"] else _value(said["value"])
        return SettingsEdit({said["setting"]: value})


def _value(text: str) -> object:
    """Return the value that a text stands for as JSON; the text itself if it is no JSON."""
    try:
        value = read_json(text)
    except OversizedValueError:
        raise
    except InvalidValueError:
        return text
    return text if value is None else value
