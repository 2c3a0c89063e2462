"""Change sets and releases in the Django admin."""

from .change_sets import ChangeSetAdmin
from .releases import ReleaseAdmin

__all__ = ["ChangeSetAdmin", "ReleaseAdmin"]
