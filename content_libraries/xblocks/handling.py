"""Calls handlers of blocks: for answers of learners, and for saves in editors of blocks."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ..actors import Actor
from ..content import api as content
from ..errors import InvalidInputError, NotAllowedError
from ..keys import LibraryUsageLocatorV2
from ..libraries.api import Permission
from .course_drafts import access_course_draft
from .data import HandlerCall, HandlerResponse, ShownVersion, Version
from .inside import Handled, handle
from .processes.errors import BlockStoppedError
from .processes.running import run
from .site import site_of
from .tokens import ANONYMOUS, Purpose, check_token, course_file_token
from .versions import access_version
from .visits import Place, turn_of, visit_of


def call_handler(
    key: LibraryUsageLocatorV2,
    call: HandlerCall,
    *,
    user_name: str,
    token: str,
    version: Version | None = None,
    place: Place | None = None,
) -> HandlerResponse:
    """
    Call a handler of a component, as the user whom the URL names.

    Args:
        key: the component.
        call: the handler, and the part of the request that the block gets. This function decides whether it may write.
        user_name, token: from the URL (see ``tokens``). The user also needs LEARN.
        version: the version; None for the draft.
        place: the place where the block is shown.

    The learner's state is kept for the user. Authored fields are only written for authors of the library, with a URL
    for editing, and from the draft; they become its next version.

    Raises NotFoundError, NotAllowedError, BusyError, ConflictError, and InvalidInputError if the block refuses the
    request or takes too long.
    """
    purpose = check_token(key, user_name, token)
    user = _user(user_name)
    block_version = access_version(key, user=user, permission=Permission.LEARN, version=version)
    place = replace(place or Place(), purpose=purpose, file_token=content.file_token(block_version.version_uuid))
    call = replace(call, may_write=purpose is Purpose.EDITING and block_version.is_editable)
    handled = _handled(block_version, call, user, place)
    if handled.files or handled.olx not in (None, block_version.olx):
        olx = block_version.olx if handled.olx is None else handled.olx
        content.set_olx(key, user=user, olx=olx, files=handled.files)
    return handled.response


def call_course_handler(
    key: UsageKey, call: HandlerCall, *, user_name: str, token: str, place: Place | None = None
) -> HandlerResponse:
    """
    Call a handler of the draft of a course block, as the user whom the URL names, who may edit the course.

    Nothing is kept: neither answers of the user nor changes by the handler.

    Raises the same errors as ``call_handler``, and NotFoundError if the user may not see the block.
    """
    check_token(key, user_name, token)
    user = _user(user_name)
    draft = access_course_draft(key, user=user)
    place = replace(place or Place(), purpose=Purpose.ANSWERING, file_token=course_file_token(key, user=user))
    return _handled(draft, replace(call, may_write=False), user, place).response


def _handled(block_version: ShownVersion, call: HandlerCall, user: Actor, place: Place) -> Handled:
    site = site_of(block_version, user)
    visit = visit_of(block_version, user=user, place=place)
    try:
        handled = run(handle, visit, call, site=site, who=turn_of(user, place), about=block_version.key)
    except BlockStoppedError as error:
        raise InvalidInputError(_("%(problem)s Send something simpler.") % {"problem": error.message}) from error
    site.remember(handled.learned)
    return handled


def holder_of_token(key: UsageKey, token: str) -> Actor:
    """Return the user of a token of ``course_file_token``. Raises NotAllowedError for an old or wrong token."""
    name, _dash, signature = token.rpartition("-")
    check_token(key, name, signature)
    return _user(name)


def _user(name: str) -> Actor:
    if name == ANONYMOUS:
        return AnonymousUser()
    try:
        return get_user_model().objects.get(pk=name)
    except (get_user_model().DoesNotExist, ValueError) as error:
        raise NotAllowedError(_("The user of this address is not there any more. Load the page again.")) from error
