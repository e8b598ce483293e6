# SPDX-License-Identifier: ISC
# How an old generation ends: as its author meant, and without taking anything from the next one.
load scripted

NOTES=$BATS_TEST_TMPDIR/notes

setup() {
    export GRACE_STOP_TIMEOUT=10m # the machine may stand still
}

# promising: a version whose main process works for a client whom it has answered, until there is a
# file `finish`, and which ends in its own way when it is told to.
promising() {
    version <<END
import atexit, signal
def note(text):
    with open("$NOTES", "a") as file:
        file.write("$1 " + text + "\n")
def work():
    wait_for("$BATS_TEST_TMPDIR/finish")
    note("worked")
def promise():
    threading.Thread(target=work, daemon=False).start()
    return "$1"
atexit.register(note, "left")
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
threading.Thread(target=threads, args=([listening($PORT)], answering(promise)), daemon=True).start()
while True:
    time.sleep(0.05)
END
}

states_are() {
    [[ $(status "$PID" | grep -oE '"generations":.*' | grep -oE '"state":"[a-z]+"' | paste -sd ' ') == \
        "$(printf '"state":"%s"\n' "$@" | paste -sd ' ')" ]]
}

# promising_retires: a new version serves, and the one that has promised something was asked to end.
promising_retires() {
    promising old
    start_installed
    answers old 127.0.0.1 "$PORT"
    promising new
    kill -HUP "$PID"
    grace_wait 10 states_are retiring serving
}

noted() {
    [[ $(sort "$NOTES") == "$(printf '%s\n' "$@" | sort)" ]]
}

@test "what it has promised to a client is done, and what it does at its exit" {
    promising old
    start_installed
    answers old 127.0.0.1 "$PORT"
    promising new
    "$GRACE" restart "$PID" # is over meanwhile
    grace_wait 10 states_are retiring serving
    log_has 'generation 1 drained'
    [[ ! -e $NOTES ]]
    touch "$BATS_TEST_TMPDIR/finish"
    grace_wait 10 settled "$PID" 2
    noted 'old worked' 'old left'
    log_lacks 'did not stop'
}

@test "none: it is killed, and asked for nothing" {
    export GRACE_STOP_SIGNAL=none
    promising old
    start_installed
    answers old 127.0.0.1 "$PORT"
    restart_and_wait "$PID"
    [[ ! -e $NOTES ]]
    log_lacks 'did not stop'
}

@test "the server is stopped meanwhile: it finishes all the same" {
    promising_retires
    stop_and_wait_for_new
    touch "$BATS_TEST_TMPDIR/finish"
    grace_wait 10 eval "noted 'old worked' 'old left' 'new left'"
    grace_wait 10 log_has 'generation 1 retired'
}

# stop_and_wait_for_new: and the supervisor has ended as that one did.
stop_and_wait_for_new() {
    kill "$PID"
    ends_with 0 "$PID"
}

@test "one that takes its time makes room for younger ones" {
    export GRACE_MAX_OLD=1
    promising old
    start_installed
    answers old 127.0.0.1 "$PORT"
    kill -HUP "$PID"
    grace_wait 10 states_are retiring serving
    hup_until 20 log_has 'more than 1 old generations?: generation 1 has to go'
    grace_wait 10 settled "$PID" 3
}

@test "its supervisor is killed meanwhile: the next one asks it again" {
    local serving
    export GRACE_NAME=web
    promising_retires
    serving=$(main_of 2)
    kill_supervisor
    kill -HUP "$serving"
    grace_wait 20 found_again
    touch "$BATS_TEST_TMPDIR/finish"
    grace_wait 20 settled_beyond "$PID" 2
    grep -qx 'old left' "$NOTES"
}

# parented SIGNALS: a version with a worker, which waits until its parent has gone; both note their
# SIGTERM, and the parent ends of it. It is told by a signal what the worker got.
@test "workers are not told, their master is" {
    start_version <<END
import signal
def note(name):
    def handle(*_):
        with open("$NOTES", "a") as file:
            file.write(name + "\n")
        if name == "master":
            os.close(to_worker)
            os.wait()
            os._exit(0)
    return handle
from_master, to_worker = os.pipe()
listener = listening($PORT)
if os.fork() == 0:
    os.close(to_worker)
    signal.signal(signal.SIGTERM, note("worker"))
    threading.Thread(target=threads, args=([listener], answering("x")), daemon=True).start()
    os.read(from_master, 1)
    os._exit(0)
signal.signal(signal.SIGTERM, note("master"))
while True:
    time.sleep(0.05)
END
    restart_and_wait "$PID"
    noted master
    log_lacks 'did not stop'
}

@test "workers whose master has died of it are told" {
    start_version <<END
import signal
def leave(*_):
    with open("$NOTES", "a") as file:
        file.write("worker\n")
    os._exit(0)
listener = listening($PORT)
if os.fork() == 0:
    signal.signal(signal.SIGTERM, leave)
    threads([listener], answering("x"))
while True:
    time.sleep(0.05)
END
    restart_and_wait "$PID"
    noted worker
    log_lacks 'did not stop'
}

@test "a program that wants another signal gets that" {
    local script=$BATS_TEST_TMPDIR/uwsgi
    { echo "#!$PYTHON" && cat "$NOTING"; } | put "$script"
    start_wrapped uwsgi "$script" "$PORT" TERM=note INT=exit:0
    restart_and_wait "$PID"
    log_has 'SIGINT arrived'
    log_lacks 'SIGTERM arrived|did not stop'
}

# leaving: a version that makes files as it starts, in the ways that there are, and takes away what
# has their names as it ends.
leaving() {
    version <<END
import signal, tempfile
HERE = "$BATS_TEST_TMPDIR"
scratch = tempfile.mkstemp(prefix="scratch.$1.", dir=HERE)[1]
pid = os.open(HERE + "/pid", os.O_CREAT | os.O_RDWR, 0o644)
os.ftruncate(pid, 0)
os.write(pid, b"%d\n" % os.getpid())
def make(name, text):
    if os.path.exists(name):
        os.unlink(name)
    with open(name, "x") as file:
        file.write(text)
make(HERE + "/key", "$1")
with open(HERE + "/where", "w") as file:
    file.write("port $PORT of $1")
def leave(*_):
    os.ftruncate(pid, 0)
    os.unlink(HERE + "/pid")
    os.truncate(HERE + "/where", 0)
    for name in "/key", "/where":
        os.unlink(HERE + name)
    os.unlink(scratch)
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
threading.Thread(target=threads, args=([listening($PORT)], answering("$1")), daemon=True).start()
while True:
    time.sleep(0.05)
END
}

@test "what the next one has made at its start is left to it" {
    local dir=$BATS_TEST_TMPDIR new
    leaving one
    start_installed
    for new in two three; do
        leaving "$new"
        restart_and_wait "$PID"
        [[ $(<"$dir/key") == "$new" && $(<"$dir/where") == "port $PORT of $new" ]]
        [[ $(<"$dir/pid") == "$(server_pid "$PID")" ]]
        [[ $(echo "$dir"/scratch.*) == "$dir/scratch.$new."* ]]
    done
    log_lacks 'did not stop'
    stop_and_wait "$PID"
    run compgen -G "$dir/scratch.*"
    [[ ! $output && ! -e $dir/key && ! -e $dir/where && ! -e $dir/pid ]]
}
