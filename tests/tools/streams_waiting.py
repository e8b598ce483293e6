# SPDX-License-Identifier: ISC
"""Plain clients that keep their connection: nothing is lost, and all are told: streams.py."""
from streams import MAY, MUST, NEVER, request, run, step, OK


def kept(c, told):
    c.exchange(NEVER)
    yield
    c.exchange(told)
    c.exchange(MUST)


def pipelining(c):
    c.exchange(NEVER)
    yield
    c.send(request(step(OK)) * 3)
    for _ in range(3):
        c.answered(OK, MAY)
    c.exchange(MUST)


def cases(sleeps):
    for i in range(10):
        yield f"client {i}", kept, MAY if sleeps == "yes" else MUST
    yield "pipelining", pipelining


run(cases)
