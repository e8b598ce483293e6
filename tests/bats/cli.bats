# SPDX-License-Identifier: ISC
# The grace command against the real supervisor.

# shellcheck disable=SC2030,SC2031
load helper

# serve_web [OPTION...]: a python server under `grace run`, with the name web; sets PID.
serve_web() {
    cd "$BATS_TEST_TMPDIR" || return
    start_settled web "$GRACE" run --name web "$@" -- \
        "$PYTHON" -m http.server --bind 127.0.0.1 "$PORT"
}

# complains CODE REGEX: the last `run --separate-stderr` ended so, with one line on stderr.
complains() {
    [[ $status -eq $1 ]] || fail "exit code $status, not $1: $output $stderr"
    [[ $stderr =~ $2 ]] || fail "stderr is not like '$2': $stderr"
    [[ $stderr != *$'\n'* ]] || fail "not one line: $stderr"
}

grace() {
    run --separate-stderr timeout 60 "$GRACE" "$@"
}

json_check() {
    "$PYTHON" - "$@" <<'EOF'
import json, sys
text = sys.argv[1]
s = json.loads(text)
assert "\n" not in text
if sys.argv[2] == "array":
    assert isinstance(s, list) and len(s) == 1
    s = s[0]
assert {"name", "pid", "command", "state", "generation", "generations", "listeners", "unserved",
        "restarts", "last"} <= set(s), s.keys()
for g in s["generations"]:
    assert {"generation", "pid", "state", "processes", "connections", "accepted", "started",
            "ready_ms"} <= set(g), g.keys()
for l in s["listeners"]:
    assert {"address", "type", "queue", "backlog"} <= set(l), l.keys()
assert {"done", "rolled_back"} <= set(s["restarts"])
assert {"event", "at"} <= set(s["last"])
assert s["name"] == "web" and s["state"] == "serving" and s["generation"] == 1
assert s["pid"] == int(sys.argv[3])
assert s["command"][1:4] == ["-m", "http.server", "--bind"]
assert [l["address"] for l in s["listeners"]] == ["tcp 127.0.0.1:" + sys.argv[4]]
assert s["listeners"][0]["type"] == "stream"
assert len(s["generations"]) == 1 and s["generations"][0]["processes"] == 1
EOF
}

@test "a bad command line is exit code 2 and one line that names the help" {
    while read -r words; do
        # shellcheck disable=SC2086
        grace $words
        complains 2 "see 'grace help"
    done <<'EOF'

foo
--foo
help foo
help run stop
restart
restart --all a
stop a --all
restart a --foo
restart a -x
restart a --timeout
restart a --timeout 5
restart a --timeout -5s
restart a --timeout 99999999999s
restart a --timeout soon
stop
stop a --drain=yes
status a --json --ready
stop a --drain --now
restart a --drain
status --json=3
EOF
}

@test "a bad command line of run is exit code 125" {
    grace run
    complains 125 "COMMAND is missing"
    grace run --foo -- true
    complains 125 "--foo isn't an option here"
    grace run --settle
    complains 125 "--settle needs a value"
}

@test "help and version go to stdout" {
    for words in help "help run" "restart -h" "run --help" --help --version; do
        # shellcheck disable=SC2086
        grace $words
        [[ $status -eq 0 && -n $output && -z $stderr ]]
    done
    grace help
    for command in run restart stop status check probe help; do
        [[ $output == *"  $command"* ]]
    done
}

@test "an answer that can't be written is a failure" {
    run -1 bash -c "$GRACE help >/dev/full"
}

@test "no target is exit code 3" {
    grace restart web
    complains 3 "no server 'web'"
    grace stop $$
    complains 3 "process $$ doesn't run under grace"
    grace status 4194305
    complains 3 "no process 4194305"
    grace restart 99999999999
    complains 3 "can't be a pid"
}

@test "without servers the status is empty, and says where it has looked" {
    grace status
    [[ -z $output ]]
    complains 0 "no servers run under grace \\(looked in $GRACE_RUNTIME_DIR\\)"
    grace status --json
    [[ $status -eq 0 && $output == '[]' ]]
}

@test "a runtime directory that others can write is refused" {
    mkdir "$GRACE_RUNTIME_DIR"
    chmod 777 "$GRACE_RUNTIME_DIR"
    grace status
    complains 1 "writable by others"
}

@test "run passes the exit status on" {
    grace run -- sh -c 'exit 7'
    [[ $status -eq 7 ]]
    grace run -- sh -c 'kill -9 $$'
    [[ $status -eq 137 ]]
    run -127 "$GRACE" run -- /nonexistent/server
    run -126 "$GRACE" run -- "$BATS_TEST_TMPDIR"
}

@test "run lets the supervisor judge the values" {
    grace run --settle soon -- true
    complains 125 "GRACE_SETTLE.*soon"
    grace run -s NOSUCH -- true
    complains 125 "GRACE_SIGNAL.*NOSUCH"
}

@test "run works when the library has lost its x bit" {
    mkdir -p "$BATS_TEST_TMPDIR"/copy/{tools,shim}
    cp "$GRACE" "$BATS_TEST_TMPDIR/copy/tools"
    cp "$LIBGRACE" "$BATS_TEST_TMPDIR/copy/shim"
    chmod 644 "$BATS_TEST_TMPDIR/copy/shim/libgrace.so"
    GRACE=$BATS_TEST_TMPDIR/copy/tools/grace serve_web
    answered
    grace restart web
    [[ $status -eq 0 ]]
}

@test "restart by name, pid of the supervisor, and pid of a worker" {
    start_settled web "$GRACE" run --name web -- "$SERVER" --listen "127.0.0.1:$PORT" --model prefork
    local target main
    for target in name supervisor worker; do
        case $target in
            name) grace restart web ;;
            supervisor) grace restart "$PID" ;;
            worker)
                grace_wait 10 tree_has "$PID" 5
                main=$(server_pid "$PID")
                grace restart "$(tree_of "$main" | grep -vx "$main" | head -n 1)"
                ;;
        esac
        [[ $status -eq 0 && $output == *' ready in '* && -z $stderr ]] ||
            fail "$target: $output $stderr"
        grace_wait 20 settled "$PID" "$(generation_of "$PID")"
    done
    [[ $(generation_of "$PID") -eq 4 ]]
    answered
}

@test "restart tells of a failure with exit code 1" {
    cd "$BATS_TEST_TMPDIR" || return
    APP=server install_app
    start_settled web "$GRACE" run -- ./server
    APP=server install_app --fail exit:5
    grace restart server
    complains 1 "failed: .*5"
    rolled_back "$PID" 1
    answered
    APP=server install_app
    grace restart server
    [[ $status -eq 0 ]]
    number_is 'done' 1
}

@test "restart and stop time out with exit code 4 and go on" {
    serve_web --ready delay=2s
    grace restart web --timeout 100ms
    complains 4 "isn't over in time and goes on"
    grace_wait 20 settled "$PID" 2
    grace restart web --timeout 20s
    [[ $status -eq 0 ]]
}

@test "a restart that nobody has time to wait for is asked for all the same" {
    local timeout
    serve_web --ready delay=100ms
    for timeout in 0 1ms 50ms; do
        grace_wait 20 lone_generation "$PID"
        grace restart web --timeout "$timeout"
        [[ $status -eq 0 ]] || complains 4 "isn't over in time and goes on"
        grace_wait 20 settled_beyond "$PID" "$GENERATION"
    done
    grace stop web --timeout 0
    [[ $status -eq 0 ]] || complains 4 "isn't over in time and goes on"
    grace_wait 20 gone "$PID"
}

@test "a refusal is told, however short the time" {
    serve_web
    hold_one
    grace stop web --drain --timeout 0
    complains 4 "isn't over in time and goes on"
    grace restart web --timeout 0
    complains 1 "restart refused: the server is being stopped"
    drop 0
    grace_wait 20 gone "$PID"
}

@test "a supervisor that is stopped isn't waited for" {
    serve_web
    kill -STOP "$PID"
    grace_wait 10 stopped "$PID"
    grace restart "$PID" --timeout 200ms
    complains 4 "doesn't answer because it is stopped, and has the request"
    grace status "$PID"
    complains 4 "doesn't answer because it is stopped"
    grace status --json
    complains 4 "doesn't answer because it is stopped"
    [[ $output == '[]' ]]
    kill -CONT "$PID"
    grace_wait 20 settled "$PID" 2
    kill -STOP "$PID"
    grace_wait 10 stopped "$PID"
    grace stop "$PID" --timeout 0
    complains 4 "doesn't answer because it is stopped, and has the request"
    kill -CONT "$PID"
    grace_wait 20 gone "$PID"
}

@test "status shows a table" {
    serve_web
    grace status
    [[ $status -eq 0 && ${#lines[@]} -eq 2 ]]
    [[ ${lines[0]} =~ ^NAME\ +PID\ +GEN\ +STATE ]]
    [[ ${lines[1]} =~ ^web\ +$PID\ +1\ +serving\ +1\ +0\ +0\ +[0-9ms]+\ +never$ ]]
    grace status web
    [[ $output == *"command   $PYTHON -m http.server"* && $output == *"restarts  0 done"* ]]
    [[ $output == *"listener  tcp 127.0.0.1:$PORT, queue 0 of "* ]]
    [[ $output == *"gen 1     serving, main process $(server_pid "$PID"), ready in "* ]]
}

@test "status escapes what would play with the terminal" {
    cd "$BATS_TEST_TMPDIR" || return
    start_settled web "$GRACE" run --name web -- "$PYTHON" -c '
import http.server, sys
http.server.test(port=int(sys.argv[1]), bind="127.0.0.1")' "$PORT" $'\e[31m'
    grace status web
    [[ $output == *'\^[[31m'* && $output != *$'\e'* ]]
}

@test "status --json is UTF-8 whatever the arguments are" {
    start_settled web "$GRACE" run --name web -- "$PYTHON" -c '
import http.server, sys
http.server.test(port=int(sys.argv[1]), bind="127.0.0.1")' "$PORT" \
        $'\xc3\xa9 \xed\xa0\x80 \xe0\x80\x80 \xf0\x8f\xbf\xbf \xf4\x90\x80\x80 \xff \xe2\x82'
    "$GRACE" status --json web | "$PYTHON" -c '
import json, sys
last = json.load(sys.stdin.buffer)["command"][-1]
bad = "\ufffd"
assert last == "\u00e9 " + " ".join([3 * bad, 3 * bad, 4 * bad, 4 * bad, bad, 2 * bad]), ascii(last)'
}

@test "status --json has the names that it promises" {
    serve_web
    grace status web --json
    [[ $status -eq 0 ]]
    json_check "$output" object "$PID" "$PORT"
    grace status --json
    [[ $status -eq 0 ]]
    json_check "$output" array "$PID" "$PORT"
}

@test "status --watch repeats until the target is gone" {
    serve_web
    "$GRACE" status web --json --watch >"$BATS_TEST_TMPDIR/watch" 2>&1 3>&- &
    local watch=$!
    twice() { [[ $(wc -l <"$BATS_TEST_TMPDIR/watch") -ge 2 ]]; }
    grace_wait 10 twice
    grace stop web
    wait "$watch" || [[ $? -eq 1 || $? -eq 3 ]]
    grace_wait 10 grep -q "^grace: " "$BATS_TEST_TMPDIR/watch"
}

@test "an ambiguous name is exit code 2 with the candidates" {
    serve_web
    local first=$PID
    PORT=$(grace_free_port)
    serve_web
    grace restart web
    complains 2 "2 servers.* $first"
    complains 2 " $PID"
    grace restart "$PID"
    [[ $status -eq 0 ]]
    [[ $(generation_of "$first") -eq 1 ]]
}

@test "stop returns when the server is gone" {
    serve_web
    local main
    main=$(server_pid "$PID")
    grace stop web
    [[ $status -eq 0 && -z $stderr ]] || fail "$output $stderr"
    [[ ! -e /proc/$main ]]
    [[ ! -e $GRACE_RUNTIME_DIR/$PID.sock ]]
    refuses "http://127.0.0.1:$PORT/"
}

@test "stop --drain lets a request in progress finish" {
    cd "$BATS_TEST_TMPDIR" || return
    start_settled web "$GRACE" run --name web -- "$SERVER" --listen "127.0.0.1:$PORT" \
        --slow-until "$BATS_TEST_TMPDIR/finish"
    "$PYTHON" -c '
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1]).status)' "http://127.0.0.1:$PORT/slow" \
        >"$BATS_TEST_TMPDIR/slow" 2>&1 3>&- &
    local client=$!
    grace_wait 10 connections_are 1
    "$GRACE" stop web --drain >"$BATS_TEST_TMPDIR/stop" 2>&1 3>&- &
    local stop=$!
    grace_wait 10 log_has 'generation 1 draining'
    kill -0 "$stop" "$PID"
    touch "$BATS_TEST_TMPDIR/finish"
    wait "$stop" || fail "$(<"$BATS_TEST_TMPDIR/stop")"
    wait "$client"
    [[ $(<"$BATS_TEST_TMPDIR/slow") == 200 ]]
}

@test "what dead supervisors left is ignored and removed" {
    serve_web
    local dead=$PID main
    main=$(server_pid "$PID")
    kill -KILL "$PID" "$main"
    wait "$PID" || (($? == 137))
    grace_wait 10 ended "$main" # else its server serves on
    [[ -e $GRACE_RUNTIME_DIR/$dead.sock ]]
    mkdir "$GRACE_RUNTIME_DIR/$dead.d" # of a placeholder that it was making
    touch "$GRACE_RUNTIME_DIR/$dead.d/p"
    grace restart web
    complains 3 "no server 'web'"
    [[ -z $(ls "$GRACE_RUNTIME_DIR") ]]
}

@test "a socket that speaks something else is told from a supervisor" {
    start_pretending < <(head -c 5000 /dev/urandom && echo)
    grace restart "$PID"
    complains 1 "doesn't speak like a supervisor"
    grace status
    complains 1 "doesn't tell its status"
}
