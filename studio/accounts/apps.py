"""
Django's admin with the site of this host.

Apart from ``studio.apps``, where Django would find two configurations to choose from.
"""

from django.contrib.admin import apps


class StudioAdminConfig(apps.SimpleAdminConfig):
    """
    Takes the place of ``django.contrib.admin`` in ``INSTALLED_APPS``.

    The modules of the admin are imported with the URLs of the host, which commands and workers can do without.
    """

    default_site = "studio.accounts.admin_site.StudioAdminSite"
