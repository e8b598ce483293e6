# SPDX-License-Identifier: ISC
"""Clients of tests/servers/streams.c that know every byte they must get.

Each case is a generator: it brings its connection into the middle of something, yields while the
server restarts, and goes on with the generation that drains.  What it gets may differ from what the
server was told to write by one thing alone: "Connection: close" in a final answer.
"""
import os
import re
import socket
import subprocess
import sys

LINE = b"Connection: close\r\n"
MUST, NEVER, MAY = "must be told", "must not be told", "may be told"
TIMEOUT = 30  # of a machine that stands still


def step(data, way="w"):
    return f"{way}:{data.hex()}"


def request(*steps, method="GET", version="1.1", head="", body=b""):
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"{method} /{','.join(steps)} HTTP/{version}\r\nHost: a\r\n{head}{length}\r\n".encode() + body


def head(*lines, status="200 OK", version="1.1"):
    return "\r\n".join([f"HTTP/{version} {status}", *lines, "", ""]).encode()


def answer(body=b"hi", *lines, **more):
    return head(f"Content-Length: {len(body)}", *lines, **more) + body


OK = answer()


def with_line(text):
    first, rest = text.split(b"\r\n", 1)
    return first + b"\r\n" + LINE + rest


def in_place(text):
    return re.sub(rb"(\r\nconnection:[ \t]*)keep-alive(?=[ \t]*\r\n)", rb"\1close", text, count=1, flags=re.I)


class Connection:
    def __init__(self, port, telling, receive_buffer=0):
        self.telling = telling
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, n, most=65536):
        got = b""
        while len(got) < n:
            more = self.socket.recv(min(n - len(got), most))
            assert more, f"the connection has ended after {got!r}"
            got += more
        return got

    def exactly(self, data, most=65536):
        got = self.receive(len(data), most)
        assert got == data, f"instead of {data[:300]!r} came {got[:300]!r}"

    def answered(self, data, told, most=65536):
        """What the server has written, with the change that is allowed, or without."""
        short = in_place(data)
        got = self.receive(len(short), most)
        changed = got == short != data
        if not changed:
            got += self.receive(len(data) - len(got), most)
        if got not in (data, short):
            changed = True
            got += self.receive(len(LINE), most)
            assert got == with_line(data), f"instead of {data[:300]!r} came {got[:300]!r}"
        assert not changed or (self.telling and told != NEVER), f"told: {got[:300]!r}"
        assert changed or not self.telling or told != MUST, f"not told: {got[:300]!r}"

    def exchange(self, told, data=OK):
        self.send(request(step(data)))
        self.answered(data, told)

    def ready(self):
        """The next read() of the server's is one of the time after the restart."""
        self.send(request(step(OK), "g:restarted"))
        self.exactly(OK)

    def over(self):
        """Nothing more comes."""
        self.socket.shutdown(socket.SHUT_WR)
        assert self.socket.recv(1) == b""

    def gone(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()


def restart(directory):
    supervisor = os.environ["SUPERVISOR"]
    subprocess.run([os.environ["GRACE"], "restart", supervisor], check=True, timeout=TIMEOUT)
    open(os.path.join(directory, "restarted"), "w").close()


def describe(error):
    return f"{type(error).__name__}: {error}"


def run(cases):
    """PORT DIRECTORY off|close [ARGUMENT...]: cases(those arguments) gives (name, generator) pairs."""
    port, directory, mode, *arguments = sys.argv[1:]
    failed, going = [], []
    for name, case, *with_ in cases(*arguments):
        connection = Connection(int(port), mode == "close")
        try:
            generator = case(connection, *with_)
            next(generator)
            going.append((name, connection, generator))
        except (AssertionError, OSError) as error:
            failed.append(f"{name}, before: {describe(error)}")
    restart(directory)
    for name, connection, generator in going:
        try:
            next(generator, None)
            if connection.socket.fileno() >= 0:
                connection.over()
        except (AssertionError, OSError) as error:
            failed.append(f"{name}: {describe(error)}")
    print(*failed, f"{len(going)} connections", sep="\n")
    sys.exit(bool(failed))
