"""URLs of new features of permissions, below ``/api/content_library/v1/``."""

from __future__ import annotations

from django.urls import path

from . import explain_views

urlpatterns = [path("permissions/explain/", explain_views.ExplainView.as_view(), name="permissions-explain")]
