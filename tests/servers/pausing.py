# SPDX-License-Identifier: ISC
"""usage: pausing.py PORT FILE later|fork: a daemon with a worker. Its master has stopped before its
parent ends, the first time, when there is no FILE yet: once it has the worker, or (by stopfork.c)
while it is forked."""

import os
import signal
import sys
import time

from serving import listening, serve


def state(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rpartition(")")[2].split()[0]


def note(name, *pids):
    with open(name + ".new", "w", encoding="ascii") as file:
        print(*pids, file=file)
    os.rename(name + ".new", name)


def end_both(*_):
    os.kill(worker, signal.SIGTERM)
    os._exit(0)


path, how = sys.argv[2:]
first = not os.path.exists(path)
if os.fork():
    os.wait()
    os._exit(0)
os.setsid()
if first and how == "fork":
    os.environ["STOP_FORK"] = path + ".stopped"
master = os.fork()
if master:
    while first and state(master) != "T":
        time.sleep(0.001)
    if first:
        note(path + ".first", master)
    os._exit(0)
listener = listening(int(sys.argv[1]))
worker = os.fork()
if worker == 0:
    serve(listener, body="worker")
signal.signal(signal.SIGTERM, end_both)
note(path, os.getpid(), worker)
if first and how == "later":
    os.kill(os.getpid(), signal.SIGSTOP)
os.waitpid(worker, 0)
