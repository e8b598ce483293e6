# SPDX-License-Identifier: ISC
"""idle_tls.py PORT h2|http/1.1: a client that asks once and stays.

Says "answered" when it was, and then how the server ends the connection: "goaway" (of h2),
"close-notify" (of TLS), "cut".
"""
import socket
import ssl
import sys

HEADERS, SETTINGS, GOAWAY = 1, 4, 7
END_STREAM, END_HEADERS, ACK = 1, 4, 1
GET = b"\x82\x84\x87\x41\x09localhost"  # GET, /, https: of HPACK's own table; :authority


def frame(kind, flags=0, stream=0, body=b""):
    return len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + body


def say(what):
    print(what, flush=True)


def stay_h2(conn, answers):
    conn.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS) +
                 frame(HEADERS, END_STREAM | END_HEADERS, 1, GET))
    while head := answers.read(9):
        kind, flags, stream = head[3], head[4], int.from_bytes(head[5:], "big")
        answers.read(int.from_bytes(head[:3], "big"))
        if kind == SETTINGS and not flags & ACK:
            conn.sendall(frame(SETTINGS, ACK))
        elif kind == GOAWAY:
            say("goaway")
        elif stream == 1 and flags & END_STREAM:
            say("answered")


def stay_http1(conn, answers):
    conn.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    while line := answers.readline().strip().lower():
        name, _, value = line.partition(b":")
        if name == b"content-length":
            length = int(value)
    answers.read(length)
    say("answered")
    answers.read()


context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
context.set_alpn_protocols([sys.argv[2]])
conn = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))),
                           suppress_ragged_eofs=False)
try:
    {"h2": stay_h2, "http/1.1": stay_http1}[sys.argv[2]](conn, conn.makefile("rb"))
    say("close-notify")
except OSError:
    say("cut")
