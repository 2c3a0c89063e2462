"""Teams in the Django admin: who has which role or level, and a form that gives and takes roles."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from .. import site_language
from ..admin_base.key_fields import LibraryKeyField
from ..admin_base.staff import StaffAdmin
from ..errors import ContentLibrariesError, InvalidInputError
from . import api
from .data import Role
from .models import AccessLevel, ContentLibraryPermission

_TEAM_ROWS: Final = 100
_ROLES: Final = [(role, api.ROLE_NAMES[role]) for role in Role]
_LIST: Final = "admin:content_libraries_contentlibrarypermission_changelist"
_ROLE_PAGE: Final = "content_libraries_contentlibrarypermission_role"


class UserField(forms.CharField):
    """A user, by username or e-mail address."""

    def clean(self, value: object) -> User:
        text = super().clean(value)
        found = list(get_user_model().objects.filter(Q(username=text) | Q(email__iexact=text)).order_by("pk")[:2])
        named = [user for user in found if user.username == text] or found
        if len(named) != 1:
            raise forms.ValidationError(
                _("Several users have the address “%(text)s”. Type a username.") % {"text": text}
                if named
                else _("There is no user “%(text)s”.") % {"text": text}
            )
        return named[0]


class TeamSearchForm(forms.Form):
    """A form that filters the list of teams."""

    q = forms.CharField(label=gettext_lazy("Member or library contains"), required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Role or level"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            (gettext_lazy("Roles"), _ROLES),
            (gettext_lazy("Levels"), AccessLevel.choices),
        ],
    )
    library = LibraryKeyField(label=gettext_lazy("Library key"), required=False)


class RoleForm(forms.Form):
    """
    A role of a user in a library.

    Args:
        held: whether the form changes or takes a role that the user has; only the role can be chosen then.
    """

    library = LibraryKeyField(label=gettext_lazy("Library key"), help_text="lib:ORG:SLUG")
    member = UserField(label=gettext_lazy("User"), help_text=gettext_lazy("Username or e-mail address."))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=_ROLES)

    def __init__(self, data: QueryDict | None, *, initial: dict[str, str], held: bool) -> None:
        super().__init__(data, initial=initial)
        self.fields["library"].disabled = self.fields["member"].disabled = held


@admin.register(ContentLibraryPermission)
class TeamAdmin(StaffAdmin):
    """
    Admin page that lists who has which role or level in which library.

    Roles in one library are given, changed and taken in pages of their own. Levels are in the pages of libraries.
    """

    def get_urls(self) -> list[URLPattern]:
        page = path("role/", self.admin_site.admin_view(self.role_view), name=_ROLE_PAGE)
        return [page, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TeamSearchForm(request.GET)
        entries: Any = []
        if form.is_valid():
            data = form.cleaned_data
            entries = api.list_team_entries(
                user=request.user, text=data["q"], name=data["role"], library_key=data["library"]
            )
        page = Paginator(entries, _TEAM_ROWS).get_page(request.GET.get("page"))
        query = request.GET.copy()
        query.pop("page", None)
        context = {
            **self.admin_site.each_context(request),
            **(extra_context or {}),
            "opts": self.opts,
            "title": _("Teams"),
            "form": form,
            "page": page,
            "entries": [api.team_entry(row) for row in page.object_list],
            "query": query.urlencode(),
        }
        return render(request, "content_libraries/libraries/teams.html", context)

    def role_view(self, request: HttpRequest) -> HttpResponse:
        """
        Render the form that gives a role.

        If the query names a role that a user has, the form changes or takes it.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        named = {name: request.GET.get(name, "") for name in ("library", "member", "role")}
        held = all(named.values())
        form = RoleForm(request.POST if request.method == "POST" else None, initial=named, held=held)
        if form.is_valid():
            try:
                return self._save_role(request, form.cleaned_data, held=named["role"] if held else "")
            except ContentLibrariesError as error:
                form.add_error(None, error.message)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Role of %(member)s in %(library)s") % named if held else _("Give a role"),
            "form": form,
            "held": held,
            "roles": [api.TeamEntry("", "", False, role, api.GrantKind.ROLE) for role in Role],
        }
        return render(request, "content_libraries/libraries/role.html", context)

    def _save_role(self, request: HttpRequest, data: dict[str, Any], *, held: str) -> HttpResponse:
        """Save the form, and add the change to the library's history in the admin. Raises ContentLibrariesError."""
        key, member, role = data["library"], data["member"], Role(data["role"])
        whose: dict[str, Any] = {"user": request.user, "member": member}
        if not held:
            api.give_role(key, **whose, role=role)
            done = gettext_noop("Gave %(member)s the role %(role)s.")
        elif "_take" in request.POST:
            api.take_role(key, **whose, role=_role(held))
            done = gettext_noop("Took the role %(held)s from %(member)s.")
        else:
            api.change_role(key, **whose, old=_role(held), new=role)
            done = gettext_noop("Changed the role of %(member)s from %(held)s to %(role)s.")
        with site_language.active():
            self.log_change(request, api.get_library(key), _(done) % _names(member, role, held))
        messages.success(request, _(done) % _names(member, role, held))
        return HttpResponseRedirect(f"{reverse(_LIST)}?{urlencode({'library': str(key)})}")


def _names(member: User, role: Role, held: str) -> dict[str, str]:
    """Return the names of the user and the roles for a message."""
    return {
        "member": str(member),
        "role": str(api.ROLE_NAMES[role]),
        "held": str(api.ROLE_NAMES[Role(held)]) if held else "",
    }


def _role(text: str) -> Role:
    """Parse a role in the query. Raises InvalidInputError."""
    if text not in set(Role):
        raise InvalidInputError(_("There is no role “%(text)s”.") % {"text": text})
    return Role(text)
