# SPDX-License-Identifier: ISC
"""usage: leaving.py PORT: a daemon that forks twice. Its first child takes a while to exit, and its
main process ends in that time: then no parent leads to the second child, which serves."""

import ctypes
import os
import sys

from serving import listening, serve

libc = ctypes.CDLL(None)


def exit_slowly():
    """What watches a directory is closed when no processor looks at it any more."""
    for _ in range(40):
        libc.inotify_add_watch(libc.inotify_init1(0), b"/", 2)
    os._exit(0)


def has_descriptors(pid):
    try:
        return os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return False


child = os.fork()
if child:
    while has_descriptors(child):
        pass
    os._exit(0)
os.setsid()
if os.fork():
    exit_slowly()
serve(listening(int(sys.argv[1])), body="second child")
