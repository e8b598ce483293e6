# SPDX-License-Identifier: ISC
# What processes of the server and strangers send: nothing of it stays, none of it is believed.
load ../bats/helper
load hostile

# keeps_descriptors COMMAND...: the supervisor has as many as before.
keeps_descriptors() {
    local before after
    before=$(fds_of "$PID" | wc -l)
    "$@"
    ask note read-all >/dev/null
    wait_until 20 log_has 'process [0-9]+: read-all'
    after=$(fds_of "$PID" | wc -l)
    ((after <= before)) || fail "$before descriptors, then $after" "$(fds_of "$PID")"
}

# The types of message.h: ADOPT 1, LISTEN 2, NOTE 3, one that there is not.
@test "descriptors that come with a message of another kind, or too many, are not kept" {
    hostile_start
    keeps_descriptors ask send-fds 3 1 15
    keeps_descriptors ask send-fds 3 3 3
    keeps_descriptors ask send-fds 99 2 50
    keeps_descriptors ask send-fds 2 2 50
    keeps_descriptors ask send-fds 1 3 50
    keeps_descriptors ask send-fds 2 1 50 /dev/null
    keeps_descriptors ask send-fds 1 1 50 /dev/null
    unharmed
}

@test "what a process says is one line of printable text, with the number that the kernel knows" {
    hostile_start
    local pid
    pid=$(worker)
    ask note "first\\ngrace[1]:\\_generation\\_9\\_retired\\e[2J" 1
    wait_until 20 log_has \
        "^grace\\[$PID\\]: process $pid: first\\\\x0agrace\\[1\\]: generation 9 retired\\\\x1b\\[2J\$"
    run ! grep -E '^grace\[1\]' "$LOG"
}
