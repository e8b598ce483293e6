# SPDX-License-Identifier: ISC
"""A server that gets its listener as descriptor 3. inherited.py blocking|polling BODYFILE

It answers with what the file says and with what systemd's variables said."""
import os
import select
import socket
import sys

wait, body_file = sys.argv[1:]
with open(body_file) as f:
    body = f.read().strip()
mine = os.environ.get("LISTEN_PID") in (None, str(os.getpid()))
listener = socket.socket(fileno=3)
listener.setblocking(wait == "blocking")
answer = f"{body} {'mine' if mine else 'not mine'}\n".encode()


def serve():
    try:
        client, _ = listener.accept()
    except (BlockingIOError, ConnectionAbortedError):
        return
    client.setblocking(True)
    client.recv(4096)
    client.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
    client.close()


while True:
    if wait == "polling":
        select.select([listener], [], [])
    serve()
