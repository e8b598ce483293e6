# SPDX-License-Identifier: ISC
# On a terminal a wrapped server is the job that the shell believes it to be.
# shellcheck disable=SC2016 # most of it is for the shell on the terminal
load helper

setup() {
    export PORT WRAP="env LD_PRELOAD=$LIBGRACE" LIBGRACE GRACE
    cd "$BATS_TEST_TMPDIR" || return # where nohup leaves its file
    export SERVER="$PYTHON $ROOT/tests/servers/noting.py $PORT"
    export ASK="timeout 2 $GRACE probe --quiet --requests 1 http://127.0.0.1:$PORT/"
}

# on_terminal <STEPS: what is typed while the shell hands the terminal over may be lost, so steps
# wait until the program sleeps in the foreground.
on_terminal() {
    cat >"$BATS_TEST_TMPDIR/steps"
    "$LAUNCH" --stdin "$BATS_TEST_TMPDIR/steps" -- "$PYTHON" "$ROOT/tests/tools/terminal.py" \
        >"$BATS_TEST_TMPDIR/screen" || fail "$(<"$BATS_TEST_TMPDIR/screen")"
}

# screen_has COUNT REGEX
screen_has() {
    (($(grep -cE "$2" "$BATS_TEST_TMPDIR/screen") == $1)) || fail "$(<"$BATS_TEST_TMPDIR/screen")"
}

@test "Ctrl-C reaches the server, once each time, in each generation" {
    on_terminal <<'END'
type $WRAP $SERVER INT=note TERM=exit:0
expect generation 1 ready
key C
expect SIGINT arrived
until $ASK
key C
expect SIGINT arrived
until kill -HUP $(pgrep -f -o "noting.py $PORT")
expect generation 1 retired
key C
expect SIGINT arrived
until $ASK
END
    screen_has 3 'SIGINT arrived'
    screen_has 0 'stop'
}

@test "Ctrl-C reaches it in sequential mode, too" {
    GRACE_MODE=sequential on_terminal <<'END'
type $WRAP $SERVER INT=note TERM=exit:0
expect generation 1 ready
until kill -HUP $(pgrep -f -o "noting.py $PORT")
expect generation 2 ready
key C
expect SIGINT arrived
until $ASK
END
}

# both_end <STEPS: two workers serve after these; Ctrl-C then reaches both.
both_end() {
    { cat && cat <<'END'; } | on_terminal
key C
expect SIGINT arrived
expect SIGINT arrived
expect \$ $
type echo status $?
expect status 4
END
}

@test "Ctrl-C reaches each of several workers, and all end" {
    GRACE_WORKERS=2 both_end <<'END'
type $WRAP $SERVER INT=exit:4
expect generation 2 ready
END
}

@test "also where there was one first" {
    both_end <<'END'
type $WRAP $SERVER INT=exit:4
expect generation 1 ready
until "$GRACE" workers 2 $(pgrep -f -o "noting.py $PORT")
END
}

@test "Ctrl-C while clients wait for a sequential restart ends it, and the server" {
    GRACE_MODE=sequential on_terminal <<'END'
type $WRAP $SERVER INT=exit:4
expect generation 1 ready
until exec 3<>/dev/tcp/127.0.0.1/$PORT && { cat <&3 & }
until "$GRACE" status --json | grep '"connections":1'
until kill -HUP $(pgrep -f -o "noting.py $PORT")
expect generation 1 accepts no more
key C
expect SIGINT arrived
expect \$ $
type echo status $?
expect status 4
END
}

@test "Ctrl-C ends a server without a handler, and the shell goes on" {
    on_terminal <<'END'
type $WRAP sleep 1000
until ps -o stat=,args= --sid $SHELL_PID | grep '^SN\?+ *sleep'
key C
expect \$ $
type echo status $?
expect status 130
END
}

@test "Ctrl-\\ reaches it too" {
    on_terminal <<'END'
type $WRAP $SERVER QUIT=exit:3
expect generation 1 ready
key \
expect SIGQUIT arrived
expect \$ $
type echo status $?
expect status 3
END
}

@test "Ctrl-Z stops the job, fg and bg continue it" {
    on_terminal <<'END'
type $WRAP $SERVER INT=exit:4 2>$BATS_TEST_TMPDIR/log
until $ASK
key Z
expect Stopped
until ! $ASK
type fg
expect SERVER
until $ASK
key Z
expect Stopped
type bg
until $ASK
type echo still here
expect ^still here
type fg
expect SERVER
key C
expect \$ $
type echo status $?
expect status 4
END
    [[ $(grep -c 'SIGINT arrived' "$BATS_TEST_TMPDIR/log") == 1 ]]
}

@test "without a shell, Ctrl-Z does nothing and Ctrl-C is the server's" {
    on_terminal <<'END'
type exec $WRAP $SERVER INT=exit:4 2>$BATS_TEST_TMPDIR/log
until $ASK
key Z
until $ASK
key C
until grep 'stopped\|ended: exit status 4' $BATS_TEST_TMPDIR/log
END
}

@test "a stopped job restarts when it is continued" {
    on_terminal <<'END'
type $WRAP $SERVER
expect generation 1 ready
key Z
expect Stopped
type kill -HUP %1
type bg
expect generation 2 ready
expect generation 1 retired
until $ASK
type jobs
expect Running
END
}

@test "it reads from the terminal" {
    on_terminal <<'END'
type $WRAP cat
until ps -o stat=,args= --sid $SHELL_PID | grep '^SN\?+ *cat'
type hello
expect ^hello\r\n(.*\n)?hello
key D
expect \$ $
type $WRAP sh -c 'read a; read b; echo "<$a-$b>"'
until ps -o stat=,args= --sid $SHELL_PID | grep '^SN\?+ *sh -c'
type one
type two
expect <one-two>
type echo back
expect ^back
END
}

@test "in the background, it does not read but is stopped for it" {
    on_terminal <<'END'
type $WRAP cat &
until (($(ps -o stat=,args= --sid $SHELL_PID | grep -c '^T.*cat$') == 2))
type jobs
expect Stopped
type fg
until ps -o stat=,args= --sid $SHELL_PID | grep '^SN\?+ *cat'
type hello
expect ^hello\r\n(.*\n)?hello
END
}

@test "a job in the background: restarts, output and kill %1" {
    on_terminal <<'END'
type $WRAP $SERVER TERM=exit:6 &
expect generation 1 ready
type kill -HUP $!
expect generation 1 retired
until $ASK
type kill %1
expect SIGTERM arrived
type wait $!; echo status $?
expect status 6
END
}

# hung_up: the server got the signal, once, and was not restarted.
hung_up() {
    LOG=$BATS_TEST_TMPDIR/log
    (($(grep -c 'SIGHUP arrived' "$LOG") == 1)) || dump_log || return
    log_lacks 'generation 2'
}

@test "the terminal goes away: a server in the foreground gets its hang-up" {
    on_terminal <<'END'
type $WRAP $SERVER HUP=exit:7 2>$BATS_TEST_TMPDIR/log
until $ASK
hangup
until ! $ASK
until ! pgrep -f "noting.py $PORT"
END
    hung_up
}

@test "the terminal goes away: a job in the background gets its hang-up" {
    on_terminal <<'END'
type $WRAP $SERVER HUP=exit:7 2>$BATS_TEST_TMPDIR/log &
until $ASK
hangup
until ! pgrep -f "noting.py $PORT"
END
    hung_up
}

@test "nohup: it survives the terminal, and SIGHUP restarts it" {
    on_terminal <<'END'
type nohup $WRAP $SERVER >$BATS_TEST_TMPDIR/log 2>&1 & echo $! >$BATS_TEST_TMPDIR/pid
until grep 'generation 1 ready' $BATS_TEST_TMPDIR/log
type kill -HUP %1
until grep 'generation 1 retired' $BATS_TEST_TMPDIR/log
hangup
until ps -o stat= -p $SHELL_PID | grep -q Z
until $ASK
until kill -HUP $(<$BATS_TEST_TMPDIR/pid)
until grep 'generation 2 retired' $BATS_TEST_TMPDIR/log
until $ASK
END
}

@test "nohup in the foreground" {
    on_terminal <<'END'
type nohup $WRAP $SERVER 2>$BATS_TEST_TMPDIR/log
until grep 'generation 1 ready' $BATS_TEST_TMPDIR/log
hangup
until kill -HUP $(pgrep -f -o "noting.py $PORT")
until grep 'generation 1 retired' $BATS_TEST_TMPDIR/log
until $ASK
END
}
