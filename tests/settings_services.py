"""Settings of the tests against real services: the test settings, with MySQL's driver in pure Python."""

import pymysql

# Django checks the version of mysqlclient, whose place PyMySQL takes.
pymysql.version_info = (2, 2, 1, "final", 0)
pymysql.install_as_MySQLdb()

from .settings import *  # noqa: E402, F403 - the driver has to be in place first
