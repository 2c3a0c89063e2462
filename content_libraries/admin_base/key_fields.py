"""Form fields of the Django admin whose values are keys. Keys are typed, or chosen from proposals."""

from __future__ import annotations

from django import forms
from django.urls import reverse_lazy

from ..errors import MalformedKeyError
from ..keys import LibraryLocatorV2, library_key
from ..translation import LazyText


class ProposingInput(forms.TextInput):
    """
    A text input that proposes values while the user types.

    Without JavaScript it is an ordinary text input.

    Args:
        page: name of the page of the admin that has the proposals.
    """

    class Media:
        js = ("content_libraries/proposals.js",)

    def __init__(self, page: str) -> None:
        url = reverse_lazy(f"admin:{page}")
        super().__init__(attrs={"class": "vTextField", "autocomplete": "off", "data-proposals": url})


class LibraryKeyField(forms.CharField):
    """The key of a library."""

    def __init__(self, *, label: LazyText, help_text: LazyText = "", required: bool = True) -> None:
        widget = ProposingInput("content_libraries_library_proposals")
        super().__init__(label=label, help_text=help_text, required=required, widget=widget)

    def clean(self, value: object) -> LibraryLocatorV2 | None:
        text = super().clean(value)
        try:
            return library_key(text) if text else None
        except MalformedKeyError as error:
            raise forms.ValidationError(error.message) from error
