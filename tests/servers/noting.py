# SPDX-License-Identifier: ISC
"""noting.py PORT [SIGNAL=ACTION]...: HTTP/1.0; says on stderr which signals arrive.

ACTION: note, ignore, exit:STATUS, slowly:STATUS.  Answers: /env its environment, /children that of a program
it runs, /maps what that has mapped, /orphan the pid of a grandchild that it abandons, else "noting".
"""
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


def say(text):
    os.write(2, (text + "\n").encode())


def handler(action):
    def handle(number, frame):
        say(f"noting: {signal.Signals(number).name} arrived")
        if action.startswith("exit:"):
            os._exit(int(action[5:]))
        if action.startswith("slowly:"):
            time.sleep(0.3)
            os._exit(int(action[7:]))

    return signal.SIG_IGN if action == "ignore" else handle


class Request(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/env":
            body = "".join(f"{n}={v}\n" for n, v in os.environ.items()).encode()
        elif self.path == "/children":
            body = subprocess.check_output(["/usr/bin/env"])
        elif self.path == "/maps":
            body = subprocess.check_output(["/bin/cat", "/proc/self/maps"])
        elif self.path == "/orphan":
            body = subprocess.check_output(["/bin/sh", "-c", ": >/dev/null & echo $!"])
        else:
            body = b"noting"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


for argument in sys.argv[2:]:
    name, action = argument.split("=")
    signal.signal(getattr(signal, "SIG" + name), handler(action))
HTTPServer(("127.0.0.1", int(sys.argv[1])), Request).serve_forever()
