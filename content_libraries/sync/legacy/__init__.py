"""
Converts course blocks that use a legacy library, after the library was migrated (wire: imports-forwarding).

``blocks`` finds the blocks, ``originals`` finds the legacy block that each child is a copy of, ``converting`` plans the
links, ``jobs`` and ``running`` write them, at once or in the background, and ``undoing`` takes them back.
"""
