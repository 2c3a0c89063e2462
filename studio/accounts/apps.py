"""
Configures Django's admin with the site of this host.

This module is separate from ``studio.apps``, where Django would find two configurations to choose from.
"""

from django.contrib.admin import apps


class StudioAdminConfig(apps.SimpleAdminConfig):
    """
    Replaces ``django.contrib.admin`` in ``INSTALLED_APPS``.

    The modules of the admin are imported with the URLs of the host; commands and workers do not need them.
    """

    default_site = "studio.accounts.admin_site.StudioAdminSite"
