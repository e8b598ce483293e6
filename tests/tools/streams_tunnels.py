# SPDX-License-Identifier: ISC
"""Tunnels and relays, which carry what looks like HTTP/1 and is none of this server's: streams.py."""
import time

from streams import NEVER, OK, answer, head, request, run, step

RAW = head("Connection: Upgrade", "Upgrade: raw", status="101 Switching Protocols")
WEBSOCKET = head("Connection: Upgrade", "Upgrade: websocket", status="101 Switching Protocols")
UPGRADE = "Connection: Upgrade\r\nUpgrade: {}\r\n"
CONNECTED = head(status="200 Connected")
FRAME = b"\x81\x02hi"
WAYS = "wsbtpTFm"


def connect(c, port, way):
    c.send(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\nX-Way: {way}\r\n\r\n".encode())
    c.exactly(CONNECTED)


def exchanges(c):
    text = answer(b"far away", "Connection: keep-alive")
    for _ in range(3):
        c.exchange(NEVER, text)
    c.send(request(step(OK)) + request(step(text)))
    c.exactly(OK + text)
    half = request("i:4", step(OK), body=b"1234")
    for at in (7, 40, len(half) - 2):  # in the first line, in the head, in the body
        c.send(half[:at])
        time.sleep(0.02)  # most are read in two pieces then
        c.send(half[at:])
        c.exactly(OK)
    c.exchange(NEVER, text)


def relayed_before(c, port, way):
    connect(c, port, way)
    c.exchange(NEVER)
    yield
    exchanges(c)


def relayed_after(c, port, way):
    yield
    connect(c, port, way)
    exchanges(c)


def forwarded(c, used):
    if used:
        c.exchange(NEVER)
    yield
    text = request(step(OK))
    c.send(text[:-7])  # behind its first line
    time.sleep(0.02)
    c.send(text[-7:])
    c.exactly(OK)
    exchanges(c)


def raw_before(c):
    c.send(request(step(RAW), head=UPGRADE.format("raw")))
    c.exactly(RAW)
    c.exchange(NEVER)
    yield
    exchanges(c)


def raw_after(c):
    yield
    c.send(request(step(RAW), head=UPGRADE.format("raw")))
    c.exactly(RAW)
    exchanges(c)


def websocket(c, before):
    if not before:
        yield
    c.send(request(step(WEBSOCKET), "i:3", step(FRAME), "i:3", step(FRAME), head=UPGRADE.format("websocket")))
    c.exactly(WEBSOCKET)
    c.send(b"\x81\x80\0")
    c.exactly(FRAME)
    if before:
        yield
    c.send(b"\x81\x80\0")
    c.exactly(FRAME)


def cases(which, origin):
    """learnt: they are made as the first answers; unlearnt: after hundreds of plain ones, where what the
    server itself says in another protocol can't be told; forwarding: every connection is one."""
    if which == "forwarding":
        yield "used", forwarded, True
        yield "silent", forwarded, False
        return
    if which == "unlearnt":
        yield "a hundred answers", hundreds
    else:
        yield "raw, before", raw_before
    for way in WAYS:
        yield f"relay in way {way}, before", relayed_before, origin, way
    yield "websocket, before", websocket, True
    # last: a tunnel that is made while the generation drains is one more that it knows
    for way in WAYS:
        yield f"relay in way {way}, after", relayed_after, origin, way
    yield "websocket, after", websocket, False
    yield "raw, after", raw_after


def hundreds(c):
    for _ in range(150):
        c.exchange(NEVER)
    yield


run(cases)
