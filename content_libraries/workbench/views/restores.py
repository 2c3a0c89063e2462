"""Pages that undo a change set, and that restore earlier versions, each after a preview."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ...errors import InvalidInputError
from ...history import api as history
from ...history.api import ChangeKind, ContextKey, OnConflict, UndoAction, UndoPlan
from ...keys import LibraryContainerLocator, any_item_key, library_key
from ..components import Plan, PlanCount, PlanRow, Tone
from ..contexts import changes_url, context_of, render_in_context
from ..decorators import form_page
from ..forms import WorkbenchForm
from ..navigation import Link
from ..refusals import errors_in
from ..rendering import tell

TAB: Final = "library-changes"
MOST_SHOWN: Final = 50
"""How many items, and conflicts, a plan shows. The counts tell of all."""


class UndoForm(WorkbenchForm):
    """Asks whether an undo leaves out items that were changed since."""

    on_conflict = forms.ChoiceField(
        label=gettext_lazy("Items that were changed since"),
        required=False,
        widget=forms.RadioSelect,
        choices=(
            (OnConflict.REFUSE.value, gettext_lazy("Undo nothing")),
            (OnConflict.SKIP.value, gettext_lazy("Leave them out, and undo the rest")),
        ),
        initial=OnConflict.REFUSE.value,
    )


class RestoreForm(WorkbenchForm):
    """Asks whether the items in a container go back, too."""

    with_children = forms.BooleanField(
        label=gettext_lazy("Restore the items in it, too, as they were then"), required=False
    )


@form_page
def undo_change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show what the undo of a change set would do, with its conflicts; or undo it."""
    form = UndoForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with errors_in(form):
            on_conflict = OnConflict(form.cleaned_data["on_conflict"] or OnConflict.REFUSE)
            undone = history.undo_change_set(uuid, user=request.user, on_conflict=on_conflict)
            count = len(undone.plan.steps)
            text = ngettext("Undid the changes of %(count)s item.", "Undid the changes of %(count)s items.", count)
            _tell_undoable(request, text % {"count": count}, undone.change_set)
            return redirect("workbench:change", undone.change_set.uuid)
    plan = history.preview_undo(uuid, user=request.user)
    key = plan.change_set.context_key
    is_redo = plan.change_set.kind is ChangeKind.UNDO
    context = {
        "heading": (_("Redo: %s") if is_redo else _("Undo: %s")) % plan.change_set.summary,
        "button": _("Redo") if is_redo else _("Undo"),
        "form": form,
        "plan": _undo_plan(plan),
        "conflicts": plan.conflicts[:MOST_SHOWN],
        "hidden_conflicts": max(0, len(plan.conflicts) - MOST_SHOWN),
        "more": _more(plan),
        "back_url": reverse("workbench:change", args=[uuid]),
    }
    return _render(request, context, key, form)


@form_page
def restore(request: HttpRequest) -> HttpResponse:
    """Show what the restore of the item or library in the address would do; or restore it."""
    form = RestoreForm(request.POST if request.method == "POST" else None, initial=request.GET.dict())
    target, key = _target(request, with_children="with_children" in (request.POST or request.GET))
    if not isinstance(target, history.ItemVersion) or not isinstance(target.key, LibraryContainerLocator):
        del form.fields["with_children"]
    if form.is_valid():
        with errors_in(form):
            restored = history.restore_versions(target, user=request.user)
            if restored.change_set is not None:
                _tell_undoable(request, restored.change_set.summary, restored.change_set)
                return redirect("workbench:change", restored.change_set.uuid)
            tell(request, _("Everything is as it was then. Nothing was restored."))
            return redirect(changes_url(key))
    plan = history.preview_restore(target, user=request.user)
    context = {
        "heading": _title(target),
        "button": _("Restore"),
        "form": form,
        "plan": _restore_plan(plan),
        "back_url": changes_url(key),
    }
    return _render(request, context, key, form)


def restore_url(target: history.RestoreTarget) -> str:
    """Return the address of the page that shows a restore, and does it."""
    query: dict[str, str]
    if isinstance(target, history.LibraryState):
        query = {"library_key": str(target.key), "publish_log": str(target.publish_log)}
    else:
        query = {"item_key": str(target.key), "version_num": str(target.version_num)}
    return f"{reverse('workbench:restore')}?{urlencode(query)}"


def _render(request: HttpRequest, context: dict[str, object], key: ContextKey, form: WorkbenchForm) -> HttpResponse:
    crumbs = [Link(_("Changes"), changes_url(key))]
    return render_in_context(request, "changes/undo.html", context, key=key, tab=TAB, crumbs=crumbs, status=form.status)


def _tell_undoable(request: HttpRequest, text: str, change_set: history.ChangeSet) -> None:
    tell(request, text, undo_url=reverse("workbench:change-undo", args=[change_set.uuid]))


def _target(request: HttpRequest, *, with_children: bool) -> tuple[history.RestoreTarget, ContextKey]:
    """Return what the address names, and its library or course. Raises MalformedKeyError and InvalidInputError."""
    said = request.GET
    if said.get("library_key"):
        key = library_key(said["library_key"])
        try:
            return history.LibraryState(key, UUID(said.get("publish_log", ""))), key
        except ValueError as error:
            raise InvalidInputError(_("Name the publish to go back to."), field="publish_log") from error
    item = any_item_key(said.get("item_key", ""))
    number = said.get("version_num", "")
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 2**31):
        raise InvalidInputError(_("Name the version to restore."), field="version_num")
    is_container = isinstance(item, LibraryContainerLocator)
    return history.ItemVersion(item, int(number), with_children and is_container), context_of(item)


def _title(target: history.RestoreTarget) -> str:
    if isinstance(target, history.LibraryState):
        return _("Set the draft back to a publish")
    return _("Restore version %s") % target.version_num


def _undo_plan(plan: UndoPlan) -> Plan:
    counts = [PlanCount(len(plan.steps), ngettext("item changes", "items change", len(plan.steps)), Tone.INFO)]
    if plan.conflicts:
        words = ngettext("item was changed since", "items were changed since", len(plan.conflicts))
        counts.append(PlanCount(len(plan.conflicts), words, Tone.WARNING))
    rows = (
        PlanRow(
            title=step.title,
            kind=step.item_type,
            outcome=str(history.UNDO_ACTION_NAMES[step.action]),
            reason=_versions(step.from_version, step.to_version),
            tone=Tone.BAD if step.action is UndoAction.DELETE else Tone.INFO,
        )
        for step in plan.steps[:MOST_SHOWN]
    )
    return _plan(counts, rows, len(plan.steps))


def _restore_plan(plan: history.RestorePlan) -> Plan:
    counts = [PlanCount(len(plan.steps), ngettext("item changes", "items change", len(plan.steps)), Tone.INFO)]
    rows = (
        PlanRow(
            title=step.title,
            kind=step.item_type,
            outcome=str(history.RESTORE_ACTION_NAMES[step.action]),
            reason=_versions(step.from_version, step.to_version),
            tone=Tone.BAD if step.action is history.RestoreAction.DELETE else Tone.INFO,
        )
        for step in plan.steps[:MOST_SHOWN]
    )
    return _plan(counts, rows, len(plan.steps))


def _plan(counts: Sequence[PlanCount], rows: Iterable[PlanRow], total: int) -> Plan:
    return Plan(tuple(counts), tuple(rows), max(0, total - MOST_SHOWN))


def _versions(old: int | None, new: int | None) -> str:
    if old is None or new is None:
        return ""
    return _("from version %(old)s to version %(new)s") % {"old": old, "new": new}


def _more(plan: UndoPlan) -> list[str]:
    """Tell what else comes back, besides items."""
    told = (
        (len(plan.collections), _("Collections that change, too: %s")),
        (len(plan.tagged), _("Items whose tags change, too: %s")),
        (len(plan.forwards), _("Imported sources whose references lead elsewhere again: %s")),
    )
    return [text % count for count, text in told if count]
