"""URLs of links, below ``api/contentstore/``; only the list has a slash at its end."""

from django.urls import path

from . import outline_views, views

urlpatterns = [
    path("v2/downstreams/", views.LinkListView.as_view()),
    path("v2/downstreams/<str:course_key>/summary", views.SummaryView.as_view()),
    path("v2/downstreams/<str:downstream_key>/sync", views.SyncView.as_view()),
    path("v2/downstreams/<str:downstream_key>", views.LinkView.as_view()),
    path("v1/container/<str:downstream_key>/children", views.ChildrenView.as_view()),
    path("v1/container_handler/<str:downstream_key>", outline_views.BlockPageView.as_view()),
    path("v1/course_index/<str:course_key>", outline_views.CourseIndexView.as_view()),
]
