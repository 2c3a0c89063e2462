"""Renders views of components, or a notice that says why a component is not shown."""

from __future__ import annotations

from dataclasses import replace

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..actors import Actor
from ..errors import BusyError, ContentLibrariesError, NotFoundError
from ..keys import CourseKey, LibraryUsageLocatorV2
from ..libraries.api import Permission
from .data import STUDENT_VIEW, STUDIO_VIEW, VIEWS, BlockVersion, RenderedView, Resource, ShownVersion, Version
from .inside import BlockFragment, render
from .processes.running import run
from .resources import STYLES
from .site import site_of
from .stylesheets import of_this_site
from .tokens import Purpose
from .unread_settings import notice_of
from .versions import access_version
from .visits import Place, turn_of, visit_of


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
        view_name: one of VIEWS. ``author_view`` is the student's view if a type has no author view.
        user: the user who looks; may be anonymous.
        version: the version; None for the draft.
        place: the place where it is shown.

    The result can always be shown: a notice takes the place of a block whose type is not installed, whose class cannot
    read the OLX, which has Python of authors, whose code fails, or which takes too long.

    Raises NotFoundError, also if the type does not have the view, NotAllowedError and BusyError.
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
    Read a version to show a view of it. Checks the same permissions and raises the same errors as ``render_view``.

    For ``for_course`` see ``access_version``; it does not open the editor.
    """
    if view_name not in VIEWS:
        raise NotFoundError(_("There is no view “%(view_name)s”.") % {"view_name": view_name})
    if view_name == STUDIO_VIEW:
        return access_version(key, user=user, permission=Permission.EDIT, version=version)
    return access_version(key, user=user, permission=Permission.LEARN, version=version, for_course=for_course)


def render_version(
    block_version: ShownVersion, view_name: str = STUDENT_VIEW, *, user: Actor, place: Place | None = None
) -> RenderedView:
    """Render a version that has been read before; see ``render_view``. Checks no permission."""
    place = replace(place or Place(), purpose=purpose_of(view_name))
    visit = visit_of(block_version, user=user, place=place)
    site = site_of(block_version, user)
    try:
        shown = run(render, visit, view_name, site=site, who=turn_of(user, place), about=block_version.key)
        site.remember(shown.learned)
    except (NotFoundError, BusyError):
        raise
    except ContentLibrariesError as error:
        return notice_view(block_version, error.message)
    if not shown.content.strip():
        return notice_view(block_version, _("This component is empty, or shows something in courses only."))
    return RenderedView(
        block=block_version,
        display_name=block_version.title,
        content=_note_for_author(block_version, shown) + shown.content,
        resources=tuple(map(_of_this_site, shown.resources)),
        js_init_fn=shown.js_init_fn,
        js_init_version=shown.js_init_version,
        json_init_args=shown.json_init_args,
    )


def _of_this_site(resource: Resource) -> Resource:
    """Return a resource. A stylesheet loses its references to other sites."""
    if resource.kind == "url" or resource.mimetype != STYLES:
        return resource
    return replace(resource, data=of_this_site(resource.data))


def purpose_of(view_name: str) -> Purpose:
    """Return the purpose of the handler URLs in a view."""
    return Purpose.EDITING if view_name == STUDIO_VIEW else Purpose.ANSWERING


def notice_view(block_version: ShownVersion, text: str) -> RenderedView:
    """Return a view that shows a text in place of a component."""
    return RenderedView(block=block_version, display_name=block_version.title, content=_note(text), notice=text)


def _note_for_author(block_version: ShownVersion, shown: BlockFragment) -> SafeString:
    """Return the message to authors about settings of a block that cannot be read."""
    text = notice_of(shown.unread_settings) if block_version.can_edit else ""
    return _note(text) if text else SafeString()


def _note(text: str) -> SafeString:
    return format_html('<div class="cl-notice" role="note"><p>{}</p></div>', text)
