# SPDX-License-Identifier: ISC
# A response in progress at the restart is finished by the generation that began it, however that
# one accepts, passes on and closes its connections; and then this generation is gone at once.
load helper

# answers_over_restart SECONDS SERVER-OPTION...: four answers that take that long at least, and until
# the old generation drains; sets LATE to the microseconds between the last one and its end.
answers_over_restart() {
    local old begun closed finish=$BATS_TEST_TMPDIR/finish
    rm -f "$finish"
    start_server --body 'one' \
        --slow-until "$finish" "${@:2}"
    old=$(server_pid "$PID")
    slow_client 4 --expect '^one$'
    begun=${EPOCHREALTIME/[.,]/}
    hup_until 10 drains 1
    grace_wait 5 passed "$1" "$begun"
    touch "$finish"
    client_answered
    closed=${EPOCHREALTIME/[.,]/}
    until gone "$old"; do
        ((${EPOCHREALTIME/[.,]/} < closed + 5000000)) || fail "$(status "$PID")"
    done
    LATE=$((${EPOCHREALTIME/[.,]/} - closed))
    grace_wait 5 settled "$PID" 2
}

# A busy machine may delay one end, but not five in a row.
outlives_restart() {
    local try late=()
    for try in first second third fourth fifth; do
        answers_over_restart "$@"
        ((LATE > 50000)) || return 0
        late+=("$try: $LATE")
        grace_end
    done
    fail "the old generation ended ${late[*]} us after its last answer"
}

@test "3 s, accept" { outlives_restart 3 --accept accept; }
@test "3 s, accept4" { outlives_restart 3 --accept accept4; }
@test "3 s, syscall(SYS_accept4)" { outlives_restart 3 --accept syscall; }

@test "close: close" { outlives_restart 0 --close close; }
@test "close: fclose" { outlives_restart 0 --close fclose; }
@test "close: close_range" { outlives_restart 0 --close close_range; }
@test "close: dup2" { outlives_restart 0 --close dup2; }
@test "close: syscall(SYS_close)" { outlives_restart 0 --close syscall; }
@test "close: shutdown" { outlives_restart 0 --close shutdown; }

@test "threads" { outlives_restart 0 --wait accept --model threads --workers 4; }
@test "prefork" { outlives_restart 0 --model prefork; }
@test "fork per connection" { outlives_restart 0 --model fork; }
@test "fork per connection, fclose" { outlives_restart 0 --model fork --close fclose; }
@test "a master passes connections to its workers" { outlives_restart 0 --pass scm --workers 4; }
@test "a helper program gets the connection" { outlives_restart 0 --pass exec; }
