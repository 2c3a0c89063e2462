"""Functions about blocks for other rooms. They check permissions, unless their docstring says otherwise."""

from .component_facts import get_declared_fields, get_fields, get_metadata, get_version_olx
from .course_drafts import CoursePart, access_course_draft, course_parts, open_course_block_file
from .data import (
    STUDIO_VIEW,
    BlockEdit,
    BlockVersion,
    CourseBlockDraft,
    DeclaredField,
    DeclaredFields,
    EditedBlock,
    EditProblem,
    FieldValues,
    HandlerCall,
    HandlerResponse,
    InvalidFieldsError,
    Metadata,
    RenderedView,
    Resource,
    SettingsEdit,
    ShownVersion,
    Version,
)
from .formulas import formula_latex
from .handling import call_course_handler, call_handler, holder_of_token
from .many_edits import edit_blocks
from .models import forget_user
from .processes.errors import BlockStoppedError
from .processes.running import start as start_block_processes
from .rendering import access_for_view, notice_view, purpose_of, render_version, render_view
from .reports import BlockReport, TypeReport, report_blocks, summarize_reports
from .resources import read_resource
from .saving import save_fields
from .tokens import course_file_token, course_handler_url, handler_url
from .versions import access_version, require_in_library
from .videos import save_thumbnail, save_transcript
from .visits import Place

__all__ = [
    "STUDIO_VIEW",
    "BlockEdit",
    "BlockReport",
    "BlockStoppedError",
    "BlockVersion",
    "CourseBlockDraft",
    "CoursePart",
    "DeclaredField",
    "DeclaredFields",
    "EditProblem",
    "EditedBlock",
    "FieldValues",
    "HandlerCall",
    "HandlerResponse",
    "InvalidFieldsError",
    "Metadata",
    "Place",
    "RenderedView",
    "Resource",
    "SettingsEdit",
    "ShownVersion",
    "TypeReport",
    "Version",
    "access_course_draft",
    "access_for_view",
    "access_version",
    "call_course_handler",
    "call_handler",
    "course_file_token",
    "course_handler_url",
    "course_parts",
    "edit_blocks",
    "forget_user",
    "formula_latex",
    "get_declared_fields",
    "get_fields",
    "get_metadata",
    "get_version_olx",
    "handler_url",
    "holder_of_token",
    "notice_view",
    "open_course_block_file",
    "purpose_of",
    "read_resource",
    "render_version",
    "render_view",
    "report_blocks",
    "require_in_library",
    "save_fields",
    "save_thumbnail",
    "save_transcript",
    "start_block_processes",
    "summarize_reports",
]
