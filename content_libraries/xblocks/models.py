"""The states of learners, and of authors in previews, in blocks."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..libraries.models import ContentLibrary


class StudentState(models.Model):
    """
    The state of one user in one component: answers, attempts, votes, the place in a video.

    1. The first handler that saves a state creates the row; later handlers replace ``state``.
    2. It belongs to one version of the component. In another version the user starts anew, so that no answer is shown
       to a question that has changed.
    3. It is deleted with the user and with the library.

    The row also holds values that a block would share among its learners, such as the counts of a poll: a preview
    counts only the user's own votes (ADR 0017).

    .. pii: the user's answers to questions, which may be free text about themselves. Kept until the user, the library,
       or the state is deleted (in the admin); ``forget_user`` deletes all of a user who is retired.
    .. pii_types: other
    .. pii_retirement: local_api
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    library = models.ForeignKey(ContentLibrary, on_delete=models.CASCADE, related_name="+", verbose_name=_("library"))
    usage_key = models.CharField(
        _("component"), max_length=255, help_text=_("The component, such as lb:ORG:SLUG:problem:p1.")
    )
    version_uuid = models.UUIDField(_("version"), help_text=_("The version of the component that the state is of."))
    state = models.JSONField(_("state"), default=dict, help_text=_("Name of a field to its JSON value."))
    modified = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("student state")
        verbose_name_plural = _("student states")
        constraints = (
            models.UniqueConstraint(fields=["user", "library", "usage_key"], name="content_libraries_student_state"),
        )

    def __str__(self) -> str:
        return gettext("State of user %(user)s in %(key)s") % {"user": self.user_id, "key": self.usage_key}


def forget_user(user_pk: int) -> int:
    """
    Delete all states of a user who is retired. Return the number of deleted rows.

    No face of the app calls it: the host does, where it retires users.
    """
    count, _by_model = StudentState.objects.filter(user_id=user_pk).delete()
    return count
