"""Paths as frontends know them."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("video_features/", views.VideoFeaturesView.as_view(), name="video-features"),
    path("transcripts/check", views.TranscriptCheckView.as_view(), name="transcripts-check"),
    path("transcripts/replace", views.TranscriptReplaceView.as_view(), name="transcripts-replace"),
    path("video_images/<library_key:library_key>/<str:video_id>", views.VideoImageView.as_view(), name="video-images"),
    path("api/contentstore/v2/validate/numerical-input/", views.NumericalInputView.as_view(), name="numerical-input"),
]
