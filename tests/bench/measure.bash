# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# shellcheck disable=SC2034 # the results are used elsewhere
# How each number is taken; on top of tests/bats/helper.bash. Used by run and by cost.bats.
SUBJECT=$BUILD/tests/bench/subject
TIMING=$BUILD/tests/bench/timing
MANY=$BUILD/tests/servers/many

# The rows that have a target, and those for information; the blocking listener of the last one
# changes what the wait calls have to do.
ROWS=(close accept4+close epoll_wait epoll_pwait poll select socket+close fcntl dup+close
    'syscall(close)' read write+read send+recv recvfrom accept+close-blocking)

# launched PLAIN|WRAPPED COMMAND...: the command that starts it so
launched() {
    if [[ $1 == wrapped ]]; then
        COMMAND=("$LIBGRACE" -- "${@:2}")
    else
        COMMAND=("${@:2}")
    fi
}

# subject_start PLAIN|WRAPPED [TOOL...]: starts the subject under a tool, connects as $SOCKET
subject_start() {
    local port=$BATS_TEST_TMPDIR/port
    rm -f "$port"
    launched "$1" "${@:2}" "$SUBJECT" "$port"
    start subject "${COMMAND[@]}"
    grace_wait 60 test -s "$port" || dump_log
    [[ $1 == plain ]] || grace_wait 60 settled "$PID" 1 || dump_log
    exec {SOCKET}<>"/dev/tcp/127.0.0.1/$(<"$port")"
}

# subject_tell COMMAND: sets ANSWER
subject_tell() {
    echo "$1" >&"$SOCKET"
    read -r -t 300 -u "$SOCKET" ANSWER
}

subject_exit() {
    echo exit >&"$SOCKET"
    exec {SOCKET}>&-
    wait "$PID"
}

collected() {
    sed -n 's/^totals: //p' "$1"
}

# rows_count PLAIN|WRAPPED: sets INSTRUCTIONS[row], of one round; the row empty is the loop
rows_count() {
    local out=$BATS_TEST_TMPDIR/rows.$1 row n i=0
    subject_start "$1" valgrind -q --tool=callgrind --callgrind-out-file="$out" \
        --toggle-collect=rows_measure --dump-after=rows_measure
    for row in empty "${ROWS[@]}"; do
        for n in 100 200; do
            subject_tell "row $row $n"
            [[ $ANSWER == 'done' ]] || fail "$ANSWER" || return 1
        done
    done
    subject_exit
    declare -gA INSTRUCTIONS=()
    for row in empty "${ROWS[@]}"; do
        INSTRUCTIONS[$row]=$((($(collected "$out.$((i + 2))") - $(collected "$out.$((i + 1))")) / 100))
        ((i += 2))
    done
}

# rows_compare: sets PLAIN[row] and ADDED[row]
rows_compare() {
    local row
    declare -gA PLAIN=() ADDED=()
    rows_count plain || return 1
    for row in "${ROWS[@]}"; do PLAIN[$row]=$((INSTRUCTIONS[$row] - INSTRUCTIONS[empty])); done
    rows_count wrapped || return 1
    for row in "${ROWS[@]}"; do
        ADDED[$row]=$((INSTRUCTIONS[$row] - INSTRUCTIONS[empty] - PLAIN[$row]))
    done
}

# ours FILE: of what callgrind has collected, the instructions in libgrace.so, and in what it calls for
# itself (time(); all other calls are the server's). Else the few are lost in what the server does now and
# then.
ours() {
    awk '
        function name(line, kind, id) {
            id = line
            sub(/\).*/, "", id)
            sub(/.*\(/, "", id)
            if (line ~ /\) /) {
                sub(/^[^)]*\) /, "", line)
                names[kind id] = line
            }
            return names[kind id]
        }
        /^ob=/ { own = name($0, "ob") ~ /libgrace\.so/ }
        /^cob=/ { name($0, "ob") }
        /^fn=/ { name($0, "fn") }
        /^cfn=/ { called = name($0, "fn") }
        /^calls=/ { inclusive = 1; next }
        /^[0-9+*-]/ {
            if (own && (!inclusive || called == "time"))
                sum += $2
            inclusive = 0
        }
        END { print sum + 0 }' "$1"
}

# As nginx comes from its makers, but the time is read every 100 s only: what that costs depends
# on how long a run takes.
nginx_configure() {
    local dir=$BATS_TEST_TMPDIR name
    NGINX_PORT=$(grace_free_port)
    echo 'Hello, world!' >"$dir/index.html"
    {
        echo "daemon off; master_process off; timer_resolution 100s; pid $dir/nginx.pid;"
        echo "error_log /dev/null; events {} http { access_log $dir/access.log;"
        echo 'sendfile on; keepalive_timeout 65; client_header_timeout 1h;'
        echo 'keepalive_requests 1000000;'
        echo 'include /etc/nginx/mime.types; default_type application/octet-stream;'
        for name in client_body proxy fastcgi uwsgi scgi; do echo "${name}_temp_path $dir/temp;"; done
        echo "server { listen 127.0.0.1:$NGINX_PORT; root $dir; } }"
    } >"$dir/nginx.conf"
}

nginx_accepts() {
    exec {IDLE}<>"/dev/tcp/127.0.0.1/$NGINX_PORT"
} 2>/dev/null

# nginx_total PLAIN|WRAPPED REQUESTS IDLE [CLIENTS]: instructions of its life; IDLE=1 holds one
# connection
nginx_total() {
    local -x GRACE_STOP_TIMEOUT=2m
    local out=$BATS_TEST_TMPDIR/nginx.callgrind
    rm -f "$out"
    launched "$1" valgrind -q --tool=callgrind --callgrind-out-file="$out" \
        nginx -c "$BATS_TEST_TMPDIR/nginx.conf"
    start nginx "${COMMAND[@]}"
    grace_wait 60 nginx_accepts || dump_log || return 1
    [[ $1 == plain ]] || grace_wait 60 settled "$PID" 1 || dump_log || return 1
    (($3)) || exec {IDLE}>&-
    requests -c "${4:-new}=1" -n "$2" "http://127.0.0.1:$NGINX_PORT/" >/dev/null || return 1
    kill -TERM "$PID"
    wait "$PID" || return 1
    (($3 == 0)) || exec {IDLE}>&-
    TOTAL=$(collected "$out") OURS=$(ours "$out")
}

# nginx_request PLAIN|WRAPPED IDLE [CLIENTS]: instructions of a request, and how many of them are ours
nginx_request() {
    local once mine
    nginx_total "$1" 500 "${@:2}" && once=$TOTAL mine=$OURS && nginx_total "$1" 1500 "${@:2}" || return 1
    REQUEST=$(((TOTAL - once + 500) / 1000)) OURS=$(((OURS - mine + 500) / 1000))
}

# nginx_serve: one process, that keeps connections for as long as there are requests
nginx_serve() {
    local dir=$BATS_TEST_TMPDIR
    NGINX_PORT=$(grace_free_port)
    cat >"$dir/serve.conf" <<EOF
daemon off; master_process off; pid $dir/serve.pid; error_log /dev/null;
events {} http { access_log off; keepalive_requests 1000000000;
server { listen 127.0.0.1:$NGINX_PORT; location / { return 200 "Hello, world!\n"; } } }
EOF
    start nginx nginx -c "$dir/serve.conf"
    grace_wait 20 nginx_accepts
    exec {IDLE}>&-
}

# client_cost COMMAND...: sets COST, the microseconds of processor that it needs
client_cost() {
    local TIMEFORMAT='%U %S' user system
    read -r user system < <({ time "$@" >"$BATS_TEST_TMPDIR/client.out" 2>/dev/null; } 2>&1)
    COST=$(((10#${user/./} + 10#${system/./}) * 1000)) # it prints milliseconds
}

# probe_cost OPTION...: COST and COUNT, the requests, of five seconds
probe_cost() {
    client_cost "$GRACE" probe -d 5s -o json "$@" "http://127.0.0.1:$NGINX_PORT/"
    COUNT=$(grep -oE '"answers": ?[0-9]+' "$BATS_TEST_TMPDIR/client.out" | head -n 1 | grep -oE '[0-9]+$')
}

# wrk_cost CONNECTIONS: the same
wrk_cost() {
    client_cost wrk -t 1 -c "$1" -d 5s "http://127.0.0.1:$NGINX_PORT/"
    COUNT=$(sed -nE 's/^ *([0-9]+) requests in .*/\1/p' "$BATS_TEST_TMPDIR/client.out")
}

# timed start|restart ROUNDS [LIMIT]: sets TIMED[name] in microseconds, from tests/bench/timing
timed() {
    local name value
    declare -gA TIMED=()
    while read -r name value; do
        TIMED[$name]=$value
    done < <(ulimit -n "${3:-$(ulimit -n)}" && "$TIMING" "$1" "$2" "$LIBGRACE" "$SUBJECT")
    ((${#TIMED[@]}))
}

pss_kb() {
    awk '/^Pss:/ { print $2 }' "/proc/$1/smaps_rollup"
}

# It lets go of what it has needed when all is done.
pss_at_most() {
    (($(pss_kb "$1") <= $2))
}

# execute_least PLAIN|WRAPPED: sets ANSWER to how many microseconds the start of /bin/true takes at least
execute_least() {
    subject_start "$1"
    subject_tell 'execute 300'
    exec {SOCKET}>&-
    grace_end
}

# stall_once MEGABYTES: sets ANSWER to how many microseconds a thread of the old generation stood
# still while a restart went on around it
stall_once() {
    subject_start wrapped
    subject_tell "touch $1" && subject_tell watch && kill -HUP "$PID" || return 1
    grace_wait 60 log_has 'generation 1 draining' || dump_log || return 1
    sleep 0.2 # what the old one is told to do is done by then
    subject_tell gap
    exec {SOCKET}>&-
    grace_end
    : >"$LOG"
}

# stall_least MEGABYTES: sets STALL, the least of three: other programs get in the way, too
stall_least() {
    local i
    STALL=
    for ((i = 0; i < 3; i++)); do
        stall_once "$1" || return 1
        [[ -n $STALL ]] && ((STALL <= ANSWER)) || STALL=$ANSWER
    done
}

# As root the hard limit can be raised.
most_files() {
    (ulimit -n 1048576 && ulimit -n) 2>/dev/null || ulimit -Hn
}

# start_instructions LIMIT: of /bin/true with the shim in it. LD_AUDIT keeps the supervisor from
# being its auditor, which valgrind can't follow.
start_instructions() {
    local out=$BATS_TEST_TMPDIR/start.callgrind
    rm -f "$out".*
    (ulimit -n "$1" && LD_AUDIT='' valgrind -q --tool=callgrind --trace-children=yes \
        --callgrind-out-file="$out.%p" "$LIBGRACE" -- /bin/true 2>/dev/null)
    collected "$(grep -l '^cmd: */bin/true' "$out".*)"
}

# start_calls LIMIT: system calls of the same and of its supervisor, which also looks at all
# other processes
start_calls() {
    (ulimit -n "$1" && strace -f -qq -o /dev/stdout "$LIBGRACE" -- /bin/true) | grep -c '('
}

# many_start PLAIN|WRAPPED OPTION...: sets PORT
many_start() {
    PORT=$(grace_free_port)
    launched "$1" "$MANY" "${@:2}" "$PORT"
    start "many-$1" "${COMMAND[@]}"
    grace_wait 60 log_has '^bound in' || dump_log
    [[ $1 == plain ]] || grace_wait 60 settled "$PID" 1 || dump_log
}

# least VARIABLE VALUE: sets it to the value, if that is less
least() {
    [[ -n ${!1} ]] && ((${!1} <= $2)) || printf -v "$1" %s "$2"
}

# last_bound: microseconds until the generation started last had bound all
last_bound() {
    sed -n 's/^bound in \([0-9]*\) us$/\1/p' "$LOG" | tail -n 1
}

# many_bound OPTION...: sets BOUND[plain], [wrapped] and [again], at a restart: the least of five
many_bound() {
    local i plain='' wrapped='' again=''
    for ((i = 0; i < 5; i++)); do
        many_start plain "$@" && least plain "$(last_bound)" || return 1
        grace_end
        many_start wrapped "$@" && least wrapped "$(last_bound)" || return 1
        restart_and_wait "$PID" && least again "$(last_bound)" || return 1
        grace_end
        rm "$(log_of many-plain)" "$(log_of many-wrapped)"
    done
    declare -gA BOUND=([plain]=$plain [wrapped]=$wrapped [again]=$again)
}

# many_cycles OPTION...: sets CYCLE[plain] and [wrapped]: nanoseconds for a listener that comes, gets
# a client and goes; the least of ten, in turns
many_cycles() {
    local i ports=() plain='' wrapped=''
    many_start plain "$@" && ports+=("$PORT") && many_start wrapped "$@" && ports+=("$PORT") ||
        return 1
    for ((i = 0; i < 10; i++)); do
        least plain "$(curl -s "127.0.0.1:${ports[0]}/cycles/1000")"
        least wrapped "$(curl -s "127.0.0.1:${ports[1]}/cycles/1000")"
    done
    grace_end
    declare -gA CYCLE=([plain]=$plain [wrapped]=$wrapped)
}
