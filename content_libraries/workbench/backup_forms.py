"""Forms of the pages that back up libraries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import keys
from ..backups.api import BackupOptions, ref_of
from ..errors import InvalidInputError
from ..keys import LibraryLocatorV2, library_key_of
from .forms import WorkbenchForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_PARTS: Final = (
    ("whole", gettext_lazy("The whole library")),
    ("chosen", gettext_lazy("Only what is chosen below, and what it needs")),
)

type Choices = Sequence[tuple[str, str]]


class _ChosenField(forms.MultipleChoiceField):
    """Checkboxes. The api checks what was chosen, because the list that is offered may be shorter, or have changed."""

    def __init__(self, *, label: StrOrPromise) -> None:
        super().__init__(label=label, required=False, widget=forms.CheckboxSelectMultiple)

    def valid_value(self, value: object) -> bool:
        return True


class BackupForm(WorkbenchForm):
    """The choice of what goes into a backup."""

    part = forms.ChoiceField(
        label=gettext_lazy("What to back up"), choices=_PARTS, initial="whole", widget=forms.RadioSelect
    )
    collections = _ChosenField(label=gettext_lazy("Collections"))
    items = _ChosenField(label=gettext_lazy("Sections, subsections and units"))
    history = forms.BooleanField(label=gettext_lazy("With the history: all versions"), required=False)
    deleted = forms.BooleanField(label=gettext_lazy("With deleted items and collections"), required=False)

    def __init__(self, data: QueryDict | None, *, collections: Choices, items: Choices) -> None:
        super().__init__(data)
        for name, choices in (("collections", collections), ("items", items)):
            field = self.fields[name]
            if isinstance(field, _ChosenField):
                field.choices = choices
            if not choices:
                del self.fields[name]
        if not (collections or items):
            del self.fields["part"]

    def options(self, library_key: LibraryLocatorV2) -> BackupOptions:
        """Return the options of the valid form. Raises InvalidInputError and MalformedKeyError."""
        data = self.cleaned_data
        whole = BackupOptions(deleted=data["deleted"], history=data["history"])
        if data.get("part") != "chosen":
            return whole
        collections, items = tuple(data.get("collections", ())), data.get("items", ())
        if not (collections or items):
            raise InvalidInputError(_("Choose at least one, or back up the whole library."), field="part")
        return BackupOptions(
            items=tuple(_ref_in(library_key, text) for text in items),
            collections=collections,
            deleted=whole.deleted,
            history=whole.history,
        )


def _ref_in(library_key: LibraryLocatorV2, text: str) -> str:
    key = keys.item_key(text)
    if library_key_of(key) != library_key:
        raise InvalidInputError(_("The library does not have “%(key)s”.") % {"key": key}, field="items")
    return ref_of(key)
