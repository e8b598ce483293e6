# SPDX-License-Identifier: ISC
"""A server that tells the service manager about itself. notifying.py PORT RELEASE-FILE

It says READY=1 when RELEASE-FILE exists, with $STATUS if there is one, and always that it is another
main process."""
import os
import socket
import sys
import threading
import time

port, release = int(sys.argv[1]), sys.argv[2]


def notify(text):
    name = os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.sendto(text.encode(), name)


def announce():
    notify("STATUS=loading\nWATCHDOG=1")
    while not os.path.exists(release):
        time.sleep(0.01)
    status = f"STATUS={os.environ['STATUS']}\n" if "STATUS" in os.environ else ""
    notify(f"READY=1\n{status}MAINPID={os.getpid()}")


listener = socket.create_server(("127.0.0.1", port), backlog=128)
threading.Thread(target=announce, daemon=True).start()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    body = f"{os.getpid()}\n".encode()
    client.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    client.close()
