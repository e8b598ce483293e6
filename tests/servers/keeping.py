# SPDX-License-Identifier: ISC
"""keeping.py PORT goodbye|number: what becomes of a connection that has been answered.

goodbye: both ends have said goodbye, the server keeps its descriptor.
number: closed as nobody sees it, and its number is another file's from then on.
"""
import ctypes
import os
import socket
import sys

KEPT = []


def keep_goodbye(connection):
    KEPT.append(connection)
    try:
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    except OSError:  # the client was faster
        pass


def keep_number(connection):
    number = connection.detach()
    ctypes.CDLL(None).__getattr__("__close")(number)  # libc's own name, not interposed
    KEPT.append(os.open("/dev/null", os.O_RDONLY))
    assert KEPT[-1] == number


def main():
    keep = {"goodbye": keep_goodbye, "number": keep_number}[sys.argv[2]]
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    while True:
        connection, _ = listener.accept()
        request = connection.recv(4096)
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nversion 1\n")
        if not request.startswith(b"GET /hold"):
            keep(connection)
        else:
            KEPT.append(connection)


main()
