# SPDX-License-Identifier: ISC
"""A server that does not start while somebody answers at its address. asking.py HOST PORT OTHER

It connects to it in every way, before it binds it; and to port OTHER, where another server is."""
import ctypes
import errno
import os
import select
import socket
import sys

host, port, other = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
family = socket.AF_INET6 if ":" in host else socket.AF_INET
address = (host, port)
loopback = "::1" if family == socket.AF_INET6 else "127.0.0.1"


def refuse(how):
    sys.exit(f"refused: somebody answers {how}")


def socket_for(to):
    return socket.socket(socket.AF_INET6 if ":" in to[0] else socket.AF_INET)


def plain(to):
    return socket_for(to).connect_ex(to)


def later(to):
    """As kernels do it on the loopback, too: the error comes when it is asked for."""
    probe = socket_for(to)
    probe.setblocking(False)
    error = probe.connect_ex(to)
    if error != errno.EINPROGRESS:
        return error or None
    select.select([], [probe], [])
    return probe.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def by_number(to):
    connect = 203 if os.uname().machine == "aarch64" else 42
    libc = ctypes.CDLL(None, use_errno=True)
    head = socket.AF_INET.to_bytes(2, sys.byteorder) + to[1].to_bytes(2, "big")
    data = head + socket.inet_aton(to[0]) + bytes(8)
    with socket_for(to) as probe:
        return libc.syscall(connect, probe.fileno(), data, len(data)) and ctypes.get_errno()


for to in address, (loopback, port), ("127.0.0.1", port):
    for how in plain, later, by_number:
        if how is by_number and ":" in to[0]:
            continue
        if how(to) != errno.ECONNREFUSED:
            refuse(f"{how.__name__} at {to}")
if plain((loopback, other)) != 0:
    sys.exit("another server is not reached")
datagrams = socket.socket(family, socket.SOCK_DGRAM)
datagrams.connect((loopback, port))
listener = socket.create_server(address, family=family, dualstack_ipv6=host == "::", backlog=128)
if plain((loopback, port)) != 0:
    sys.exit("it does not reach itself")
while True:
    client, _ = listener.accept()
    if client.recv(4096):
        client.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nyes")
    client.close()
