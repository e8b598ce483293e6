# SPDX-License-Identifier: ISC
"""The service manager's end of NOTIFY_SOCKET. manager.py SOCKET LOG: a line a datagram, and how many
descriptors came with it; those that it is to store it keeps."""
import os
import socket
import sys

path, log = sys.argv[1:]
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(path)
with open(log, "w", buffering=1) as out:
    while True:
        text, fds, _, _ = socket.recv_fds(manager, 4096, 32)
        print(text.decode().strip().replace("\n", " ") + (f" +{len(fds)}" if fds else ""), file=out)
        if not text.startswith(b"FDSTORE=1"):
            for fd in fds:
                os.close(fd)
