# SPDX-License-Identifier: ISC
# While it finishes what it has, no process of an old generation holds a listener that is served,
# whatever it has done or does.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    PORT=$(free_port)
    GO=$BATS_TEST_TMPDIR/go
}

teardown() {
    stop_all
}

# serving PID: it has the listener of $PORT.
serving() {
    local inode inodes
    inodes=$(awk -v port="$(printf ':%04X$' "$PORT")" '$2 ~ port && $4 == "0A" { print $10 }' \
        "/proc/$1/net/tcp" "/proc/$1/net/tcp6")
    for inode in $inodes; do
        [[ -z $(find "/proc/$1/fd" -lname "socket:\[$inode\]") ]] || return 0
    done
    return 1
}

gave_up() {
    [[ -d /proc/$1 ]] && ! serving "$1"
}

holds() {
    status "$PID" | grep -qE "\"generation\":$1,\"pid\":[0-9]+,[^}]*\"connections\":$2[,}]"
}

# client_starts HOST: a client that has its answer only after client_ends.
client_starts() {
    "$LAUNCH" --setsid --stdin /dev/null --stdout "$GO.log" --stderr "$GO.log" -- \
        "${INSIDE[@]}" "$LOAD" -n 1 -c 1 --pause "$GO" "$1" "$PORT" &
    CLIENT=$!
    STARTED+=("$CLIENT")
    wait_until 10 holds 1 1
}

client_ends() {
    touch "$GO"
    wait "$CLIENT" || fail "$(<"$GO.log")"
}

# gives_up_where COMMAND LISTEN HOST: after that in a network of its own.
gives_up_where() {
    local old
    start server unshare --net bash -c "$1"' && exec "$@"' bash \
        env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "$2:$PORT"
    wait_until 20 settled "$PID" 1 || dump_log
    INSIDE=(nsenter --net="/proc/$PID/ns/net")
    old=$(server_pid "$PID")
    client_starts "$3"
    serving "$old"
    kill -HUP "$PID"
    wait_until 10 gave_up "$old" || dump_log
    client_ends
    wait_until 10 settled "$PID" 2
    run ! log_has 'no dummy'
}

@test "a system without ::1" {
    gives_up_where 'ip link set lo up && ip address delete ::1/128 dev lo' '[::]' 127.0.0.1
}

@test "a system without 127.0.0.1" {
    gives_up_where 'ip link set lo up && ip address add 10.1.1.1/32 dev lo &&
        ip address delete 127.0.0.1/8 dev lo' 0.0.0.0 10.1.1.1
}
