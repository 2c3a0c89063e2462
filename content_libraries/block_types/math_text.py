r"""
Formulas as plain text, so that they can be read in a list of search results.

Authors write formulas for MathJax, as LaTeX between ``\(…\)``, ``\[…\]``, ``$$…$$``, ``[mathjax]…[/mathjax]``
or ``[mathjaxinline]…[/mathjaxinline]``. Readable comes before exact here: ``\frac{a}{b}`` becomes ``a/b``.
"""

from __future__ import annotations

import re
from typing import Final

_DELIMITERS: Final = (
    (r"\\\(", r"\\\)"),
    (r"\\\[", r"\\\]"),
    (r"\$\$", r"\$\$"),
    (r"\[mathjax\]", r"\[/mathjax\]"),
    (r"\[mathjaxinline\]", r"\[/mathjaxinline\]"),
)
# The bound keeps the time linear in texts with many opening delimiters that nothing closes.
_FORMULA: Final = re.compile("|".join(f"{start}(.{{1,500}}?){end}" for start, end in _DELIMITERS), re.DOTALL)
_GROUPS: Final = (
    (re.compile(r"\\(?:text|mathrm|mathbf|mathit|mathsf|operatorname|textbf|textit)\s*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\sqrt\s*\{([^{}]*)\}"), r"√(\1)"),
    (re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"\1/\2"),
)
_ROUNDS: Final = 5
"""Groups are replaced from the innermost outwards. Groups that are nested deeper stay unchanged."""
_COMMAND: Final = re.compile(r"\\([A-Za-z]+)")
_SPACING: Final = re.compile(r"\\[,;:!> ]|~")
_LAYOUT: Final = re.compile(r"left|right|[Bb]igg?|displaystyle|textstyle|(no)?limits|q?quad|begin|end")
_GREEK: Final = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "iota": "ι",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "upsilon": "υ",
    "phi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
}
_SYMBOLS: Final = {
    **_GREEK,
    **{name.capitalize(): letter.upper() for name, letter in _GREEK.items()},
    "approx": "≈",
    "cdot": "·",
    "div": "÷",
    "geq": "≥",
    "ge": "≥",
    "in": "∈",
    "infty": "∞",
    "int": "∫",
    "leq": "≤",
    "le": "≤",
    "neq": "≠",
    "ne": "≠",
    "partial": "∂",
    "pm": "±",
    "prod": "∏",
    "rightarrow": "→",
    "to": "→",
    "sum": "∑",
    "times": "×",
    "varepsilon": "ε",
    "vartheta": "θ",
    "varphi": "φ",
}


def readable(text: str) -> str:
    """Return the text with each formula in it as plain text, and everything else unchanged."""
    return _FORMULA.sub(lambda match: _plain(next(filter(None, match.groups()))), text)


def _plain(formula: str) -> str:
    for _ in range(_ROUNDS):
        before = formula
        for pattern, replacement in _GROUPS:
            formula = pattern.sub(replacement, formula)
        if formula == before:
            break
    formula = _SPACING.sub(" ", formula)
    formula = _COMMAND.sub(lambda match: _symbol(match[1]), formula)
    return formula.replace("{", "").replace("}", "").replace("\\", " ")


def _symbol(command: str) -> str:
    if _LAYOUT.fullmatch(command):
        return ""
    return _SYMBOLS.get(command, f"{command} ")
