"""URLs of roles, below ``/api/authz/v1/``: the same URLs as in openedx-authz."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("permissions/validate/me", views.OwnPermissionsView.as_view(), name="own-permissions"),
    path("roles/", views.RolesView.as_view(), name="roles"),
    path("roles/users/", views.RoleUsersView.as_view(), name="role-users"),
    path("users/validate/", views.UserValidationView.as_view(), name="user-validation"),
    path("orgs/", views.OrganizationsView.as_view(), name="organizations-of-roles"),
    path("users/", views.TeamMembersView.as_view(), name="team-members"),
    path(
        "users/<str:username>/assignments/",
        views.TeamMemberAssignmentsView.as_view(),
        name="team-member-assignments",
    ),
    path("assignments/", views.AssignmentsView.as_view(), name="role-assignments"),
    path("scopes/", views.ScopesView.as_view(), name="scopes-of-teams"),
    path("waffle-flag-states/", views.FlagStatesView.as_view(), name="authz-flags"),
]
