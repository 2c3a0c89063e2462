"""
Django's admin with the site of this host.

Apart from ``studio.apps``, where Django would find two configurations to choose from.
"""

from django.contrib.admin import apps


class StudioAdminConfig(apps.AdminConfig):
    """Takes the place of ``django.contrib.admin`` in ``INSTALLED_APPS``."""

    default_site = "studio.accounts.admin_site.StudioAdminSite"
