# SPDX-License-Identifier: ISC
# What `grace status` tells of servers: on a terminal, as JSON.

# shellcheck disable=SC2030,SC2031,SC2154 # what bats sets, for each test anew
load helper

# serve NAME [OPTION...]: our server under `grace run`; sets PID.
serve() {
    start_settled "$1" "$GRACE" run --name "$@" -- "$SERVER" --listen "127.0.0.1:$PORT"
}

# told PYTHON [PID]: true of `s`, the status.
told() {
    status "${2:-$PID}" | "$PYTHON" -c "import json, sys; s = json.load(sys.stdin); sys.exit(not ($1))"
}

# tells PYTHON: at once, or what it tells instead.
tells() {
    told "$@" || fail "not so: $1" "$(status "${2:-$PID}")"
}

# held_while_draining COUNT: so many connections are, by generation 1 beside 2.
held_while_draining() {
    local i
    for ((i = 0; i < $1; i++)); do hold; done
    grace_wait 10 connections_are "$1"
    hup_until 20 drains 1
    grace_wait 10 serves 2
}

# on_terminal COLUMNS COMMAND...: what it prints there, in `lines`.
on_terminal() {
    run -0 script -qec "stty cols $1 rows 24; ${*:2}" /dev/null
    mapfile -t lines < <(tr -d '\r' <<<"$output")
}

# widest: how many columns the longest of `lines` takes.
widest() {
    printf '%s\n' "${lines[@]}" | wc -L
}

@test "the JSON leaves out what has not happened yet" {
    start web "$GRACE" run --ready delay=30s --name web -- "$SERVER" --listen "127.0.0.1:$PORT"
    grace_wait 20 told "s['listeners']"
    tells "s['state'] == 'starting' and s['last'].keys() == {'event', 'at'}"
    tells "not {'last_restart', 'why'} & s.keys()"
    tells "not {'ready_ms', 'draining_s', 'cut_in_s'} & s['generations'][0].keys()"
    tells "s['holding'] == [] and s['totals']['ready']['count'] == 0"
}

@test "the JSON tells how the last restart ended" {
    cd "$BATS_TEST_TMPDIR" || return
    APP=server install_app
    start_settled web "$GRACE" run --name web -- ./server
    restarted
    tells "s['last_restart'].keys() == {'result', 'at'} and s['last_restart']['result'] == 'done'"
    APP=server install_app --fail exit:5
    run -1 "$GRACE" restart web
    tells "s['last_restart']['result'] == 'rolled_back' and '5' in s['last_restart']['reason']"
    run -0 "$GRACE" status
    [[ ${lines[1]} =~ \ rolled\ back\ [0-9ms]+\ ago:\ .*5 ]] || fail "$output"
}

@test "a datagram socket has no queue of clients" {
    install_version 1
    start_settled web "$GRACE" run --name web -- \
        "$PYTHON" "$ROOT/tests/servers/datagrams.py" poll "$PORT" "$BODY"
    tells "s['listeners'][0]['type'] == 'datagram'"
    tells "not {'queue', 'backlog'} & s['listeners'][0].keys()"
}

@test "who holds a generation that drains is named: by its address, for how long, in which process" {
    local ends
    serve web
    held_while_draining 2
    ends=$(ss -tnH state established "dport = :$PORT" | awk '{ print $3 }' | sort | paste -sd ' ')
    grace_wait 10 told "[h['generation'] for h in s['holding']] == [1, 1]"
    tells "' '.join(sorted(h['peer'] for h in s['holding'])) == '$ends'"
    tells "all(0 <= h['age_s'] < 600 and h['pid'] == s['generations'][0]['pid'] for h in s['holding'])"
    tells "0 <= s['generations'][0]['draining_s'] and 0 < s['generations'][0]['cut_in_s'] <= 60"
    tells "s['totals']['drain']['count'] == 0"
    drop 0
    drop 1
    grace_wait 20 settled "$PID" 2
    tells "s['holding'] == [] and s['totals']['drained'] == 2 and s['totals']['cut'] == 0"
    tells "s['totals']['drain']['count'] == 1 and s['totals']['drain']['within_ms'][-1] == [3600000, 1]"
}

@test "the oldest five are named, and how many there are besides" {
    serve web
    held_while_draining 7
    run -0 "$GRACE" status web
    [[ $(grep -c 'held by 127\.0\.0\.1:[0-9]* for [0-9ms]*, process' <<<"$output") -eq 5 ]] ||
        fail "$output"
    [[ $output == *'          and 2 more'* ]] || fail "$output"
    [[ $output =~ \ draining\ +1\ +7\ .*\ cut\ in\  ]] || fail "$output"
}

@test "connections that were cut are counted" {
    serve web --drain-timeout 100ms --stop-timeout 1s
    hold_one
    restarted
    tells "s['totals']['cut'] == 1 and s['totals']['drained'] == 0"
    tells "s['totals']['drain']['count'] == 1"
}

@test "accepted connections are counted on, whatever generations and workers are gone" {
    start_settled web "$GRACE" run --name web -- \
        "$SERVER" --listen "127.0.0.1:$PORT" --model fork
    requests -n 20 "http://127.0.0.1:$PORT/"
    grace_wait 10 told "s['totals']['accepted'] == 20"
    restarted
    requests -n 5 "http://127.0.0.1:$PORT/"
    grace_wait 10 told "s['totals']['accepted'] == 25"
    tells "s['totals']['ready']['count'] == 2"
}

@test "on a terminal no line is wider than that, and what is cut ends with an ellipsis" {
    local columns
    serve "shop-$(printf '%060d' 0)"
    held_while_draining 1
    for columns in 120 80 60 40 10 1; do
        on_terminal $columns "$GRACE" status "$PID"
        (($(widest) <= columns)) || fail "$columns columns: $(widest)" "$output"
        ((columns == 120)) || grep -q '…$' <<<"${lines[0]}${lines[1]}" || ((columns > 60)) ||
            fail "$columns columns" "$output"
    done
    on_terminal 80 "$GRACE" status
    [[ ${lines[0]} == *' LAST RESTART' && ${lines[1]} =~ ^shop-0+…\ +$PID\ .*\ done\  ]] ||
        fail "$output"
    LC_ALL=C on_terminal 80 "$GRACE" status
    [[ ${lines[1]} =~ ^shop-0+~\  ]] || fail "$output"
}

@test "a program gets whole lines" {
    local name
    name=shop-$(printf '%060d' 0)
    serve "$name"
    COLUMNS=20 run -0 "$GRACE" status "$PID"
    [[ $output == *"$name  $PID "* && $output == *"$SERVER --listen 127.0.0.1:$PORT"* ]] || fail "$output"
}

@test "several targets are one table, and each its details" {
    local web
    serve web
    web=$PID PORT=$(grace_free_port)
    serve shop
    run -0 "$GRACE" status shop "$web"
    [[ ${lines[1]} == "shop  "* && ${lines[2]} == "web "* ]] || fail "$output"
    [[ $output == *"shop ($PID)"*"listener "*"web ($web)"*"listener "* ]] || fail "$output"
    run -0 "$GRACE" status --json web shop
    "$PYTHON" -c 'import json, sys; assert [s["name"] for s in json.loads(sys.argv[1])] == ["web", "shop"]' \
        "$output"
    run -3 "$GRACE" status web nobody
    run -2 "$GRACE" status web ''
}

# pictures COUNT: so many were painted at least.
pictures() {
    (($(grep -o "$(hostname)" "$BATS_TEST_TMPDIR/screen" | wc -l) >= $1))
}

@test "--watch paints in one place, with a clock, in columns that stand still" {
    local before
    serve web
    hold_one
    start_beside watch script -qefc "stty cols 80 rows 24; exec '$GRACE' status --watch" \
        "$BATS_TEST_TMPDIR/screen"
    grace_wait 10 pictures 1
    hup_until 20 drains 1
    before=$(grep -o "$(hostname)" "$BATS_TEST_TMPDIR/screen" | wc -l)
    grace_wait 10 pictures $((before + 2))
    drop 0
    grace_wait 20 settled "$PID" 2
    before=$(grep -o "$(hostname)" "$BATS_TEST_TMPDIR/screen" | wc -l)
    grace_wait 10 pictures $((before + 2))
    kill -INT "$(pgrep -P "$LAUNCHED" -f status)"
    grace_wait 10 ended "$LAUNCHED"
    [[ $(grep -o $'\e\[2J' "$BATS_TEST_TMPDIR/screen" | wc -l) -eq 1 ]]
    [[ $(grep -oE 'NAME .* LAST RESTART' "$BATS_TEST_TMPDIR/screen" | sort -u | wc -l) -eq 1 ]] ||
        fail "$(cat -v "$BATS_TEST_TMPDIR/screen")"
    grep -q draining "$BATS_TEST_TMPDIR/screen"
}

# is_ready CODE REGEX: so says --ready, and no more than a line.
is_ready() {
    run --separate-stderr "$GRACE" status --ready "${@:3}"
    [[ $status -eq $1 && -z $output && $stderr =~ $2 && $stderr != *$'\n'* ]] ||
        fail "exit status $status, not $1: $output $stderr"
}

# not_ready REGEX: it says so, within 10 seconds.
not_ready() {
    grace_wait 10 is_ready 1 "$1" web 2>/dev/null || is_ready 1 "$1" web
}

@test "--ready tells by its exit status whether the server serves, and why not" {
    local go=$BATS_TEST_TMPDIR/go
    # shellcheck disable=SC2016 # for the shell inside
    start web "$GRACE" run --name web --respawn --drain-timeout 30s -- \
        sh -c 'until [ -e "$0" ]; do sleep 0.05; done; exec "$@"' "$go" \
        "$SERVER" --listen "127.0.0.1:$PORT"
    not_ready '^grace: not ready: it is starting$'
    run "$GRACE" status --ready -q web
    [[ $status -eq 1 && -z $output ]]
    touch "$go"
    grace_wait 20 settled "$PID" 1
    is_ready 0 '^$' web
    is_ready 0 '^$'
    is_ready 0 '^$' "$PID"
    rm "$go"
    kill -HUP "$PID"
    grace_wait 20 told "s['state'] == 'restarting' and s['ready']"
    is_ready 0 '^$' web
    touch "$go"
    grace_wait 20 settled "$PID" 2
    rm "$go"
    kill -KILL "$(server_pid "$PID")"
    not_ready '^grace: not ready: it has died, and is (to be started|starting) again$'
    touch "$go"
    grace_wait 20 is_ready 0 '^$' web
    hold_one
    run -4 "$GRACE" stop --drain --timeout 0 web
    not_ready '^grace: not ready: it is being stopped, and drains$'
    drop 0
    grace_wait 20 gone "$PID"
    is_ready 3 "no server 'web'" web
    is_ready 3 'no servers run under grace'
}

@test "--ready without a target is a mistake where there are two servers, and names them" {
    local web
    serve web
    web=$PID PORT=$(grace_free_port)
    serve shop
    is_ready 2 "TARGET is missing, and there are 2 servers: .*web \($web\).*see 'grace help status'"
    is_ready 0 '^$' shop
    is_ready 2 'one TARGET' shop web
    is_ready 2 'only one of' --json
    run -2 "$GRACE" status -q
}

@test "--ready: exit status 4 of a supervisor that doesn't answer" {
    serve web
    kill -STOP "$PID"
    grace_wait 10 stopped "$PID"
    is_ready 4 "doesn't answer because it is stopped" "$PID"
    kill -CONT "$PID"
}

# metrics [TARGET...]: in `output`; promtool has nothing to say about them.
metrics() {
    run -0 "$GRACE" status --prometheus "$@"
    promtool check metrics <<<"$output" 2>&1 | grep . && fail "$output"
    [[ -z $(grep -v '^#' <<<"$output" | sed 's/ [^ ]*$//' | sort | uniq -d) ]] ||
        fail 'the same series twice' "$output"
}

# has_metric LINE...
has_metric() {
    local line
    for line; do
        grep -qxF -- "$line" <<<"$output" || fail "no line '$line'" "$output"
    done
}

@test "--prometheus prints what promtool accepts, with what happened in it" {
    serve web --drain-timeout 100ms --stop-timeout 1s
    requests -n 8 "http://127.0.0.1:$PORT/"
    hold_one
    restarted
    metrics
    has_metric 'grace_up{name="web"} 1' 'grace_ready{name="web"} 1' \
        'grace_restarts_total{name="web",result="done"} 1' \
        'grace_restarts_total{name="web",result="rolled_back"} 0' \
        'grace_connections_accepted_total{name="web"} 9' \
        'grace_connections_drained_total{name="web"} 0' \
        'grace_connections_told_total{name="web"} 0' \
        'grace_connections_handed_over_total{name="web"} 0' \
        'grace_connections_cut_total{name="web"} 1' \
        'grace_generations{name="web",state="serving"} 1' \
        'grace_generations{name="web",state="draining"} 0' \
        'grace_processes{name="web",state="serving"} 1' \
        "grace_listener_queue{name=\"web\",listener=\"tcp 127.0.0.1:$PORT\"} 0" \
        'grace_ready_seconds_count{name="web"} 2' \
        'grace_ready_seconds_bucket{name="web",le="3600"} 2' \
        'grace_ready_seconds_bucket{name="web",le="+Inf"} 2' \
        'grace_drain_seconds_bucket{name="web",le="0.05"} 0' \
        'grace_drain_seconds_count{name="web"} 1'
    [[ $output == *'grace_last_restart_timestamp_seconds{name="web"} 1'* ]] || fail "$output"
    [[ $output =~ grace_drain_seconds_sum.* ]]
    run -3 "$GRACE" status --prometheus nobody
}

@test "--prometheus: no series twice, whatever servers and listeners are called" {
    local web
    serve web
    web=$PID PORT=$(grace_free_port)
    serve web
    PORT=$(grace_free_port)
    start_settled group "$GRACE" run --name group -- \
        "$SERVER" --listen "unix:$BATS_TEST_TMPDIR/a \"b\" \\c.sock" --listen "127.0.0.1:$PORT"
    metrics
    has_metric "grace_up{name=\"web\",pid=\"$web\"} 1" 'grace_up{name="group"} 1'
    has_metric "grace_listener_queue{name=\"group\",listener=\"unix $BATS_TEST_TMPDIR/a \\\"b\\\" \\\\c.sock\"} 0"
    metrics "$web"
    has_metric 'grace_up{name="web"} 1'
}

@test "--prometheus: the queues of sockets that share an address are one" {
    start_settled group "$GRACE" run --name group -- "$PYTHON" -c '
import select, socket, sys
group = [socket.socket() for _ in range(2)]
for s in group:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind(("127.0.0.1", int(sys.argv[1])))
    s.listen(16)
select.select(group, [], [])' "$PORT"
    tells "len(s['listeners']) == 2"
    metrics
    has_metric "grace_listener_queue_limit{name=\"group\",listener=\"tcp 127.0.0.1:$PORT\"} 32"
}

@test "--prometheus without servers has the version, and a supervisor that is stopped is down" {
    metrics
    has_metric "grace_build_info{version=\"$("$GRACE" --version | sed 's/grace //')\"} 1"
    serve web
    kill -STOP "$PID"
    grace_wait 10 stopped "$PID"
    run -4 --separate-stderr "$GRACE" status --prometheus
    has_metric "grace_up{name=\"\",pid=\"$PID\"} 0"
    ! grep -q grace_ready\{ <<<"$output" || fail "$output"
    kill -CONT "$PID"
}

@test "clients that were told to leave, and connections that were handed over" {
    start_pretending <<'END'
{"name":"web","generations":[{"state":"draining","told":1,"handed_over":3}],"totals":{"told":5,"handed_over":7}}
END
    run -0 "$GRACE" status "$PID"
    [[ $output == *', 1 told to close, 3 handed over'$'\n'* ]] || fail "$output"
    metrics "$PID"
    has_metric 'grace_connections_told_total{name="web"} 5' \
        'grace_connections_handed_over_total{name="web"} 7'
}
