# SPDX-License-Identifier: ISC
"""Answers to a client that does not read: the kernel takes a part of each write: streams.py."""
from streams import MAY, answer, request, run, step

ALIVE = answer(b"second" * 50, "Connection: keep-alive")
PLAIN = answer(b"second" * 50)


def unread(c, size, way, steps, most):
    """The first answer fills the socket more or less as the second one is written."""
    first = answer(b"x" * size)
    c.ready()
    yield
    for second in (PLAIN, ALIVE):
        pieces = [step(second, way)] if way != "f" else [step(second[:-300]), step(second[-300:], "f")]
        c.send(request(*steps, step(first)))
        c.send(request(*steps, *pieces))
        c.answered(first, MAY, most)
        c.answered(second, MAY, most)
    c.exchange(MAY)


def cases():
    for steps in [], ["n"]:
        for i, size in enumerate(range(0, 60000, 997)):
            yield f"{size} bytes before, {steps}", unread, size, "wsvmMVSf"[i % 8], steps, 1 << i % 17


run(cases)
