"""The only door to Learning Core (``openedx_content``)."""
