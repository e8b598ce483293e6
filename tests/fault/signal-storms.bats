# SPDX-License-Identifier: ISC
# Signals and commands in any number, at any moment: no request fails, each request is met.
load ../bats/helper

storm() {
    "$ROOT/tests/fault/storm" "$@"
}

@test "a thousand HUPs, a millisecond apart: a few restarts, and no answer is cut" {
    storm many
    storm many prefork
}

@test "HUP to the supervisor and all processes, again and again: the last is obeyed" {
    storm tree
    storm tree prefork
}

@test "a second HUP to the same process is a second restart" {
    storm again
}

@test "HUP to a generation that has hardly begun starts one more" {
    storm newborn
}

@test "ten grace restart at once: each is answered, and has what it asked for" {
    storm commands
    storm commands prefork
}

@test "HUP with TERM, whichever comes first: it is stopped" {
    storm stop
    storm stop prefork
}

@test "HUP before the supervisor can read it is kept until it can" {
    storm begin
}

@test "TERM before the supervisor can read it ends it, and leaves nothing" {
    storm end
    storm end prefork
}
