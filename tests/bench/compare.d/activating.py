# SPDX-License-Identifier: ISC
"""What systemd does for a service that it starts by a socket, where it doesn't run.

activating.py PORT COMMAND...

Holds the listener, which the command has as descriptor 3. Starts the command when a client comes,
and again if that has ended; on SIGHUP stops it by SIGTERM and starts it again (systemctl restart).
Five starts for clients in ten seconds is the limit (StartLimitBurst); then nobody listens any more.
"""
import os
import select
import signal
import socket
import sys
import time

LIMIT, INTERVAL = 5, 10
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=4096)
tokens = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
signal.set_wakeup_fd(tokens[1])
for signum in (signal.SIGHUP, signal.SIGCHLD):
    signal.signal(signum, lambda *_: None)
child = 0
starts = []


def start():
    global child
    child = os.fork()
    if child == 0:
        signal.set_wakeup_fd(-1)
        os.dup2(listener.fileno(), 3, inheritable=True)
        os.set_inheritable(3, True)
        os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
        os.execvp(sys.argv[2], sys.argv[2:])


def start_for_client():
    starts[:] = [when for when in starts if when > time.monotonic() - INTERVAL]
    if len(starts) == LIMIT:
        sys.exit("start request repeated too quickly")
    starts.append(time.monotonic())
    start()


def restart():
    global child
    if child:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
    start()


def reap():
    global child
    if child and os.waitpid(child, os.WNOHANG)[0] == child:
        child = 0


while True:
    watched = [tokens[0]] if child else [tokens[0], listener]
    ready = select.select(watched, [], [])[0]
    if tokens[0] in ready:
        if signal.SIGHUP in os.read(tokens[0], 65536):
            restart()
        reap()
    elif listener in ready:
        start_for_client()
