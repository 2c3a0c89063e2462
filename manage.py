#!/usr/bin/env python
"""Command line of the host project."""

import argparse
import gc
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    # What is loaded at the start is never garbage. Looking for it costs a third of the time of a short command.
    gc.disable()
    import django  # noqa: PLC0415 - needs the settings module above
    from django.core.management import execute_from_command_line, handle_default_options  # noqa: PLC0415

    # These two come too late once the settings are loaded. Everything else is for the command.
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--settings")
    options.add_argument("--pythonpath")
    handle_default_options(options.parse_known_args()[0])
    django.setup()
    gc.freeze()
    gc.enable()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
