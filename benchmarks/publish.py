"""
Publishing 5,000 changed entities (4,000 components in 1,000 units), beside ``publish_all_drafts`` of Learning Core for
the same content in the same run. Ours counts what follows from it, too: events, and bringing the index up to date.

``python -m benchmarks.publish [ENTITIES]``
"""

# ruff: noqa: E402, T201 - Django has to be set up before it is imported; printing is what a benchmark is for

from __future__ import annotations

import sys
from typing import Any

from content_libraries.actors import OPERATOR

from .scratch import measured, start_site

start_site()

from openedx_content import api as content_api

from content_libraries import api
from content_libraries.learning_core.api import write_drafts

COMPONENTS_IN_A_UNIT = 4


def main(entities: int) -> None:
    content = content_of(entities // (COMPONENTS_IN_A_UNIT + 1))
    library = api.create_library(user=OPERATOR, org="Bench", slug="publish", title="Publish")
    api.write_items(OPERATOR, library, **content)
    with measured("publish_all: publish, events, index") as ours:
        api.publish_all(library.library_key, user=OPERATOR)
    # A learning package without a library: nobody listens to its events.
    bare = content_api.create_learning_package("bench:bare", title="Bare")
    write_drafts(bare.id, author_pk=None, **content)
    with measured("openedx_content.api: publish_all_drafts") as theirs:
        content_api.publish_all_drafts(bare.id)
    print(ours)
    print(theirs)
    print(
        f"\nratio: {ours.seconds / theirs.seconds:.3f} of the time, {ours.queries / theirs.queries:.4f} of the queries"
    )


def content_of(units: int) -> dict[str, Any]:
    """Return components and containers for so many units with some components each."""
    components = [
        api.ComponentWrite("html", f"c{unit}-{number}", f"Text {unit}-{number}", f"<html>Text {unit} {number}</html>")
        for unit in range(units)
        for number in range(COMPONENTS_IN_A_UNIT)
    ]
    containers = [
        api.ContainerWrite(
            "unit",
            f"u{unit}",
            f"Unit {unit}",
            tuple(f"xblock.v1:html:c{unit}-{number}" for number in range(COMPONENTS_IN_A_UNIT)),
        )
        for unit in range(units)
    ]
    return {"components": components, "containers": containers}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
