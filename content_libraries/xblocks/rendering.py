"""Rendering views of components, or a notice that says why there is none."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.exceptions import NoSuchViewError

from ..characters import valid_text, valid_value
from ..errors import ContentLibrariesError, NotFoundError
from ..keys import CourseKey, LibraryUsageLocatorV2
from ..libraries.api import Actor, Permission
from .data import BlockVersion, RenderedView, Resource, Version
from .parsing import make_block, parsed_root
from .python_problems import reason_not_to_run
from .runtime import Place
from .time_limit import time_limit
from .tokens import Purpose
from .unread_settings import notice_of
from .versions import access_version

logger = logging.getLogger(__name__)

STUDENT_VIEW: Final = "student_view"
AUTHOR_VIEW: Final = "author_view"
STUDIO_VIEW: Final = "studio_view"
VIEWS: Final = frozenset({STUDENT_VIEW, AUTHOR_VIEW, STUDIO_VIEW, "public_view"})
"""Views that clients may ask for. Others are methods of classes like any other."""


class NotShownError(ContentLibrariesError):
    """A component cannot be shown as it would be to learners; the message tells authors why."""

    code = "not_shown"


def render_view(
    key: LibraryUsageLocatorV2,
    view_name: str,
    *,
    user: Actor,
    version: Version | None = None,
    place: Place | None = None,
) -> RenderedView:
    """
    Render a view of a component. Needs LEARN; for ``studio_view`` EDIT.

    Args:
        key: the component.
        view_name: one of VIEWS. ``author_view`` is the student's where a type has none of its own.
        user: who looks; may be anonymous.
        version: which version; None for the draft.
        place: where it is shown.

    Whatever a component is and does, the answer is something to show: a type that is not installed, an OLX that its
    class cannot read, Python of authors, or an error in a block's code give a notice in place of the block.

    Raises NotFoundError, also for a view that the type does not have, and NotAllowedError.
    """
    block_version = access_for_view(key, view_name, user=user, version=version)
    return render_version(block_version, view_name, user=user, place=place)


def access_for_view(
    key: LibraryUsageLocatorV2,
    view_name: str,
    *,
    user: Actor,
    version: Version | None = None,
    for_course: CourseKey | None = None,
) -> BlockVersion:
    """
    Read a version for somebody who wants to see a view of it; what ``render_view`` says of both holds.

    For ``for_course`` see ``access_version``; it does not open the editor.
    """
    if view_name not in VIEWS:
        raise NotFoundError(_("There is no view “%(view_name)s”.") % {"view_name": view_name})
    if view_name == STUDIO_VIEW:
        return access_version(key, user=user, permission=Permission.EDIT, version=version)
    return access_version(key, user=user, permission=Permission.LEARN, version=version, for_course=for_course)


def render_version(
    block_version: BlockVersion, view_name: str = STUDENT_VIEW, *, user: Actor, place: Place | None = None
) -> RenderedView:
    """Render a version that was read before; see ``render_view``. Checks no permission."""
    place = replace(place or Place(), purpose=purpose_of(view_name))
    try:
        if view_name != STUDIO_VIEW:
            check_can_run(block_version)
        with time_limit():
            block = make_block(block_version, user=user, place=place)
            return _rendered(block, block_version, view_name)
    except NotFoundError:
        raise
    except ContentLibrariesError as error:
        return notice_view(block_version, error.message)


def purpose_of(view_name: str) -> Purpose:
    """What the addresses of handlers in a view are for."""
    return Purpose.EDITING if view_name == STUDIO_VIEW else Purpose.ANSWERING


def check_can_run(block_version: BlockVersion) -> None:
    """Raise NotShownError for a component that would run code of its author on the server."""
    if block_version.key.block_type == "problem" and (reason := reason_not_to_run(parsed_root(block_version.olx))):
        raise NotShownError(
            _("This problem cannot be shown in a preview. %(reason)s Use it in a course to see it.")
            % {"reason": reason}
        )


def notice_view(block_version: BlockVersion, text: str) -> RenderedView:
    """What is shown in place of a component."""
    return RenderedView(block=block_version, display_name=block_version.title, content=_note(text), notice=text)


def _note(text: str) -> SafeString:
    return format_html('<div class="cl-notice" role="note"><p>{}</p></div>', text)


def _rendered(block: XBlock, block_version: BlockVersion, view_name: str) -> RenderedView:
    try:
        fragment = _fragment(block, view_name)
    except (NoSuchViewError, NotImplementedError) as error:
        raise NotFoundError(
            _("“%(block_type)s” has no %(view_name)s.")
            % {"block_type": block_version.key.block_type, "view_name": view_name}
        ) from error
    except Exception as error:  # the class is somebody else's, and what authors wrote is its input
        logger.exception("%s of %s failed.", view_name, block_version.key)
        text = _("This component cannot be shown: %(error)s") % {"error": error}
        raise NotShownError(text if block_version.can_edit else _("This component cannot be shown.")) from error
    content = fragment.content
    if not content.strip():
        return notice_view(block_version, _("This component is empty, or shows something in courses only."))
    return RenderedView(
        block=block_version,
        display_name=block_version.title,
        content=_notes_for_authors(block, block_version) + valid_text(block.runtime.replace_urls(content)),
        resources=tuple(Resource(*valid_value(resource)) for resource in fragment.resources),
        js_init_fn=fragment.js_init_fn,
        js_init_version=fragment.js_init_version,
        json_init_args=valid_value(fragment.json_init_args),
    )


def _notes_for_authors(block: XBlock, block_version: BlockVersion) -> str:
    text = notice_of(block.runtime.unread_settings) if block_version.can_edit else ""
    return _note(text) if text else ""


def _fragment(block: XBlock, view_name: str) -> Fragment:
    if view_name == AUTHOR_VIEW and not hasattr(block, AUTHOR_VIEW):
        view_name = STUDENT_VIEW
    context: dict[str, Any] = {}
    return block.render(view_name, context)
