"""
Separate processes that run the code of blocks.

A process that takes too much time or memory is stopped (ADR 0038).
"""
