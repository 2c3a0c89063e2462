"""
The directive ``rooms``: a drawing of the rooms, from the contracts that ``make lint`` holds the imports to.

Each row is a layer of the first contract of ``pyproject.toml``. A room may import from the rows below its own, and two
rooms in one row may not import from each other. The lines name what a room does import from, as the code has it now.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

import grimp
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

PACKAGE: Final = "content_libraries"
_PROJECT: Final = Path(__file__).resolve().parents[2] / "pyproject.toml"
_WIDTH, _HEIGHT, _GAP = 760, 26, 6


def layers() -> list[list[str]]:
    """Return the layers of the package from top to bottom, each with the names of its rooms and modules."""
    contracts = tomllib.loads(_PROJECT.read_text())["tool"]["importlinter"]["contracts"]
    (rows,) = [each["layers"] for each in contracts if each["type"] == "layers" and each["containers"] == [PACKAGE]]
    return [[name.strip() for name in row.split("|")] for row in rows]


def imports() -> dict[str, list[str]]:
    """Return what each room and module imports from: name -> names, in the order of the layers."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    names = [name for row in layers() for name in row]
    for name in names:
        graph.squash_module(f"{PACKAGE}.{name}")
    return {
        name: [
            each
            for each in names
            if graph.direct_import_exists(importer=f"{PACKAGE}.{name}", imported=f"{PACKAGE}.{each}")
        ]
        for name in names
    }


def drawing(rows: Sequence[Sequence[str]]) -> str:
    """Return a picture of layers as SVG: a row of boxes for each layer, beside an arrow in the direction of imports."""
    height = len(rows) * (_HEIGHT + _GAP)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="The layers from top to bottom" '
        'xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="12" fill="none" '
        'stroke="currentColor">',
        f'<path d="M10 4V{height - 14}M4 {height - 20}l6 8 6-8"/>',
    ]
    for number, row in enumerate(rows):
        width = (_WIDTH - 30) / len(row)
        for place, name in enumerate(row):
            left, top = 30 + place * width, number * (_HEIGHT + _GAP) + 1
            parts.append(
                f'<rect x="{left:.0f}" y="{top}" width="{width - _GAP:.0f}" height="{_HEIGHT}" rx="3"/>'
                f'<text x="{left + 8:.0f}" y="{top + 17}" fill="currentColor" stroke="none">{escape(name)}</text>'
            )
    return "".join([*parts, "</svg>"])


class Rooms(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        items = nodes.definition_list()
        for name, imported in imports().items():
            text = ", ".join(imported) or "nothing of the package"
            items += nodes.definition_list_item(
                "", nodes.term("", "", nodes.literal("", name)), nodes.definition("", nodes.paragraph("", text))
            )
        return [nodes.raw("", drawing(layers()), format="html"), items]


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_directive("rooms", Rooms)
    return {"parallel_read_safe": True}
