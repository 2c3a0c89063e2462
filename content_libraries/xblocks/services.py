"""The services that a preview offers to blocks (``XBlock.needs`` and ``XBlock.wants``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.cache import cache
from django.utils import translation
from django.utils.translation import gettext as _
from edx_django_utils.cache import RequestCache  # type: ignore[import-untyped]
from xblock.core import XBlock
from xblock.reference.user_service import UserService, XBlockUser
from xblock.runtime import NullI18nService

from ..errors import NotAllowedError
from .visits import Viewer

STAFF_ROLE: Final = "staff"
STUDENT_ROLE: Final = "student"


class TranslationService(NullI18nService):
    """``i18n``: translations into the language of the request."""

    def __init__(self) -> None:
        super().__init__()
        self._translations = translation


class PreviewUserService(UserService):
    """
    ``user``: who looks at the block.

    E-mail address and name are not handed out: scripts of authors can read the output of a block.
    """

    def __init__(self, viewer: Viewer, *, is_author: bool) -> None:
        super().__init__()
        self._viewer = viewer
        self._is_author = is_author

    def get_current_user(self) -> XBlockUser:
        viewer = self._viewer
        person = XBlockUser(is_current_user=True)
        person.opt_attrs = {
            "edx-platform.is_authenticated": viewer.is_authenticated,
            "edx-platform.user_id": viewer.pk,
            "edx-platform.username": viewer.username or None,
            "edx-platform.user_is_staff": self._is_author,
            "edx-platform.user_role": STAFF_ROLE if self._is_author else STUDENT_ROLE,
            "edx-platform.anonymous_user_id": viewer.anonymous_id,
            "edx-platform.deprecated_anonymous_user_id": viewer.anonymous_id,
            "edx-platform.request_country_code": None,
        }
        return person

    def get_user_by_anonymous_id(self, uid: str | None = None) -> User | AnonymousUser | None:
        """Return the user who looks at the preview, or None if the id belongs to another user."""
        return self._viewer.as_user() if uid in (None, self._viewer.anonymous_id) else None


class StaticUrlService:
    """``replace_urls``: replaces links to files of the component by their URLs."""

    def __init__(self, replace: Callable[[str], str]) -> None:
        self._replace = replace

    def replace_urls(self, text: str, static_replace_only: bool = False) -> str:
        return self._replace(text)


class RefusingSandbox:
    """
    ``sandbox``: code of authors never runs in this process. Problems that need it show a notice instead.

    Refusing unsafe code would not be enough: without a configured jail, ``codejail`` runs it in the
    process all the same. Problems ask right before they run something, so the question itself is refused.
    """

    def can_execute_unsafe_code(self) -> bool:
        raise NotAllowedError(_("Python of authors is not run in previews."))

    def get_python_lib_zip(self) -> None:
        return None


class NoQueue:
    """``xqueue``: previews have no external grader."""

    interface = None
    default_queuename = ""
    waittime = 0

    def construct_callback(self, dispatch: str = "score_update") -> str:
        return ""


class NoCompletion:
    """``completion``: previews complete nothing."""

    def completion_tracking_enabled(self) -> bool:
        return False

    def get_completions(self, candidates: object) -> dict[object, float]:
        return {}


class SiteSettings:
    """``settings``: sites configure blocks with XBLOCK_SETTINGS, by block type."""

    def get_settings_bucket(self, block: XBlock, default: object = None) -> object:
        buckets: Mapping[str, object] = getattr(settings, "XBLOCK_SETTINGS", {})
        name = getattr(block, "block_settings_key", None) or getattr(block, "unmixed_class", type(block)).__name__
        return buckets.get(name, {} if default is None else default)


class NoCallToAction:
    """``call_to_action``: previews ask for nothing."""

    def get_ctas(self, block: XBlock, category: str, completed: bool = False) -> list[dict[str, object]]:
        return []

    def get_cta(self, block: XBlock, category: str, completed: bool = False) -> None:
        return None


class NoRebinding:
    """``rebind_user``: a preview is always of the user who looks."""

    def rebind_noauth_module_to_user(self, block: XBlock, user: User | AnonymousUser | None) -> None:
        raise NotAllowedError(_("A preview cannot be graded by another server."))


class NoDiscussion:
    """``discussion_config_service``: there is nothing to discuss outside of a course."""

    is_discussion_enabled = False

    def is_discussion_visible(self, context_key: object) -> bool:
        return False

    def has_permission(self, user: User | AnonymousUser | None, permission: str, context_key: object = None) -> bool:
        return False


def services_for(viewer: Viewer, *, is_author: bool, replace_urls: Callable[[str], str]) -> dict[str, object]:
    """
    Return the services of one block. The runtime adds further ones.

    Services that describe a course, such as ``partitions`` and ``teams``, are missing. Blocks that merely want them do
    without.
    """
    return {
        "i18n": TranslationService(),
        "user": PreviewUserService(viewer, is_author=is_author),
        "cache": cache,
        "request_cache": RequestCache("content_libraries.xblocks"),
        "replace_urls": StaticUrlService(replace_urls),
        "sandbox": RefusingSandbox(),
        "xqueue": NoQueue(),
        "completion": NoCompletion(),
        "settings": SiteSettings(),
        "call_to_action": NoCallToAction(),
        "rebind_user": NoRebinding(),
        "discussion_config_service": NoDiscussion(),
    }
