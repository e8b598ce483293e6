# SPDX-License-Identifier: ISC
# What grace costs, as far as it can be counted; tests/bench/run also measures time.
load helper
# shellcheck source=tests/bench/measure.bash
source "$ROOT/tests/bench/measure.bash"

# at_most_added ROW LIMIT
at_most_added() {
    ((ADDED[$1] <= $2)) || fail "$1: ${ADDED[$1]} instructions more than without, $2 are allowed"
}

@test "instructions a call" {
    rows_compare
    at_most_added close 12
    at_most_added accept4+close 80
    at_most_added epoll_wait 8
    at_most_added read 1
    at_most_added recvfrom 8
    at_most_added write+read 3
    at_most_added send+recv 3
}

@test "instructions of nginx for a request on a connection of its own" {
    nginx_configure
    nginx_request wrapped 1
    ((OURS > 0 && OURS * 1000 <= (REQUEST - OURS) * 6)) || fail "$OURS of $REQUEST are ours"
}

@test "instructions of nginx for a request on a connection that is kept" {
    nginx_configure
    nginx_request wrapped 1 keep-alive
    ((OURS > 0 && OURS <= 20)) || fail "$OURS of $REQUEST are ours"
}

@test "memory of the supervisor" {
    subject_start wrapped
    exec {SOCKET}>&-
    restart_times 1
    grace_wait 5 pss_at_most "$PID" 300
    restart_times 20
    grace_wait 5 pss_at_most "$PID" 300
}

# code_kb PID FIELD: of the library's code: Size, or Rss
code_kb() {
    awk -v field="$2:" '/^[0-9a-f]+-/ { code = /libgrace/ && $2 ~ /x/ }
        code && $1 == field { print $2 }' "/proc/$1/smaps"
}

half_of_code_is_gone() {
    (($(code_kb "$1" Rss) * 2 < $(code_kb "$1" Size)))
}

@test "a supervisor at rest has less than half of its code in memory" {
    subject_start wrapped
    exec {SOCKET}>&-
    restart_times 1
    (($(code_kb "$PID" Size) > 0))
    grace_wait 10 half_of_code_is_gone "$PID"
}

@test "the limit of open files does not matter for the start" {
    local few many
    few=$(start_instructions 1024)
    many=$(start_instructions "$(most_files)")
    ((many - few < 1000)) || fail "$few instructions with 1024 files, $many with $(most_files)"
    few=$(start_calls 1024)
    many=$(start_calls "$(most_files)")
    ((many - few < 500)) || fail "$few system calls with 1024 files, $many with $(most_files)"
}
