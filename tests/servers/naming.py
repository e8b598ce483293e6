# SPDX-License-Identifier: ISC
"""naming.py PORT PATH: a name service for everybody on the machine, as epmd is.

Goes to the background, in a session of its own; there it serves at PORT (0: at none) and at PATH. Where somebody does so
already it ends. Who connects and sends a line has that name as long as the connection lasts, and gets "ok"; who
asks "?" gets all names."""
import os
import selectors
import signal
import socket
import sys

from serving import listening

port, path = int(sys.argv[1]), sys.argv[2]


def detach():
    for _ in range(2):
        if os.fork() > 0:
            os._exit(0)
        if os.getsid(0) != os.getpid():
            os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    null = os.open("/dev/null", os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    os.closerange(3, 1024)


detach()
selector, names = selectors.DefaultSelector(), {}


def hear(conn):
    try:
        line = conn.recv(100).decode().strip()
    except OSError:
        line = ""
    if line == "?":
        conn.sendall((" ".join(sorted(names.values())) + "\n").encode())
    elif line:
        names[conn] = line
        conn.sendall(b"ok\n")
    else:
        names.pop(conn, None)
        selector.unregister(conn)
        conn.close()


def welcome(listener):
    conn, _ = listener.accept()
    selector.register(conn, selectors.EVENT_READ, hear)


try:
    listeners = [listening(port)] if port else []
    if port == 0 and socket.socket(socket.AF_UNIX).connect_ex(path) == 0:
        sys.exit(0)
except OSError:
    sys.exit(1)
if os.path.exists(path):
    os.unlink(path)
listeners.append(listening(path))
for listener in listeners:
    selector.register(listener, selectors.EVENT_READ, welcome)
while True:
    for key, _ in selector.select():
        key.data(key.fileobj)
