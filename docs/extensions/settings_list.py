"""The directive ``settings-list``: every setting of the app, with its default and its meaning, from ``conf.py``."""

from __future__ import annotations

from pprint import pformat

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from content_libraries import conf


class SettingsList(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        settings = [value for value in vars(conf).values() if isinstance(value, conf.Setting)]
        entries = nodes.definition_list()
        for setting in sorted(settings, key=lambda setting: setting.name):
            default = pformat(setting.default, width=100, compact=True)
            meaning, _messages = self.parse_inline(setting.meaning)
            entries += nodes.definition_list_item(
                "",
                nodes.term("", "", nodes.literal("", setting.name)),
                nodes.definition("", nodes.paragraph("", "", *meaning), nodes.literal_block(default, default)),
            )
        return [entries]


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_directive("settings-list", SettingsList)
    return {"parallel_read_safe": True}
