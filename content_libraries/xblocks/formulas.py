"""Formulas as the problem block reads them, for editors that show a preview while an author types."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext as _

from ..actors import Actor
from ..errors import InvalidInputError
from .processes.running import run
from .visits import turn_of


class _NothingToAsk:
    """A formula asks nothing of the site."""

    QUESTIONS: ClassVar[frozenset[str]] = frozenset()


def formula_latex(formula: str, *, user: Actor) -> str:
    """
    Read a formula with the grammar of the problem block.

    Args:
        formula: a formula as a learner would type it, ``2*x^2``.
        user: the user who asks.

    Returns: LaTeX. Raises InvalidInputError if the text is not a formula, BusyError and BlockStoppedError.
    """
    return run(latex_of, formula, site=_NothingToAsk(), who=turn_of(user), about="a formula")


def latex_of(_site: object, formula: str) -> str:
    """Convert a formula to LaTeX, in the process where blocks run."""
    # Brings numpy along, which no other request needs.
    from calc import UnmatchedParenthesis  # noqa: PLC0415
    from calc.preview import latex_preview  # noqa: PLC0415
    from pyparsing import ParseException  # noqa: PLC0415

    try:
        return str(latex_preview(formula))
    except (ParseException, UnmatchedParenthesis, RecursionError) as error:
        raise InvalidInputError(_("This is not a formula that problems can read.")) from error
