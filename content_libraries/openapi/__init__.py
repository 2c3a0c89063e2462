"""
Adds examples, groups and titles to the OpenAPI description of the REST API.

A host names ``content_libraries.openapi.hooks.add_examples`` among the ``POSTPROCESSING_HOOKS`` of drf-spectacular.
"""
