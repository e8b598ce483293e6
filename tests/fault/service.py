# SPDX-License-Identifier: ISC
"""A wrapped server of its own, its clients, and what both tell."""

import datetime
import glob
import json
import os
import random
import re
import signal
import socket
import subprocess
import time

import processes

BUILD = os.environ.get("BUILD_DIR") or os.path.join(os.path.dirname(__file__), "../../build")


def built(path):
    return os.path.abspath(os.path.join(BUILD, path))


def free_port():
    """Below the ephemeral ports, taken for good in this run of tests, as grace_free_port of the bats library."""
    taken = os.environ.get("BATS_GRACE_PORTS")
    while True:
        port = random.SystemRandom().randrange(10000, 30000)
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                continue
        try:
            if taken:
                os.makedirs(f"{taken}/{port}")
        except FileExistsError:
            continue
        return port


class Failure:
    """One request of grace probe that had no answer; times on the monotonic clock."""

    def __init__(self, told, standstill):
        ended = datetime.datetime.fromisoformat(told["time"]).timestamp() + time.monotonic() - time.time()
        # What it took is told without what the machine stood still.
        self.begun, self.ended = ended - (told["at"] - told["began"]) - standstill, ended
        self.kind, self.port, self.why = told["failure"], told["port"], told["why"]


class Clients:
    """Requests that never stop; each is answered slowly, so that there are always some in hand."""

    def __init__(self, directory, port):
        self.report = f"{directory}/load.json"
        on = f"{directory}/load.on"
        with open(f"{directory}/load.log", "wb") as log:
            self.process = subprocess.Popen(
                [built("tools/grace"), "probe", "--quiet", "--duration", "none", "--clients", "new=8",
                 "--rate", "200", "--timeout", "30s", "--ready-file", on, "--output", "text",
                 "--output", f"json={self.report}", f"http://127.0.0.1:{port}/slow"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        processes.wait_for("first answers", lambda: os.path.exists(on) and os.path.getsize(on) > 0)

    def finish(self):
        """What has failed."""
        self.process.terminate()
        if self.process.wait() not in (0, 1):
            raise AssertionError("the load client failed itself")
        with open(self.report, encoding="utf-8") as file:
            report = json.load(file)
        return [Failure(told, report["standstill_ms"] / 1000) for told in report["let_down"]]


class Service:
    """Generations of one server under one supervisor."""

    def __init__(self, directory, options, by_grace=False, settings=None):
        self.directory, self.port, self.settings = directory, free_port(), settings or {}
        self.log_file = f"{directory}/log"
        self.command = [built("tests/servers/server"), "--listen", f"127.0.0.1:{self.port}",
                        "--listen", f"unix:{directory}/socket", *options]
        if by_grace:
            self.command = [built("tools/grace"), "run", "--", *self.command]
        self.start()

    def start(self):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("GRACE_", "LD_"))}
        environment |= {"GRACE_SETTLE": "200ms", "GRACE_LOG_LEVEL": "debug",
                        "GRACE_RUNTIME_DIR": f"{self.directory}/run", **self.settings}
        if self.command[1] != "run":
            environment["LD_PRELOAD"] = built("shim/libgrace.so")
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(self.command, env=environment, start_new_session=True,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.pid = self.process.pid

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as file:
            return file.read()

    def log_has(self, pattern):
        return re.search(pattern, self.log()) is not None

    def status(self):
        """As `grace status --json`, or None when nobody answers."""
        text = b""
        try:
            with socket.socket(socket.AF_UNIX) as sock:
                sock.settimeout(5)
                sock.connect(f"{self.directory}/run/{self.pid}.sock")
                sock.sendall(b"status\n")
                while got := sock.recv(65536):
                    text += got
            return json.loads(text)
        except (OSError, ValueError):
            return None

    def lone(self):
        """The generation that serves, when no other is left."""
        status = self.status()
        if status is None or len(status["generations"]) != 1:
            return None
        only = status["generations"][0]
        return only if only["state"] == "serving" else None

    def settled(self, beyond=0):
        """The same, when its number is greater."""
        only = self.lone()
        return only if only and only["generation"] > beyond else None

    def restart(self):
        """Returns how long it took."""
        before = processes.wait_for("a generation alone", self.lone)["generation"]
        begun = time.monotonic()
        os.kill(self.pid, signal.SIGHUP)
        processes.wait_for("the next generation alone", lambda: self.settled(before))
        return time.monotonic() - begun

    def ended(self):
        """The supervisor, with which status."""
        return self.process.poll() is not None

    def runtime_files(self):
        return glob.glob(f"{self.directory}/run/*")

    def found_again(self):
        """By a new supervisor, where the one we had was killed."""
        for path in glob.glob(f"{self.directory}/run/*.sock"):
            pid = int(os.path.basename(path).removesuffix(".sock"))
            if pid != self.pid and processes.stat(pid):
                self.pid = pid
                return True
        return False
