"""Search: makes documents of content, keeps the index up to date, and asks the search engines."""
