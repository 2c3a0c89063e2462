"""
Blocks of courses that use a legacy library, once that library was migrated (wire: imports-forwarding).

``blocks`` finds them, ``originals`` tells which legacy block each child is a copy of, ``converting`` plans and writes
the links, ``jobs`` and ``running`` do that in the background, ``undoing`` takes it back.
"""
