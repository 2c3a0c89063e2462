"""What other rooms and faces may ask of search."""

from .browser_keys import BrowserKey, browser_key
from .engine import SearchEngineError, SearchResult, Sort
from .finding import search
from .highlight import Excerpt, best_excerpt
from .rebuilding import rebuild, refresh
from .upkeep import CaughtUp, catch_up, libraries_behind

__all__ = [
    "BrowserKey",
    "CaughtUp",
    "Excerpt",
    "SearchEngineError",
    "SearchResult",
    "Sort",
    "best_excerpt",
    "browser_key",
    "catch_up",
    "libraries_behind",
    "rebuild",
    "refresh",
    "search",
]
