# SPDX-License-Identifier: ISC
# sample: 12
# GRACE_READY=notify and delay: until a new generation is ready the one before alone serves.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    READY=$BATS_TEST_TMPDIR/ready
    export GRACE_READY=notify
    export GRACE_LOG_LEVEL=debug
    touch "$READY"
}

# start_version_1 SERVER-OPTION...
start_version_1() {
    install_version 1
    start_server --bodyfile "$BODY" \
        --notify "$READY" "$@"
    load_start -c new=4 --expect '^version [0-9]+$' --version-regex 'version [0-9]+' "http://127.0.0.1:$PORT/"
}

# begin N: a restart to version N, until that has the listener.
begin() {
    rm -f "$READY"
    install_version "$1"
    hup_until 10 log_has "generation $1 adopts"
}

# only N: version N answers every request for a while.
only() {
    requests -n 250 --rate 1000 --expect "^version $1\$" "http://127.0.0.1:$PORT/" >/dev/null
}

# is_suspended SERVER-OPTION...
is_suspended() {
    local version
    start_version_1 "$@"
    for version in 2 3; do
        begin "$version"
        only $((version - 1)) || fail "version $version has answered"
        log_lacks "generation $version ready"
        touch "$READY"
        grace_wait 10 settled "$PID" "$version"
        only "$version" || fail "version $version does not answer"
    done
    load_finish
}

@test "epoll-lt, single" { is_suspended --wait epoll-lt --model single; }
@test "epoll-et, single" { is_suspended --wait epoll-et --model single; }
@test "epoll-oneshot, single" { is_suspended --wait epoll-oneshot --model single; }
@test "epoll-exclusive, single" { is_suspended --wait epoll-exclusive --model single; }
@test "epoll-shared, single" { is_suspended --wait epoll-shared --model single; }
@test "epoll-polled, single" { is_suspended --wait epoll-polled --model single; }
@test "poll, single" { is_suspended --wait poll --model single; }
@test "ppoll, single" { is_suspended --wait ppoll --model single; }
@test "select, single" { is_suspended --wait select --model single; }
@test "pselect, single" { is_suspended --wait pselect --model single; }
@test "accept, single" { is_suspended --wait accept --model single; }
@test "select-accept, single" { is_suspended --wait select-accept --model single; }

@test "epoll-lt, threads" { is_suspended --wait epoll-lt --model threads; }
@test "epoll-et, threads" { is_suspended --wait epoll-et --model threads; }
@test "epoll-oneshot, threads" { is_suspended --wait epoll-oneshot --model threads; }
@test "epoll-exclusive, threads" { is_suspended --wait epoll-exclusive --model threads; }
@test "epoll-shared, threads" { is_suspended --wait epoll-shared --model threads; }
@test "epoll-polled, threads" { is_suspended --wait epoll-polled --model threads; }
@test "poll, threads" { is_suspended --wait poll --model threads; }
@test "ppoll, threads" { is_suspended --wait ppoll --model threads; }
@test "select, threads" { is_suspended --wait select --model threads; }
@test "pselect, threads" { is_suspended --wait pselect --model threads; }
@test "accept, threads" { is_suspended --wait accept --model threads; }
@test "select-accept, threads" { is_suspended --wait select-accept --model threads; }

@test "epoll-lt, prefork" { is_suspended --wait epoll-lt --model prefork; }
@test "epoll-et, prefork" { is_suspended --wait epoll-et --model prefork; }
@test "epoll-oneshot, prefork" { is_suspended --wait epoll-oneshot --model prefork; }
@test "epoll-exclusive, prefork" { is_suspended --wait epoll-exclusive --model prefork; }
@test "epoll-shared, prefork" { is_suspended --wait epoll-shared --model prefork; }
@test "epoll-polled, prefork" { is_suspended --wait epoll-polled --model prefork; }
@test "poll, prefork" { is_suspended --wait poll --model prefork; }
@test "ppoll, prefork" { is_suspended --wait ppoll --model prefork; }
@test "select, prefork" { is_suspended --wait select --model prefork; }
@test "pselect, prefork" { is_suspended --wait pselect --model prefork; }
@test "accept, prefork" { is_suspended --wait accept --model prefork; }
@test "select-accept, prefork" { is_suspended --wait select-accept --model prefork; }

@test "a process for each connection" { is_suspended --model fork; }
@test "a sandbox that allows no more than before" { is_suspended --wait poll --sandbox seccomp; }
@test "calls by number" { is_suspended --accept syscall; }

# udp WAY [WORKERS]: whoever answers has been ready before.
udp() {
    local version=1 answer
    GRACE_READY=delay=700ms start_datagrams "$1" "$PORT" "${@:2}"
    load_start --rate 1000 --send '?' --expect 'version [0-9]+' "udp://127.0.0.1:$PORT"
    for version in 2 3; do
        install_version "$version"
        kill -HUP "$PID"
        until settled "$PID" "$version"; do
            answer=$(requests -n 1 -o json --send '?' --expect 'version [0-9]+' --version-regex 'version [0-9]+' \
                "udp://127.0.0.1:$PORT")
            [[ $answer != *"\"version $version\""* ]] || log_has "generation $version ready" ||
                fail "version $version was not ready yet"
        done
        requests -c new=4 -n 50 --send '?' --expect "version $version" "udp://127.0.0.1:$PORT" >/dev/null
    done
    load_finish
}

@test "datagrams: epoll" { udp epoll; }
@test "datagrams: poll" { udp poll; }
@test "datagrams: select" { udp select; }
@test "datagrams: blocking recvfrom" { udp block; }
@test "datagrams: recvfrom with a time-out" { udp timeout; }
@test "datagrams: a group of three that share the port" { udp epoll 3; }

@test "a version that never gets ready has answered nobody" {
    local model
    export GRACE_READY_TIMEOUT=3s
    for model in single threads prefork; do
        PORT=$(grace_free_port)
        touch "$READY"
        start_version_1 --model "$model"
        begin 2
        grace_wait 10 rolled_back "$PID" 1
        grace_wait 10 settled "$PID" 1
        load_finish
        versions_are 'version 1' || fail "$model"
        touch "$READY"
        restart_and_wait "$PID"
        only 2
    done
}

@test "a version that crashes before it is ready takes no connection with it" {
    start_version_1 --wait accept --model threads
    begin 2
    only 1
    kill -SEGV "$(main_of 2)"
    grace_wait 10 rolled_back "$PID" 1
    only 1
    load_finish
    versions_are 'version 1'
}

@test "a worker that is replaced while its generation is suspended resumes with the others" {
    local worker main
    start_version_1 --model prefork
    begin 2
    only 1
    main=$(main_of 2)
    grace_wait 5 tree_has "$main" 4
    worker=$(tree_of "$main" | grep -vx "$main" | head -n 1)
    kill -KILL "$worker"
    grace_wait 5 gone "$worker"
    only 1
    touch "$READY"
    grace_wait 10 settled "$PID" 2
    only 2
    load_finish
}

# What is started by exec has to find out that its listener is suspended.
inherits() {
    local answer
    install_version 1
    GRACE_READY=delay=700ms start_activated "$PORT" "$PYTHON" "$ROOT/tests/servers/inherited.py" "$1" "$BODY"
    load_start --expect '^version [0-9]+ mine$' --version-regex 'version [0-9]+' "http://127.0.0.1:$PORT/"
    install_version 2
    kill -HUP "$PID"
    until settled "$PID" 2; do
        answer=$(requests -n 1 -o json --expect '^version [0-9]+ mine$' --version-regex 'version [0-9]+' \
            "http://127.0.0.1:$PORT/")
        [[ $answer != *'"version 2"'* ]] || log_has 'generation 2 ready' ||
            fail 'version 2 was not ready yet'
    done
    load_finish
    versions_are 'version 1' 'version 2'
}

@test "a listener that the server was started with: blocking accept" { inherits blocking; }
@test "a listener that the server was started with: select" { inherits polling; }

@test "an address of its own is served at once" {
    local extra options=(--bodyfile "$BODY" --notify "$READY")
    extra=$(grace_free_port)
    install_version 1
    install_app "${options[@]}"
    start_wrapped server "$APP"
    install_app "${options[@]}" --listen "127.0.0.1:$extra"
    begin 2
    only 1
    grace_wait 5 requests -n 1 --expect '^version 2$' "http://127.0.0.1:$extra/"
    only 1
    touch "$READY"
    grace_wait 10 settled "$PID" 2
    only 2
}

@test "in sequential mode clients wait until the new generation is ready" {
    export GRACE_MODE=sequential
    start_version_1 --wait poll
    begin 2
    run -3 requests -n 1 --timeout 500ms --expect version "http://127.0.0.1:$PORT/"
    [[ $output == *'no answer in time'* ]]
    touch "$READY"
    grace_wait 10 settled "$PID" 2
    only 2
    load_finish
}
