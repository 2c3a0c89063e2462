"""Types that differ from the defaults in one thing or two."""

from __future__ import annotations

from typing import Final

from .data import BlockType
from .search_texts import text_with

TYPES: Final = (
    BlockType(name="course_info", is_found=False),
    BlockType(name="drag-and-drop-v2", search_text=text_with("question_text", "data")),
    BlockType(name="poll", search_text=text_with("question", "answers")),
    BlockType(name="survey", search_text=text_with("block_name", "questions", "answers")),
    BlockType(name="word_cloud", search_text=text_with("instructions")),
)
