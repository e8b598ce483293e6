# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154
# The probe, a server that lets its clients down, and what either says. Loaded by the files that try
# `grace probe`, after helper.bash.

REPORT=$BATS_TEST_TMPDIR/report.json

# start_letting_down [ADDRESS [OPTION...]]: by default on $PORT.
start_letting_down() {
    start letting-down "$PYTHON" "$ROOT/tests/servers/letting_down.py" "${@:-127.0.0.1:$PORT}"
    grace_wait 20 log_has '^ready' || dump_log
}

# probe STATUS [OPTION...] URL: ends so; its report is in $REPORT, what it says in $output and $stderr.
probe() {
    rm -f "$REPORT"
    run --separate-stderr timeout 300 "$GRACE" probe -o json="$REPORT" -o text "${@:2}"
    ((status == $1)) || fail "exit status $status, not $1" "$output" "$stderr"
}

# complains STATUS REGEX: the last probe ended so, with one line on standard error.
complains() {
    [[ $status -eq $1 ]] || fail "exit status $status, not $1: $output $stderr" || return
    [[ $stderr =~ $2 ]] || fail "standard error is not like '$2': $stderr" || return
    [[ $stderr != *$'\n'* ]] || fail "not one line: $stderr"
}

# start_probe [OPTION...] URL: until probe_ends; sets PROBE. PID and LOG are still the server's.
start_probe() {
    rm -f "$REPORT"
    start_beside probe "$GRACE" probe -d none -o json="$REPORT" "$@"
    PROBE=$LAUNCHED
}

# probe_ends STATUS: it is asked to, and ends so.
probe_ends() {
    kill -TERM "$PROBE"
    LOG=$(log_of probe) ends_with "$1" "$PROBE"
}

# counts EXPRESSION...: each is printed: connections() and unread() of the server on $PORT, requests(PATH)
# and treated(PATH) of the requests that it got and of those that it did not answer well; and r, the last
# report, if there is one.
counts() {
    "$PYTHON" - "$REPORT" "$PORT" "$@" <<'END'
import datetime
import json
import os
import sys
import time
import urllib.request

report, port, *expressions = sys.argv[1:]
# While the probe runs its file is there, and empty.
r = json.load(open(report)) if os.path.exists(report) and os.path.getsize(report) else None


def server():
    return json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/counts"))


def requests(path, count="requests"):
    return server()["paths"].get(path, {"requests": 0, "treated": 0})[count]


def treated(path):
    return requests(path, "treated")


def unread():
    return server()["unread"]


def connections():
    """Without those that ask for it: this is one of them, and so was each before."""
    return server()["connections"]


def names(members):
    return {name for name, count in members.items() if count}


for expression in expressions:
    print(eval(f"({expression})"))
END
}

# found EXPRESSION...: each is so; in the words of counts.
found() {
    local values=() i rc=0
    mapfile -t values < <(counts "$@")
    for ((i = 1; i <= $#; i++)); do
        [[ ${values[i - 1]-} == True ]] || fail "not so: ${!i}" || rc=1
    done
    ((rc == 0)) || fail "$(head -c 2000 "$REPORT")"
}

# has_asked PATH COUNT: the server on $PORT got that many requests at least.
has_asked() {
    [[ $(counts "requests('$1') >= $2") == True ]]
}
