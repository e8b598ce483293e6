# SPDX-License-Identifier: ISC
"""usage: pausing.py PORT FILE: a daemon with a worker. Its master stops before its parent ends, the
first time, when there is no FILE yet."""

import os
import signal
import sys
import time

from serving import listening, serve


def state(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rpartition(")")[2].split()[0]


def end_both(*_):
    os.kill(worker, signal.SIGTERM)
    os._exit(0)


first = not os.path.exists(sys.argv[2])
master = os.fork()
if master:
    while first and state(master) != "T":
        time.sleep(0.001)
    os._exit(0)
os.setsid()
listener = listening(int(sys.argv[1]))
worker = os.fork()
if worker == 0:
    serve(listener, body="worker")
signal.signal(signal.SIGTERM, end_both)
with open(sys.argv[2], "a", encoding="ascii") as mark:
    print(os.getpid(), worker, file=mark)
if first:
    os.kill(os.getpid(), signal.SIGSTOP)
os.waitpid(worker, 0)
