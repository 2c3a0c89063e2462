"""
Previews of texts and problems of a real course: median time of one, from the stored component to HTML, with the code of
the block in a process of its own and in that of the site; beside what the class alone takes in XBlock's own runtime for
tools, with its OLX and its services at hand and no database.

``python -m benchmarks.render_blocks [ARCHIVE]``
"""

# ruff: noqa: E402, T201 - Django has to be set up before it is imported; printing is what a benchmark is for

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from content_libraries.actors import OPERATOR

from .scratch import shared_data, start_site

start_site()

from django.test import override_settings
from lxml import etree
from xblock.core import XBlock
from xblock.fields import ScopeIds
from xblock.runtime import DictKeyValueStore, KvsFieldData
from xblock.test.tools import TestRuntime

from content_libraries import api
from content_libraries.content.api import block_class
from content_libraries.olx.api import read_archive
from content_libraries.xblocks.services import services_for
from content_libraries.xblocks.visits import Viewer

TYPES = ("html", "problem")
AT_MOST = 60
PYTHON = re.compile("<script|customresponse|schematicresponse|loncapa")
"""In problems that run code of their authors, and so are not rendered."""


class Bare(TestRuntime):
    """The runtime of XBlock's tools, with services at hand, and without anything to keep."""

    resources_fs = None

    def handler_url(self, *_arguments: object, **_more: object) -> str:
        return "/handler/"

    def local_resource_url(self, _block: XBlock, uri: str) -> str:
        return uri


def main(archive: Path) -> None:
    library = api.create_library(user=OPERATOR, org="Bench", slug="render", title="Render")
    olx_of = {block_type: list(blocks(archive, block_type))[:AT_MOST] for block_type in TYPES}
    for block_type, texts in olx_of.items():
        components = [api.ComponentWrite(block_type, f"c{number}", "Title", olx) for number, olx in enumerate(texts)]
        api.write_items(OPERATOR, library, components=components)
        keys = [api.component_key(f"lb:Bench:render:{block_type}:c{number}") for number in range(len(texts))]
        ours = median(timed(rendered, keys))
        with override_settings(CONTENT_LIBRARIES_BLOCK_PROCESSES=0):
            here = median(timed(rendered, keys))
        theirs = median(timed(bare_render, [(block_type, olx) for olx in texts]))
        print(
            f"{block_type}: {len(texts)} components, median {ours * 1000:.1f} ms; in the process of the site"
            f" {here * 1000:.1f} ms; the class alone {theirs * 1000:.1f} ms; ratio {ours / theirs:.1f}"
        )


def rendered(key: api.LibraryUsageLocatorV2) -> api.RenderedView:
    """Render a component as learners see it."""
    return api.render_view(key, "student_view", user=OPERATOR)


def blocks(archive: Path, block_type: str) -> Iterator[str]:
    """Yield the OLX of the blocks of a type that can be rendered."""
    pending = [read_archive(archive).root]
    while pending:
        block = pending.pop()
        pending += block.children
        if block.tag == block_type and not PYTHON.search(block.olx):
            yield block.olx


def bare_render(block_and_olx: tuple[str, str]) -> None:
    """Parse and render a block in XBlock's own runtime, without the app."""
    block_type, olx = block_and_olx
    cls = block_class(block_type)
    assert cls is not None
    runtime = Bare(services={**services_for(Viewer(), is_author=True, replace_urls=str), "field-data": field_data()})
    key = api.component_key(f"lb:Bench:render:{block_type}:c")
    block = cls.parse_xml_new_runtime(etree.fromstring(olx), runtime, ScopeIds(None, block_type, key, key))
    block.graded = False
    block.student_view({})


def field_data() -> KvsFieldData:
    return KvsFieldData(DictKeyValueStore())


def timed(action: Callable[[Any], object], arguments: list[Any]) -> list[float]:
    """Return the seconds of each call, after one call that loads everything."""
    action(arguments[0])
    seconds = []
    for argument in arguments:
        start = time.perf_counter()
        action(argument)
        seconds.append(time.perf_counter() - start)
    return seconds


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else shared_data() / "openedx-demo-course.tar.gz")
