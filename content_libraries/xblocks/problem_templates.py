"""
The templates of problems, for Django's template engine.

``xblocks_contrib.problem.capa`` is an app to that end, too, but installing it imports every block of the package,
with the libraries for mathematics that problems compute with: seconds for each process and command, also for those
that never see a problem.
"""

from importlib.metadata import distribution

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class ProblemTemplates(AppConfig):
    """An app without models, in the place of the one of ``xblocks_contrib``."""

    name = "content_libraries.xblocks.problem_templates"
    label = "content_libraries_problem_templates"
    verbose_name = gettext_lazy("Templates of problems")
    path = str(distribution("xblocks-contrib").locate_file("xblocks_contrib/problem/capa"))
