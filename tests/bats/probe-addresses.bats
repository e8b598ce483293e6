# SPDX-License-Identifier: ISC
# Where grace probe can ask, and what becomes of a command line that it can't follow.
load helper
load probing

SOCKET=$BATS_TEST_TMPDIR/server.sock

# all_answered OPTION... URL: each of so many requests.
all_answered() {
    probe 0 -n 40 "$@"
    found "r['answers'] == 40" "r['target'] == '${*: -1}'"
}

@test "IPv4 and a name" {
    start_letting_down
    all_answered "http://127.0.0.1:$PORT"
    all_answered "http://localhost:$PORT/good?x=1"
}

@test "IPv6" {
    start_letting_down "[::1]:$PORT"
    all_answered "http://[::1]:$PORT/"
    all_answered --expect "host: \[::1\]:$PORT" "http://[::1]:$PORT/echo"
}

@test "UNIX sockets" {
    start_letting_down "unix:$SOCKET"
    all_answered "unix:$SOCKET"
    all_answered --expect 'GET /echo' "http://unix:$SOCKET:/echo"
    all_answered --send 'PING\r\n' --expect PONG "unix:$SOCKET"
}

@test "abstract ones" {
    start_letting_down "unix:@grace-probe-$PORT"
    all_answered "unix:@grace-probe-$PORT"
    all_answered "http://unix:@grace-probe-$PORT:/good"
}

@test "TLS" {
    make_certificate
    start_letting_down "127.0.0.1:$PORT" --tls "$CERTIFICATE" "$KEY"
    all_answered "https://127.0.0.1:$PORT/"
    all_answered --send 'PING\n' --expect PONG "tls://localhost:$PORT"
    probe 1 -n 40 "https://127.0.0.1:$PORT/close/10"
    found "r['failures']['closed'] == 4" "names(r['failures']) == {'closed'}"
}

@test "TLS on a UNIX socket" {
    make_certificate
    start_letting_down "unix:$SOCKET" --tls "$CERTIFICATE" "$KEY"
    all_answered "https://unix:$SOCKET:/"
}

@test "TCP with bytes of one's own" {
    start_letting_down
    all_answered --send '\x50ING\r\n' --expect '^\+PONG' "tcp://127.0.0.1:$PORT"
    probe 1 -n 40 --send 'error/10\n' --expect PONG --timeout 2s "tcp://127.0.0.1:$PORT"
    found "r['failed'] == treated('error/10') == 4"
    probe 1 -n 40 --send 'close/10\n' --expect PONG "tcp://127.0.0.1:$PORT"
    found "r['failures']['closed'] == treated('close/10') == 4"
}

@test "UDP" {
    start_letting_down "udp:127.0.0.1:$PORT"
    all_answered --send PING --expect PONG "udp://127.0.0.1:$PORT"
    found "[(c['kind'], c['clients']) for c in r['clients']] == [('new', 8)]"
    all_answered -c slow=2,keep-alive=2 --hold 10ms --send PING --expect PONG "udp://127.0.0.1:$PORT"
    run --separate-stderr timeout 60 "$GRACE" probe --send PING --expect PANG --timeout 1s "udp://127.0.0.1:$PORT"
    complains 3 'too long to answer as --expect says: \+PONG'
    probe 1 -n 50 --send never/10 --expect PONG --timeout 2s "udp://127.0.0.1:$PORT"
    found "r['failed'] == r['failures']['timeout'] == 5" "r['answers'] == 45"
}

@test "UDP, answered from another port" {
    local options=(--send PING --acknowledge 'A\x43K' --expect PONG "udp://127.0.0.1:$PORT")
    run --separate-stderr timeout 60 "$GRACE" probe "${options[@]}"
    complains 3 refused
    start_letting_down "udp:127.0.0.1:$PORT" --another-port
    all_answered "${options[@]}"
    grace_wait 10 log_has '^acknowledged 40$'
    all_answered -c slow=2 --hold 10ms "${options[@]}"
}

@test "a server that speaks first" {
    local address=tcp://127.0.0.1:$PORT
    run --separate-stderr timeout 60 "$GRACE" probe --expect ^220 "$address"
    complains 3 refused
    start_letting_down "127.0.0.1:$PORT" --accepting greet/1
    all_answered --expect '^220 version 1' "$address"
    found "[(c['kind'], c['clients']) for c in r['clients']] == [('new', 8)]"
    all_answered -c slow=2,silent=2 --hold 10ms --expect '^220 version 1' "$address"
    run --separate-stderr timeout 60 "$GRACE" probe --expect '^220 version 2' --timeout 1s "$address"
    complains 3 'too long to answer as --expect says: 220 version 1'
}

@test "an answer that is no text" {
    start binary "$PYTHON" -c 'import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True: server.accept()[0].sendall(b"a\0b\xff\0c")' "$PORT"
    grace_wait 10 all_answered --expect '^a.b..c$' "tcp://127.0.0.1:$PORT"
    run --separate-stderr timeout 60 "$GRACE" probe --expect '^a.b.c$' "tcp://127.0.0.1:$PORT"
    complains 3 'closed within the answer'
}

@test "datagrams by a path" {
    start_letting_down "unixgram:$SOCKET"
    all_answered --send PING --expect PONG "unixgram:$SOCKET"
}

@test "a command line that can't be followed: what, why, and where the help is" {
    local words named
    export url=http://127.0.0.1:$PORT/
    while IFS='|' read -r named words; do
        eval "set -- $words"
        run --separate-stderr timeout 60 "$GRACE" probe "$@"
        complains 2 "$named.*; see 'grace help probe'\$" || fail "for: $words"
    done <<'END'
URL|
unexpected|"$url" http://localhost/
ftp://localhost|ftp://localhost/
localhost|localhost
http://|http://
http://127.0.0.1:0|http://127.0.0.1:0/
http://127.0.0.1:65536|http://127.0.0.1:65536/
http://127.0.0.1:eighty|http://127.0.0.1:eighty/
http://\[::1|'http://[::1/'
tcp://127.0.0.1|--send a --expect b tcp://127.0.0.1
unix:|unix:
--expect|tcp://127.0.0.1:1
--expect|--send PING tcp://127.0.0.1:1
without --send|-c half=1 --expect 220 tcp://127.0.0.1:1
--send|--expect PONG udp://127.0.0.1:1
--foo|--foo "$url"
--clients|--clients
some|-c some=1 "$url"
'x'|-c new=x "$url"
'-1'|-c new=-1 "$url"
-c|-c new=0 "$url"
datagrams.*new, keep-alive and slow|-c half=1 --send a --expect b udp://127.0.0.1:1
--rate.*new and keep-alive|--rate 5 -c new=1,idle=1 "$url"
-n|-n
-n.*none|-n none "$url"
-n.*0|-n 0 "$url"
--rate.*0|--rate 0 "$url"
--rate.*fast|--rate fast "$url"
-d.*soon|-d soon "$url"
-d.*5|-d 5 "$url"
--times.*0|--times 0 --restart web "$url"
--times|--times 2 "$url"
--restart-command|--restart web --restart-command true "$url"
--restart-timeout.*x|--restart-timeout x --restart web "$url"
--pause.*x|--pause x --restart web "$url"
--hold.*long|--hold long "$url"
--timeout.*-1s|--timeout -1s "$url"
--expect.*\(|--expect '(' "$url"
--version-regex.*\[|--version-regex '[' "$url"
-H.*nothing|-H nothing "$url"
--send.*\\q|--send '\q' --expect b tcp://127.0.0.1:1
--send ..|--send '' --expect b tcp://127.0.0.1:1
--acknowledge.*udp|--acknowledge a "$url"
--acknowledge.*udp|--acknowledge a --send a --expect b tcp://127.0.0.1:1
--acknowledge.*new|-c keep-alive=1 --acknowledge a --send a --expect b udp://127.0.0.1:1
--acknowledge.*\\q|--acknowledge '\q' --send a --expect b udp://127.0.0.1:1
--slow-path.*x|--slow-path x "$url"
pdf|-o pdf "$url"
json|-o json= "$url"
json=/no/such/file.*No such file|-o json=/no/such/file "$url"
svg=/.*Is a directory|-o svg=/ "$url"
END
}

@test "a server that doesn't answer rightly before the load gets none" {
    run --separate-stderr timeout 60 "$GRACE" probe "http://127.0.0.1:$PORT/"
    complains 3 "127.0.0.1:$PORT.*refused"
    [[ -z $output ]]
    run --separate-stderr timeout 60 "$GRACE" probe "unix:$SOCKET"
    complains 3 "$SOCKET"
    start_letting_down
    run --separate-stderr timeout 60 "$GRACE" probe "http://127.0.0.1:$PORT/error"
    complains 3 503
    run --separate-stderr timeout 60 "$GRACE" probe --timeout 200ms "http://127.0.0.1:$PORT/never"
    complains 3 "127.0.0.1:$PORT"
    run --separate-stderr timeout 60 "$GRACE" probe --expect 'version 2' "http://127.0.0.1:$PORT/"
    complains 3 '--expect.*version 1'
    found "requests('/error') == requests('/never') == requests('/') == 1"
}

@test "a server to restart that isn't there" {
    start_letting_down
    run --separate-stderr timeout 60 "$GRACE" probe --restart web "http://127.0.0.1:$PORT/"
    complains 3 "no server 'web'"
    run --separate-stderr timeout 60 "$GRACE" probe --restart $$ "http://127.0.0.1:$PORT/"
    complains 3 "process $$ doesn't run under grace"
}

@test "the help fits a terminal" {
    run --separate-stderr "$GRACE" probe --help
    [[ $status -eq 0 && -z $stderr && $output == *'usage: grace probe'* ]]
    ((${#lines[@]} > 10)) && (($(wc -l <<<"$output") <= 24))
    [[ $("$GRACE" help probe) == "$output" ]]
    awk 'length > 80 { exit 1 }' <<<"$output"
    [[ $("$GRACE" help) == *'  probe'* ]]
}
