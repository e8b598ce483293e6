# SPDX-License-Identifier: ISC
"""A server that waits for a file between select() and accept(); it hears signals in select() only.

selecting.py PORT FILE"""
import os
import select
import signal
import socket
import sys
import time

signals = {signal.SIGTERM}
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=128)
while True:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    select.select([listener], [], [])
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    print("readable", flush=True)
    while not os.path.exists(sys.argv[2]):
        time.sleep(0.005)
    client, _ = listener.accept()
    client.recv(4096)
    body = b"%d\n" % os.getpid()
    client.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    client.close()
