"""Forms of releases: one for each action, with what the action needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..history import api as history
from ..history.api import OnConflict, ReleaseAction
from ..translation import LazyText
from .forms import WorkbenchForm

_LONG: Final = 10_000


def _text(label: LazyText, *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea({"rows": 3})
    return forms.CharField(label=label, required=required, max_length=_LONG, widget=widget)


class MomentInput(forms.DateTimeInput):
    """An input for a day and a time, which browsers show as a calendar."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class ReleaseForm(WorkbenchForm):
    """The name of a release, and a description for those who decide about it."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=255)
    description = _text(gettext_lazy("Description"), required=False)


class RequestForm(WorkbenchForm):
    reason = _text(gettext_lazy("Why should it go out?"))


class CommentForm(WorkbenchForm):
    text = _text(gettext_lazy("Comment"))


class DeclineForm(WorkbenchForm):
    reason = _text(gettext_lazy("What should be different?"))


class CancelForm(WorkbenchForm):
    reason = _text(gettext_lazy("Reason"), required=False)


class ScheduleForm(WorkbenchForm):
    publish_at = forms.DateTimeField(label=gettext_lazy("Time"), widget=MomentInput)


class PublishForm(WorkbenchForm):
    """Asks for nothing: what was approved is published."""


class ApproveForm(WorkbenchForm):
    """The preview that is approved, and when it goes out."""

    NOW, LATER, NOT_YET = "now", "later", "not_yet"

    fingerprint = forms.CharField(widget=forms.HiddenInput)
    comment = _text(gettext_lazy("Comment"), required=False)
    when = forms.ChoiceField(
        label=gettext_lazy("Publish"),
        widget=forms.RadioSelect,
        initial=NOW,
        choices=(
            (NOW, gettext_lazy("Now")),
            (LATER, gettext_lazy("At a time")),
            (NOT_YET, gettext_lazy("Not yet, only approve it")),
        ),
    )
    publish_at = forms.DateTimeField(label=gettext_lazy("Time"), required=False, widget=MomentInput)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("when") == self.LATER and not said.get("publish_at") and "publish_at" not in self.errors:
            self.add_error("publish_at", _("Choose a time."))
        return said


class RevertForm(WorkbenchForm):
    on_conflict = forms.ChoiceField(
        label=gettext_lazy("Items that were published again since"),
        required=False,
        widget=forms.RadioSelect,
        initial=OnConflict.REFUSE.value,
        choices=(
            (OnConflict.REFUSE.value, gettext_lazy("Revert nothing")),
            (OnConflict.SKIP.value, gettext_lazy("Leave them out, and revert the rest")),
        ),
    )


@dataclass(frozen=True, slots=True)
class Act:
    """
    An action on a release.

    Args:
        label: of its button.
        form: what it needs.
        do: does it with the cleaned data of the form.
    """

    label: LazyText
    form: type[WorkbenchForm]
    do: Callable[[UUID, HttpRequest, Mapping[str, Any]], object]


def _approve(uuid: UUID, request: HttpRequest, said: Mapping[str, Any]) -> None:
    history.approve_release(uuid, user=request.user, fingerprint=said["fingerprint"], comment=said["comment"])
    if said["when"] == ApproveForm.NOW:
        history.publish_release(uuid, user=request.user)
    elif said["when"] == ApproveForm.LATER:
        _schedule(uuid, request, said)


def _schedule(uuid: UUID, request: HttpRequest, said: Mapping[str, Any]) -> None:
    publish_at: datetime = said["publish_at"]
    history.schedule_release(uuid, user=request.user, publish_at=publish_at)


def _revert(uuid: UUID, request: HttpRequest, said: Mapping[str, Any]) -> None:
    on_conflict = OnConflict(said["on_conflict"] or OnConflict.REFUSE)
    history.revert_release(uuid, user=request.user, on_conflict=on_conflict)


ACTS: Final[Mapping[ReleaseAction, Act]] = {
    ReleaseAction.REQUEST: Act(
        gettext_lazy("Request publication"),
        RequestForm,
        lambda uuid, request, said: history.request_release(uuid, user=request.user, reason=said["reason"]),
    ),
    ReleaseAction.APPROVE: Act(gettext_lazy("Approve"), ApproveForm, _approve),
    ReleaseAction.PUBLISH: Act(
        gettext_lazy("Publish now"),
        PublishForm,
        lambda uuid, request, _said: history.publish_release(uuid, user=request.user),
    ),
    ReleaseAction.SCHEDULE: Act(gettext_lazy("Publish at a time"), ScheduleForm, _schedule),
    ReleaseAction.COMMENT: Act(
        gettext_lazy("Add a comment"),
        CommentForm,
        lambda uuid, request, said: history.comment_release(uuid, user=request.user, text=said["text"]),
    ),
    ReleaseAction.DECLINE: Act(
        gettext_lazy("Decline"),
        DeclineForm,
        lambda uuid, request, said: history.decline_release(uuid, user=request.user, reason=said["reason"]),
    ),
    ReleaseAction.CANCEL: Act(
        gettext_lazy("Cancel the release"),
        CancelForm,
        lambda uuid, request, said: history.cancel_release(uuid, user=request.user, reason=said["reason"]),
    ),
    ReleaseAction.REVERT: Act(gettext_lazy("Revert"), RevertForm, _revert),
}
"""Action -> what pages need for it, in the order of the page."""
