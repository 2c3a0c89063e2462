"""Importing courses and legacy libraries into libraries: reading, planning, previewing, applying."""
