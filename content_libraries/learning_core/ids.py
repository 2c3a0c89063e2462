"""
Ids as Learning Core types them.

It has a type of its own for the ids of each of its tables. Our functions take plain integers, because they come
from our own tables, from requests and from task arguments; this is where they change their type.
"""

from __future__ import annotations

from openedx_content.models_api import LearningPackage, PublishableEntity

entity_id = PublishableEntity.PublishableEntityID
package_id = LearningPackage.LearningPackageID
