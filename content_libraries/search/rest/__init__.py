"""REST API of search. It is new, so it follows OEP-69 rather than an older contract."""
