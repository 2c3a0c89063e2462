"""Paths as frontends know them."""

from __future__ import annotations

from django.urls import path

from . import views

HOME = "api/contentstore/v1/"

urlpatterns = [
    path(f"{HOME}home", views.HomeView.as_view(), name="home"),
    path(f"{HOME}home/libraries", views.LegacyLibrariesView.as_view(), name="home-libraries"),
    path(f"{HOME}course_waffle_flags", views.FlagsView.as_view(), name="flags"),
    path(f"{HOME}course_waffle_flags/<str:context_key>", views.FlagsView.as_view(), name="flags-of-context"),
    path(f"{HOME}help_urls", views.HelpUrlsView.as_view(), name="help-urls"),
    path("export/<course_key:source_key>", views.ExportView.as_view(), name="export"),
    path("organizations", views.OrganizationsView.as_view(), name="organizations"),
]
