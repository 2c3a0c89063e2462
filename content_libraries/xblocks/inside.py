"""
The functions that ``processes.running.run`` calls, in a process without a database.

Each function gets the site first, and takes and returns plain data. The caller checks permissions before and stores
results afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from django.core.handlers.wsgi import WSGIRequest
from django.utils.translation import gettext as _
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.django.request import django_to_webob_request
from xblock.exceptions import NoSuchHandlerError, NoSuchViewError, ProcessingError

from ..block_types.api import block_type
from ..characters import valid_text
from ..content.api import block_class
from ..errors import ContentLibrariesError, InvalidInputError, NotFoundError
from .data import AUTHOR_VIEW, STUDENT_VIEW, STUDIO_VIEW, BlockVersion, HandlerCall, HandlerResponse, Resource
from .editing import changed_text
from .field_data import BlockFieldData
from .parsing import make_block, parsed_root
from .plain import as_json
from .site import BlockSite, Learned
from .visits import Visit

logger = logging.getLogger(__name__)

_SERVER_ERROR: Final = 500


class NotShownError(ContentLibrariesError):
    """A component cannot be shown as learners would see it; the message tells authors why."""

    code = "not_shown"


@dataclass(frozen=True, slots=True)
class BlockFragment:
    """
    A view of a block, as ``RenderedView`` has it. Blank ``content`` is a block that shows nothing.

    ``unread_settings`` names the settings of the OLX that the block does not have, and says why.
    """

    content: str
    resources: tuple[Resource, ...]
    js_init_fn: str | None
    js_init_version: int | None
    json_init_args: object
    learned: Learned
    unread_settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Handled:
    """
    The result of a handler.

    Args:
        response: its response.
        learned: its changes of the learner's state.
        olx: the OLX with its changes of authored fields; None without such changes.
        files: path -> bytes of a file that it wrote, or None for a file that it removed.
    """

    response: HandlerResponse
    learned: Learned
    olx: str | None
    files: Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Description:
    """The description that a block gives of itself: name of a method -> its result."""

    extra: Mapping[str, object] = field(default_factory=dict)
    learned: Learned = field(default_factory=Learned)


def render(site: BlockSite, visit: Visit, view_name: str) -> BlockFragment:
    """
    Render a view.

    Raises NotShownError and other errors of ours, whose messages say why the block is not shown; and NotFoundError if
    the type does not have the view.
    """
    version = visit.block_version
    if view_name != STUDIO_VIEW:
        _check_can_run(visit)
    block = make_block(visit, site)
    try:
        return _packed(block, _fragment(block, view_name))
    except (NoSuchViewError, NotImplementedError) as error:
        raise NotFoundError(
            _("“%(block_type)s” has no %(view_name)s.") % {"block_type": version.key.block_type, "view_name": view_name}
        ) from error
    except Exception as error:  # third-party code with input from authors
        _raise_if_out_of_memory(error)
        logger.exception("%s of %s failed.", view_name, version.key)
        text = _("This component cannot be shown: %(error)s") % {"error": error}
        raise NotShownError(text if version.can_edit else _("This component cannot be shown.")) from error


def handle(site: BlockSite, visit: Visit, call: HandlerCall) -> Handled:
    """
    Call a handler.

    Raises NotFoundError, NotAllowedError, and InvalidInputError if the block refuses the request.
    """
    version = visit.block_version
    try:
        _check_can_run(visit)
        block = make_block(visit, site)
    except ContentLibrariesError as error:
        raise InvalidInputError(error.message) from error
    fields: BlockFieldData = block.runtime.fields
    files = block.runtime.files
    fields.refuse_authored = files.refuse = not call.may_write
    try:
        response = block.runtime.handle(block, call.handler_name, _webob_request(visit, call), call.suffix)
        if response.status_int >= _SERVER_ERROR:
            raise ProcessingError(_("The component could not do this."))  # it failed, not the site
        answer = HandlerResponse(response.status_int, tuple(response.headerlist), bytes(response.body))
    except NoSuchHandlerError as error:
        raise NotFoundError(
            _("“%(block_type)s” has no handler “%(handler_name)s”.")
            % {"block_type": version.key.block_type, "handler_name": call.handler_name}
        ) from error
    except ContentLibrariesError:
        raise
    except ProcessingError as error:
        _raise_if_out_of_memory(error)
        raise InvalidInputError(str(error)) from error
    except Exception as error:  # third-party code with arbitrary input from clients
        _raise_if_out_of_memory(error)
        logger.exception("The handler %s of %s failed.", call.handler_name, version.key)
        text = _("The component could not do this: %(error)s") % {"error": error}
        raise InvalidInputError(text if version.can_edit else _("The component could not do this.")) from error
    changes = fields.authored_changes
    olx = changed_text(version, changes) if changes and isinstance(version, BlockVersion) else None
    return Handled(answer, _learned(block), olx, files.changes)


def describe(site: BlockSite, visit: Visit, names: Collection[str]) -> Description:
    """
    Call methods without arguments that describe a block.

    The result of a method that fails is None. Methods that the block type does not have are left out.
    """
    cls = block_class(visit.block_version.key.block_type)
    extra: dict[str, object] = {}
    learned = Learned()
    for name in names:
        if not hasattr(cls, name):
            continue
        try:
            block = make_block(visit, site)
            extra[name] = as_json(getattr(block, name)())
            learned = _learned(block)
        except Exception as error:  # third-party code
            _raise_if_out_of_memory(error)
            logger.exception("%s of %s failed.", name, visit.block_version.key)
            extra[name] = None
    return Description(extra, learned)


def _raise_if_out_of_memory(error: BaseException) -> None:
    """Raise MemoryError if the error is one, or if a block class has wrapped one, so that authors learn the reason."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError):
            raise MemoryError from error
        cause = cause.__cause__ or cause.__context__


def _check_can_run(visit: Visit) -> None:
    """Raise NotShownError for a component that would run code of its author on the server."""
    version = visit.block_version
    reason_of = block_type(version.key.block_type).reason_not_to_run
    if reason_of is not None and (reason := reason_of(parsed_root(version.olx))):
        raise NotShownError(reason)


def _fragment(block: XBlock, view_name: str) -> Fragment:
    if view_name == AUTHOR_VIEW and not hasattr(block, AUTHOR_VIEW):
        view_name = STUDENT_VIEW
    context: dict[str, object] = {}
    return block.render(view_name, context)


def _packed(block: XBlock, fragment: Fragment) -> BlockFragment:
    return BlockFragment(
        content=valid_text(block.runtime.replace_urls(fragment.content)),
        resources=tuple(Resource(*(valid_text(str(part)) for part in resource)) for resource in fragment.resources),
        js_init_fn=fragment.js_init_fn,
        js_init_version=fragment.js_init_version,
        json_init_args=as_json(fragment.json_init_args),
        learned=_learned(block),
        unread_settings=block.runtime.unread_settings,
    )


def _learned(block: XBlock) -> Learned:
    learned: Learned = block.runtime.fields.learned
    return Learned({name: as_json(value) for name, value in learned.changed.items()}, learned.gone)


def _webob_request(visit: Visit, call: HandlerCall) -> object:
    environ = {**call.environ, "wsgi.input": BytesIO(call.body), "CONTENT_LENGTH": str(len(call.body))}
    request = WSGIRequest(environ)
    request.user = visit.viewer.as_user()
    return django_to_webob_request(request)
