"""URLs of published courses, below ``api/content_library/v1/``."""

from django.urls import path

from . import views

urlpatterns = [path("courses/<str:course_key>/structure/", views.StructureView.as_view())]
