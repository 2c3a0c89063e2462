"""Serves requests of the frontend's editors to the site itself. The app serves their requests about blocks."""
