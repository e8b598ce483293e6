# SPDX-License-Identifier: ISC
"""Clients of a redis server, a connection each command. counting.py PORT SECONDS-AT-MOST UNTIL-FILE

Four threads increment a counter until the file exists; prints what was acknowledged and what failed."""
import os
import socket
import sys
import threading
import time

port, end, until = int(sys.argv[1]), time.monotonic() + float(sys.argv[2]), sys.argv[3]
done, failures = [], []


def command(*words):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as s:
        s.sendall(f"*{len(words)}\r\n".encode())
        for word in words:
            s.sendall(f"${len(word)}\r\n{word}\r\n".encode())
        return s.recv(100).decode()


def answered(*words):
    """Redis accepts before it has its data, and says so."""
    while (answer := command(*words)).startswith("-LOADING"):
        time.sleep(0.005)
    return answer


def increment():
    while not os.path.exists(until) and time.monotonic() < end:
        try:
            answer = answered("INCR", "counter")
            (done if answer.startswith(":") else failures).append(answer)
        except OSError as e:
            failures.append(repr(e))


threads = [threading.Thread(target=increment) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(f"acknowledged {len(done)} failed {len(failures)} {failures[:1]}")
print("stored", answered("GET", "counter").split()[-1])
