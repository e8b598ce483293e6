# SPDX-License-Identifier: ISC
"""datagrams.py WAY ADDRESS FILE [WORKERS]: answer every datagram with the contents of FILE as they
were at the start.  WAY is epoll, poll, select, block or timeout (recvfrom with SO_RCVTIMEO);
ADDRESS is a port of 127.0.0.1, a path, or - for descriptor 3. WORKERS: so many processes, each with its own socket of an
SO_REUSEPORT group."""
import os
import select
import socket
import struct
import sys

way, address, file = sys.argv[1:4]
workers = int(sys.argv[4]) if len(sys.argv) > 4 else 0
with open(file, "rb") as version:
    answer = version.read()


def bound_socket():
    if address == "-":
        sock = socket.socket(fileno=3)
    elif address.isdigit():
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if workers:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(("127.0.0.1", int(address)))
    else:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if os.path.exists(address):
            os.unlink(address)
        sock.bind(address)
    return sock


def wait_function(sock):
    if way == "epoll":
        epoll = select.epoll()
        epoll.register(sock, select.EPOLLIN)
        return epoll.poll
    if way == "poll":
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return poll.poll
    return lambda: select.select([sock], [], [])


def serve(sock):
    if way in ("epoll", "poll", "select"):
        sock.setblocking(False)
        wait = wait_function(sock)
    else:
        wait = lambda: None
    if way == "timeout":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 50000))
    while True:
        wait()
        try:
            _, client = sock.recvfrom(2048)
        except BlockingIOError:
            continue
        if client:
            sock.sendto(answer, client)


for _ in range(workers - 1):
    if os.fork() == 0:
        break
serve(bound_socket())
