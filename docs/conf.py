"""How Sphinx builds this documentation: ``make docs``. The reference is read from the code."""

# ruff: noqa: E402 - Django has to be set up before the app is imported

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import django

PROJECT = Path(__file__).resolve().parents[1]
_data = TemporaryDirectory()
os.environ |= {"DJANGO_SETTINGS_MODULE": "studio.settings", "STUDIO_DATA_DIR": _data.name}
sys.path += [str(PROJECT), str(PROJECT / "docs" / "extensions")]
django.setup()

from content_libraries import __version__ as release

__all__ = ["release"]

project = "content_libraries"
author = "the contributors of content_libraries"
extensions = ["myst_parser", "rooms", "settings_list", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
add_module_names = False
autodoc_member_order = "groupwise"
autodoc_typehints_format = "short"
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Content libraries"
html_copy_source = False
# Screenshots are made by ``make test-browser``, and are not kept with the sources; without them their texts show.
suppress_warnings = ["image.not_readable"]
