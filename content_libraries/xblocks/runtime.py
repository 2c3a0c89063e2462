"""The runtime that blocks of libraries live in: one runtime for one block, made anew for each request."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from fs.memoryfs import MemoryFS
from fs.wrapfs import WrapFS
from lxml import etree
from web_fragments.fragment import Fragment
from xblock.core import XBlock, XBlockMixin
from xblock.fields import Field, ScopeIds
from xblock.runtime import MemoryIdManager, Runtime

from ..content.api import block_class
from .field_data import BlockFieldData
from .services import services_for
from .site import BlockSite
from .static_urls import static_replacer
from .version_files import VersionFiles
from .visits import Visit


class WithoutCourse(XBlockMixin):
    """
    Attributes that course blocks get from their course, with values for a component that is in no course.

    They are not fields: if an import has brought such settings, the settings stay unchanged in the OLX.
    """

    graded = False
    start = None
    days_early_for_beta = None
    self_paced = False


class LibraryRuntime(Runtime):
    """
    Shows one version of one component to one user.

    The runtime stores nothing. Changes by the block are in ``fields.learned``, ``fields.authored_changes`` and
    ``files.changes``, for callers that may save them. ``unread_settings`` names the settings of the OLX that the block
    does not have, and says why.
    """

    suppports_state_for_anonymous_users = True  # the spelling that blocks look for

    def __init__(self, visit: Visit, site: BlockSite) -> None:
        from .video_config import VideoConfig  # noqa: PLC0415 - imports every block of xblocks_contrib

        self.visit = visit
        self.site = site
        block_version = visit.block_version
        self.fields = BlockFieldData(block_version, site)
        self.files = VersionFiles(block_version, site)
        self.unread_settings: Mapping[str, str] = {}
        self.is_author_mode = block_version.can_edit
        self.resources_fs = MemoryFS()
        self.replace_urls = static_replacer(block_version.file_paths, visit.urls.file)
        services = services_for(visit.viewer, is_author=block_version.can_edit, replace_urls=self.replace_urls)
        services |= {"field-data": self.fields, "video_config": VideoConfig(self.files)}
        ids = MemoryIdManager()
        super().__init__(id_reader=ids, id_generator=ids, mixins=(WithoutCourse,), services=services)

    @cached_property
    def export_fs(self) -> WrapFS[Any]:
        """
        Return a file system in memory for files that block classes write beside their OLX.

        The files are never read. The file system has a folder ``course``, as exports of videos expect.
        """
        folder = MemoryFS()
        folder.makedir("course")
        return WrapFS(folder)

    @property
    def scope_ids(self) -> ScopeIds:
        """
        Return the keys of the block.

        The definition and the usage have the same key, because components do not share content.
        """
        key = self.visit.block_version.key
        return ScopeIds(self.visit.viewer.pk, key.block_type, key, key)

    def load_block_type(self, block_type: str) -> type[XBlock]:
        found = block_class(block_type)
        return super().load_block_type(block_type) if found is None else found

    def handler_url(
        self, block: XBlock, handler_name: str, suffix: str = "", query: str = "", thirdparty: bool = False
    ) -> str:
        return self.visit.urls.handler(handler_name, suffix, query)

    def resource_url(self, resource: str) -> str:
        return self.visit.urls.static(resource)

    def local_resource_url(self, block: XBlock, uri: str) -> str:
        return self.visit.urls.resource(uri)

    def publish(self, block: XBlock, event_type: str, event_data: dict[str, object]) -> None:
        """Ignore an event: previews are neither graded nor tracked."""

    def applicable_aside_types(self, block: XBlock) -> list[str]:
        """Return no types, because components of libraries have no asides."""
        return []

    def parse_asides(self, node: etree._Element, *_keys: object) -> list[object]:
        return []

    def add_node_as_child(self, block: XBlock, node: etree._Element) -> None:
        """
        Ignore a child element, because components hold no other blocks.

        Elements that the block class does not know stay in the OLX.
        """

    def get_policy(self, usage_id: object) -> dict[str, object]:
        """Return an empty policy. Settings of library components are attributes of their OLX."""
        return {}

    def get_field_provenance(self, block: XBlock, field: Field) -> dict[str, object]:
        """Tell a settings editor the default of a field, and whether the field is set."""
        return {"default_value": field.to_json(field.default), "explicitly_set": field.is_set_on(block)}

    def error_tracker(self, message: str) -> None:
        """Ignore messages of a block about its OLX. Authors see errors where the block is shown."""

    def wrap_xblock(self, block: XBlock, view: str, frag: Fragment, context: object) -> Fragment:
        """Return the fragment unchanged. The page or the client puts an element around the block."""
        return frag
