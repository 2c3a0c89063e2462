"""WSGI entry point of the host."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

application = get_wsgi_application()

from content_libraries import api  # noqa: E402 - Django has to be set up first

# Import the blocks now, and not while a user waits for a page.
api.start_block_processes()
api.offered_block_types()
