"""
The REST API of openedx-authz, with corrections.

The views extend the views of openedx-authz. ``docs/reference/workarounds.rst`` says what is wrong with each original,
and when this package can go.
"""
