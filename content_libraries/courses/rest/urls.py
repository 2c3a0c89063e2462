"""URLs of published courses, below ``api/content_library/v1/``."""

from django.urls import path

from . import views

urlpatterns = [path("courses/<course_key:course_key>/structure/", views.StructureView.as_view())]
