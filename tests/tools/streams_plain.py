# SPDX-License-Identifier: ISC
"""Connections of plain HTTP/1, each in the middle of something: streams.py."""
from streams import MAY, MUST, NEVER, OK, answer, head, request, run, step

HINTS = head("Link: </a>", status="103 Early Hints")
CONTINUE = head(status="100 Continue")
INNER = answer(b"inner")  # a body that is itself an answer
OUTER = answer(INNER)
OUTER_HEAD = OUTER[: -len(INNER)]
CHUNKED = head("Transfer-Encoding: chunked", "Trailer: A") + b"5\r\nhello\r\n0\r\nA: b\r\n\r\n"
INNER_REQUEST = request(step(OK))


def sleeping(c):
    """Its thread sleeps in read() since before the drain."""
    c.exchange(NEVER)
    yield
    c.exchange(MAY)
    c.exchange(MUST)


def silent(c):
    yield
    c.exchange(MAY)
    c.exchange(MUST)


def idle(c):
    c.ready()
    yield
    c.exchange(MUST)
    c.exchange(MUST)


def half_request(c, consumed):
    c.exchange(NEVER) if consumed else c.ready()
    text = request(step(OK))
    c.send(text[:20])
    yield
    c.send(text[20:])
    c.answered(OK, MAY)
    c.exchange(MAY)
    c.exchange(MUST)


def half_body(c, rest, begun):
    """The rest of the body looks like requests."""
    text = request(f"i:{len(rest) + 5}", step(OK), body=b"12345" + rest)
    if begun:
        c.exchange(NEVER)
        c.send(text[: -len(rest)])
    else:
        c.ready()
    yield
    if not begun:
        c.send(text[: -len(rest)])
    c.send(rest)
    c.answered(OK, MAY)
    for _ in range(3):
        c.exchange(MAY)
        c.exchange(MAY, INNER)


def expect_continue(c, begun):
    text = request(step(CONTINUE), "i:5", step(OK), head="Expect: 100-continue\r\n", body=b"12345")
    if begun:
        c.send(text[:-5])
        c.exactly(CONTINUE)
    else:
        c.ready()
    yield
    if not begun:
        c.send(text[:-5])
        c.exactly(CONTINUE)
    c.send(text[-5:])
    c.answered(OK, MAY if begun else MUST)
    c.exchange(MAY)
    c.exchange(MUST)


def half_answer(c, first, rest):
    c.send(request(step(first), "g:restarted", step(rest)))
    c.exactly(first)
    yield
    c.exactly(rest)
    c.exchange(MUST)


def long_poll(c):
    c.send(request("g:restarted", step(OK)))
    yield
    c.answered(OK, MAY)
    c.exchange(MUST)


def pipelined(c, n):
    c.ready()
    yield
    bodies = [answer(b"%d" % i) for i in range(n)]
    c.send(b"".join(request(step(body)) for body in bodies))
    for body in bodies:
        c.answered(body, MAY)
    c.exchange(MAY)
    c.exchange(MAY if n > 16 else MUST)


def pipelined_behind(c):
    """A request comes while an answer is on its way, from another thread."""
    c.send(request("a", step(OUTER_HEAD), "g:restarted", step(INNER)))
    c.exactly(OUTER_HEAD)
    c.send(request("j", step(OK), "g:restarted"))
    yield
    c.exactly(INNER)
    c.answered(OK, MAY)
    c.exchange(MUST)


def one(c, told, text, *steps, **more):
    """One answer in these steps; what follows is an answer again."""
    c.ready()
    yield
    c.send(request(*(steps or [step(text)]), **more))
    c.answered(text, told)
    c.exchange(MAY)
    c.exchange(MAY, OUTER)


def interim(c, told, *steps):
    c.ready()
    yield
    c.send(request(*steps))
    c.exactly(HINTS)
    c.answered(OK, told)
    c.exchange(MUST)


def events(c):
    first, event = head("Content-Type: text/event-stream"), b"data: HTTP/1.1 200 OK\n\n"
    c.send(request(step(first + event), "g:restarted", step(event), step(INNER), "c"))
    c.exactly(first + event)
    yield
    c.exactly(event + INNER)


def refused(c):
    """CONNECT, by a server that is no proxy."""
    refusal = answer(b"", status="405 No")
    c.ready()
    yield
    c.send(request(step(refusal), method="CONNECT"))
    c.answered(refusal, NEVER)
    c.exchange(MUST)


def too_large(c):
    refusal = answer(b"no", status="413 Too Large")
    c.ready()
    yield
    c.send(request(step(refusal), "i:2000", body=b"x" * 2000)[:-1000])
    c.answered(refusal, MAY)
    c.send(b"x" * 1000)
    c.exchange(MAY)
    c.exchange(MAY)


def gone(c):
    """Before its answer: the server gets EPIPE or ECONNRESET as without us."""
    c.send(request("g:restarted", step(OUTER_HEAD), *[step(INNER)] * 50))
    c.gone()
    yield


def reading(c, way):
    c.send(request(f"R:{way}", step(OK), "g:restarted"))
    c.exactly(OK)
    yield
    seen = way not in "bf"  # byte by byte, stdio
    c.exchange(MUST if seen else NEVER)
    c.exchange(MUST if seen else NEVER, OUTER)


def old_version(c):
    kept = answer(b"hi", "Connection: keep-alive", version="1.0")
    c.ready()
    yield
    for _ in range(2):
        c.send(request(step(kept), version="1.0", head="Connection: keep-alive\r\n"))
        c.answered(kept, MUST)
    c.send(request(step(answer(version="1.0")), "c", version="1.0"))
    c.answered(answer(version="1.0"), NEVER)


def no_http(c, asked, said):
    c.send(request(f"i:{len(asked)}", step(said), "g:restarted", f"i:{len(asked)}", step(said)))
    c.send(asked)
    c.exactly(said)
    yield
    c.send(asked)
    c.exactly(said)
    c.exchange(MAY)


def middles():
    yield "sleeping", sleeping
    yield "silent", silent
    yield "idle", idle
    for consumed in (False, True):
        yield "half a request", half_request, consumed
        yield "expect", expect_continue, consumed
        for name, rest in {
            "a request": INNER_REQUEST,
            "two requests": INNER_REQUEST * 2,
            "HEAD": request(step(OK), method="HEAD"),
            "a request with a body": request(step(OK), body=b"x" * 300)[:-300],
            "half a request": INNER_REQUEST[:-7],
            "an answer": INNER,
        }.items():
            yield f"a body that is {name}", half_body, rest, consumed
    yield "half a head", half_answer, OUTER[:12], OUTER[12:]
    yield "half a body", half_answer, OUTER[:-3], OUTER[-3:]
    yield "a body that is an answer", half_answer, OUTER_HEAD, INNER
    yield "chunks", half_answer, CHUNKED[:-9], CHUNKED[-9:]
    yield "long poll", long_poll
    yield "events", events
    yield "413", too_large
    yield "405", refused
    yield "gone", gone
    yield "HTTP/1.0", old_version
    for n in (2, 5, 16, 20):
        yield f"{n} pipelined", pipelined, n
    yield "pipelined behind", pipelined_behind
    yield "TLS", no_http, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(99), b"\x16\x03\x03\0\x7a"
    yield "h2c", no_http, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", b"\0\0\0\4\0\0\0\0\0"
    for way in "rcmpvwybf":
        yield f"read in way {way}", reading, way


def answers():
    for way in "wsSvVmMW":
        yield f"written in way {way}", one, MUST, OK, step(OK, way)
        yield f"its body in way {way}", one, MUST, OUTER, step(OUTER_HEAD), step(INNER, way)
        yield f"its head in way {way}", one, MUST, OUTER, step(OUTER_HEAD, way), step(INNER)
    for way in "flo":
        yield f"written in way {way}", one, NEVER, OK, step(OK, way)
        yield f"its body in way {way}", one, MUST, OUTER, step(OUTER_HEAD), step(INNER, way)
        yield f"its head in way {way}", one, NEVER, OUTER, step(OUTER_HEAD, way), step(INNER)
    for status in "204 No Content", "304 Not Modified":
        yield status, one, MUST, head(status=status)
    yield "304 with a length", one, MUST, head("Content-Length: 9", status="304 Not Modified")
    none = head("Content-Length: 5")
    yield "HEAD", lambda c: one(c, MUST, none, method="HEAD")
    yield "chunked", one, MUST, CHUNKED
    yield "chunked, in pieces", one, MUST, CHUNKED, step(CHUNKED[:-16]), step(CHUNKED[-16:-9]), step(CHUNKED[-9:])
    yield "head in two writes", one, NEVER, OK, step(OK[:10]), step(OK[10:])
    yield "head byte by byte", one, NEVER, OK, *[step(OK[i : i + 1]) for i in range(len(OK))]
    yield "interim", interim, MUST, step(HINTS), step(OK)
    yield "interim twice in one", interim, NEVER, step(HINTS + OK)
    yield "another thread answers", one, MUST, OK, "t", step(OK)
    yield "a child answers", one, MUST, OK, "k", step(OK)
    yield "two threads write", one, MUST, answer(b"x" * 400), step(head("Content-Length: 400")), "D:200"
    for lines in (
        ["Connection: keep-alive"],
        ["connection:Keep-Alive"],
        ["Connection:   keep-alive  "],
        ["Keep-Alive: timeout=5", "Connection: keep-alive"],
        ["Connection: keep-alive, foo"],
        ["Connection: foo", "Connection: bar"],
        ["Connection: keep-alive", "Connection: foo"],
        ["Connection: foo", "Connection: keep-alive"],
        ["Connection: Upgrade", "Upgrade: h2c"],
    ):
        yield ", ".join(lines), one, MUST, answer(b"hi", *lines)
    for lines in ["Connection: close"], ["Connection: foo, Close"], ["Connection: keep-alive", "Connection: close"]:
        yield ", ".join(lines), one, NEVER, answer(b"hi", *lines)


def cases():
    yield from middles()
    yield from answers()


run(cases)
