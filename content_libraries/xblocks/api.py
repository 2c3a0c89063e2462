"""What other rooms may ask about blocks."""

from .search_text import SearchText, search_text

__all__ = ["SearchText", "search_text"]
