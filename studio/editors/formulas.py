"""Formulas as problems read them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class FormulaPreview:
    """A formula in LaTeX, or the reason why it cannot be read."""

    is_valid: bool
    preview: str = ""
    error: str = ""


def preview_of(formula: str) -> FormulaPreview:
    """Read a formula with the grammar of the problem block."""
    # Brings numpy along, which no other request needs.
    from calc import UnmatchedParenthesis  # noqa: PLC0415
    from calc.preview import latex_preview  # noqa: PLC0415
    from pyparsing import ParseException  # noqa: PLC0415

    try:
        return FormulaPreview(is_valid=True, preview=latex_preview(formula))
    except (ParseException, UnmatchedParenthesis, RecursionError):
        return FormulaPreview(is_valid=False, error=gettext("This is not a formula that problems can read."))
