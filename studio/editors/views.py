"""Views of the editors' helpers."""

from __future__ import annotations

from dataclasses import asdict

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .formulas import preview_of


class VideoFeaturesView(APIView):
    """What the video editor can do here: neither thumbnails nor sharing, which need a video service."""

    def get(self, request: Request) -> Response:
        return Response({"allowThumbnailUpload": False, "videoSharingEnabled": False})


class FormulaSerializer(serializers.Serializer[dict[str, str]]):
    """An answer that an author typed into the problem editor."""

    formula = serializers.CharField(max_length=500, help_text=_("What the learner would type, 2*x^2."))


class NumericalInputView(APIView):
    """Whether a numerical answer can be read, and how it looks."""

    def post(self, request: Request) -> Response:
        body = FormulaSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(asdict(preview_of(body.validated_data["formula"])))
