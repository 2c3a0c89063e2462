"""Change sets, releases and bulk edits in the Django admin."""

from .bulk_edits import BulkEditJobAdmin
from .change_sets import ChangeSetAdmin
from .releases import ReleaseAdmin

__all__ = ["BulkEditJobAdmin", "ChangeSetAdmin", "ReleaseAdmin"]
