"""Models of the search index: how far it has followed each library and course, and a running rebuild."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from opaque_keys.edx.django.models import LearningContextKeyField


def nothing_pending() -> dict[str, object]:
    """Return the default of ``SearchCheckpoint.pending``."""
    return {"entity_pks": [], "collection_codes": []}


MAX_REFUSED = 200
"""How many refused documents of one learning package are named. ``check_libraries`` counts more as different."""


class SearchCheckpoint(models.Model):
    """
    The progress of the search index in following one learning package.

    1. It is created when the package is indexed for the first time.
    2. At first, and whenever the index or the title of the library has changed, everything in the package is put
       into the index, in the order of the entities' pks; ``filling_after`` holds the progress.
    3. Meanwhile and afterwards the index follows the logs. The log numbers move forward after the engine has
       taken the documents, and back when these documents may not be the newest ones.
    4. Changes of collections and tags, which no log records, wait in ``pending`` if the engine fails.
    5. One process at a time catches up: it has the turn. Any other change of the row ends the turn.
    6. It is deleted after the documents of a deleted package.
    7. While the index is rebuilt, there is a second one for the spare index, which takes the place of the first one
       when the spare index is put into use.

    8. Documents that the engine refuses are named in ``refused`` until they are sent again and taken, ``MAX_REFUSED``
       at most. They do not hold up other documents.

    It refers to the package by number and not by foreign key, because it has to outlive the package: if the engine
    is down while a library is deleted, only this row still tells which documents to remove.

    .. no_pii:
    """

    learning_package_pk = models.PositiveIntegerField(_("learning package"))
    is_spare = models.BooleanField(
        _("being made"), default=False, help_text=_("Whether it is about the index that is being made.")
    )
    context_key = LearningContextKeyField(_("library or course"), max_length=255, db_index=True, case_sensitive=True)
    index_id = models.CharField(_("index"), max_length=255, blank=True, help_text=_("The index that this is about."))
    # Every document names its library, so another title means that all of them have to be made again.
    title = models.CharField(_("title"), max_length=500, blank=True, help_text=_("The title that the documents have."))
    filling_after = models.PositiveBigIntegerField(
        _("filled up to"), null=True, default=0, help_text=_("The last entity that was filled in; empty when all are.")
    )
    draft_change_log_pk = models.PositiveBigIntegerField(_("draft change log"), default=0)
    publish_log_pk = models.PositiveBigIntegerField(_("publish log"), default=0)
    pending = models.JSONField(_("left to do"), default=nothing_pending)
    turn = models.CharField(
        _("turn"), max_length=32, blank=True, help_text=_("Who is catching up now; empty for nobody.")
    )
    turn_ends = models.DateTimeField(
        _("turn ends"), null=True, help_text=_("When others may take over, because nobody is alive.")
    )
    updated = models.DateTimeField(_("updated"), auto_now=True)
    last_error = models.TextField(_("last error"), blank=True)
    refused = models.JSONField(
        _("what is refused"),
        default=dict,
        blank=True,
        help_text=_("Documents that the engine does not take as they are: what they are about, and why."),
    )
    refused_count = models.PositiveIntegerField(
        _("refused documents"), default=0, help_text=_("How many documents are named there.")
    )

    class Meta:
        verbose_name = _("search checkpoint")
        verbose_name_plural = _("search checkpoints")
        constraints = (
            models.UniqueConstraint(fields=("learning_package_pk", "is_spare"), name="cl_search_checkpoint_uniq"),
        )

    def __str__(self) -> str:
        text = gettext("%(key)s: draft %(draft)s, publish %(publish)s")
        return text % {"key": self.context_key, "draft": self.draft_change_log_pk, "publish": self.publish_log_pk}


class SearchRebuild(models.Model):
    """
    An unfinished rebuild of the whole index. There is at most one, with the pk ``THE_ONLY``.

    1. The process that starts the rebuild creates it first, and owns it as long as it keeps renewing ``owned_until``.
    2. While it exists, changes that no log records are noted at the checkpoints of the spare index, too.
    3. If its owner dies, the sweep, or the next process that asks for a rebuild, continues it.
    4. ``attempts`` counts processes that began or continued it and have not finished a step. After ``JOB_ATTEMPTS`` the
       sweep leaves it to operators.
    5. It is deleted in the transaction in which the checkpoints of the spare index replace the others.

    .. no_pii:
    """

    THE_ONLY = 1

    owner = models.CharField(
        _("owner"), max_length=32, blank=True, help_text=_("Who is rebuilding; empty if it was stopped.")
    )
    owned_until = models.DateTimeField(
        _("taken until"), help_text=_("When others may go on with it, because the owner is dead.")
    )
    index_id = models.CharField(_("index"), max_length=255, blank=True, help_text=_("The index that is being filled."))
    started = models.DateTimeField(_("started"), auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("How many have tried to go on with it since the last step that was done.")
    )

    class Meta:
        verbose_name = _("search rebuild")
        verbose_name_plural = _("search rebuilds")

    def __str__(self) -> str:
        return gettext("since %(started)s") % {"started": f"{self.started:%Y-%m-%d %H:%M:%S}"}


class SearchAccess(models.Model):
    """
    The number by which search keys name a library or a course.

    The primary key is the ``access_id`` of the documents (wire: search-key). A search key has to
    list what its owner may find, and numbers are shorter than keys. The row is created and removed with the
    documents of its library or course.

    .. no_pii:
    """

    context_key = LearningContextKeyField(_("library or course"), max_length=255, unique=True, case_sensitive=True)

    class Meta:
        verbose_name = _("search access")
        verbose_name_plural = _("search access")

    def __str__(self) -> str:
        return f"{self.pk}: {self.context_key}"
