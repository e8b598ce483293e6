# SPDX-License-Identifier: ISC
"""A server that looks whether somebody serves its UNIX path before it binds it. pathed.py PATH"""
import os
import socket
import sys

path = sys.argv[1]
probe = socket.socket(socket.AF_UNIX)
try:
    probe.connect(path)
    sys.exit("refused: somebody serves it")
except FileNotFoundError:
    pass
except ConnectionRefusedError:
    os.unlink(path)
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(128)
socket.socket(socket.AF_UNIX).connect(path)  # once it is bound, it is its own
while True:
    client, _ = listener.accept()
    if client.recv(4096):
        body = b"%d\n" % os.getpid()
        client.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    client.close()
