# SPDX-License-Identifier: ISC
# GRACE_READY=notify and delay say when a new generation can answer; it replaces the old one only
# when it has taken over the listeners, too.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    OTHER=$(grace_free_port)
    READY=$BATS_TEST_TMPDIR/ready
    GATE=$BATS_TEST_TMPDIR/gate
    touch "$READY" "$GATE"
    export GRACE_LOG_LEVEL=debug GRACE_SETTLE=300ms
}

# install_gated COMMAND...: what runs from the next start on, once the gate is open.
install_gated() {
    put "$APP" <<END
#!/bin/sh
until [ -e '$GATE' ]; do sleep 0.01; done
exec $*
END
}

# server_on PORT...: the command.
server_on() {
    local command
    printf -v command -- '--listen 127.0.0.1:%s ' "$@"
    [[ $GRACE_READY != notify ]] || command+="--notify $READY"
    echo "$SERVER $command"
}

# overdue N: generation N has said all it has to, or has lived for long enough.
overdue() {
    case $GRACE_READY in
        delay=*) (($(ps -o etimes= -p "$(main_of "$1")") >= 1)) ;;
        *) [[ -e $BATS_TEST_TMPDIR/said ]] ;;
    esac
}

# binds_late COMMAND...: generation 2 of it does, when it has long been ready otherwise.
binds_late() {
    start_wrapped app "$@"
    rm -f "$BATS_TEST_TMPDIR/said"
    load_start --rate 400 "http://127.0.0.1:$PORT/"
    rm "$GATE"
    hup_until 10 log_has 'generation 2 starting'
    grace_wait 10 overdue 2
    [[ ${GRACE_MODE-} == sequential ]] || requests -n 50 "http://127.0.0.1:$PORT/"
    log_lacks 'generation 2 ready'
    touch "$GATE"
    grace_wait 10 settled "$PID" 2
    load_finish
}

@test "delay: a version that has not bound when it is over does not replace the old one" {
    export GRACE_READY=delay=200ms
    install_gated "$(server_on "$PORT")"
    binds_late "$APP"
}

@test "delay, in sequential mode: clients wait for a version that binds later" {
    export GRACE_READY=delay=200ms GRACE_MODE=sequential
    install_gated "$(server_on "$PORT")"
    binds_late "$APP"
}

# early COMMAND: $BATS_TEST_TMPDIR/early says READY=1 and becomes it.
early() {
    put "$BATS_TEST_TMPDIR/early" <<END
#!$PYTHON
import os, socket
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    s.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
open("$BATS_TEST_TMPDIR/said", "w").close()
os.execvp("$1", "$*".split())
END
}

@test "notify: a version that says READY=1 before it has bound does not replace the old one" {
    export GRACE_READY=notify
    install_gated "$SERVER --listen 127.0.0.1:$PORT"
    early "$APP"
    binds_late "$BATS_TEST_TMPDIR/early"
}

@test "a version that never binds is rolled back" {
    export GRACE_READY_TIMEOUT=1s
    for GRACE_READY in delay=200ms notify; do
        export GRACE_READY
        install_gated "$(server_on "$PORT")"
        start_wrapped app "$APP"
        install_gated sleep 1000
        [[ $GRACE_READY != notify ]] || says_ready
        hup_until 10 rolled_back "$PID" 1
        log_has 'generation 2 rolled back: not ready after .*: 0 of 1 listeners adopted, not tcp '
        requests -n 50 "http://127.0.0.1:$PORT/"
        stop_and_wait "$PID"
        rm "$LOG"
    done
}

# says_ready: so does the version that never binds.
says_ready() {
    early sleep 1000
    mv "$BATS_TEST_TMPDIR/early" "$APP"
}

# drops FROM TO: each a list of ports; GRACE_SETTLE decides.
drops() {
    export GRACE_SETTLE=800ms
    for GRACE_READY in delay=100ms notify; do
        export GRACE_READY
        # shellcheck disable=SC2086 # a list
        install_gated "$(server_on $1)"
        start_wrapped app "$APP"
        # shellcheck disable=SC2086
        install_gated "$(server_on $2)"
        restart_and_wait "$PID"
        # shellcheck disable=SC2154 # grace_wait sets it
        (($(ready_ms 2) >= 800 && $(ready_ms 2) - grace_longest_look < 3000)) ||
            fail "$GRACE_READY: $(<"$LOG")"
        log_has 'is not served by generation 2'
        requests -n 50 "http://127.0.0.1:${2%% *}/"
        stop_and_wait "$PID"
        rm "$LOG"
    done
}

@test "one address less: GRACE_SETTLE decides, as with auto" { drops "$PORT $OTHER" "$PORT"; }
@test "another address: GRACE_SETTLE decides, as with auto" { drops "$PORT" "$OTHER"; }

@test "a server without listeners has none to take over" {
    export GRACE_READY=delay=200ms GRACE_SETTLE=10s
    install_gated sleep 1000
    start_wrapped app "$APP"
    restart_and_wait "$PID"
    (($(ready_ms 2) < 5000))
}

@test "what it listens on and nobody waits on is said, once it has stood still" {
    load scripted
    export GRACE_SETTLE=300ms
    start_version <<END
idle = listening($(grace_free_port))
serve(listening($PORT), body="one")
END
    log_has '1 of 2 listeners are not waited on; restarts will not expect it'
}
