"""The production settings, with MySQL's driver in pure Python, and sharing Redis with others."""

import os

import pymysql

pymysql.version_info = (2, 2, 1, "final", 0)  # Django asks for that of mysqlclient
pymysql.install_as_MySQLdb()

from studio.settings_production import *  # noqa: E402, F403 - the driver has to be in place first

CELERY_TASK_DEFAULT_QUEUE = CACHES["default"]["KEY_PREFIX"] = os.environ["BROKER_QUEUE"]  # noqa: F405
