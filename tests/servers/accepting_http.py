# SPDX-License-Identifier: ISC
"""accepting_http.py PORT FILE: one connection at a time; dies of any error of accept()."""
import socket
import sys


def serve(connection, version):
    with connection, connection.makefile("rb") as request:
        while request.readline() not in (b"\r\n", b""):
            continue
        head = f"HTTP/1.0 200 OK\r\nContent-Length: {len(version)}\r\n\r\n"
        connection.sendall(head.encode() + version)


def main(port, path):
    with open(path, "rb") as file:
        version = file.read()
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    while True:
        connection, _ = listener.accept()
        try:
            serve(connection, version)
        except ConnectionError:  # a client that has gone
            pass


main(int(sys.argv[1]), sys.argv[2])
