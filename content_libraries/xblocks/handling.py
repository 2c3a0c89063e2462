"""Calling handlers of blocks: answers of learners, and what editors of blocks save."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from webob import Request, Response
from xblock.exceptions import NoSuchHandlerError, ProcessingError

from ..errors import ContentLibrariesError, InvalidInputError, NotAllowedError, NotFoundError
from ..keys import LibraryUsageLocatorV2
from ..libraries.api import Actor, Permission
from .data import Version
from .parsing import make_block
from .rendering import check_can_run
from .runtime import Place
from .saving import save_changes
from .time_limit import TookTooLongError, time_limit
from .tokens import ANONYMOUS, Purpose, check_token
from .versions import access_version

logger = logging.getLogger(__name__)

_SERVER_ERROR: Final = 500


def call_handler(
    key: LibraryUsageLocatorV2,
    handler_name: str,
    suffix: str,
    *,
    user_name: str,
    token: str,
    request: Request,
    version: Version | None = None,
    place: Place | None = None,
) -> Response:
    """
    Call a handler of a component, as the user whom the address names.

    Args:
        key: the component.
        handler_name, suffix: which handler, and what follows in the address.
        user_name, token: from the address (see ``tokens``). The user needs LEARN still.
        request: what the block gets.
        version: which version; None for the draft.
        place: where the block is shown.

    What learners do is kept for the user. Authored fields are only written by authors of the library, with an address
    for editing, and from the draft; they become its next version.

    Raises NotFoundError, NotAllowedError, and InvalidInputError for what the block refuses.
    """
    purpose = check_token(key, user_name, token)
    user = _user(user_name)
    block_version = access_version(key, user=user, permission=Permission.LEARN, version=version)
    try:
        check_can_run(block_version)
        block = make_block(block_version, user=user, place=replace(place or Place(), purpose=purpose))
    except ContentLibrariesError as error:
        raise InvalidInputError(error.message) from error
    fields = block.runtime.fields
    files = block.runtime.files
    fields.refuse_authored = files.refuse = purpose is not Purpose.EDITING or not block_version.is_editable
    try:
        with time_limit():
            response: Response = block.runtime.handle(block, handler_name, request, suffix)
        if response.status_int >= _SERVER_ERROR:
            raise ProcessingError(_("The component could not do this."))  # it failed, not the site
    except NoSuchHandlerError as error:
        raise NotFoundError(
            _("“%(block_type)s” has no handler “%(handler_name)s”.")
            % {"block_type": key.block_type, "handler_name": handler_name}
        ) from error
    except TookTooLongError as error:
        raise InvalidInputError(_("%(problem)s Send something simpler.") % {"problem": error.message}) from error
    except ContentLibrariesError:
        raise
    except ProcessingError as error:
        raise InvalidInputError(str(error)) from error
    except Exception as error:  # the class is somebody else's, and anybody may send it anything
        logger.exception("The handler %s of %s failed.", handler_name, key)
        text = _("The component could not do this: %(error)s") % {"error": error}
        raise InvalidInputError(text if block_version.can_edit else _("The component could not do this.")) from error
    if fields.authored_changes or files.changes:
        save_changes(block_version, fields.authored_changes, user=user, files=files.changes)
    return response


def _user(name: str) -> Actor:
    if name == ANONYMOUS:
        return AnonymousUser()
    try:
        return get_user_model().objects.get(pk=name)
    except (get_user_model().DoesNotExist, ValueError) as error:
        raise NotAllowedError(_("The user of this address is not there any more. Load the page again.")) from error
