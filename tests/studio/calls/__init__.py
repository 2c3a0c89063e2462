"""
The calls of the existing authoring frontend, with the fields that it reads, on a site with the demo.

Each module has the calls of some of its screens, in their order; ``docs/reference/frontend-calls.rst`` lists which case
shows which call. To add a case, write what is sent and the shape of what is read (``shapes.py``), and name it there.
"""

from __future__ import annotations

from . import components, containers, courses, editors, frame, imports, library, searching

CASES = (
    *frame.CASES,
    *searching.CASES,
    *library.CASES,
    *components.CASES,
    *editors.CASES,
    *containers.CASES,
    *courses.CASES,
    *imports.CASES,
)
