# SPDX-License-Identifier: ISC
"""aiohttp_http.py PORT FILE: answers with what FILE was at the start."""
import sys

from aiohttp import web


def main(port, path):
    with open(path, "rb") as file:
        version = file.read()

    async def answer(_request):
        return web.Response(body=version, content_type="text/plain")

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    web.run_app(application, host="127.0.0.1", port=port, print=None)


main(int(sys.argv[1]), sys.argv[2])
