"""URLs of tagging, below ``/api/content_tagging/v1/``."""

from __future__ import annotations

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from . import views

app_name = "content_tagging"  # views of openedx-tagging build URLs with the namespace that they are in

_router = SimpleRouter()
_router.register("taxonomies", views.TaxonomyView, basename="taxonomy")

urlpatterns = [
    path("", include(_router.urls)),
    # Taxonomies that platforms brought along can have negative numbers.
    re_path(r"^taxonomies/(?P<pk>-?\d+)/tags/$", views.TaxonomyTagsView.as_view(), name="taxonomy-tags"),
    path("import/template.<str:file_ext>", views.TemplateView.as_view(), name="taxonomy-import-template"),
    path("object_tags/<library_key:object_id>/export/", views.ObjectTagExportView.as_view(), name="object-tags-export"),
    path(
        "object_tags/<str:object_id>/",
        views.ObjectTagView.as_view({"get": "retrieve", "put": "update"}),
        name="object-tags",
    ),
    path(
        "object_tag_counts/<str:object_id_pattern>/",
        views.ObjectTagCountsView.as_view({"get": "retrieve"}),
        name="object-tag-counts",
    ),
]
