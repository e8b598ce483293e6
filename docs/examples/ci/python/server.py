# SPDX-License-Identifier: ISC
"""A server of the standard library, a thread for each connection: GET / is answered with the
version. It knows nothing of restarts."""
import http.server
import sys

VERSION = "1"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # header and body in one packet

    def do_GET(self):
        if self.path != "/":
            self.send_error(404)
            return
        body = f"version {VERSION}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128  # 5 else: more clients at a time wait a second each


Server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8080), Handler).serve_forever()
