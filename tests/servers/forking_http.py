# SPDX-License-Identifier: ISC
"""forking_http.py PORT FILE: socketserver's process per connection; answers as FILE was."""
import socketserver
import sys

with open(sys.argv[2], "rb") as file:
    VERSION = file.read()


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while self.rfile.readline() not in (b"\r\n", b""):
            continue
        head = f"HTTP/1.0 200 OK\r\nContent-Length: {len(VERSION)}\r\n\r\n"
        self.wfile.write(head.encode() + VERSION)


class Server(socketserver.ForkingTCPServer):
    allow_reuse_address = True
    request_queue_size = 128


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
