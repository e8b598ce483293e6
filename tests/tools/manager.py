# SPDX-License-Identifier: ISC
"""The service manager's end of NOTIFY_SOCKET. manager.py SOCKET LOG: a line a datagram."""
import socket
import sys

path, log = sys.argv[1:]
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(path)
with open(log, "w", buffering=1) as out:
    while True:
        print(manager.recv(4096).decode().strip().replace("\n", " "), file=out)
