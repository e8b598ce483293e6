# SPDX-License-Identifier: ISC
"""commanding.py PORT: its commands inherit the listener, and two threads run system() at once.

It answers with what that did to the process: the first time before it serves, then at each request."""
import ctypes
import os
import re
import signal
import socket
import sys
import tempfile
import threading

LIBC = ctypes.CDLL(None)


def ignored():
    with open("/proc/self/status", encoding="ascii") as status:
        return re.search("SigIgn:\t(.*)", status.read()).group(1)


def state():
    return ctypes.c_void_p.in_dll(LIBC, "environ").value, ignored()


def wait_for(path):
    while not os.path.exists(path):
        threading.Event().wait(0.005)


def run(here, name, until):
    os.system(f"cd {here}; : >{name}; until [ -e {until} ]; do sleep 0.01; done")


def overlapping():
    """The one that began first ends first."""
    before = state()
    with tempfile.TemporaryDirectory() as here:
        first = threading.Thread(target=run, args=(here, "1", "2"))
        second = threading.Thread(target=run, args=(here, "2", "over"))
        first.start()
        wait_for(here + "/1")
        during = state()
        second.start()
        first.join()
        between = state()
        with open(here + "/over", "wb"):
            pass
        second.join()
    environs = {pointer for pointer, _ in (before, during, between, state())}
    kept = ["changed", "kept"]
    return (
        f"environ {kept[len(environs) == 1]}, signals {kept[before[1] == state()[1]]}, "
        f"interrupts ignored {during[1] == between[1] != before[1]}\n"
    )


def main(port):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    told = overlapping()
    listener = socket.create_server(("127.0.0.1", port))
    listener.set_inheritable(True)
    while True:
        client, _ = listener.accept()
        client.recv(4096)
        told += overlapping()
        head = f"HTTP/1.0 200 OK\r\nContent-Length: {len(told)}\r\n\r\n"
        client.sendall((head + told).encode())
        client.close()


main(int(sys.argv[1]))
