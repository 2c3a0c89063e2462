"""URLs of links, below ``api/contentstore/``; only the list has a slash at its end."""

from django.urls import path

from . import outline_views, views

urlpatterns = [
    path("v2/downstreams/", views.LinkListView.as_view()),
    path("v2/downstreams/<course_key:course_key>/summary", views.SummaryView.as_view()),
    path("v2/downstreams/<block_key:downstream_key>/sync", views.SyncView.as_view()),
    path("v2/downstreams/<block_key:downstream_key>", views.LinkView.as_view()),
    path("v1/container/<block_key:downstream_key>/children", views.ChildrenView.as_view()),
    path("v1/container_handler/<block_key:downstream_key>", outline_views.BlockPageView.as_view()),
    path("v1/course_index/<course_key:course_key>", outline_views.CourseIndexView.as_view()),
]
