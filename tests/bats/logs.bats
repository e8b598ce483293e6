# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2154
# grace logs: what a supervisor has said, wherever its log goes.
load helper

grace() {
    run --separate-stderr timeout 60 "$GRACE" "$@"
}

# asking COUNT: so many clients ask for the log's end, and read nothing until a line comes in.
asking() {
    cat >"$BATS_TEST_TMPDIR/asking.py" <<'EOF'
import socket, sys
path, count = sys.argv[1], int(sys.argv[2])
readers = []
for _ in range(count):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    s.sendall(b"follow 0\n")
    readers.append(s)
print("asked", flush=True)
sys.stdin.readline()
# each is a line of the log, until it is no more than a reader may leave unread by far
for _ in range(int(sys.argv[3])):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    s.sendall(b"signal 28\n")
    while s.recv(4096):
        pass
for s in readers:
    s.settimeout(30)
    got = 0
    while data := s.recv(65536):
        got += len(data)
    print("hung up after", got, flush=True)
EOF
    mkfifo "$BATS_TEST_TMPDIR/go"
    start_beside asking bash -c '"$@" <>"$0"' "$BATS_TEST_TMPDIR/go" \
        "$PYTHON" "$BATS_TEST_TMPDIR/asking.py" "$GRACE_RUNTIME_DIR/$PID.sock" "$@"
    grace_wait 20 grep -q asked "$(log_of asking)"
}

@test "the lines are those of the log, with the time, and as many as are asked for" {
    local log=$BATS_TEST_TMPDIR/grace.log
    export GRACE_LOG=$log GRACE_LOG_LEVEL=debug
    start_server
    restarted
    grace logs "$PID"
    [[ $status -eq 0 && -z $stderr ]] || fail "$stderr"
    [[ $(sed -E 's/^[-0-9]{10} [:0-9]{8}\.[0-9]{3} //' <<<"$output") == "$(sed "s/^grace\[$PID\]: //" "$log")" ]] ||
        diff <(printf '%s\n' "$output") "$log"
    [[ $output == *'generation 2 ready'* ]]
    grace logs -n 2 "$PID"
    [[ ${#lines[@]} -eq 2 && ${lines[1]} == *"$(tail -n 1 "$log" | sed 's/^[^ ]* //')" ]]
    grace logs "$PID" --lines 0
    [[ $status -eq 0 && -z $output ]]
}

@test "what the level keeps out of the log is not there" {
    export GRACE_LOG_LEVEL=warning
    start_server
    restarted
    grace logs "$PID"
    [[ $status -eq 0 && -z $output ]]
}

@test "--follow goes on with what comes, until the supervisor has ended" {
    local out
    start_server
    start_beside following "$GRACE" logs -f "$PID"
    out=$(log_of following)
    grace_wait 10 grep -q 'generation 1 ready' "$out"
    restarted
    grace_wait 10 grep -q 'generation 1 retired' "$out"
    (($(grep -c 'generation 2 ready' "$out") == 1))
    stop_and_wait "$PID"
    ends_with 0 "$LAUNCHED"
    grep -q 'stopped: ' "$out"
}

@test "who follows and does not read is let go" {
    start_noting WINCH=ignore
    asking 2 6000
    echo >"$BATS_TEST_TMPDIR/go"
    ends_with 0 "$LAUNCHED"
    (($(grep -c 'hung up after' "$(log_of asking)") == 2))
    grace restart "$PID"
    [[ $status -eq 0 ]]
    grace logs "$PID"
    ((${#output} > 32000 && ${#output} < 66000)) || fail "${#output}"
}

@test "many that follow keep nobody out" {
    start_server
    asking 40 0
    grace restart "$PID"
    [[ $status -eq 0 && $output == *'generation 2 ready'* ]] || fail "$stderr"
    kill "$LAUNCHED"
}

@test "a supervisor that keeps none, one that is stopped, and bad words" {
    grace logs
    [[ $status -eq 2 && $stderr == *'TARGET is missing'* ]]
    grace logs -n -1 web
    [[ $status -eq 2 && $stderr == *"-n '-1' isn't a number"* ]]
    grace logs web
    [[ $status -eq 3 ]]
    start_server
    kill -STOP "$PID"
    grace_wait 10 stopped "$PID"
    grace logs -f "$PID"
    [[ $status -eq 4 && $stderr == *'because it is stopped: kill -CONT'* ]]
    kill -CONT "$PID"
}
