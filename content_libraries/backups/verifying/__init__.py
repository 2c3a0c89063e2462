"""Reads archives without trusting them, and says whether they are whole. Nothing is written."""
