"""Forms of the import pages."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...actors import Actor
from ...admin_base.key_fields import LibraryKeyField
from ...errors import ContentLibrariesError
from ...keys import CourseKey, LibraryLocatorV2, course_key
from ...learning_core.api import MAX_TITLE
from ...libraries.api import viewable_libraries
from ..data import ImportOptions, Level, OnRepeat
from ..legacy.migrating import Destination

_LEVELS: Final = (
    (Level.SECTION, _("Sections, subsections, units and components")),
    (Level.SUBSECTION, _("Subsections, units and components")),
    (Level.UNIT, _("Units and components")),
    (Level.COMPONENT, _("Components only")),
)
_STRATEGIES: Final = (
    (OnRepeat.SKIP, _("Skip: leave what was imported before as it is")),
    (OnRepeat.UPDATE, _("Update: give it the content of the source")),
    (OnRepeat.FORK, _("Fork: import everything as new copies")),
)
_FORWARDS: Final = (
    ("", _("As usual: on the first migration of a legacy library")),
    ("yes", _("Yes: references to the source lead to the library from now on")),
    ("no", _("No")),
)
_INTO: Final = (
    ("", _("Into one library, a collection for each")),
    (Destination.ONE_EACH, _("A new library for each")),
    (Destination.BY_ORG, _("One library for each organization, a collection for each")),
    (Destination.BY_READERS, _("One library for each organization and set of readers, a collection for each")),
)


class SourceKeyField(forms.CharField):
    """Key of a course or a legacy library; None if the field is left empty."""

    def clean(self, value: object) -> CourseKey | None:
        text = super().clean(value)
        try:
            return course_key(text) if text else None
        except ContentLibrariesError as error:
            raise forms.ValidationError(error.message) from error


def _is_there(key: LibraryLocatorV2, user: Actor) -> bool:
    """Return whether a library with this key exists that the user may view. The api checks the rights to write."""
    return viewable_libraries(user).filter(org__short_name=key.org, slug=key.slug).exists()


class ImportForm(forms.Form):
    """Options for importing sources into one library, which can be created at the same time."""

    def __init__(self, data: QueryDict | None, *, user: Actor) -> None:
        super().__init__(data)
        self.user = user

    library = LibraryKeyField(label=_("Target library"), help_text=_("Its key, lib:ORG:SLUG."))
    new_title = forms.CharField(
        label=_("Title, for a new library"),
        required=False,
        max_length=MAX_TITLE,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("If no library has this key, one of this title is made for the preview."),
    )
    level = forms.ChoiceField(label=_("What to make"), choices=_LEVELS, initial=Level.SECTION)
    on_repeat = forms.ChoiceField(
        label=_("What was imported before"),
        choices=_STRATEGIES,
        initial=OnRepeat.SKIP,
        widget=forms.RadioSelect,
        help_text=_("A block is recognized by its course and its ID there."),
    )
    collection = forms.SlugField(
        label=_("Collection"),
        required=False,
        allow_unicode=True,
        help_text=_("Key of a collection that everything goes into. It is made if the library does not have it."),
    )
    make_collection = forms.BooleanField(
        label=_("Without a key, make a collection for each source, titled like it"),
        required=False,
        initial=True,
    )
    preserve_url_slugs = forms.BooleanField(label=_("Keep the IDs of the source"), required=False, initial=True)
    with_drafts = forms.BooleanField(
        label=_("Read drafts of archives"),
        required=False,
        help_text=_("Else what is published in them. Of a course on this site, the draft is always read."),
    )
    keep_unused_files = forms.BooleanField(
        label=_("Keep files that nothing refers to, in a Text that links them"), required=False
    )
    publish = forms.BooleanField(label=_("Publish what is imported"), required=False)
    forward = forms.ChoiceField(label=_("Redirect references"), choices=_FORWARDS, required=False)
    only = forms.CharField(
        label=_("Only these blocks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Usage keys, one a line. What is in them comes along. If it is empty, everything is imported."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if key := data.get("library"):
            exists = _is_there(key, self.user)
            if exists and data.get("new_title"):
                self.add_error(
                    "new_title", gettext("There is a library of this key. Leave this empty to import into it.")
                )
            elif not exists and not data.get("new_title"):
                text = gettext("There is no library “%(library)s”. Give a title below to make it.")
                self.add_error("library", text % {"library": key})
        return data

    @property
    def library_key(self) -> LibraryLocatorV2:
        key: LibraryLocatorV2 = self.cleaned_data["library"]
        return key

    def options(self) -> ImportOptions:
        """Return the options of the valid form."""
        data = self.cleaned_data
        return ImportOptions(
            level=Level(data["level"]),
            on_repeat=OnRepeat(data["on_repeat"]),
            preserve_url_slugs=data["preserve_url_slugs"],
            with_drafts=data["with_drafts"],
            only=tuple(data["only"].split()),
            collection_code=data["collection"],
            make_collection=data["make_collection"] or bool(data["collection"]),
            forward={"yes": True, "no": False}.get(data["forward"]),
            keep_unused_files=data["keep_unused_files"],
        )


class LegacyForm(forms.Form):
    """Asks for the destination of legacy libraries."""

    def __init__(self, data: QueryDict | None, *, user: Actor) -> None:
        super().__init__(data)
        self.user = user

    library = LibraryKeyField(
        label=_("Target library"), required=False, help_text=_("Only needed where all go into one library.")
    )
    into = forms.ChoiceField(
        label=_("Destination"), choices=_INTO, required=False, widget=forms.RadioSelect, initial=""
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        key = data.get("library")
        if key and not _is_there(key, self.user):
            self.add_error("library", gettext("There is no library “%(library)s”.") % {"library": key})
        if not data.get("into") and not data.get("library") and "library" not in self.errors:
            self.add_error("library", gettext("Choose the library that all go into, or another destination."))
        return data

    def destination(self) -> LibraryLocatorV2 | Destination:
        """Return the destination that the valid form names."""
        if self.cleaned_data["into"]:
            return Destination(self.cleaned_data["into"])
        key: LibraryLocatorV2 = self.cleaned_data["library"]
        return key
