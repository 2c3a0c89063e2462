"""What other rooms may ask about blocks. Functions check permissions, unless they say that they do not."""

from .data import (
    STUDIO_VIEW,
    BlockVersion,
    DeclaredField,
    DeclaredFields,
    FieldValues,
    HandlerCall,
    HandlerResponse,
    InvalidFieldsError,
    Metadata,
    RenderedView,
    Resource,
    Version,
)
from .formulas import formula_latex
from .handling import call_handler
from .models import forget_user
from .processes.errors import BlockStoppedError
from .processes.running import start as start_block_processes
from .reading import get_declared_fields, get_fields, get_metadata, get_version_olx
from .rendering import access_for_view, notice_view, purpose_of, render_version, render_view
from .reports import BlockReport, TypeReport, report_blocks, summarize_reports
from .resources import read_resource
from .saving import save_fields
from .search_text import SearchText, search_text
from .tokens import handler_url
from .versions import access_version
from .videos import save_thumbnail, save_transcript
from .visits import Place

__all__ = [
    "STUDIO_VIEW",
    "BlockReport",
    "BlockStoppedError",
    "BlockVersion",
    "DeclaredField",
    "DeclaredFields",
    "FieldValues",
    "HandlerCall",
    "HandlerResponse",
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
    "formula_latex",
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
    "start_block_processes",
    "summarize_reports",
]
