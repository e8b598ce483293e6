# SPDX-License-Identifier: ISC
# A server of which a part listens where grace does not see it: what that serves would be lost at a
# restart, so there is none.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper
load static

DEEP=$BATS_FILE_TMPDIR/deep.so
GATE=$BATS_TEST_TMPDIR/gate
DEEP_SERVER="import ctypes, os, sys, threading
from serving import listening, serve
deep = ctypes.CDLL(sys.argv[3], mode=os.RTLD_NOW | os.RTLD_DEEPBIND)
threading.Thread(target=deep.serve, args=(int(sys.argv[2]),), daemon=True).start()
serve(listening(int(sys.argv[1])), body='')"
CLIENT_SERVER="import subprocess, sys
from serving import answer, listening
listener = listening(int(sys.argv[1]))
while True:
    with listener.accept()[0] as conn:
        subprocess.Popen(sys.argv[2:], stdin=conn)
        answer(conn, '')"

# A library that is opened with RTLD_DEEPBIND, as PHP opens its extensions.
setup_file() {
    build_static
    cc -shared -fPIC -o "$DEEP" -x c - <<'END'
#include <arpa/inet.h>
#include <unistd.h>
void serve(int port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&in, sizeof in) == 0 && listen(fd, 128) == 0)
        for (;;)
            close(accept(fd, NULL, NULL));
}
END
}

setup() {
    OTHER=$(grace_free_port)
    export PYTHONPATH=$ROOT/tests/servers
}

# beside COMMAND...: $APP is our server on $PORT, and this, which grace does not see, beside it.
beside() {
    put "$APP" <<END
#!/bin/sh
${*@Q} &
exec "$SERVER" --listen 127.0.0.1:$PORT
END
}

other_answers() {
    requests -n 1 "http://127.0.0.1:$OTHER/" >/dev/null 2>&1
}

# listens_on PORT: somebody does.
listens_on() {
    [[ -n $(ss -tlnH "sport = :$1") ]]
}

refused() {
    run -1 timeout 20 "$GRACE" restart "$PID"
    [[ $output =~ "refused: process "[0-9]+" listens on port $OTHER unseen by libgrace.so" ]] ||
        fail "$output"
    hup_until 20 log_has "no restart: process [0-9]+ listens on port $OTHER unseen by libgrace.so; SIGHUP was not"
    log_has "process [0-9]+ listens on port $OTHER unseen by libgrace.so .*DEEPBIND.*can't be restarted"
    log_lacks 'generation 2'
}

@test "what listens unseen after the server was ready keeps it from being restarted, as long as it does" {
    beside "$WAITS" "$GATE" "$STATIC" --listen "127.0.0.1:$OTHER"
    start_wrapped app "$APP"
    touch "$GATE"
    grace_wait 20 other_answers
    refused
    answered
    other_answers
    kill "$(ss -tlnpH "sport = :$OTHER" | grep -o 'pid=[0-9]*' | cut -d= -f2)"
    beside true
    restart_and_wait "$PID"
    log_has 'generation 1 is seen by libgrace.so after all'
}

@test "a first generation of which a part is unseen serves, and is not called ready" {
    export GRACE_READY=exec="[ -e '$GATE' ]"
    beside "$STATIC" --listen "127.0.0.1:$OTHER"
    start app env LD_PRELOAD="$LIBGRACE" "$APP"
    grace_wait 20 other_answers
    touch "$GATE"
    grace_wait 20 log_has 'generation 1 serves, and not all is seen, in .* \(1 listener\)' || dump_log
    log_lacks 'generation 1 ready'
    refused
    answered
}

@test "a new version of which a part is unseen is rolled back, and the reason says which" {
    export GRACE_READY=exec="[ -e '$GATE' ]"
    beside true
    touch "$GATE"
    start_wrapped app "$APP"
    rm "$GATE"
    load_start --rate 300 "http://127.0.0.1:$PORT/"
    beside "$STATIC" --listen "127.0.0.1:$OTHER"
    hup_until 20 other_answers
    touch "$GATE"
    grace_wait 20 rolled_back "$PID" 1
    log_has "generation 2 rolled back: .*: process [0-9]+ listens on port $OTHER unseen by libgrace.so; generation 1"
    beside true
    grace_wait 20 lone_generation "$PID"
    restart_and_wait "$PID"
    load_finish
}

@test "calls of a library opened with RTLD_DEEPBIND are unseen, unless it is preloaded after libgrace.so" {
    start_wrapped deep "$PYTHON" -c "$DEEP_SERVER" "$PORT" "$OTHER" "$DEEP"
    grace_wait 20 listens_on "$OTHER"
    refused
    stop_and_wait "$PID"
    start_settled preloaded env LD_PRELOAD="$LIBGRACE $DEEP" "$PYTHON" -c "$DEEP_SERVER" "$PORT" \
        "$OTHER" "$DEEP"
    grace_wait 20 log_has 'generation 1 ready'
    restart_and_wait "$PID"
    log_has 'generation 2 ready in .* \(2 listeners\)' || dump_log
}

# nobody_minds OPTION...: what a static server opens keeps nobody from being restarted.
nobody_minds() {
    local opened=$BATS_TEST_TMPDIR/opened
    rm -f "$opened"
    beside "${SESSION[@]}" "$STATIC" "$@" --portfile "$opened"
    start_wrapped beside "$APP"
    grace_wait 20 test -s "$opened" || dump_log
    restart_and_wait "$PID" || fail "$*"
    stop_and_wait "$PID"
}

@test "what is no service that clients know keeps nobody from being restarted" {
    local SESSION=(setsid)
    nobody_minds --listen "127.0.0.1:$OTHER"
    SESSION=()
    nobody_minds --listen 127.0.0.1:0
    nobody_minds --listen "unix:$BATS_TEST_TMPDIR/socket"
}

@test "what was started for a client, and listens, keeps nobody from being restarted" {
    start_wrapped client "$PYTHON" -c "$CLIENT_SERVER" "$PORT" "$STATIC" --listen "127.0.0.1:$OTHER"
    exec 9<>"/dev/tcp/127.0.0.1/$PORT"
    echo $'GET / HTTP/1.0\r\n\r' >&9
    grace_wait 20 other_answers
    hup_until 20 log_has 'generation 2 ready'
    exec 9>&-
}
