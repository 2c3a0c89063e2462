"""
What the description of the REST API says besides what serializers know: examples.

A host names ``content_libraries.openapi.hooks.add_examples`` among the ``POSTPROCESSING_HOOKS`` of drf-spectacular.
"""
