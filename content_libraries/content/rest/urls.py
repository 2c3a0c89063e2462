"""URLs of components and containers, below ``/api/libraries/v2/``."""

from __future__ import annotations

from typing import Final

from django.urls import path

from . import asset_views, collection_views, component_views, container_views, library_views

_BLOCK: Final = "blocks/<component_key:usage_key>/"
_CONTAINER: Final = "containers/<exact_container_key:container_key>/"
_COLLECTION: Final = "<library_key:lib_key>/collections/<collection_code:collection_code>/"

urlpatterns = [
    path("<library_key:lib_key>/block_types/", library_views.BlockTypesView.as_view(), name="library-block-types"),
    path("<library_key:lib_key>/blocks/", library_views.ComponentsView.as_view(), name="library-blocks"),
    path("<library_key:lib_key>/containers/", library_views.ContainersView.as_view(), name="library-containers"),
    path("<library_key:lib_key>/commit/", library_views.CommitView.as_view(), name="library-commit"),
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
    path("<library_key:lib_key>/collections/", collection_views.CollectionsView.as_view(), name="library-collections"),
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
