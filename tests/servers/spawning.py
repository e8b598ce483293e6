# SPDX-License-Identifier: ISC
"""spawning.py PORT BODYFILE: binds, and leaves the rest to two workers that it executes.

Each makes the socket that it inherits non-blocking, listens on it and accepts until there is no more,
as uvicorn's workers do."""
import selectors
import socket
import subprocess
import sys


def answer(client, body):
    client.setblocking(True)
    with client.makefile("rb") as request:
        while request.readline() not in (b"\r\n", b""):
            continue
    client.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    client.close()


def accept_all(listener, body):
    while True:
        try:
            client, _ = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        answer(client, body)


def work(fd, path):
    with open(path, "rb") as file:
        body = file.read()
    listener = socket.socket(fileno=fd)
    listener.setblocking(False)
    listener.listen(128)
    waiting = selectors.EpollSelector()
    waiting.register(listener, selectors.EVENT_READ)
    while True:
        waiting.select()
        accept_all(listener, body)


def main(port, path):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    fd = listener.fileno()
    command = [sys.executable, __file__, "--worker", str(fd), path]
    workers = [subprocess.Popen(command, pass_fds=[fd]) for _ in range(2)]
    for worker in workers:
        worker.wait()


if sys.argv[1] == "--worker":
    work(int(sys.argv[2]), sys.argv[3])
else:
    main(int(sys.argv[1]), sys.argv[2])
