"""The team of a library: roles, and why a user may do something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django import forms
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...errors import InvalidInputError
from ...keys import LibraryLocatorV2
from ...libraries import api as libraries
from ...libraries.api import ROLE_NAMES, AccessLevel, Explanation, Grant, GrantKind, Permission, Role
from ..decorators import action, form_page, page
from ..forms import WorkbenchForm, posted
from ..navigation import Link, library_page
from ..refusals import errors_in
from ..rendering import render_page, tell

MOST_ENTRIES: Final = 500
"""How many lines of a team are shown. Roles of organizations may make teams long."""

PERMISSION_NAMES: Final = {
    Permission.VIEW: gettext_lazy("See the library"),
    Permission.REUSE: gettext_lazy("Reuse its content in courses"),
    Permission.LEARN: gettext_lazy("See its blocks as learners see them"),
    Permission.EDIT: gettext_lazy("Edit content"),
    Permission.PUBLISH: gettext_lazy("Publish content"),
    Permission.MANAGE_TAGS: gettext_lazy("Change tags"),
    Permission.CREATE_COLLECTION: gettext_lazy("Create collections"),
    Permission.EDIT_COLLECTION: gettext_lazy("Change collections"),
    Permission.DELETE_COLLECTION: gettext_lazy("Delete collections"),
    Permission.VIEW_TEAM: gettext_lazy("See the team"),
    Permission.EDIT_TEAM: gettext_lazy("Manage the team"),
    Permission.DELETE: gettext_lazy("Delete the library"),
}
"""Permission -> what it allows, in words."""


class MemberForm(WorkbenchForm):
    """A new role for a user."""

    member = forms.CharField(label=gettext_lazy("Username or e-mail address"), max_length=254)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[(role.value, name) for role, name in ROLE_NAMES.items()]
    )


@dataclass(frozen=True, slots=True)
class ExplainedPermission:
    """A permission, whether the user has it, and the reasons."""

    name: str
    is_allowed: bool
    reasons: tuple[str, ...]


@form_page
def team(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Show the team of a library, and give users roles."""
    shown = library_page(request, library_key, tab="library-team", permission=Permission.VIEW_TEAM)
    form = MemberForm(posted(request))
    if form.is_valid():
        with errors_in(form):
            member = libraries.find_member(library_key, user=request.user, name=form.cleaned_data["member"])
            role = Role(form.cleaned_data["role"])
            libraries.give_role(library_key, user=request.user, member=member, role=role)
            tell(request, _("%(member)s has the role “%(role)s” now.") % {"member": member, "role": ROLE_NAMES[role]})
            return redirect("workbench:library-team", library_key)
    rows = libraries.library_team(library_key, user=request.user)[:MOST_ENTRIES]
    context = {
        "form": form,
        "entries": [libraries.team_entry(row) for row in rows],
        "roles": [(role.value, name) for role, name in ROLE_NAMES.items()],
        "may_edit": libraries.may(request.user, shown.library, Permission.EDIT_TEAM),
    }
    return render_page(request, "libraries/team.html", context, library=shown, status=form.status)


@action
def change_role(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Replace a role of a user by another one."""
    member = libraries.find_member(library_key, user=request.user, name=request.POST.get("member", ""))
    old, new = _role(request.POST.get("old", "")), _role(request.POST.get("new", ""))
    libraries.change_role(library_key, user=request.user, member=member, old=old, new=new)
    tell(request, _("%(member)s has the role “%(role)s” now.") % {"member": member, "role": ROLE_NAMES[new]})
    return redirect("workbench:library-team", library_key)


@action
def remove_member(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Take a role or a level from a user, or a level from a group."""
    name = request.POST.get("name", "")
    member = request.POST.get("member", "")
    if request.POST.get("is_group"):
        group = Group.objects.filter(name=member).first()
        if group is not None:
            libraries.remove_group(library_key, user=request.user, group=group)
    elif name in AccessLevel:
        found = libraries.find_member(library_key, user=request.user, name=member)
        libraries.remove_user(library_key, user=request.user, member=found)
    else:
        found = libraries.find_member(library_key, user=request.user, name=member)
        libraries.take_role(library_key, user=request.user, member=found, role=_role(name))
    tell(request, _("%(member)s is not in the team any more, or has a role less.") % {"member": member})
    return redirect("workbench:library-team", library_key)


@page
def explain(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Show what a user may do in a library, and why. Users who manage the team may ask about others."""
    shown = library_page(request, library_key, tab="library-team")
    user = request.user
    name = request.GET.get("user", user.get_username())
    if name != user.get_username():
        user = libraries.find_member(library_key, user=request.user, name=name)
    explained = [_explained(libraries.explain(user, shown.library, permission)) for permission in PERMISSION_NAMES]
    crumbs = (Link(_("Team"), reverse("workbench:library-team", args=[library_key])),)
    context = {"member": user, "permissions": explained, "is_inactive": not user.is_active}
    return render_page(request, "libraries/explain.html", context, library=shown, crumbs=crumbs)


def _role(text: str) -> Role:
    if text not in Role:
        raise InvalidInputError(_("“%(role)s” is no role.") % {"role": text}, field="role")
    return Role(text)


def _explained(explanation: Explanation) -> ExplainedPermission:
    return ExplainedPermission(
        name=str(PERMISSION_NAMES[explanation.permission]),
        is_allowed=explanation.allowed,
        reasons=tuple(_reason(grant) for grant in explanation.allowing or explanation.other),
    )


def _reason(grant: Grant) -> str:
    """Describe one reason for a permission as a sentence."""
    match grant.kind:
        case GrantKind.ROLE:
            text = _("The role “%(name)s”, given for %(scope)s.")
            return text % {"name": ROLE_NAMES[Role(grant.name)], "scope": grant.scope}
        case GrantKind.LEVEL if grant.scope and not grant.scope.startswith("lib:"):
            text = _("The level “%(name)s” of the group “%(scope)s”.")
            return text % {"name": AccessLevel(grant.name).label, "scope": grant.scope}
        case GrantKind.LEVEL:
            return _("The level “%(name)s” in this library.") % {"name": AccessLevel(grant.name).label}
        case GrantKind.FLAG if grant.name == "allow_public_learning":
            return _("The library is open to learners.")
        case GrantKind.FLAG:
            return _("The library is open to course authors.")
        case _:
            return _("The staff of the site may do everything.")
