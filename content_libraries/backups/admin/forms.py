"""Forms of the pages that restore an archive."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from ...admin_base.key_fields import LibraryKeyField
from ..api import Collision, RestoreMode, RestoreOptions

_MODES: Final = (
    (RestoreMode.NEW, _("As a new library")),
    (RestoreMode.ADD, _("Into a library: bring what it lacks")),
    (RestoreMode.REPLACE_ITEMS, _("Into a library: replace the items that the archive has")),
    (RestoreMode.REPLACE_ALL, _("Into a library: replace everything, after a backup")),
)
_COLLISIONS: Final = (
    (Collision.SKIP, _("Skip them")),
    (Collision.RENAME, _("Create them under another key")),
)


class ArchiveForm(forms.Form):
    """The upload of an archive."""

    file = forms.FileField(
        label=_("Archive"),
        help_text=_("A ZIP file of a backup, or the .tar.gz of a legacy library, which is migrated."),
    )


class RestoreForm(forms.Form):
    """The choice of a library and of a mode."""

    library = LibraryKeyField(label=_("Target library"), help_text=_("Its key, lib:ORG:SLUG."))
    mode = forms.ChoiceField(label=_("How to restore"), choices=_MODES, widget=forms.RadioSelect)
    collision = forms.ChoiceField(
        label=_("When only bringing what it lacks: items that the library has with other content"),
        choices=_COLLISIONS,
        initial=Collision.SKIP,
        widget=forms.RadioSelect,
    )
    drafts_only = forms.BooleanField(
        label=_("When replacing, leave published versions as they are"), required=False, initial=False
    )

    def options(self) -> RestoreOptions:
        """Return the chosen options."""
        return RestoreOptions(
            mode=RestoreMode(self.cleaned_data["mode"]),
            collision=Collision(self.cleaned_data["collision"]),
            drafts_only=self.cleaned_data["drafts_only"],
        )


class ApplyForm(forms.Form):
    """The confirmation of a plan."""

    confirm = forms.CharField(
        label=_("Key of the library"),
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=_("To replace everything, type the key of the library once more."),
    )
    move_links = forms.BooleanField(
        label=_("Move the links of these courses to the library"), required=False, initial=False
    )
