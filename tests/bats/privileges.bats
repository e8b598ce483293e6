# SPDX-License-Identifier: ISC
# Servers that give up root, their root directory or system calls: what they can't do any more,
# nobody asks of them.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    DIR=$BATS_TEST_TMPDIR/site
    mkdir -m 755 "$DIR"
    let_everybody_in
}

# drains_counted: an unfinished request keeps generation 1, is counted, and answered.
drains_counted() {
    half_client 1
    grace_wait 10 holds 1 1
    hup_until 10 draining_one_connection
    requests -n 50 "http://127.0.0.1:$PORT/"
    client_asks
    client_answered || return
    grace_wait 10 settled "$PID" 2
}

restarts_lose_nothing() {
    restart_under_load 2 --rate 300 "http://127.0.0.1:$PORT/"
    log_lacks 'rolled back|cut|killed'
}

# main_is FIELD VALUE: in /proc/PID/status of the process that the newest generation is.
main_is() {
    [[ $(awk -v field="$1:" '$1 == field { print $2 }' "/proc/$(server_pid "$PID")/status") == "$2" ]]
}

@test "no_new_privs after it has bound" {
    start_wrapped server "$SERVER" --sandbox no-new-privs --listen "127.0.0.1:$PORT"
    main_is NoNewPrivs 1
    drains_counted
    main_is NoNewPrivs 1
    restarts_lose_nothing
}

@test "a seccomp filter that kills whoever makes any other call" {
    local way
    for way in epoll-lt poll; do
        start_wrapped "$way" "$SERVER" --sandbox seccomp --wait "$way" --listen "127.0.0.1:$PORT"
        main_is Seccomp 2
        drains_counted
        main_is Seccomp 2
        restarts_lose_nothing
        stop_and_wait "$PID"
    done
}

@test "haproxy in its chroot with no_new_privs" {
    cat >"$DIR/haproxy.cfg" <<END
global
    user haproxy
    group haproxy
    chroot /var/lib/haproxy
defaults
    mode http
    timeout client 30s
    timeout connect 10s
    timeout server 10s
frontend site
    bind 127.0.0.1:$PORT
    http-request return status 200 content-type text/plain string "haproxy\n"
END
    start_wrapped haproxy haproxy -db -f "$DIR/haproxy.cfg"
    drains_counted
    main_is NoNewPrivs 1
    main_is Uid "$(id -u haproxy)"
    [[ $(readlink "/proc/$(server_pid "$PID")/root") == /var/lib/haproxy ]]
    restarts_lose_nothing
}

# A configuration that only root can read, and a port that only root gets.
@test "lighttpd starts as root each time, and serves as www-data" {
    mkdir -m 700 "$DIR/private"
    echo "served" >"$DIR/index.html"
    PORT=$(privileged_port)
    cat >"$DIR/private/lighttpd.conf" <<END
server.bind = "127.0.0.1"
server.port = $PORT
server.username = "www-data"
server.groupname = "www-data"
server.document-root = "$DIR"
index-file.names = ("index.html")
END
    start_wrapped lighttpd lighttpd -D -f "$DIR/private/lighttpd.conf"
    drains_counted
    main_is Uid "$(id -u www-data)"
    restarts_lose_nothing
    main_is Uid "$(id -u www-data)"
}

# login COMMAND...: as a client of sshd, with a key.
login() {
    ssh -F none -i "$DIR/client" -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR \
        -o UserKnownHostsFile=/dev/null -p "$PORT" "$(id -un)@127.0.0.1" "$@"
}

# What the main process has started runs without the library.
children_are_bare() {
    local main pid maps
    main=$(server_pid "$PID")
    for pid in $(tree_of "$main" | grep -vx "$main"); do
        maps=$(<"/proc/$pid/maps")
        [[ $maps != *libgrace.so* ]] || fail "process $pid: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
    done
    [[ -n $maps ]]
}

# Each connection executes sshd anew, which forks once more, into a chroot and a seccomp filter.
@test "sshd: a session outlives the restart, and who logs in then gets the new version" {
    local session
    mkdir -p /run/sshd # compiled in
    ssh-keygen -q -t ed25519 -N '' -f "$DIR/host"
    ssh-keygen -q -t ed25519 -N '' -f "$DIR/client"
    printf '%s\n' "ListenAddress 127.0.0.1:$PORT" "HostKey $DIR/host" "PidFile $DIR/pid" 'UsePAM no' \
        "AuthorizedKeysFile $DIR/client.pub" 'StrictModes no' 'SetEnv VERSION=1' >"$DIR/config"
    start_wrapped sshd /usr/sbin/sshd -D -f "$DIR/config"
    mkfifo "$DIR/in"
    # shellcheck disable=SC2016 # for the shell at the other end
    login 'echo "session $VERSION"; cat' <"$DIR/in" >"$DIR/out" 2>&1 &
    session=$!
    exec {in}>"$DIR/in"
    grace_wait 10 grep -qx 'session 1' "$DIR/out"
    children_are_bare
    sed -i 's/VERSION=1/VERSION=2/' "$DIR/config"
    hup_until 10 draining_one_connection
    grace_wait 10 stopped_listening 1
    # shellcheck disable=SC2016
    [[ $(login 'echo "$VERSION"') == 2 ]]
    echo 'still here' >&"$in"
    grace_wait 10 grep -qx 'still here' "$DIR/out"
    exec {in}>&-
    wait "$session"
    grace_wait 10 settled "$PID" 2
}
