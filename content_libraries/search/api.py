"""Functions of search for other rooms, views and commands."""

from .browser_keys import BrowserKey, browser_key
from .checking import check_index
from .checkpoints import refusals
from .engine import SearchEngineError, SearchResult, Sort
from .finding import search
from .highlight import Excerpt, best_excerpt
from .lag import IndexLag, index_lag
from .rebuilding import rebuild, refresh
from .rebuilds import RebuildRunningError
from .sending import Refusal
from .upkeep import CaughtUp, catch_up, packages_behind

__all__ = [
    "BrowserKey",
    "CaughtUp",
    "Excerpt",
    "IndexLag",
    "RebuildRunningError",
    "Refusal",
    "SearchEngineError",
    "SearchResult",
    "Sort",
    "best_excerpt",
    "browser_key",
    "catch_up",
    "check_index",
    "index_lag",
    "packages_behind",
    "rebuild",
    "refresh",
    "refusals",
    "search",
]
