"""Paths as frontends know them."""

from __future__ import annotations

from django.urls import path

from . import views

HOME = "api/contentstore/v1"

urlpatterns = [
    path("api/contentstore/v2/home/courses", views.CourseListView.as_view(), name="home-courses"),
    path(f"{HOME}/course_details/<course_key:course_key>", views.CourseDetailsView.as_view(), name="course-details"),
    path(
        f"{HOME}/course_settings/<course_key:course_key>",
        views.CourseSettingsView.as_view(),
        name="course-settings",
    ),
    path("api/courses/v1/courses/<course_key:course_key>", views.LmsCourseView.as_view(), name="lms-course"),
    path("api/courses/v1/quality/<course_key:course_key>/", views.CourseQualityView.as_view(), name="course-quality"),
    path(
        "api/courses/v1/validation/<course_key:course_key>/",
        views.CourseValidationView.as_view(),
        name="course-validation",
    ),
    path("container/<exact_block_key:usage_key>", views.ContainerPageView.as_view(), name="container-page"),
    path("xblock/<exact_block_key:usage_key>", views.BlockPreviewView.as_view(), name="block-preview"),
    # Some frontends add a slash.
    path("api/courses/v1/courses/<course_key:course_key>/", views.LmsCourseView.as_view()),
]
