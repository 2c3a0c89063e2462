"""
Converts ids to the types of Learning Core.

Learning Core has a type for the ids of each of its tables. Functions of this app take plain integers, because ids come
from its own tables, from requests and from task arguments.
"""

from __future__ import annotations

from openedx_content.models_api import LearningPackage, PublishableEntity

entity_id = PublishableEntity.PublishableEntityID
package_id = LearningPackage.LearningPackageID
