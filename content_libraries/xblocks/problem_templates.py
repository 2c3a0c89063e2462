"""
The templates of problems, for Django's template engine.

The app ``xblocks_contrib.problem.capa`` has the same purpose, but installing it imports every block of the package and
the libraries for mathematics that problems use. This takes seconds for each process and command, even if it never
shows a problem.
"""

from importlib.metadata import distribution

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class ProblemTemplates(AppConfig):
    """An app without models that replaces the app of ``xblocks_contrib``."""

    name = "content_libraries.xblocks.problem_templates"
    label = "content_libraries_problem_templates"
    verbose_name = gettext_lazy("Templates of problems")
    path = str(distribution("xblocks-contrib").locate_file("xblocks_contrib/problem/capa"))
