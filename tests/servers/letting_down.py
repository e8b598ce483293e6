# SPDX-License-Identifier: ISC
"""letting_down.py ADDRESS [OPTION]...: lets clients down in ways that they can count.

ADDRESS: HOST:PORT, [HOST]:PORT, unix:PATH, unix:@NAME, udp:HOST:PORT or unixgram:PATH.  Says "ready" when it
serves.  --tls CERTIFICATE KEY; --accepting WAY/N: every Nth connection is treated so before it is read;
--another-port: datagrams are answered from one, and what is sent there then is counted: "acknowledged N".

The path of a request is /WAY or /WAY/N: then only every Nth request to this path is treated that way, and
the others are answered well.  /counts tells what happened to each path, /echo what was asked.  What isn't
HTTP is a line: PING, or WAY/N; a datagram is one, too.  The ways are the functions below that are marked.
"""
import argparse
import json
import socket
import ssl
import struct
import threading
import time

STALL = 2  # seconds
IDLE = 0.1

lock = threading.Lock()  # whoever has it holds up all
counts = {"connections": 0, "unread": 0, "paths": {}}
ways = {}


class Closing(Exception):
    """The connection has no other request."""


class Link:
    """A connection, and what was read of it."""

    def __init__(self, sock):
        self.sock, self.read, self.line = sock, b"", False

    def more(self):
        got = self.sock.recv(65536)
        if not got:
            raise Closing
        self.read += got

    def until(self, mark):
        while mark not in self.read:
            self.more()
        head, _, self.read = self.read.partition(mark)
        return head

    def request(self):
        """The line, the header and the body of the next one."""
        line = self.until(b"\n").decode().strip()
        if not line.endswith(("HTTP/1.0", "HTTP/1.1")):
            return line, "", b""
        header = ""
        while (field := self.until(b"\n").decode().strip()) != "":
            header += field.lower() + "\n"
        length = int(header.partition("content-length:")[2].partition("\n")[0] or 0)
        while len(self.read) < length:
            self.more()
        body, self.read = self.read[:length], self.read[length:]
        return line, header, body

    def send(self, text):
        self.sock.sendall(text if isinstance(text, bytes) else text.encode())

    def answer(self, body, fields="", status="200 OK"):
        self.send(body if self.line else
                  f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{fields}\r\n{body}")

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Closing


def way(function):
    ways[function.__name__.replace("_", "-")] = function
    return function


@way
def good(link):
    link.answer("+PONG\r\n" if link.line else "version 1\n")


# Ways that let a client down.
@way
def reset(link):
    link.reset()


@way
def close(link):
    raise Closing


@way
def truncate(link):
    link.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nversion 1\n")
    raise Closing


@way
def truncate_head(link):
    link.send("HTTP/1.1 200 OK\r\nContent-Le")
    raise Closing


@way
def truncate_chunk(link):
    link.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nversion 1\n")
    raise Closing


@way
def truncate_chunks(link):
    link.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nversion 1\n\r\n")
    raise Closing


@way
def error(link):
    link.answer("busy\n", status="503 Service Unavailable")


@way
def garbage(link):
    link.send("220 this is not HTTP\r\n")
    raise Closing


@way
def other_body(link):
    link.answer("nothing of interest\n")


@way
def never(link):
    link.until(b"until the client has gone")


@way
def endless(link):
    link.send("HTTP/1.1 200 OK\r\n\r\n")
    while True:
        link.send(b"x" * 1048576)


@way
def quiet_close(link):
    """Nothing says so, and a client may have sent its next request already."""
    link.answer("version 1\n", "Connection: keep-alive\r\n")
    raise Closing


# Ways that don't.
@way
def late(link):
    time.sleep(0.2)
    good(link)


@way
def stall(link):
    with lock:
        time.sleep(STALL)
    good(link)


@way
def said_close(link):
    link.answer("version 1\n", "Connection: close\r\n")
    raise Closing


@way
def idle_close(link):
    good(link)
    link.sock.settimeout(IDLE)
    try:
        link.more()
    except TimeoutError:
        raise Closing from None
    link.sock.settimeout(None)


@way
def http_1_0(link):
    link.send("HTTP/1.0 200 OK\r\n\r\nversion 1\n")
    raise Closing


@way
def until_close(link):
    link.send("HTTP/1.1 200 OK\r\n\r\nversion 1\n")
    raise Closing


@way
def chunks(link):
    link.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
              "4;name=value\r\nvers\r\n6\r\nion 1\n\r\n0\r\nTrailer: end\r\n\r\n")


@way
def bytewise(link):
    link.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nversion 1\n\r\n0\r\n\r\n":
        link.send(bytes([byte]))
        time.sleep(0.0002)


@way
def interim(link):
    link.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    good(link)


@way
def no_content(link):
    link.send("HTTP/1.1 204 No Content\r\n\r\n")


@way
def greet(link):
    link.send("220 version 1\r\n")


@way
def new_version(link):
    link.answer("version 2\n")


def chosen(path):
    """How this request is treated; counts it."""
    name, _, every = path.strip("/").partition("/")
    with lock:
        count = counts["paths"].setdefault(path, {"requests": 0, "treated": 0})
        count["requests"] += 1
        if name not in ways or every and count["requests"] % int(every):
            return good
        count["treated"] += 1
        return ways[name]


def serve_request(link):
    line, header, body = link.request()
    words = line.split()
    link.line = len(words) != 3
    path = words[0] if link.line else words[1]
    if path in ("/counts", "counts"):
        with lock:
            link.answer(json.dumps(counts) + "\n")
    elif path == "/echo":
        link.answer(f"{line}\n{header}{body.decode()}\n")
    else:
        chosen(path)(link)
    if "connection: close\n" in header or line.endswith("HTTP/1.0"):
        raise Closing


def count_connection(accepting):
    """In the order in which they are accepted. Returns how it is treated unread, or None."""
    counts["connections"] += 1
    name, _, every = accepting.partition("/")
    if not name or counts["connections"] % int(every):
        return None
    counts["unread"] += 1
    return ways[name]


def serve(sock, unread_way, context):
    link = Link(sock)
    try:
        if unread_way:
            unread_way(link)
        if context:
            link.sock = context.wrap_socket(sock, server_side=True)
        while True:
            serve_request(link)
    except (Closing, OSError):
        link.sock.close()


class Datagram(Link):
    def __init__(self, sock):
        self.read, self.peer = sock.recvfrom(65536)
        self.sock, self.read = sock, self.read.rstrip() + b"\n"

    def more(self):
        raise Closing

    def send(self, text):
        if options.another_port:
            self.send_from_another_port(text)
        elif self.peer:
            self.sock.sendto(text.encode(), self.peer)

    def send_from_another_port(self, text):
        with socket.socket(self.sock.family, socket.SOCK_DGRAM) as other:
            other.settimeout(STALL)
            other.sendto(text.encode(), self.peer)
            if other.recv(100) == b"ACK":
                counts["acknowledged"] = counts.get("acknowledged", 0) + 1
                print("acknowledged", counts["acknowledged"], flush=True)


def serve_datagrams(sock):
    while True:
        try:
            serve_request(Datagram(sock))
        except Closing:
            pass


def bound(address):
    scheme, _, rest = address.partition(":")
    kind = socket.SOCK_DGRAM if scheme in ("udp", "unixgram") else socket.SOCK_STREAM
    if scheme in ("unix", "unixgram"):
        sock = socket.socket(socket.AF_UNIX, kind)
        sock.bind("\0" + rest[1:] if rest.startswith("@") else rest)
        return sock
    host, _, port = (rest if scheme == "udp" else address).rpartition(":")
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host.strip("[]"), int(port)))
    return sock


parser = argparse.ArgumentParser()
parser.add_argument("address")
parser.add_argument("--tls", nargs=2)
parser.add_argument("--accepting", default="")
parser.add_argument("--another-port", action="store_true")
options = parser.parse_args()
listener = bound(options.address)
tls = None
if options.tls:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*options.tls)
if listener.type == socket.SOCK_STREAM:
    listener.listen(4096)
print("ready", flush=True)
if listener.type == socket.SOCK_DGRAM:
    serve_datagrams(listener)
while True:
    client, _ = listener.accept()
    how = count_connection(options.accepting)
    threading.Thread(target=serve, args=(client, how, tls), daemon=True).start()
