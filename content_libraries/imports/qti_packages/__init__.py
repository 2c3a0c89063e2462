"""Packages of QTI 2.1 and 2.2 as sources of imports."""
