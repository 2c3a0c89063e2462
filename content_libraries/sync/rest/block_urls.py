"""URL of new blocks of courses, at ``xblock/``."""

from django.urls import path

from . import views

urlpatterns = [path("", views.CreateView.as_view())]
