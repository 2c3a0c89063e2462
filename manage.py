#!/usr/bin/env python
"""Command line of the host project."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - needs the settings module above

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
