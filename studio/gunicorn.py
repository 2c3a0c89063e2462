"""
Settings of gunicorn for this site: ``gunicorn --config python:studio.gunicorn studio.wsgi``.

Options on the command line override them.
"""

from __future__ import annotations

worker_class = "studio.arrivals.ArrivedWorker"
threads = 8
# Answers to a proxy, or to a browser without one, go over connections that are kept for a while.
keepalive = 5
# The worker bounds heads of requests itself, to more than gunicorn can: addresses may have 40 KB.
limit_request_line = 0
# No header of a client says where the site begins.
forwarder_headers = ""
control_socket_disable = True
loglevel = "warning"
