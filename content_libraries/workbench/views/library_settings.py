"""Creates, changes and deletes libraries."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...errors import InvalidInputError
from ...keys import LibraryLocatorV2
from ...libraries import api as libraries
from ...libraries.api import License, Permission
from ..decorators import action, form_page
from ..forms import TextField, WorkbenchForm, posted
from ..navigation import library_page
from ..refusals import errors_in
from ..rendering import render_page, tell


class SettingsForm(WorkbenchForm):
    """The fields of a library that people change."""

    title = forms.CharField(label=gettext_lazy("Title"))
    description = TextField(label=gettext_lazy("Description"), required=False)
    license = forms.ChoiceField(label=gettext_lazy("License"), required=False, choices=License.choices)
    allow_public_read = forms.BooleanField(
        label=gettext_lazy("Open to course authors"),
        required=False,
        help_text=gettext_lazy("Any course author may read the library and reuse its content."),
    )
    allow_public_learning = forms.BooleanField(
        label=gettext_lazy("Open to learners"),
        required=False,
        help_text=gettext_lazy("Anybody may see the library’s blocks as learners see them."),
    )


class NewLibraryForm(SettingsForm):
    """A form for a new library, with the parts of its key."""

    field_order = ("title", "org", "slug")

    org = forms.CharField(label=gettext_lazy("Organization"), help_text=gettext_lazy("Its short name, such as DemoX."))
    slug = forms.CharField(
        label=gettext_lazy("Name in the key"),
        help_text=gettext_lazy("Letters, digits, - and _. It is a part of the library’s key, and never changes."),
    )


@form_page
def new_library(request: HttpRequest) -> HttpResponse:
    """Create a library."""
    libraries.require_create(request.user)
    form = NewLibraryForm(posted(request))
    if form.is_valid():
        with errors_in(form):
            library = libraries.create_library(user=request.user, **form.cleaned_data)
            tell(request, _("“%(title)s” is created.") % {"title": library.title})
            return redirect("workbench:library", library.library_key)
    return render_page(request, "libraries/new.html", {"form": form}, status=form.status)


@form_page
def library_settings(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Change the title, the license and the flags of a library."""
    shown = library_page(request, library_key, tab="library-settings", permission=Permission.EDIT)
    package = shown.library.learning_package
    now = {
        "title": shown.title,
        "description": package.description if package else "",
        "license": shown.library.license,
        "allow_public_read": shown.library.allow_public_read,
        "allow_public_learning": shown.library.allow_public_learning,
    }
    form = SettingsForm(posted(request), initial=now)
    if form.is_valid():
        with errors_in(form):
            libraries.update_library(library_key, user=request.user, **form.cleaned_data)
            tell(request, _("The settings are saved."))
            return redirect("workbench:library-settings", library_key)
    context = {"form": form, "may_delete": libraries.may(request.user, shown.library, Permission.DELETE)}
    return render_page(request, "libraries/settings.html", context, library=shown, status=form.status)


@action
def delete_library(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Delete a library for good. The request repeats its key."""
    libraries.access_library(request.user, library_key, Permission.DELETE)
    if request.POST.get("repeated", "").strip() != str(library_key):
        raise _not_repeated(library_key)
    libraries.delete_library(library_key, user=request.user)
    tell(request, _("The library %(library)s is deleted.") % {"library": library_key})
    return redirect("workbench:libraries")


def _not_repeated(library_key: LibraryLocatorV2) -> InvalidInputError:
    text = _("Nothing was deleted. To delete the library, type its key: %(library)s")
    return InvalidInputError(text % {"library": library_key}, field="repeated")
