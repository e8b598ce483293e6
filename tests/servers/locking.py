# SPDX-License-Identifier: ISC
"""A server that locks its data before it serves them. locking.py HOW PORT FILE [PORT]

flock, fcntl: it ends when others have the lock; exclusive: when there is FILE.own, which it has open
and removes when it ends; waiting, fcntl-waiting: it sleeps until it gets it;
trying: it tries again and again; bound: as flock, when it has bound; leading: it serves without it,
too; candidate: and tries again meanwhile; turns: two workers that take turns at accept(), by this lock.
It ends at once, when it has bound, while there is a FILE.fail. The second port is one that it only
binds, unless there is a FILE.less."""
import fcntl
import os
import signal
import socket
import sys
import threading
import time

how, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
file = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)


def is_got(call):
    try:
        call(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False


def need(call=fcntl.flock):
    is_got(call) or sys.exit("refused: locked")


def try_again():
    while not is_got(fcntl.flock):
        time.sleep(0.2)


def create():
    own = path + ".own"
    try:
        os.open(own, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        sys.exit("refused: it is there")
    signal.signal(signal.SIGTERM, lambda *_: (os.unlink(own), sys.exit()))


def serve(take_turns=lambda: None, give_turn=lambda: None):
    body = b"%d\n" % os.getpid()
    while True:
        take_turns()
        client, _ = listener.accept()
        give_turn()
        client.recv(4096)
        client.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        client.close()


def work():
    own = os.open(path, os.O_RDWR)
    serve(lambda: fcntl.flock(own, fcntl.LOCK_EX), lambda: fcntl.flock(own, fcntl.LOCK_UN))


before = {
    "flock": need,
    "exclusive": create,
    "fcntl": lambda: need(fcntl.lockf),
    "waiting": lambda: fcntl.flock(file, fcntl.LOCK_EX),
    "fcntl-waiting": lambda: fcntl.lockf(file, fcntl.LOCK_EX),
    "trying": try_again,
    "leading": lambda: is_got(fcntl.flock),
    "candidate": lambda: threading.Thread(target=try_again, daemon=True).start(),
}
before.get(how, lambda: None)()
listener = socket.create_server(("127.0.0.1", port), backlog=128)
others = [] if os.path.exists(path + ".less") else sys.argv[4:]
others = [socket.create_server(("127.0.0.1", int(other))) for other in others]
if how == "bound":
    need()
if os.path.exists(path + ".fail"):
    sys.exit("a fault")
if how == "turns":
    for _ in range(2):
        if os.fork() == 0:
            work()
    while True:
        signal.pause()
serve()
