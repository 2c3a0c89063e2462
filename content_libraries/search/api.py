"""What other rooms and faces may ask of search."""

from .engine import SearchEngineError, SearchResult, Sort
from .finding import search
from .highlight import Excerpt, best_excerpt
from .lag import IndexLag, index_lag
from .rebuilding import rebuild, refresh
from .upkeep import CaughtUp, catch_up, libraries_behind

__all__ = [
    "CaughtUp",
    "Excerpt",
    "IndexLag",
    "SearchEngineError",
    "SearchResult",
    "Sort",
    "best_excerpt",
    "catch_up",
    "index_lag",
    "libraries_behind",
    "rebuild",
    "refresh",
    "search",
]
