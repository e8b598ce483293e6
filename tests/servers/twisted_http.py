# SPDX-License-Identifier: ISC
"""twisted_http.py PORT FILE: answers with what FILE was at the start."""
import sys

from twisted.internet import reactor
from twisted.web.resource import Resource
from twisted.web.server import Site


class Version(Resource):
    isLeaf = True

    def __init__(self, path):
        super().__init__()
        with open(path, "rb") as file:
            self.version = file.read()

    def render_GET(self, _request):
        return self.version


reactor.listenTCP(int(sys.argv[1]), Site(Version(sys.argv[2])), interface="127.0.0.1")
reactor.run()
