# SPDX-License-Identifier: ISC
"""What WSGI and ASGI servers call; answers with what $VERSION_FILE was at the start."""
import os

with open(os.environ["VERSION_FILE"], "rb") as file:
    VERSION = file.read()


def wsgi(_environ, start_response):
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(VERSION)))]
    start_response("200 OK", headers)
    return [VERSION]


async def asgi(scope, _receive, send):
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(VERSION))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": VERSION})
