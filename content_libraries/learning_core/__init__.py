"""Reads and writes Learning Core. No other room imports ``openedx_content``."""
