"""What other rooms may ask about blocks. Functions check permissions, unless they say that they do not."""

from .data import (
    BlockVersion,
    DeclaredField,
    DeclaredFields,
    FieldValues,
    InvalidFieldsError,
    Metadata,
    RenderedView,
    Resource,
    Version,
)
from .handling import call_handler
from .models import forget_user
from .reading import get_declared_fields, get_fields, get_metadata, get_version_olx
from .rendering import STUDIO_VIEW, access_for_view, notice_view, purpose_of, render_version, render_view
from .reports import BlockReport, TypeReport, report_blocks, summarize_reports
from .resources import read_resource
from .runtime import Place
from .saving import save_fields
from .search_text import SearchText, search_text
from .tokens import handler_url
from .versions import access_version
from .videos import save_thumbnail, save_transcript

__all__ = [
    "STUDIO_VIEW",
    "BlockReport",
    "BlockVersion",
    "DeclaredField",
    "DeclaredFields",
    "FieldValues",
    "InvalidFieldsError",
    "Metadata",
    "Place",
    "RenderedView",
    "Resource",
    "SearchText",
    "TypeReport",
    "Version",
    "access_for_view",
    "access_version",
    "call_handler",
    "forget_user",
    "get_declared_fields",
    "get_fields",
    "get_metadata",
    "get_version_olx",
    "handler_url",
    "notice_view",
    "purpose_of",
    "read_resource",
    "render_version",
    "render_view",
    "report_blocks",
    "save_fields",
    "save_thumbnail",
    "save_transcript",
    "search_text",
    "summarize_reports",
]
