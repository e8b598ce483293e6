# SPDX-License-Identifier: ISC
"""What the servers that a test writes in a few lines of python have in common.

A socket here is a plain one: blocking, and each call is the C library's call of that name.
"""
import os
import select
import socket
import struct
import sys
import threading
import time

IPV6, TCP, ANY = socket.IPPROTO_IPV6, socket.IPPROTO_TCP, socket.SOL_SOCKET


def bound(address, options=(), type=socket.SOCK_STREAM):
    """A socket bound to PORT, (HOST, PORT) or a path, with (level, name, value) set before."""
    if isinstance(address, int):
        address = ("127.0.0.1", address)
    family = socket.AF_INET
    if isinstance(address, str):
        family = socket.AF_UNIX
    elif ":" in address[0]:
        family = socket.AF_INET6
    sock = socket.socket(family, type)
    sock.setsockopt(ANY, socket.SO_REUSEADDR, 1)
    for level, name, value in options:
        sock.setsockopt(level, name, value)
    sock.bind(address)
    return sock


def listening(address, options=(), backlog=128, type=socket.SOCK_STREAM):
    sock = bound(address, options, type)
    sock.listen(backlog)
    return sock


def request(conn):
    """The head of a request; b"" when the client has gone."""
    head = b""
    while b"\r\n\r\n" not in head:
        got = conn.recv(4096)
        if not got:
            return b""
        head += got
    return head


def whole(body):
    if isinstance(body, str):
        body = body.encode()
    return b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def answer(conn, body):
    """One request; body may be a function. Leaves the connection open."""
    if request(conn):
        conn.sendall(whole(body() if callable(body) else body))


def accept_all(listener, handle):
    while True:
        conn, _ = listener.accept()
        handle(conn)


def answering(body):
    def handle(conn):
        with conn:
            answer(conn, body)

    return handle


def threads(listeners, handle):
    """A thread for each listener, which accepts and handles one connection after the other."""
    for listener in listeners[1:]:
        threading.Thread(target=accept_all, args=(listener, handle), daemon=True).start()
    accept_all(listeners[0], handle)


def serve(*listeners, body):
    """Waits for all listeners in poll() and answers on the spot."""
    poll = select.poll()
    handle = answering(body)
    for listener in listeners:
        listener.setblocking(False)
        poll.register(listener, select.POLLIN)
    by_fd = {listener.fileno(): listener for listener in listeners}
    while True:
        for fd, _ in poll.poll():
            try:
                conn, _ = by_fd[fd].accept()
            except BlockingIOError:
                continue
            conn.setblocking(True)
            handle(conn)


def log(*words):
    """A line in one write: print() of an unbuffered python writes word by word, and what another
    thread or process says meanwhile stands in between."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.005)
