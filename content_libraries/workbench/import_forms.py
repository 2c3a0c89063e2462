"""Forms of the import pages."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from ..imports.api import ImportOptions, Level, OnRepeat, upload_suffixes
from .forms import WorkbenchForm

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


class UploadForm(WorkbenchForm):
    """The file to import. Browsers offer only files whose names end like those of sources."""

    file = forms.FileField(label=_("File"), max_length=255)

    def __init__(self, data: QueryDict | None, files: MultiValueDict[str, UploadedFile[Any]] | None) -> None:
        super().__init__(data, files)
        self.fields["file"].widget.attrs["accept"] = ",".join(upload_suffixes())


class OptionsForm(WorkbenchForm):
    """The options of an import of one source."""

    level = forms.ChoiceField(label=_("What to make"), choices=_LEVELS, initial=Level.SECTION)
    on_repeat = forms.ChoiceField(
        label=_("What was imported before"), choices=_STRATEGIES, initial=OnRepeat.SKIP, widget=forms.RadioSelect
    )
    make_collection = forms.BooleanField(
        label=_("Put everything into a collection titled like the source"), required=False, initial=True
    )
    with_drafts = forms.BooleanField(label=_("Read the drafts of an archive, too"), required=False)
    keep_unused_files = forms.BooleanField(
        label=_("Keep files that nothing refers to, in a Text that links them"), required=False
    )
    only = forms.CharField(
        label=_("Only these blocks"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Usage keys, one a line. What is in these blocks is imported, too. Leave it empty for everything."),
    )

    def options(self) -> ImportOptions:
        """Return the options of the valid form."""
        data = self.cleaned_data
        return ImportOptions(
            level=Level(data["level"]),
            on_repeat=OnRepeat(data["on_repeat"]),
            make_collection=data["make_collection"],
            with_drafts=data["with_drafts"],
            keep_unused_files=data["keep_unused_files"],
            only=tuple(data["only"].split()),
        )


class StartForm(WorkbenchForm):
    """The start of a planned import. A plan with a question needs an answer."""

    publish = forms.BooleanField(label=_("Publish what is imported"), required=False)
    confirm = forms.BooleanField(
        label=_("It is the same course: skip what was imported before"),
        error_messages={"required": _("Answer the question first: tick the box if it is the same course.")},
    )

    def __init__(self, data: QueryDict | None, *, question: str) -> None:
        super().__init__(data)
        if not question:
            del self.fields["confirm"]

    @property
    def is_confirmed(self) -> bool:
        return bool(self.cleaned_data.get("confirm"))
