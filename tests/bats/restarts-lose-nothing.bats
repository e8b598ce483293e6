# SPDX-License-Identifier: ISC
# sample: 6
# time-limit: 1500
# Every way to wait for a connection, under every way to share the work: twenty restarts under load
# lose nothing, and every generation serves.
load helper

RESTARTS=20

# has_answered: the generation that serves has accepted more connections than there are clients,
# which may have been held up while it came.
has_answered() {
    (($(status_number "$PID" accepted) > 8))
}

# restarts_lose_nothing SERVER-OPTION...
restarts_lose_nothing() {
    local port i
    port=$(grace_free_port)
    start_wrapped server "$SERVER" --listen "127.0.0.1:$port" "$@"
    load_start --expect '^pid [0-9]+' --version-regex '^pid [0-9]+' "http://127.0.0.1:$port/"
    for ((i = 0; i < RESTARTS; i++)); do
        restart_and_wait "$PID"
        grace_wait 10 has_answered
    done
    load_finish
    [ "$(grace_load_versions | wc -l)" -eq $((RESTARTS + 1)) ] ||
        fail "not every generation has answered"
}

@test "epoll-lt, single" { restarts_lose_nothing --wait epoll-lt --model single; }
@test "epoll-et, single" { restarts_lose_nothing --wait epoll-et --model single; }
@test "epoll-oneshot, single" { restarts_lose_nothing --wait epoll-oneshot --model single; }
@test "epoll-exclusive, single" { restarts_lose_nothing --wait epoll-exclusive --model single; }
@test "epoll-shared, single" { restarts_lose_nothing --wait epoll-shared --model single; }
@test "epoll-polled, single" { restarts_lose_nothing --wait epoll-polled --model single; }
@test "poll, single" { restarts_lose_nothing --wait poll --model single; }
@test "ppoll, single" { restarts_lose_nothing --wait ppoll --model single; }
@test "select, single" { restarts_lose_nothing --wait select --model single; }
@test "pselect, single" { restarts_lose_nothing --wait pselect --model single; }
@test "accept, single" { restarts_lose_nothing --wait accept --model single; }
@test "select-accept, single" { restarts_lose_nothing --wait select-accept --model single; }

@test "epoll-lt, threads" { restarts_lose_nothing --wait epoll-lt --model threads; }
@test "epoll-et, threads" { restarts_lose_nothing --wait epoll-et --model threads; }
@test "epoll-oneshot, threads" { restarts_lose_nothing --wait epoll-oneshot --model threads; }
@test "epoll-exclusive, threads" { restarts_lose_nothing --wait epoll-exclusive --model threads; }
@test "epoll-shared, threads" { restarts_lose_nothing --wait epoll-shared --model threads; }
@test "poll, threads" { restarts_lose_nothing --wait poll --model threads; }
@test "ppoll, threads" { restarts_lose_nothing --wait ppoll --model threads; }
@test "select, threads" { restarts_lose_nothing --wait select --model threads; }
@test "pselect, threads" { restarts_lose_nothing --wait pselect --model threads; }
@test "accept, threads" { restarts_lose_nothing --wait accept --model threads; }
@test "select-accept, threads" { restarts_lose_nothing --wait select-accept --model threads; }

@test "epoll-lt, prefork" { restarts_lose_nothing --wait epoll-lt --model prefork; }
@test "epoll-et, prefork" { restarts_lose_nothing --wait epoll-et --model prefork; }
@test "epoll-oneshot, prefork" { restarts_lose_nothing --wait epoll-oneshot --model prefork; }
@test "epoll-exclusive, prefork" { restarts_lose_nothing --wait epoll-exclusive --model prefork; }
@test "epoll-shared, prefork" { restarts_lose_nothing --wait epoll-shared --model prefork; }
@test "poll, prefork" { restarts_lose_nothing --wait poll --model prefork; }
@test "ppoll, prefork" { restarts_lose_nothing --wait ppoll --model prefork; }
@test "select, prefork" { restarts_lose_nothing --wait select --model prefork; }
@test "pselect, prefork" { restarts_lose_nothing --wait pselect --model prefork; }
@test "accept, prefork" { restarts_lose_nothing --wait accept --model prefork; }
@test "select-accept, prefork" { restarts_lose_nothing --wait select-accept --model prefork; }

@test "epoll-lt, fork" { restarts_lose_nothing --wait epoll-lt --model fork; }
@test "epoll-et, fork" { restarts_lose_nothing --wait epoll-et --model fork; }
@test "epoll-oneshot, fork" { restarts_lose_nothing --wait epoll-oneshot --model fork; }
@test "epoll-exclusive, fork" { restarts_lose_nothing --wait epoll-exclusive --model fork; }
@test "epoll-shared, fork" { restarts_lose_nothing --wait epoll-shared --model fork; }
@test "poll, fork" { restarts_lose_nothing --wait poll --model fork; }
@test "ppoll, fork" { restarts_lose_nothing --wait ppoll --model fork; }
@test "select, fork" { restarts_lose_nothing --wait select --model fork; }
@test "pselect, fork" { restarts_lose_nothing --wait pselect --model fork; }
@test "accept, fork" { restarts_lose_nothing --wait accept --model fork; }
@test "select-accept, fork" { restarts_lose_nothing --wait select-accept --model fork; }

# No signal reaches these threads, unless somebody unblocks it for them; nor one that asks them to end.
blocking_one_loses_nothing() {
    export GRACE_STOP_SIGNAL=none
    restarts_lose_nothing "$@" --block-signals
}

@test "epoll-lt, threads, all signals blocked" { blocking_one_loses_nothing --wait epoll-lt --model threads; }
@test "poll, single, all signals blocked" { blocking_one_loses_nothing --wait poll --model single; }
@test "select, threads, all signals blocked" { blocking_one_loses_nothing --wait select --model threads; }
@test "accept, threads, all signals blocked" { blocking_one_loses_nothing --wait accept --model threads; }
@test "accept, prefork, all signals blocked" { blocking_one_loses_nothing --wait accept --model prefork; }
@test "select-accept, threads, all signals blocked" { blocking_one_loses_nothing --wait select-accept --model threads; }

# While other threads open what this one has just closed.
@test "threads, close: fclose" { restarts_lose_nothing --model threads --close fclose; }
@test "threads, close: close_range" { restarts_lose_nothing --model threads --close close_range; }
@test "threads, close: dup2" { restarts_lose_nothing --model threads --close dup2; }
@test "threads, close: syscall" { restarts_lose_nothing --model threads --close syscall; }
@test "threads, close: shutdown" { restarts_lose_nothing --model threads --close shutdown; }
@test "threads, accept: accept4" { restarts_lose_nothing --model threads --accept accept4; }
@test "threads, accept: syscall" { restarts_lose_nothing --model threads --accept syscall; }

@test "accept, 40 threads that share their stack for signals" {
    restarts_lose_nothing --wait accept --model threads --workers 40 --one-altstack
}

@test "connections passed to workers" { restarts_lose_nothing --pass scm; }
@test "connections passed to programs" { restarts_lose_nothing --pass exec; }
