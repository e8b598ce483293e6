# SPDX-License-Identifier: ISC
# A word that grace doesn't know is named as it was typed, with the one that was meant.
# shellcheck disable=SC2154 # stderr
load helper

# says CODE TEXT WORD...: grace, with these words, on one line.
says() {
    run --separate-stderr "$GRACE" "${@:3}"
    [[ $status -eq $1 ]] || fail "exit code $status, not $1: $stderr"
    [[ $stderr == *"$2; see 'grace help"* && $stderr != *$'\n'* ]] || fail "'$2' isn't in: $stderr"
}

@test "a misspelt command is told from one that is like none" {
    local word
    for word in restrat restar resart rest estart rrestart; do
        says 2 "no command '$word' (did you mean 'restart'?)" "$word"
    done
    says 2 "no command 'sotp' (did you mean 'stop'?)" sotp
    says 2 "no command 'stat' (did you mean 'status'?)" stat web
    says 2 "no command 'stpo' (did you mean 'stop'?)" help stpo
    for word in foo st r reload-now "$(printf 'x%.0s' {1..500})" '' '--sopt'; do
        says 2 "no command '$word'" "$word"
    done
}

@test "a misspelt option is told from one that is like none" {
    says 2 "--tiemout isn't an option here (did you mean --timeout?)" restart web --tiemout 5s
    says 2 "--tiemout isn't an option here (did you mean --timeout?)" restart web --tiemout=5s
    says 125 "--pid-file isn't an option here (did you mean --pidfile?)" run --pid-file=/x -- true
    says 2 "--jsn isn't an option here (did you mean --json?)" status --jsn
    says 2 "--restart-comand isn't an option here (did you mean --restart-command?)" \
        probe --restart-comand true tcp:127.0.0.1:1
    says 2 "--force isn't an option here" restart web --force
}

@test "an option is named as it was typed" {
    says 2 "--time '5' isn't a duration such as 500ms, 10s, 2m or none" restart web --time 5
    says 2 "--time '-5s' isn't a duration such as 500ms, 10s, 2m or none" restart web --time=-5s
    says 2 "--tim needs a value" stop web --tim
    says 2 "--dra takes no value" stop web --dra=yes
    says 125 "--sto could be --stop-signal or --stop-timeout" run --sto TERM -- true
    says 2 "-d 'x' isn't a duration such as 500ms, 10s, 2m or none" probe -qdx tcp:127.0.0.1:1
    says 2 "-d of -qd needs a value" probe -qd
    says 2 "-x of -qx isn't an option here" probe -qx tcp:127.0.0.1:1
    says 2 "-x of -xq isn't an option here" stop --drain -xq web
    says 2 "-x isn't an option here" stop web -x
}
