"""
The REST API of openedx-authz, with corrections.

The views are those of the package. ``docs/reference/workarounds.rst`` says what is wrong with each of them, and when
this package can go.
"""
