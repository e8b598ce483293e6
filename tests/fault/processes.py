# SPDX-License-Identifier: ISC
"""What /proc says about processes and their connections, and how to get hold of them."""

import ctypes
import os
import select
import signal
import time

PR_SET_CHILD_SUBREAPER = 36


class Late(Exception):
    """A condition that did not come true."""


def wait_for(what, condition, seconds=60):
    """What condition returns, as soon as that is true. Looks once more at the end: the machine may
    have stood still."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > end:
            if result := condition():
                break
            raise Late(f"not within {seconds} s: {what}")
        time.sleep(0.001)
    return result


def send(pids, number):
    """To those that are still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def adopt_orphans():
    """Whatever this process starts, and loses its parent, becomes its child."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def stat(pid):
    """State, parent and group, or None."""
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1]), int(fields[2])


def lives(pid):
    """And is no zombie."""
    return (stat(pid) or "Z")[0] not in "ZX"


def leader(pid):
    """Of its group; 0 when it has gone."""
    return (stat(pid) or (0, 0, 0))[2]


def blocks(pid, number):
    """Does its main thread block this signal?"""
    try:
        with open(f"/proc/{pid}/status", encoding="latin-1") as file:
            mask = next(line for line in file if line.startswith("SigBlk:"))
    except (OSError, StopIteration):
        return False
    return bool(int(mask.split()[1], 16) >> (number - 1) & 1)


def threads(pid):
    """The states of its threads, or []."""
    try:
        return [(stat(f"{pid}/task/{each}") or "Z")[0] for each in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return []


def children(pid):
    """Those that live."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            found = [int(word) for word in file.read().split()]
    except OSError:
        return []
    return [child for child in found if lives(child)]


def tree(pid):
    """It and all below it."""
    return [pid] + [each for child in children(pid) for each in tree(child)]


def reap_orphans():
    """Not what has been started here: that is waited for where it was."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def end_all():
    """All that is below this process."""
    while left := tree(os.getpid())[1:]:
        send(left, signal.SIGKILL)
        reap_orphans()
        time.sleep(0.005)


def masks(pid):
    """What /proc/PID/status says of its signals, by name; {} when it has gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="latin-1") as file:
            return {line[:6]: int(line.split()[1], 16) for line in file
                    if line.startswith(("SigCgt:", "SigPnd:", "ShdPnd:"))}
    except OSError:
        return {}


def hears(pid, number):
    """Has it a handler for the signal, and will it run? Who is killed on a busy machine is there
    until it gets a processor."""
    of = masks(pid)
    if not of.get("SigCgt", 0) >> number - 1 & 1:
        return False
    return not (of["SigPnd"] | of["ShdPnd"]) & (1 << signal.SIGKILL - 1 | 1 << signal.SIGTERM - 1)


def descriptors(pid):
    """What each of its descriptors is; [] when it has gone."""
    found = []
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            try:
                found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
            except FileNotFoundError:
                pass
    except OSError:
        return []
    return found


def connections(pid, port):
    """The ports of the clients whose connections to our port the process has."""
    sockets = {link[8:-1] for link in descriptors(pid) if link.startswith("socket:[")}
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file][1:]
    return {int(row[2][9:], 16) for row in rows
            if int(row[1][9:], 16) == port and row[3] != "0A" and row[9] in sockets}


class Process:
    """A process that can't be mistaken for another one."""

    def __init__(self, pid):
        self.pid = pid
        self.fd = os.pidfd_open(pid)

    def signal(self, number):
        """False if it has gone."""
        try:
            signal.pidfd_send_signal(self.fd, number)
        except ProcessLookupError:
            return False
        return True

    def ended(self):
        """With all its threads."""
        return bool(select.select([self.fd], [], [], 0)[0])

    def stopped(self):
        """With all its threads, or gone."""
        return self.ended() or all(state in "TZX" for state in threads(self.pid))
