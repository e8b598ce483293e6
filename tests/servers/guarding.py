# SPDX-License-Identifier: ISC
"""guarding.py PORT COMMAND...: serves at PORT, and only then executes COMMAND; again, when it has ended.

Who connects says what he wants: "again" ends COMMAND and executes it while he waits for the number of the new
process; "maps" is what a program has mapped that is executed for him; anything else is answered with "guarding"."""
import socket
import subprocess
import sys


def start():
    return subprocess.Popen(sys.argv[2:])


def answer(client, worker):
    wish = client.recv(100).strip()
    reply = b"guarding"
    if wish == b"again":
        worker.kill()
        worker.wait()
        worker = start()
        reply = b"%d" % worker.pid
    elif wish == b"maps":
        reply = subprocess.check_output(["/bin/cat", "/proc/self/maps"])
    client.sendall(reply)
    return worker


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(64)
listener.settimeout(0.05)
worker = None
while True:
    try:
        client, _ = listener.accept()
        client.settimeout(None)
        with client:
            worker = answer(client, worker)
    except OSError:
        pass
    if worker is None or worker.poll() is not None:
        worker = start()
