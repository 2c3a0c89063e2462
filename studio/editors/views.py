"""Views of the editors' helpers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from content_libraries import api
from content_libraries.errors import InvalidInputError

from ..rest import FromScript, StudioAPIView
from . import transcripts

MOST_VIDEOS: Final = 100
"""Sources of one video that the editor may name."""


class VideoFeaturesView(APIView):
    """Features of the video editor on this host: thumbnails, but not sharing, which needs a public page."""

    def get(self, request: Request) -> Response:
        return Response({"allowThumbnailUpload": True, "videoSharingEnabled": False})


class VideoSourceSerializer(serializers.Serializer[dict[str, Any]]):
    """A source of a video, as the editor shows it. Sources of other kinds are ignored."""

    type = serializers.CharField(
        default="", allow_blank=True, allow_null=True, help_text=_("“youtube” for videos there.")
    )
    video = serializers.CharField(default="", allow_blank=True, allow_null=True, help_text=_("The ID there."))


class TranscriptQuestionSerializer(serializers.Serializer[dict[str, Any]]):
    """A question of the video editor about transcripts. Unknown fields are ignored."""

    locator = serializers.CharField(help_text=_("Key of the component."))
    videos = VideoSourceSerializer(many=True, default=(), max_length=MOST_VIDEOS)  # type: ignore[call-arg]  # one of lists


class TranscriptQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """Query parameters: one, with JSON in it."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"data": serializers.JSONField(binary=True)}


@dataclass(frozen=True, slots=True)
class TranscriptQuestion:
    """A component, and its video on YouTube; "" for none."""

    key: api.LibraryUsageLocatorV2
    youtube_id: str

    @classmethod
    def of(cls, request: Request) -> TranscriptQuestion:
        query = TranscriptQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = TranscriptQuestionSerializer(data=query.validated_data["data"])
        asked.is_valid(raise_exception=True)
        on_youtube = (source["video"] for source in asked.validated_data["videos"] if source["type"] == "youtube")
        return cls(api.component_key(asked.validated_data["locator"]), next(on_youtube, "") or "")


class TranscriptCheckView(StudioAPIView):
    """Tells whether the video of a component has a transcript already, or can import one."""

    def get(self, request: Request) -> Response:
        asked = TranscriptQuestion.of(request)
        command = transcripts.transcript_command(asked.key, youtube_id=asked.youtube_id, user=request.user)
        return Response({"status": "Success", "command": command})


class TranscriptSourceUnavailable(APIException):
    """The source of transcripts fails; nothing was changed."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE


class TranscriptReplaceView(StudioAPIView):
    """Import the transcript of a component's video. It writes, although the frontend asks for it with GET."""

    http_method_names = ("get", "options")
    permission_classes = (IsAuthenticated, FromScript)

    def get(self, request: Request) -> Response:
        asked = TranscriptQuestion.of(request)
        try:
            video_id = transcripts.import_transcript(asked.key, youtube_id=asked.youtube_id, user=request.user)
        except transcripts.TranscriptSourceError as error:
            raise TranscriptSourceUnavailable(error.message) from error
        return Response({"status": "Success", "edx_video_id": video_id})


class VideoImageSerializer(serializers.Serializer[dict[str, Any]]):
    """A form with a picture."""

    file = serializers.FileField()


class VideoImageView(StudioAPIView):
    """Keep a thumbnail with the videos of a library that have an ID in the site's store of videos."""

    parser_classes = (MultiPartParser,)

    def check_access(self, request: Request) -> None:
        api.access_library(request.user, self.kwargs["library_key"], api.Permission.EDIT)

    def post(self, request: Request, library_key: api.LibraryLocatorV2, video_id: str) -> Response:
        body = VideoImageSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        file = body.validated_data["file"]
        image = api.save_thumbnail(library_key, video_id, file, user=request.user)
        url = reverse("library-version-file", args=(image.version_uuid, image.path))
        return Response({"image_url": request.build_absolute_uri(url)})


class FormulaSerializer(serializers.Serializer[dict[str, str]]):
    """An answer that an author typed into the problem editor."""

    formula = serializers.CharField(max_length=500, help_text=_("What the learner would type, 2*x^2."))


class NumericalInputView(StudioAPIView):
    """Checks whether a numerical answer is valid, and renders it."""

    def post(self, request: Request) -> Response:
        body = FormulaSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        answer = {"is_valid": True, "preview": "", "error": ""}
        try:
            answer["preview"] = api.formula_latex(body.validated_data["formula"], user=request.user)
        except (InvalidInputError, api.BlockStoppedError) as error:
            answer |= {"is_valid": False, "error": error.message}
        return Response(answer)
