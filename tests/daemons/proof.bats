# SPDX-License-Identifier: ISC
# What a few daemons have to stand besides: more restarts, longer, and nothing left behind.
load checks

@test "20 restarts under load lose nothing" {
    local version
    configure 1
    start_daemon "${COMMAND[@]}"
    load_start "${LOAD_OPTIONS[@]}"
    for ((version = 2; version <= 21; version++)); do
        configure "$version"
        restart_and_wait "$PID"
    done
    load_finish
    newest_answers 21
}

# five_slow_versions FIRST: under load, one after the other.
five_slow_versions() {
    local version
    load_start --rate "$RATE" "${LOAD_OPTIONS[@]}"
    for ((version = $1; version < $1 + 5; version++)); do
        install_script "$version" 'sleep 1'
        restart_and_wait "$PID"
    done
    load_finish
    newest_answers $(($1 + 4))
}

# The time that the machine itself stood still is taken off; but on one that does a process can
# also have been kept waiting alone. Then again.
@test "a version that starts slowly is not noticed" {
    local first
    install_script 1
    start_daemon "$DIR/serve"
    for first in 2 7 12; do
        five_slow_versions "$first"
        ! at_most longest_silence_ms 100 || return 0
        ! at_most standstill_ms 100 || break
    done
    fail "the clients have noticed it"
}

@test "a broken version is not noticed" {
    install_script 1
    start_daemon "$DIR/serve"
    load_start "${LOAD_OPTIONS[@]}"
    install_script 2 'exit 3'
    kill -HUP "$PID"
    grace_wait 20 rolled_back "$PID" 1
    grace_wait 10 settled "$PID" 1 # its processes may still be ending
    install_script 3
    restart_and_wait "$PID"
    load_finish
    newest_answers 3
}

@test "100 restarts leave nothing behind" {
    local i
    configure 1
    start_daemon "${COMMAND[@]}"
    restart_and_wait "$PID"
    requests -n 100 "${LOAD_OPTIONS[@]}"
    steady resources >"$DIR/first"
    anonymous_kb "$PID" >"$DIR/memory.first"
    load_start --rate 200 "${LOAD_OPTIONS[@]}"
    for ((i = 2; i <= 100; i++)); do
        restart_and_wait "$PID"
        ((i != 30)) || anonymous_kb "$PID" >"$DIR/memory.warm"
    done
    load_finish
    grace_wait 5 same_resources || { diff "$DIR/first" "$DIR/now" || return 1; }
    memory_as_after_the_first
}

# Without what differs from file to file: inode numbers, and deleted names.
kinds_of_fds() {
    fds_of "$1" | sed -E 's/^[0-9]+ //; s/\[[0-9]+\]/[]/; s/[0-9]+/N/g' | sort
}

environment_names() {
    tr '\0' '\n' <"/proc/$1/environ" | sed 's/=.*//' | sort
}

resources() {
    local server
    server=$(server_pid "$PID")
    echo "files of the server:" && kinds_of_fds "$server"
    echo "environment of the server:" && environment_names "$server"
    echo "processes: $(tree_of "$PID" | wc -l)"
    # Last: the one that it has for whoever asked it for that number goes first.
    echo "files of the supervisor:" && kinds_of_fds "$PID"
}

same_resources() {
    resources >"$DIR/now"
    cmp -s "$DIR/first" "$DIR/now"
}

# A heap grows to its working size, about 50 kB more in 1,000 restarts, and then stays; a leak of
# 500 bytes a restart is seen here.
memory_as_after_the_first() {
    local first warm now
    first=$(<"$DIR/memory.first") warm=$(<"$DIR/memory.warm") now=$(anonymous_kb "$PID")
    ((now <= first + 64 && now <= warm + 32)) ||
        fail "the supervisor has $now kB; it had $first after the first restart, $warm after 30"
}
