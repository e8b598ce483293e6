# SPDX-License-Identifier: ISC
"""terminal.py <STEPS: drives an interactive shell on a terminal of its own; a step a line:

type TEXT       and Enter
key C           Control-C
expect REGEX    in what is new on the screen, within 10 seconds
until COMMAND   again and again, within 10 seconds, until it exits 0; knows $SHELL_PID
hangup          the terminal goes away

Exit status 0 if each was met; else 1, and the screen is printed.
"""
import os
import pty
import re
import select
import subprocess
import sys
import time

LIMIT = 10


class Terminal:
    def __init__(self):
        self.screen, self.seen = "", 0
        self.shell, self.fd = pty.fork()
        if self.shell == 0:
            os.environ.update(PS1="$ ", HISTFILE="", TERM="dumb")
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])

    def read(self, seconds):
        if self.fd is None:
            time.sleep(seconds)
        elif select.select([self.fd], [], [], seconds)[0]:
            try:
                self.screen += os.read(self.fd, 65536).decode(errors="replace")
            except OSError:  # the shell has ended
                time.sleep(seconds)

    def met(self, step, argument):
        if step == "expect":
            found = re.compile(argument, re.M).search(self.screen, self.seen)
            self.seen = found.end() if found else self.seen
            return found is not None
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        os.environ["SHELL_PID"] = str(self.shell)
        return subprocess.run(["bash", "-c", argument], **quiet).returncode == 0

    def run(self, step, argument):
        if step == "type":
            os.write(self.fd, (argument + "\n").encode())
        elif step == "key":
            os.write(self.fd, bytes([ord(argument.upper()) & 0x1F]))
        elif step == "hangup":
            os.close(self.fd)
            self.fd = None
        elif step in ("expect", "until"):
            end = time.monotonic() + LIMIT
            while not self.met(step, argument):
                late = time.monotonic() > end
                self.read(0.02)
                if late:  # the machine may have stood still since the last look
                    return self.met(step, argument)
        else:
            sys.exit(f"{step}: no such step")
        return True


    def end(self):
        """The shell and all that it has started go."""
        subprocess.run(["pkill", "-KILL", "--session", str(self.shell)])


def run_steps(terminal):
    for line in sys.stdin.read().splitlines():
        step, _, argument = line.strip().partition(" ")
        if step and not terminal.run(step, argument):
            return f"{step} {argument}: not met\n"
    return ""


terminal = Terminal()
try:
    unmet = run_steps(terminal)
    print(unmet + terminal.screen)
finally:
    terminal.end()
sys.exit(1 if unmet else 0)
