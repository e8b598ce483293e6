# SPDX-License-Identifier: ISC
"""The cases of the trials, and what is promised in each (docs/reliability.md)."""

import itertools
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback

import processes
import service

VICTIMS = ("old", "worker", "new", "supervisor")
MODELS = ("single", "threads", "prefork", "fork")
WAYS = ("kill", "look", "stop")  # look: stopped, its connections noted, then killed
CASES = [case for case in itertools.product(VICTIMS, WAYS, MODELS)
         if case[0] != "worker" or case[2] in ("prefork", "fork")]
LOST = ("reset-before-request", "reset-after-request", "closed", "truncated")
STOP_STATUS = {"prefork": 0}  # of a server that handles SIGTERM
PATIENT = 4  # seconds that a new generation waits for a supervisor, with a margin


def numbers(count, victim):
    """Of so many trials, each case as often as another."""
    fitting = (n for n in itertools.count()
               if victim in (None, CASES[n % len(CASES)][0]))
    return list(itertools.islice(fitting, count))


def run(number, seed, program):
    """True if it went as promised; else all that is known of it is printed."""
    processes.adopt_orphans()
    directory = tempfile.mkdtemp(prefix="trial.")
    trial = Trial(directory, number, random.Random(f"{seed}/{number}"))
    try:
        trial.run()
        print(f"trial {number}: {trial.case}: {trial.outcome}")
        return True
    except Exception:  # pylint: disable=broad-except
        print(f"trial {number} failed: {trial.case}\n{traceback.format_exc()}"
              f"again: TRIAL_SEED={seed} {os.path.relpath(program)} --only {number}\n{trial.tell()}")
        return False
    finally:
        processes.end_all()
        sys.stdout.flush()
        shutil.rmtree(directory)


def demand(condition, complaint):
    if not condition:
        raise AssertionError(complaint)


class Trial:
    def __init__(self, directory, number, choice):
        self.directory, self.choice = directory, choice
        self.victim, self.way, self.model = CASES[number % len(CASES)]
        self.options = ["--model", self.model, "--slow-ms", str(choice.randrange(1, 60)),
                        "--start-ms", str(choice.choice((0, choice.randrange(40)))),
                        "--wait", choice.choice(("epoll-lt", "epoll-exclusive", "poll", "accept"))]
        self.moment = choice.random() ** 2 * 1.5  # restarts: most happens in the beginning
        self.pause = choice.uniform(0.01, 0.8)
        self.case = f"{self.way} {self.victim} of {' '.join(self.options[1:])}"
        self.outcome, self.timeline, self.begun = None, [], time.monotonic()
        self.service = self.clients = None
        self.hit = self.gone = self.stopped = 0.0
        self.ports = None  # of the clients that it had, where that was looked at

    def note(self, text):
        lines = self.service.log().count("\n") if self.service else 0
        self.timeline.append(f"{time.monotonic() - self.begun:9.6f} {text} (log line {lines})")

    # What happens.

    def run(self):
        self.service = service.Service(self.directory, self.options)
        processes.wait_for("generation 1", lambda: self.service.settled())
        took = self.service.restart()
        descriptors = self.supervisor_descriptors()
        self.clients = service.Clients(self.directory, self.service.port)
        while not (process := self.seize(took)):
            self.moment /= 2  # it had gone
        self.strike(process)
        if self.victim == "supervisor" and self.way != "stop":
            self.judge_orphaned()
        elif self.way != "stop" and self.wait_for_end():
            self.judge_ended()
        else:
            self.judge_serving(descriptors)

    def seize(self, took):
        """A restart, and its victim in that moment, if it lives."""
        only = processes.wait_for("a generation alone", self.service.lone)
        self.old, self.next = only["pid"], only["generation"] + 1
        self.begun = time.monotonic()
        os.kill(self.service.pid, signal.SIGHUP)
        time.sleep(took * self.moment)
        try:
            return processes.Process(processes.wait_for("a victim", self.choose))
        except ProcessLookupError:
            return None

    def new(self):
        """The main process of the next generation, as soon as it has a group of its own."""
        for pid in processes.children(self.service.pid):
            if pid != self.old and os.getpgid(pid) == pid:
                return pid
        return None

    def workers(self):
        mains = [pid for pid in (self.old, self.new()) if pid]
        return sorted({pid for main in mains for pid in processes.tree(main)} - set(mains))

    def choose(self):
        if self.victim == "supervisor":
            return self.service.pid
        if self.victim == "worker":
            workers = self.workers()
            return workers and self.choice.choice(workers)
        return self.old if self.victim == "old" else self.new()

    def strike(self, process):
        self.note(f"{self.way} process {process.pid}")
        if self.way != "kill":
            process.signal(signal.SIGSTOP)
            processes.wait_for("a stop", process.stopped)
        if self.way == "stop":
            begun = time.monotonic()
            time.sleep(self.pause)
            process.signal(signal.SIGCONT)
            self.stopped = time.monotonic() - begun
            self.note("continued")
            return
        if self.way == "look":
            self.ports = processes.connections(process.pid, self.service.port)
            self.note(f"it has the connections of ports {sorted(self.ports)}")
        self.hit = time.monotonic()
        process.signal(signal.SIGKILL)
        if self.victim == "supervisor":
            self.service.process.wait()
        processes.wait_for("an end", process.ended)
        self.gone = time.monotonic()
        self.dead = process.pid
        self.note("gone")

    # What is promised.

    def wait_for_end(self):
        """True if the supervisor ended: a worker's death is none of its business, a main process's
        is if that served."""
        if self.victim == "worker":
            return False
        processes.wait_for("an outcome", lambda: self.service.ended() or self.serves_without())
        self.note("outcome")
        return self.service.ended()

    def serves_without(self):
        only = self.service.lone()
        return only and only["pid"] != self.dead

    def served(self):
        """Was it the serving generation's main process?"""
        ready = self.service.log_has(f"generation {self.next} ready")
        return ready if self.victim == "new" else not ready

    def lost_with_it(self, failure):
        """Its own connections, and who was in its hands in that moment."""
        return (self.way != "stop" and failure.kind in LOST
                and failure.begun <= self.gone and failure.ended >= self.hit
                and (self.ports is None or failure.port in self.ports))

    def check_failures(self, allowed):
        wrong = [f"{f.kind}, {f.begun - self.begun:.6f} to {f.ended - self.begun:.6f}: {f.why}"
                 for f in self.clients.finish() if not allowed(f)]
        demand(not wrong, "requests failed:\n" + "\n".join(wrong))

    def judge_serving(self, descriptors):
        """The restart ends, one way or the other; the next one works; a stop leaves nothing."""
        processes.wait_for("the end of the restart", self.restart_over)
        self.note("the restart is over")
        self.check_restart()
        self.service.restart()
        self.note("the next restart is over")
        self.check_failures(self.lost_with_it)
        self.check_restored(descriptors)
        self.stop()
        self.outcome = "serves on"

    def restart_over(self):
        demand(not self.service.ended(), "the supervisor has ended")
        return self.service.log_has(f"generation {self.next} (ready|rolled back)") and self.service.lone()

    def check_restart(self):
        rolled_back = self.service.log_has(f"generation {self.next} rolled back")
        if self.way == "stop" or self.victim == "worker":
            may_be_late = self.way == "stop" and self.stopped > PATIENT
            demand(not rolled_back or may_be_late, "it was rolled back")
        else:
            demand(rolled_back == (self.victim == "new"), "the wrong generation serves")

    def supervisor_descriptors(self):
        """By kind: names have numbers."""
        return sorted(link.split(":")[0] for link in processes.descriptors(self.service.pid))

    def check_restored(self, before):
        processes.wait_for("as many descriptors as before",
                           lambda: self.supervisor_descriptors() == before, 10)

    def stop(self):
        os.kill(self.service.pid, signal.SIGTERM)
        status = self.service.process.wait()
        expected = STOP_STATUS.get(self.model, -signal.SIGTERM)
        demand(status == expected, f"exit status {status}, not {expected}")
        self.check_nothing_left()

    def check_nothing_left(self):
        processes.wait_for("the end of all processes", lambda: not self.left())
        files = self.service.runtime_files()
        demand(not files, f"left behind: {files}")

    def left(self):
        processes.reap_orphans()
        return set(processes.tree(os.getpid())[1:]) - ({self.clients.process.pid} if self.clients else set())

    def judge_ended(self):
        """As without us: its status is the supervisor's; where it alone accepted, clients are
        refused; its workers serve on."""
        status = self.service.process.returncode
        demand(status == -signal.SIGKILL, f"exit status {status}")
        demand(self.served(), "another generation served")
        self.note("ended")
        ended = time.monotonic()
        if self.model == "prefork":
            time.sleep(0.05)  # for clients that would be refused
        self.check_failures(lambda f: self.ended_with_it(f, ended))
        if self.model == "prefork":
            processes.send(self.left(), signal.SIGTERM)
        self.check_nothing_left()
        self.service.start()
        processes.wait_for("the next start", self.service.settled)
        self.stop()
        self.outcome = "ended"

    def ended_with_it(self, failure, ended):
        if failure.ended < self.hit or failure.kind not in ("refused", *LOST):
            return False
        if self.model != "prefork":
            return True
        # The next generation is given up with it.
        return self.victim == "old" and failure.kind != "refused" and failure.begun <= ended

    def judge_orphaned(self):
        """The server serves on, unharmed; a signal or a start brings a new supervisor."""
        time.sleep(self.pause / 4)
        target = self.choice.choice(("start", "one", "all"))
        if target == "start":
            self.note("the next start")
            self.service.start()
        else:
            pids = self.signalled()
            pids = [self.choice.choice(pids)] if target == "one" else pids
            self.note(f"SIGHUP to {pids}")
            processes.send(pids, signal.SIGHUP)
            processes.wait_for("a new supervisor", self.service.found_again)
        self.note(f"supervisor {self.service.pid}")
        processes.wait_for("the end of the restart", lambda: self.service.settled(self.next - 1))
        self.note("its restart is over")
        self.service.restart()
        self.check_failures(lambda failure: False)
        os.kill(self.service.pid, signal.SIGTERM)
        self.check_nothing_left()
        self.outcome = "serves without a supervisor, and with the next"

    def signalled(self):
        """Who can pass a SIGHUP on: not a child that ends after its answer, nor workers whose main
        process was killed when they were about to be."""
        mains = processes.children(os.getpid())
        found = mains if self.model == "fork" else [p for main in mains
                                                    for p in processes.tree(main)]
        return sorted(pid for pid in set(found) - {self.clients.process.pid}
                      if processes.hears(pid, signal.SIGHUP)
                      and processes.lives(processes.leader(pid)))

    # What is told of a failure.

    def tell(self):
        parts = ["timeline, in seconds after the signal:", *self.timeline, "processes:"]
        parts += [f"  {pid} {processes.stat(pid)}" for pid in processes.tree(os.getpid())]
        for name in ("log", "load.log"):
            path = os.path.join(self.directory, name)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    parts += [f"{name}:", file.read()[-20000:]]
        return "\n".join(parts)
