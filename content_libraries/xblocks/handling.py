"""Calling handlers of blocks: answers of learners, and what editors of blocks save."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from ..content import api as content
from ..errors import InvalidInputError, NotAllowedError
from ..keys import LibraryUsageLocatorV2
from ..libraries.api import Actor, Permission
from .data import HandlerCall, HandlerResponse, Version
from .inside import handle
from .processes.errors import BlockStoppedError
from .processes.running import run
from .site import Site
from .tokens import ANONYMOUS, Purpose, check_token
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
    Call a handler of a component, as the user whom the address names.

    Args:
        key: the component.
        call: which handler, and what the block gets of the request. Whether it may write is found out here.
        user_name, token: from the address (see ``tokens``). The user needs LEARN still.
        version: which version; None for the draft.
        place: where the block is shown.

    What learners do is kept for the user. Authored fields are only written by authors of the library, with an address
    for editing, and from the draft; they become its next version.

    Raises NotFoundError, NotAllowedError, BusyError, ConflictError, and InvalidInputError for what the block refuses or
    takes too long for.
    """
    purpose = check_token(key, user_name, token)
    user = _user(user_name)
    block_version = access_version(key, user=user, permission=Permission.LEARN, version=version)
    place = replace(place or Place(), purpose=purpose)
    call = replace(call, may_write=purpose is Purpose.EDITING and block_version.is_editable)
    site = Site(block_version, user)
    visit = visit_of(block_version, user=user, place=place)
    try:
        handled = run(handle, visit, call, site=site, who=turn_of(user, place), about=key)
    except BlockStoppedError as error:
        raise InvalidInputError(_("%(problem)s Send something simpler.") % {"problem": error.message}) from error
    site.remember(handled.learned)
    if handled.files or handled.olx not in (None, block_version.olx):
        olx = block_version.olx if handled.olx is None else handled.olx
        content.set_olx(key, user=user, olx=olx, files=handled.files)
    return handled.response


def _user(name: str) -> Actor:
    if name == ANONYMOUS:
        return AnonymousUser()
    try:
        return get_user_model().objects.get(pk=name)
    except (get_user_model().DoesNotExist, ValueError) as error:
        raise NotAllowedError(_("The user of this address is not there any more. Load the page again.")) from error
