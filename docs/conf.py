"""How Sphinx builds this documentation: ``make docs``. It imports no code of the project."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]

project = "content_libraries"
author = "the contributors of content_libraries"
release = re.findall(r'__version__ = "(.+)"', (PROJECT / "content_libraries" / "__init__.py").read_text())[0]
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Content libraries"
html_copy_source = False
# Screenshots are made by ``make test-browser``, and are not kept with the sources; without them their texts show.
suppress_warnings = ["image.not_readable"]
