# SPDX-License-Identifier: ISC
"""A server that wants to be alone, by its pid file. pidfiled.py MODE PORT PIDFILE

alive, group: it refuses to start when the file names a living process, or one with a group; excl:
when there is a file; empties: as alive, and it empties the file before it removes it; keep: it writes one whenever there is none; none: it has no file. When the file
is locked: lock by flock(), lockf by fcntl(), ofd by that of an open file; asked: it asks who has the
lock; reopened: it opens the file anew when it has the lock, and so empties it; emptied: it does so before; waits, waitsf: it waits
for the lock; data: it locks PIDFILE.data, which is empty. SIGTERM removes the file, and so does a version that fails, while there is a
PIDFILE.fail."""
import fcntl
import os
import signal
import socket
import struct
import sys
import threading
import time

F_OFD_SETLK = 37
mode, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def refuse(why):
    sys.exit(f"refused: {why}")


def write(fd):
    os.ftruncate(fd, 0)
    os.write(fd, b"%d\n" % os.getpid())
    return fd


def claim_unless(lives):
    try:
        lives(int(open(path).read()))
        refuse("already running")
    except (FileNotFoundError, ProcessLookupError):
        write(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))


def claim_alive():
    claim_unless(lambda pid: os.kill(pid, 0))


def claim_group():
    claim_unless(os.getpgid)


def claim_excl():
    try:
        write(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
    except FileExistsError:
        refuse("file exists")


def opened(name=path, flags=0):
    return os.open(name, os.O_CREAT | os.O_RDWR | flags, 0o644)


def claim_by(lock, fd):
    try:
        lock(fd)
    except (BlockingIOError, PermissionError):
        refuse("locked")
    return fd


def by_flock(fd):
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def by_fcntl(fd):
    fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def ask(fd, cmd):
    return fcntl.fcntl(fd, cmd, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))


def claim_asked():
    if struct.unpack_from("h", ask(fd := opened(), fcntl.F_GETLK))[0] != fcntl.F_UNLCK:
        refuse("locked")
    write(claim_by(by_fcntl, fd))


def claim_reopened():
    os.close(claim_by(by_fcntl, opened()))
    write(claim_by(by_fcntl, opened(flags=os.O_TRUNC)))


def write_missing():
    while True:
        if not os.path.exists(path):
            os.close(write(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644)))
        time.sleep(0.01)


def claim_keep():
    while os.path.exists(path + ".grace") and not os.path.exists(path):
        time.sleep(0.01)  # the old generation, which looks as often, is the first
    threading.Thread(target=write_missing, daemon=True).start()


def leave(*_):
    if mode == "empties":
        os.close(os.open(path, os.O_WRONLY | os.O_TRUNC))
    os.unlink(path)
    os._exit(0)


{
    "alive": claim_alive,
    "group": claim_group,
    "excl": claim_excl,
    "empties": claim_alive,
    "lock": lambda: write(claim_by(by_flock, opened())),
    "lockf": lambda: write(claim_by(by_fcntl, opened())),
    "ofd": lambda: write(claim_by(lambda fd: ask(fd, F_OFD_SETLK), opened())),
    "asked": claim_asked,
    "reopened": claim_reopened,
    "emptied": lambda: write(claim_by(by_fcntl, opened(flags=os.O_TRUNC))),
    "waits": lambda: write(claim_by(lambda fd: fcntl.flock(fd, fcntl.LOCK_EX), opened())),
    "waitsf": lambda: write(claim_by(lambda fd: fcntl.lockf(fd, fcntl.LOCK_EX), opened())),
    "data": lambda: claim_by(by_flock, opened(path + ".data")),
    "keep": claim_keep,
    "none": lambda: None,
}[mode]()
signal.signal(signal.SIGTERM, leave)
listener = socket.create_server(("127.0.0.1", port), backlog=128)
if os.path.exists(path + ".fail"):
    leave()
body = b"%d\n" % os.getpid()
while True:
    client, _ = listener.accept()
    if b"slow" in client.recv(4096):
        signal.pause()
    client.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    client.close()
