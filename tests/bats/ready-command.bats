# SPDX-License-Identifier: ISC
# GRACE_READY=exec: what the command says is about the generation it was run for, and it does not
# outlive the question.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    HANG=$BATS_TEST_TMPDIR/hang
    COMMAND=$BATS_TEST_TMPDIR/command
    export GRACE_READY="exec=$COMMAND" GRACE_SETTLE=300ms
    put "$COMMAND" <<END
#!/bin/bash
if [[ -e $HANG ]]; then
    sleep 1000 &
    echo \$\$ \$! >$HANG.\$GRACE_GENERATION.new
    mv $HANG.\$GRACE_GENERATION{.new,}
    wait
fi
END
}

# hangs N: the command hangs for generation N; its processes are to end with it.
hangs() {
    grace_wait 10 test -e "$HANG.$1"
    read -ra HANGING <"$HANG.$1"
}

# asks_and_waits ASKED ANSWER: the command leaves the one file, and succeeds when there is the other.
asks_and_waits() {
    put "$COMMAND" <<<"#!/bin/sh
touch $1
until [ -e $2 ]; do sleep 0.01; done"
}

is_over() {
    local pid
    for pid in "${HANGING[@]}"; do
        ! [[ -e /proc/$pid/exe ]] || return
    done
}

@test "it hangs in a restart: rolled back, and the next one is not held up" {
    export GRACE_READY_TIMEOUT=3s # which binds the next one, too
    start_server
    touch "$HANG"
    kill -HUP "$PID"
    hangs 2
    grace_wait 10 rolled_back "$PID" 1
    grace_wait 5 is_over
    rm "$HANG"
    restart_and_wait "$PID"
}

@test "it hangs in sequential mode: the next generation is not held up" {
    export GRACE_READY_TIMEOUT=700ms GRACE_MODE=sequential
    start_server
    touch "$HANG"
    kill -HUP "$PID"
    hangs 2
    rm "$HANG"
    grace_wait 20 settled_beyond "$PID" 2
    grace_wait 5 is_over
}

@test "it hangs at the first start: after GRACE_READY_TIMEOUT it is run again" {
    export GRACE_READY_TIMEOUT=300ms
    touch "$HANG"
    start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    hangs 1
    rm "$HANG"
    grace_wait 10 settled "$PID" 1
    grace_wait 5 is_over
}

@test "it hangs when the server is stopped: it does not stay" {
    touch "$HANG"
    start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    hangs 1
    stop_and_wait "$PID"
    grace_wait 5 is_over
}

@test "what it says of one generation is not said of the next" {
    local app=$APP
    asks_and_waits "$app.asked" "$app.yes"
    put "$app" <<<"#!/bin/sh
until [ -e $app.gate ]; do sleep 0.01; done
exec $SERVER --listen 127.0.0.1:$PORT"
    touch "$app.gate" "$app.yes"
    start_wrapped app "$app"
    load_start --rate 400 "http://127.0.0.1:$PORT/"
    rm "$app.yes" "$app.asked"
    hup_until 10 test -e "$app.asked"
    rm "$app.gate" "$app.asked"
    load_finish # generation 2 accepts, too, and will be killed
    kill -KILL "$(main_of 2)"
    grace_wait 10 rolled_back "$PID" 1
    load_start --rate 400 "http://127.0.0.1:$PORT/"
    hup_until 10 log_has 'generation 3 starting'
    touch "$app.yes"
    grace_wait 10 nobody_runs "$COMMAND"
    requests -n 50 "http://127.0.0.1:$PORT/"
    log_lacks 'generation 3 ready'
    run ! test -e "$app.asked"
    touch "$app.gate"
    grace_wait 10 settled "$PID" 3
    load_finish
}

nobody_runs() {
    ! pgrep -f -- "$1" >/dev/null
}

@test "a server that goes to the background while it runs" {
    local way=$BATS_TEST_TMPDIR/way
    cat >"$way.py" <<END
import os
from serving import listening, serve, wait_for
listener = listening($PORT)
wait_for("$way.asked")
if os.fork():
    os._exit(0)
os.setsid()
serve(listener, body="here")
END
    asks_and_waits "$way.asked" "$way.gone"
    start server env LD_PRELOAD="$LIBGRACE" PYTHONPATH="$ROOT/tests/servers" \
        PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$way.py"
    ends_with 0
    found_in_background
    touch "$way.gone"
    grace_wait 10 settled "$PID" 1
    restart_and_wait "$PID"
}
