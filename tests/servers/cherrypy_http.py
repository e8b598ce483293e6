# SPDX-License-Identifier: ISC
"""cherrypy_http.py PORT FILE PIDFILE: answers with what FILE was at the start."""
import sys

import cherrypy
from cherrypy.process.plugins import PIDFile


class Version:
    def __init__(self, path):
        with open(path, encoding="ascii") as file:
            self.version = file.read()

    @cherrypy.expose
    def index(self):
        return self.version


cherrypy.config.update({
    "environment": "production",
    "server.socket_host": "127.0.0.1",
    "server.socket_port": int(sys.argv[1]),
})
PIDFile(cherrypy.engine, sys.argv[3]).subscribe()
cherrypy.quickstart(Version(sys.argv[2]))
