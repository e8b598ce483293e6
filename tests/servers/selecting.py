# SPDX-License-Identifier: ISC
"""A server that takes its time between select() and accept(), and hears no signal but in select().

selecting.py PORT MILLISECONDS"""
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
    time.sleep(int(sys.argv[2]) / 1000)
    try:
        client, _ = listener.accept()
    except ConnectionAbortedError:
        print("nobody", flush=True)
        continue
    client.recv(4096)
    body = b"%d\n" % os.getpid()
    client.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    client.close()
