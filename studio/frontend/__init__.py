"""The authoring frontend: its configuration, and its built pages if the site serves them."""
