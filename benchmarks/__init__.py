"""
Benchmarks, one module for each figure in docs/performance.md.

Each runs on a database of its own that is deleted afterwards.
"""
