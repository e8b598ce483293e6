# SPDX-License-Identifier: ISC
"""say.py PORT FILE: answer every connection with the contents of FILE, whatever is asked."""
import socketserver
import sys


class Say(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(65536)
        with open(sys.argv[2], "rb") as file:
            self.request.sendall(file.read())


socketserver.TCPServer.allow_reuse_address = True
socketserver.TCPServer.request_queue_size = 128
with socketserver.TCPServer(("127.0.0.1", int(sys.argv[1])), Say) as server:
    print("listening", flush=True)
    server.serve_forever()
