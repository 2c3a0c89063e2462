"""
Signals about releases, for hosts that tell users what happened (wire: events-releases).

The signals are sent after the commit, with one argument, ``release``. Receivers are connected as to any signal of
openedx-events::

    @receiver(RELEASE_REQUESTED)
    def tell_publishers(*, release, **_): ...
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs
from opaque_keys.edx.locator import LibraryLocatorV2
from openedx_events.tooling import OpenEdxPublicSignal

from .release_data import ReleaseEventKind


@attrs.frozen
class ReleaseData:
    """
    Describes what happened to a release.

    Args:
        library_key: the library.
        release_uuid: the release.
        title: title of the release.
        state: the state afterwards; see ``ReleaseState``.
        username: who did it; blank for the site itself, which holds and cancels releases. A scheduled release is
            published on behalf of the user who approved it.
        created_by, requested_by, approved_by: usernames of who made, requested and approved the release; blank if
            nobody did, or if the user is gone.
        text: the comment or reason; blank if there is none.
    """

    library_key: LibraryLocatorV2
    release_uuid: str
    title: str
    state: str
    username: str
    created_by: str
    requested_by: str
    approved_by: str
    text: str


def _signal(name: str) -> OpenEdxPublicSignal:
    return OpenEdxPublicSignal(
        event_type=f"org.openedx.content_libraries.release.{name}.v1", data={"release": ReleaseData}
    )


# .. event_type: org.openedx.content_libraries.release.requested.v1
# .. event_name: RELEASE_REQUESTED
# .. event_description: A user asked for the publication of a release; ``text`` has the reason.
# .. event_data: ReleaseData
RELEASE_REQUESTED: Final = _signal("requested")

# .. event_type: org.openedx.content_libraries.release.commented.v1
# .. event_name: RELEASE_COMMENTED
# .. event_description: A user commented on a release.
# .. event_data: ReleaseData
RELEASE_COMMENTED: Final = _signal("commented")

# .. event_type: org.openedx.content_libraries.release.approved.v1
# .. event_name: RELEASE_APPROVED
# .. event_description: A publisher approved the content of a release.
# .. event_data: ReleaseData
RELEASE_APPROVED: Final = _signal("approved")

# .. event_type: org.openedx.content_libraries.release.declined.v1
# .. event_name: RELEASE_DECLINED
# .. event_description: A publisher declined a release; ``text`` has the reason.
# .. event_data: ReleaseData
RELEASE_DECLINED: Final = _signal("declined")

# .. event_type: org.openedx.content_libraries.release.scheduled.v1
# .. event_name: RELEASE_SCHEDULED
# .. event_description: A publisher set the time when a release is published.
# .. event_data: ReleaseData
RELEASE_SCHEDULED: Final = _signal("scheduled")

# .. event_type: org.openedx.content_libraries.release.published.v1
# .. event_name: RELEASE_PUBLISHED
# .. event_description: A release was published, by a publisher or at its time.
# .. event_data: ReleaseData
RELEASE_PUBLISHED: Final = _signal("published")

# .. event_type: org.openedx.content_libraries.release.held.v1
# .. event_name: RELEASE_HELD
# .. event_description: A release was due and was not published; ``text`` has the reason.
# .. event_data: ReleaseData
RELEASE_HELD: Final = _signal("held")

# .. event_type: org.openedx.content_libraries.release.canceled.v1
# .. event_name: RELEASE_CANCELED
# .. event_description: A user canceled a release, or its library was deleted before it was due.
# .. event_data: ReleaseData
RELEASE_CANCELED: Final = _signal("canceled")

# .. event_type: org.openedx.content_libraries.release.reverted.v1
# .. event_name: RELEASE_REVERTED
# .. event_description: The earlier versions of what a release had published were published again.
# .. event_data: ReleaseData
RELEASE_REVERTED: Final = _signal("reverted")

SIGNALS: Final[Mapping[ReleaseEventKind, OpenEdxPublicSignal]] = {
    ReleaseEventKind.REQUESTED: RELEASE_REQUESTED,
    ReleaseEventKind.COMMENTED: RELEASE_COMMENTED,
    ReleaseEventKind.APPROVED: RELEASE_APPROVED,
    ReleaseEventKind.DECLINED: RELEASE_DECLINED,
    ReleaseEventKind.SCHEDULED: RELEASE_SCHEDULED,
    ReleaseEventKind.PUBLISHED: RELEASE_PUBLISHED,
    ReleaseEventKind.CANCELED: RELEASE_CANCELED,
    ReleaseEventKind.HELD: RELEASE_HELD,
    ReleaseEventKind.REVERTED: RELEASE_REVERTED,
}
"""Kind of an event -> the signal that announces it. Creations and changes are not announced."""

__all__ = [
    "RELEASE_APPROVED",
    "RELEASE_CANCELED",
    "RELEASE_COMMENTED",
    "RELEASE_DECLINED",
    "RELEASE_HELD",
    "RELEASE_PUBLISHED",
    "RELEASE_REQUESTED",
    "RELEASE_REVERTED",
    "RELEASE_SCHEDULED",
    "ReleaseData",
]
