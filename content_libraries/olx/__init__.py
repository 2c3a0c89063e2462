"""Reads, edits and writes archives of courses and legacy libraries, and the OLX in them. It uses no database."""
