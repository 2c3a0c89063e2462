"""Views of the editors' helpers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from content_libraries import api

from ..rest import StudioAPIView
from .formulas import preview_of
from .transcripts import transcript_command


class VideoFeaturesView(APIView):
    """What the video editor can do here: neither thumbnails nor sharing, which need a video service."""

    def get(self, request: Request) -> Response:
        return Response({"allowThumbnailUpload": False, "videoSharingEnabled": False})


class TranscriptCheckSerializer(serializers.Serializer[dict[str, Any]]):
    """What the video editor wants to know; what else it says about its sources makes no difference."""

    locator = serializers.CharField(help_text=_("Key of the component."))


class TranscriptCheckQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """Query parameters: one, with JSON in it."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"data": serializers.JSONField(binary=True)}


class TranscriptCheckView(StudioAPIView):
    """Whether the video of a component has a transcript already."""

    def get(self, request: Request) -> Response:
        query = TranscriptCheckQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = TranscriptCheckSerializer(data=query.validated_data["data"])
        asked.is_valid(raise_exception=True)
        key = api.component_key(asked.validated_data["locator"])
        return Response({"status": "Success", "command": transcript_command(key, user=request.user)})


class FormulaSerializer(serializers.Serializer[dict[str, str]]):
    """An answer that an author typed into the problem editor."""

    formula = serializers.CharField(max_length=500, help_text=_("What the learner would type, 2*x^2."))


class NumericalInputView(APIView):
    """Whether a numerical answer can be read, and how it looks."""

    def post(self, request: Request) -> Response:
        body = FormulaSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(asdict(preview_of(body.validated_data["formula"])))
