"""Reads and writes Learning Core (``openedx_content``). No other room imports it."""
