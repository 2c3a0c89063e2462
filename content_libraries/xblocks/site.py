"""The site, as running blocks see it: the state of a learner, files, and videos of the site's store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from .. import conf
from ..actors import Actor, is_operator
from ..content.api import open_version_file
from ..courses.api import course_store
from ..errors import InvalidInputError, NotFoundError
from . import video_store
from .data import BlockVersion, CourseBlockDraft, ShownVersion
from .models import StudentState


@dataclass(frozen=True, slots=True)
class Learned:
    """Changes of a learner's state: name of a changed field -> JSON value, and names of removed fields."""

    changed: Mapping[str, object] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone)


class BlockSite(Protocol):
    """The site, as the code of blocks sees it."""

    def learner_state(self) -> dict[str, object]: ...

    def read_file(self, path: str) -> bytes: ...


class _NobodysSite:
    """A site without users and files, for blocks that are only read."""

    QUESTIONS: ClassVar[frozenset[str]] = frozenset()

    def learner_state(self) -> dict[str, object]:
        return {}

    def read_file(self, path: str) -> bytes:
        raise NotFoundError(_("There is no file “%(path)s”.") % {"path": path})


NOBODYS_SITE: Final = _NobodysSite()


class Site:
    """
    The site, for one version of a component and one user.

    Methods in QUESTIONS are called by the code of blocks, also from other processes: they return only data that this
    user may see in this version.

    Args:
        block_version: the version that the block is made from.
        user: the owner of the state. The state of users who are not logged in lasts as long as the request.
    """

    QUESTIONS: ClassVar[frozenset[str]] = frozenset({"learner_state", "read_file", "ask_video_store"})

    def __init__(self, block_version: BlockVersion, user: Actor) -> None:
        self._version = block_version
        self._user_pk = user.pk if not is_operator(user) and user.is_authenticated else None

    def learner_state(self) -> dict[str, object]:
        """Read the user's state in this version of the block, as a JSON value for each field name."""
        if self._user_pk is None:
            return {}
        rows = StudentState.objects.filter(**self._row(), version_uuid=self._version.version_uuid)
        return rows.values_list("state", flat=True).first() or {}

    def read_file(self, path: str) -> bytes:
        """Read a file of the version. Raises NotFoundError, and InvalidInputError if the file is too large."""
        found = open_version_file(self._version.version_uuid, path)
        _check_readable(path, found.media.size)
        with found.open() as file:
            return file.read()

    def ask_video_store(self, question: str, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        """Ask the site's store of videos; see ``video_store``."""
        return video_store.ask(question, arguments, keywords)

    def remember(self, learned: Learned) -> None:
        """
        Store changes of the user's state. Simultaneous changes of other fields are kept.

        Raises InvalidInputError when the state would be larger than STUDENT_STATE_BYTES.
        """
        if self._user_pk is None or not learned:
            return
        with transaction.atomic():
            row, _is_new = StudentState.objects.select_for_update().get_or_create(
                **self._row(), defaults={"version_uuid": self._version.version_uuid}
            )
            before = row.state if row.version_uuid == self._version.version_uuid else {}
            kept = {name: value for name, value in before.items() if name not in learned.gone}
            row.state = {**kept, **learned.changed}
            row.version_uuid = self._version.version_uuid
            _check_size(row.state)
            row.save()

    def _row(self) -> dict[str, object]:
        return {
            "user_id": self._user_pk,
            "library_id": self._version.library_pk,
            "usage_key": str(self._version.key),
        }


class CourseSite:
    """
    The site, for the draft of a course block; the counterpart of ``Site`` for components.

    The state of a user in such a preview lasts as long as the request.
    """

    QUESTIONS: ClassVar[frozenset[str]] = Site.QUESTIONS

    def __init__(self, draft: CourseBlockDraft) -> None:
        self._draft = draft

    def learner_state(self) -> dict[str, object]:
        return {}

    def read_file(self, path: str) -> bytes:
        """Read a file that the block refers to. Raises NotFoundError, and InvalidInputError for a large one."""
        file = self._draft.files.get(path)
        if file is not None:
            _check_readable(path, file.size)
            for _path, data in course_store().read_files(self._draft.key.course_key, [file.path]):
                return data
        raise NotFoundError(_("There is no file “%(path)s”.") % {"path": path})

    def ask_video_store(self, question: str, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        return video_store.ask(question, arguments, keywords)

    def remember(self, learned: Learned) -> None:
        """Ignore changes of the user's state."""


def site_of(block_version: ShownVersion, user: Actor) -> Site | CourseSite:
    """Return the interface between a block and the site, for the user who looks at the block."""
    return CourseSite(block_version) if isinstance(block_version, CourseBlockDraft) else Site(block_version, user)


def _check_readable(path: str, size: int) -> None:
    limit = conf.BLOCK_MESSAGE_BYTES.value
    if size > limit:
        raise InvalidInputError(
            _("“%(path)s” is larger than the %(limit)s bytes that components can read.")
            % {"path": path, "limit": f"{limit:,}"}
        )


def _check_size(state: Mapping[str, object]) -> None:
    limit = conf.STUDENT_STATE_BYTES.value
    if len(json.dumps(state)) > limit:
        raise InvalidInputError(
            _("Your answers to this component are longer than the %(limit)s bytes that are kept. Send less.")
            % {"limit": f"{limit:,}"}
        )
