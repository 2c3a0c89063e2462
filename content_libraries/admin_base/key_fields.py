"""Form fields of the Django admin whose values are keys. Keys are typed, or chosen from proposals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy

from ..errors import MalformedKeyError
from ..keys import LibraryLocatorV2, library_key


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

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=ProposingInput("content_libraries_library_proposals"), **options)

    def clean(self, value: Any) -> LibraryLocatorV2 | None:
        text = super().clean(value)
        try:
            return library_key(text) if text else None
        except MalformedKeyError as error:
            raise forms.ValidationError(error.message) from error
