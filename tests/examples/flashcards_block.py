"""The XBlock class of the example in ``flashcards``, which previews and courses need."""

from __future__ import annotations

from typing import Any

from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Scope, String


class FlashcardsBlock(XBlock):
    """Shows cards."""

    display_name = String(default="Cards", scope=Scope.settings)

    def student_view(self, _context: Any = None) -> Fragment:
        return Fragment("<p>Cards</p>")
