# SPDX-License-Identifier: ISC
# Trials: a process is killed, or stopped for a while, at a random moment of a restart, under load.
# The sample changes with the commit; tests/fault/trial has the long run.
load ../bats/helper

trials() {
    "$ROOT/tests/fault/trial" --victim "$1" 10
}

@test "the old main process killed or stopped at any moment: its own connections alone end" {
    trials old
}

@test "a worker killed or stopped at any moment: its own connections alone end" {
    trials worker
}

@test "the new main process killed or stopped at any moment: its own connections alone end" {
    trials new
}

@test "the supervisor killed or stopped at any moment: the server serves on, and restarts again" {
    trials supervisor
}
