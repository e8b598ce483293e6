# SPDX-License-Identifier: ISC
# time-limit: 900
# grace probe restarts a server, and tells of each restart what its clients noticed.
load helper
load probing

KINDS=new=4,keep-alive=2,slow=2,idle=2,silent=2,half=2,connect=1

# restarts_are EXPRESSION...: of each restart x.
restarts_are() {
    local expression
    for expression; do
        found "all($expression for x in r['restarts'])"
    done
}

# restarts_unnoticed OPTION...: three of them.
restarts_unnoticed() {
    probe 0 --times 3 -c "$KINDS" "$@" "http://127.0.0.1:$PORT/"
    found "r['verdict'] == 'ok' and r['failed'] == 0" "[x['n'] for x in r['restarts']] == [1, 2, 3]" \
        "[x['begin'] for x in r['restarts']] == sorted(x['begin'] for x in r['restarts'])" \
        "r['before']['answers'] + sum(x['answers'] for x in r['restarts']) == r['answers']" \
        "all(c['answers'] > 0 for c in r['clients']) and len(r['clients']) == 7"
    restarts_are "x['ok'] and x['failed'] == 0 and x['answers'] > 0 and x['took_ms'] > 0" \
        "x['begin'] + x['took_ms'] / 1000 <= r['seconds']" \
        "0 < x['latency_ms']['p50'] <= x['latency_ms']['max'] <= r['latency_ms']['max']" \
        "0 < x['longest_silence_ms'] <= r['longest_silence_ms']"
}

@test "a server under grace" {
    start_server
    restarts_unnoticed --restart "$PID" --version-regex 'pid ([0-9]+)'
    found "len(r['versions']) == 4" "r['restarts'][0]['version_before'] == r['versions'][0]['version']"
    restarts_are "x['version_before'] is not None and x['version_before'] != x['version_after']"
    settled "$PID" 4
    log_lacks 'deadline|cutting'
}

@test "by its name, with a command, and with the load of --rate" {
    start_settled web "$GRACE" run --name web -- "$SERVER" --listen "127.0.0.1:$PORT"
    probe 0 --restart web --rate 100 "http://127.0.0.1:$PORT/"
    probe 0 --restart-command "'$GRACE' restart web" --rate 100 "http://127.0.0.1:$PORT/"
    settled "$PID" 3
}

# start_nginx COMMAND...: which starts one; the rest is its configuration.
start_nginx() {
    let_everybody_in
    cat >"$BATS_TEST_TMPDIR/nginx.conf" <<END
worker_processes 2;
daemon off;
pid $BATS_TEST_TMPDIR/nginx.pid;
error_log $BATS_TEST_TMPDIR/error.log;
events {}
http {
    access_log off;
    server {
        listen 127.0.0.1:$PORT;
        return 200 "version 1\n";
    }
}
END
    start nginx "$@" nginx -c "$BATS_TEST_TMPDIR/nginx.conf"
    grace_wait 20 answered || dump_log
}

@test "nginx under grace" {
    start_nginx env LD_PRELOAD="$LIBGRACE"
    restarts_unnoticed --restart "$PID" --expect 'version 1'
}

@test "nginx as it reloads itself: who is new doesn't notice" {
    start_nginx
    probe 0 --restart-command "nginx -c '$BATS_TEST_TMPDIR/nginx.conf' -s reload" --times 3 \
        -c new=4 --rate 500 "http://127.0.0.1:$PORT/"
    restarts_are "x['ok'] and x['answers'] > 0"
}

@test "lighttpd under grace" {
    let_everybody_in
    echo 'version 1' >"$BATS_TEST_TMPDIR/index.html"
    cat >"$BATS_TEST_TMPDIR/lighttpd.conf" <<END
server.bind = "127.0.0.1"
server.port = $PORT
server.document-root = "$BATS_TEST_TMPDIR"
index-file.names = ("index.html")
END
    start_wrapped lighttpd lighttpd -D -f "$BATS_TEST_TMPDIR/lighttpd.conf"
    restarts_unnoticed --restart "$PID" --expect 'version 1'
}

# start_twice: our server, and a second after its end once more, as whoever restarts servers that can't
# do it by themselves. Sets RESTART to the command for that.
start_twice() {
    local place=$BATS_TEST_TMPDIR
    put "$place/twice" <<END
#!/bin/bash
'$SERVER' --listen 127.0.0.1:$PORT &
echo \$! >'$place/first'
wait
sleep 1
echo >'$place/second'
exec '$SERVER' --listen 127.0.0.1:$PORT
END
    start twice "$place/twice"
    grace_wait 20 answered || dump_log
    RESTART="kill \$(cat '$place/first'); until test -e '$place/second'; do sleep 0.01; done
        until '$GRACE' probe -q -n 1 http://127.0.0.1:$PORT/; do sleep 0.01; done"
}

@test "a server that is stopped and started refuses clients" {
    start_twice
    probe 1 --restart-command "$RESTART" "http://127.0.0.1:$PORT/"
    found "r['failures']['refused'] > 0" "r['verdict'] == 'let-down'" \
        "[x['ok'] for x in r['restarts']] == [True]" "r['before']['failed'] == 0" \
        "r['restarts'][0]['failed'] == r['failed']" "all(d['restart'] == 1 for d in r['let_down'])" \
        "r['restarts'][0]['longest_silence_ms'] + r['standstill_ms'] >= 900"
}

@test "a version that doesn't work under grace lets nobody down, and fails" {
    install_app
    start_wrapped server "$APP"
    install_app --fail exit:5
    probe 1 --restart "$PID" -c "$KINDS" "http://127.0.0.1:$PORT/"
    found "r['verdict'] == 'restart-failed'" "r['failed'] == 0" \
        "[x['ok'] for x in r['restarts']] == [False]" "'5' in r['restarts'][0]['outcome']"
    [[ $output == *'restart failed'* ]]
    settled "$PID" 1
}

@test "a command that fails" {
    start_server
    probe 1 --restart-command 'echo no such luck >&2; exit 3' "http://127.0.0.1:$PORT/"
    found "r['verdict'] == 'restart-failed'" "r['failed'] == 0" \
        "[x['ok'] for x in r['restarts']] == [False]" "'no such luck' in r['restarts'][0]['outcome']"
}

# hanging: a command for a restart that doesn't end; its process is in $BATS_TEST_TMPDIR/hanging.
hanging() {
    echo "echo \$\$ >'$BATS_TEST_TMPDIR/hanging'; exec sleep 1000"
}

@test "a command that doesn't end is ended" {
    start_server
    probe 1 --restart-command "$(hanging)" --restart-timeout 500ms "http://127.0.0.1:$PORT/"
    found "r['verdict'] == 'restart-failed'" "r['failed'] == 0" \
        "[x['ok'] for x in r['restarts']] == [False]" "r['restarts'][0]['took_ms'] >= 500" \
        "r['restarts'][0]['outcome'] != ''"
    grace_wait 10 ended "$(<"$BATS_TEST_TMPDIR/hanging")"
}

@test "SIGTERM while a restart goes on ends both" {
    start_server
    start_probe -c "$KINDS" --restart-command "$(hanging)" "http://127.0.0.1:$PORT/"
    grace_wait 20 test -s "$BATS_TEST_TMPDIR/hanging"
    probe_ends 1
    found "[x['ok'] for x in r['restarts']] == [False]" "r['restarts'][0]['outcome'] != ''" \
        "r['failed'] == 0"
    grace_wait 10 ended "$(<"$BATS_TEST_TMPDIR/hanging")"
}

# They are there before the restart, which waits for none of them.
@test "clients that hold through a restart are served by the old version or the new one" {
    start_server
    probe 0 --restart "$PID" -c silent=4,half=4,slow=4,idle=4 --slow-path /big \
        --version-regex 'pid ([0-9]+)' "http://127.0.0.1:$PORT/"
    found "all(c['answers'] >= 4 for c in r['clients'])" "len(r['clients']) == 4" \
        "len(r['versions']) == 2"
}
