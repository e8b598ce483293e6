# SPDX-License-Identifier: ISC
"""gevent_http.py PORT FILE: answers with what FILE was at the start."""
import sys

from gevent.pywsgi import WSGIServer

with open(sys.argv[2], "rb") as file:
    version = file.read()


def answer(_environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [version]


WSGIServer(("127.0.0.1", int(sys.argv[1])), answer, log=None).serve_forever()
