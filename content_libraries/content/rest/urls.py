"""URLs of components and containers, below ``/api/libraries/v2/``."""

from __future__ import annotations

from typing import Final

from django.urls import path, register_converter

from ...errors import MalformedKeyError
from ...keys import LibraryContainerLocator, container_key
from . import asset_views, collection_views, component_views, container_views, library_views


class ContainerKeyConverter:
    """Matches keys of containers only: for anything else there is no such URL."""

    regex = r"[\w-]+(:[\w\-.]+)+"

    def to_python(self, value: str) -> LibraryContainerLocator:
        try:
            return container_key(value)
        except MalformedKeyError as error:
            raise ValueError(value) from error

    def to_url(self, value: LibraryContainerLocator | str) -> str:
        return str(value)


register_converter(ContainerKeyConverter, "library_container_key")

_BLOCK: Final = "blocks/<str:usage_key>/"
_CONTAINER: Final = "containers/<library_container_key:container_key>/"
_COLLECTION: Final = "<str:lib_key>/collections/<str:collection_code>/"

urlpatterns = [
    path("<str:lib_key>/block_types/", library_views.BlockTypesView.as_view(), name="library-block-types"),
    path("<str:lib_key>/blocks/", library_views.ComponentsView.as_view(), name="library-blocks"),
    path("<str:lib_key>/containers/", library_views.ContainersView.as_view(), name="library-containers"),
    path("<str:lib_key>/commit/", library_views.CommitView.as_view(), name="library-commit"),
    path(_BLOCK, component_views.ComponentView.as_view(), name="library-block"),
    path(f"{_BLOCK}restore/", component_views.RestoreView.as_view(), name="library-block-restore"),
    path(f"{_BLOCK}hierarchy/", component_views.HierarchyView.as_view(), name="library-block-hierarchy"),
    path(f"{_BLOCK}olx/", component_views.OlxView.as_view(), name="library-block-olx"),
    path(f"{_BLOCK}assets/", asset_views.AssetsView.as_view(), name="library-block-assets"),
    path(f"{_BLOCK}assets/<path:path>", asset_views.AssetView.as_view(), name="library-block-asset"),
    path(f"{_BLOCK}publish/", component_views.PublishView.as_view(), name="library-block-publish"),
    path(f"{_BLOCK}discard/", component_views.DiscardView.as_view(), name="library-block-discard"),
    path(_CONTAINER, container_views.ContainerView.as_view(), name="library-container"),
    path(f"{_CONTAINER}children/", container_views.ChildrenView.as_view(), name="library-container-children"),
    path(f"{_CONTAINER}hierarchy/", container_views.HierarchyView.as_view(), name="library-container-hierarchy"),
    path(f"{_CONTAINER}restore/", container_views.RestoreView.as_view(), name="library-container-restore"),
    path(f"{_CONTAINER}publish/", container_views.PublishView.as_view(), name="library-container-publish"),
    path(f"{_CONTAINER}discard/", container_views.DiscardView.as_view(), name="library-container-discard"),
    path("<str:lib_key>/collections/", collection_views.CollectionsView.as_view(), name="library-collections"),
    path(_COLLECTION, collection_views.CollectionView.as_view(), name="library-collection"),
    path(f"{_COLLECTION}restore/", collection_views.RestoreView.as_view(), name="library-collection-restore"),
    path(f"{_COLLECTION}items/", collection_views.ItemsView.as_view(), name="library-collection-items"),
    path(
        f"{_BLOCK}collections/", collection_views.ComponentCollectionsView.as_view(), name="library-block-collections"
    ),
    path(
        f"{_CONTAINER}collections/",
        collection_views.ContainerCollectionsView.as_view(),
        name="library-container-collections",
    ),
]
