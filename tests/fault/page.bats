# SPDX-License-Identifier: ISC
# A worker that has given up root writes what it likes into the page that it shares with root's
# supervisor and with the server's main process.
load ../bats/helper
load hostile

@test "the hostile server is a server" {
    hostile_start -w 2
    [[ $(ask ping) == "ok pid "*" uid 65534 main "* ]]
    "$LOAD" -n 20 127.0.0.1 "$PORT"
    [[ $(ask get generation) == 'ok 1' ]]
    ask ring
    unharmed
}

@test "the page keeps its size, whoever truncates it" {
    hostile_start
    [[ $(ask truncate 0) == 'failed: ftruncate: Operation not permitted' ]]
    [[ $(ask truncate 10000000) == 'failed: ftruncate: Operation not permitted' ]]
    ask ring
    unharmed
}
