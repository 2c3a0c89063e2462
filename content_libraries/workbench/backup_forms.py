"""Forms of the pages that back up and restore libraries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import keys
from ..backups.api import BackupOptions, Collision, RestoreMode, RestoreOptions, ref_of
from ..errors import InvalidInputError, MalformedKeyError
from ..keys import LibraryLocatorV2, library_key_of
from .forms import WorkbenchForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_PARTS: Final = (
    ("whole", gettext_lazy("The whole library")),
    ("chosen", gettext_lazy("Only what is chosen below, and what it needs")),
)

_MODES: Final = (
    (RestoreMode.NEW, gettext_lazy("As a new library")),
    (RestoreMode.ADD, gettext_lazy("Into a library: bring what it lacks")),
    (RestoreMode.REPLACE_ITEMS, gettext_lazy("Into a library: replace the items that the archive has")),
    (RestoreMode.REPLACE_ALL, gettext_lazy("Into a library: replace everything, after a backup")),
)
_COLLISIONS: Final = (
    (Collision.SKIP, gettext_lazy("Skip them")),
    (Collision.RENAME, gettext_lazy("Create them under another key")),
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
        label=gettext_lazy("What to back up"),
        choices=_PARTS,
        initial="whole",
        required=False,
        widget=forms.RadioSelect,
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


class ArchiveForm(WorkbenchForm):
    """The upload of an archive."""

    file = forms.FileField(
        label=gettext_lazy("Archive"), max_length=255, help_text=gettext_lazy("The ZIP file of a backup.")
    )

    def __init__(self, data: QueryDict | None, files: MultiValueDict[str, UploadedFile[Any]] | None) -> None:
        super().__init__(data, files)
        self.fields["file"].widget.attrs["accept"] = ".zip"


class RestoreForm(WorkbenchForm):
    """The choice of a library, and of how to restore into it."""

    mode = forms.ChoiceField(label=gettext_lazy("How to restore"), choices=_MODES, widget=forms.RadioSelect)
    library = forms.CharField(
        label=gettext_lazy("Key of the library"), max_length=255, help_text=gettext_lazy("Its key, lib:ORG:SLUG.")
    )
    collision = forms.ChoiceField(
        label=gettext_lazy("When only bringing what it lacks: items that the library has with other content"),
        choices=_COLLISIONS,
        initial=Collision.SKIP,
        widget=forms.RadioSelect,
    )
    drafts_only = forms.BooleanField(
        label=gettext_lazy("When replacing, leave published versions as they are"), required=False
    )

    def clean_library(self) -> LibraryLocatorV2:
        """Return the key of the library."""
        try:
            return keys.library_key(str(self.cleaned_data["library"]).strip())
        except MalformedKeyError as error:
            raise forms.ValidationError(error.message) from error

    def options(self) -> RestoreOptions:
        """Return the options of the valid form."""
        data = self.cleaned_data
        return RestoreOptions(
            mode=RestoreMode(data["mode"]), collision=Collision(data["collision"]), drafts_only=data["drafts_only"]
        )


class ApplyForm(WorkbenchForm):
    """The start of a planned restore."""

    confirm = forms.CharField(
        label=gettext_lazy("Key of the library"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy("To replace everything, type the key of the library once more."),
    )
    move_links = forms.BooleanField(
        label=gettext_lazy("Move the links of these courses to the library"), required=False
    )

    def __init__(self, data: QueryDict | None, *, asks_key: bool, has_links: bool) -> None:
        super().__init__(data)
        if not asks_key:
            del self.fields["confirm"]
        if not has_links:
            del self.fields["move_links"]
