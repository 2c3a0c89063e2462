"""
Settings of gunicorn for this site: ``gunicorn --config python:studio.gunicorn studio.wsgi``.

Options on the command line override them.
"""

from __future__ import annotations

worker_class = "studio.arrivals.ArrivedWorker"
threads = 8
# Responses to a proxy, or to a browser without one, go over connections that are kept for a while.
keepalive = 5
# The worker bounds heads of requests itself, to more than gunicorn can: URLs may have 40 KB.
limit_request_line = 0
# No header of a client changes the path at which the site begins.
forwarder_headers = ""
control_socket_disable = True
loglevel = "warning"
