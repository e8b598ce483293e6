# SPDX-License-Identifier: ISC
"""tornado_http.py PORT FILE PROCESSES: answers with what FILE was at the start."""
import sys

import tornado.httpserver
import tornado.ioloop
import tornado.web


class Handler(tornado.web.RequestHandler):
    def initialize(self, version):
        self.version = version

    def get(self):
        self.write(self.version)


def main(port, path, processes):
    with open(path, "rb") as file:
        version = file.read()
    application = tornado.web.Application([("/.*", Handler, {"version": version})])
    server = tornado.httpserver.HTTPServer(application)
    server.bind(port, "127.0.0.1")
    server.start(processes)
    tornado.ioloop.IOLoop.current().start()


main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
