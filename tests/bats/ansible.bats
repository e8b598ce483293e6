# SPDX-License-Identifier: ISC
# docs/examples/ansible: a rolling restart over hosts, each of which is a network namespace here.
load helper

setup() {
    HOSTS=(one two three) NAMESPACE=() LOADS=()
    local host
    configuration 1
    for host in "${HOSTS[@]}"; do
        start_host "$host"
    done
}

# configuration VERSION: of all hosts.
configuration() {
    mkdir -p "$BATS_TEST_TMPDIR/srv/$1"
    echo "version $1" >"$BATS_TEST_TMPDIR/srv/$1/index.html"
    cat >"$BATS_TEST_TMPDIR/new.conf" <<END
server.port = 8080
server.bind = "127.0.0.1"
server.document-root = "$BATS_TEST_TMPDIR/srv/$1"
index-file.names = ("index.html")
END
}

# start_host NAME: with version 1, and clients.
start_host() {
    local dir=$BATS_TEST_TMPDIR/$1
    mkdir "$dir"
    cp "$BATS_TEST_TMPDIR/new.conf" "$dir/lighttpd.conf"
    start "$1" env GRACE_RUNTIME_DIR="$dir/run" unshare --net bash -c 'ip link set lo up && exec "$@"' bash \
        "$GRACE" run --name web -- /usr/sbin/lighttpd -D -f "$dir/lighttpd.conf"
    grace_wait 20 log_has 'generation 1 ready'
    NAMESPACE+=("/proc/$PID/ns/net")
    # As whatever ansible does at the host.
    put "$dir/python" <<<"#!/bin/sh
exec nsenter --net=/proc/$PID/ns/net env GRACE_RUNTIME_DIR='$dir/run' PATH='${GRACE%/*}:$PATH' $PYTHON \"\$@\""
    start_beside "load.$1" nsenter "--net=/proc/$PID/ns/net" "$GRACE" probe --quiet --duration none --rate 100 \
        --timeout 60s --expect '^version [0-9]' http://127.0.0.1:8080/
    LOADS+=("$LAUNCHED")
}

# play STATUS: the example, on all of them.
play() {
    local host
    {
        echo '[web]'
        for host in "${HOSTS[@]}"; do
            echo "$host ansible_connection=local ansible_python_interpreter=$BATS_TEST_TMPDIR/$host/python" \
                "path=$BATS_TEST_TMPDIR/$host/lighttpd.conf"
        done
    } >"$BATS_TEST_TMPDIR/hosts"
    HOME=$BATS_TEST_TMPDIR run "-$1" ansible-playbook -i "$BATS_TEST_TMPDIR/hosts" \
        -e "configuration=$BATS_TEST_TMPDIR/new.conf" "$ROOT/docs/examples/ansible/restart.yml"
}

# serve VERSION: all hosts.
serve() {
    local namespace
    for namespace in "${NAMESPACE[@]}"; do
        nsenter "--net=$namespace" "$GRACE" probe --quiet -n 20 --expect "^version $1" http://127.0.0.1:8080/
    done
}

nobody_noticed() {
    local load
    kill -TERM "${LOADS[@]}"
    for load in "${LOADS[@]}"; do
        ends_with 0 "$load"
    done
}

# generations: of each host.
generations() {
    local host
    for host in "${HOSTS[@]}"; do
        GRACE_RUNTIME_DIR=$BATS_TEST_TMPDIR/$host/run "$GRACE" status web --json | grep -o '"generation":[0-9]*' | head -n 1
    done | tr -dc '0-9\n' | paste -sd ' '
}

@test "a new version is brought to all hosts, one after the other, and none that works is restarted" {
    configuration 2
    play 0
    serve 2
    play 0
    [[ $output == *'changed=0'* ]] || fail "$output"
    [[ $(generations) == '2 2 2' ]]
    nobody_noticed
}

@test "the first host that rolls it back is the last that is asked, and keeps what works" {
    echo 'server.modules = ("mod_nonsense")' >>"$BATS_TEST_TMPDIR/new.conf"
    play 2
    [[ $output == *'fatal: [one]'*'restart failed: exit status '* ]] || fail "$output"
    [[ $output != *'[two]'* ]] || fail "$output"
    cmp "$BATS_TEST_TMPDIR/one/lighttpd.conf" "$BATS_TEST_TMPDIR/two/lighttpd.conf"
    serve 1
    configuration 3
    play 0
    serve 3
    nobody_noticed
}
