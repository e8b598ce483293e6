# SPDX-License-Identifier: ISC
# What grace probe measures, when it ends, and the ways to report it.
load helper
load probing

@test "as many requests as were asked for, no faster than that" {
    start_letting_down
    probe 0 -n 100 --rate 100 "http://127.0.0.1:$PORT/"
    found "r['answers'] == 100" "r['rate'] == 100" "r['seconds'] >= 0.95"
    probe 0 -d 2s --rate 50 -c keep-alive=2 "http://127.0.0.1:$PORT/"
    found "50 <= r['answers'] <= 101" "r['seconds'] >= 1.95"
}

# In a stall of 2 seconds 80 of 200 requests are due, and 8 clients could ask.
@test "requests that are due while the server stalls are late, too" {
    start_letting_down
    probe 0 -n 200 --rate 100 -c new=8 "http://127.0.0.1:$PORT/stall/120"
    found "treated('/stall/120') == 1" "r['answers'] == 200" \
        "r['latency_ms']['p90'] + r['standstill_ms'] >= 1000" \
        "r['latency_ms']['max'] + r['standstill_ms'] >= 1900" \
        "r['longest_silence_ms'] + r['standstill_ms'] >= 1900"
}

# processor_ms COMMAND...: sets PROCESSOR_MS, what it used.
processor_ms() {
    local TIMEFORMAT='%3U %3S' used user system
    used=$({ time "$@" >/dev/null 2>&1; } 2>&1)
    read -r user system <<<"${used//./}"
    PROCESSOR_MS=$((10#$user + 10#$system))
}

# Two seconds, in which seven clients are free and no request is left for them.
@test "whoever has had the last turn is not waited for in a loop" {
    start_letting_down
    processor_ms "$GRACE" probe -n 3 --rate 100 -c new=8 "http://127.0.0.1:$PORT/stall/4"
    ((PROCESSOR_MS < 600)) || fail "$PROCESSOR_MS ms of processor"
}

@test "the numbers belong together" {
    start_letting_down
    probe 0 -n 500 "http://127.0.0.1:$PORT/"
    found "0 < r['latency_ms']['p50'] <= r['latency_ms']['p90'] <= r['latency_ms']['p99'] <=
        r['latency_ms']['p999'] <= r['latency_ms']['max']" \
        "0 < r['latency_ms']['mean'] <= r['latency_ms']['max']" \
        "0 < r['longest_silence_ms'] <= r['seconds'] * 1000" \
        "sum(s[0] for s in r['timeline']['slots']) == 500" \
        "sum(s[1] for s in r['timeline']['slots']) == 0" \
        "abs(max(s[2] for s in r['timeline']['slots']) - r['latency_ms']['max']) < 1" \
        "abs(r['started'] + r['seconds'] + r['standstill_ms'] / 1000 - time.time()) < 60"
}

@test "it ends after a time" {
    start_letting_down
    probe 0 -d 500ms "http://127.0.0.1:$PORT/"
    found "r['seconds'] >= 0.5" "r['answers'] == requests('/')"
}

# ends_by SIGNAL: those that hold get their answers, too.
ends_by() {
    start_letting_down
    start_probe -c new=2,half=4,slow=2 --hold 1h "http://127.0.0.1:$PORT/late"
    grace_wait 20 has_asked /late 10
    kill -"$1" "$PROBE"
    LOG=$(log_of probe) ends_with 0 "$PROBE"
    found "r['failed'] == 0" "r['answers'] == requests('/late')" \
        "{c['kind']: c['answers'] for c in r['clients'] if c['kind'] != 'new'} == {'half': 4, 'slow': 2}"
}

@test "SIGTERM ends it when requests under way are finished" { ends_by TERM; }
@test "so does SIGINT" { ends_by INT; }

@test "SIGUSR1 and SIGUSR2 mark a restart" {
    start_letting_down
    start_probe "http://127.0.0.1:$PORT/"
    grace_wait 20 has_asked / 100
    kill -USR1 "$PROBE"
    grace_wait 20 has_asked / "$(counts "requests('/') + 200")"
    kill -USR2 "$PROBE"
    grace_wait 20 has_asked / "$(counts "requests('/') + 200")"
    probe_ends 0
    found "[(x['n'], x['ok']) for x in r['restarts']] == [(1, True)]" \
        "r['restarts'][0]['took_ms'] > 0" "0 < r['restarts'][0]['begin'] < r['seconds']" \
        "r['before']['answers'] >= 99" "r['restarts'][0]['answers'] >= 200" \
        "r['before']['answers'] + r['restarts'][0]['answers'] == r['answers']"
}

# held: other clients are answered while those of the probe ask for nothing.
held() {
    local before
    before=$(counts "requests('/held')")
    requests -n 500 "http://127.0.0.1:$PORT/" >/dev/null && [[ $(counts "requests('/held')") == "$before" ]]
}

@test "clients hold until a restart is over" {
    start_letting_down
    start_probe -c silent=2 --hold 10ms "http://127.0.0.1:$PORT/held"
    grace_wait 20 has_asked /held 10
    kill -USR1 "$PROBE"
    grace_wait 20 held
    kill -USR2 "$PROBE"
    grace_wait 20 has_asked /held "$(counts "requests('/held') + 10")"
    probe_ends 0
}

# holding COUNT: so many clients do, as the probe says.
holding() {
    [[ $(wc -l <"$BATS_TEST_TMPDIR/on") == "$1" ]]
}

@test "the load is on when clients hold that do, and a hold without an end ends with the restart" {
    start_letting_down
    start_probe --ready-file "$BATS_TEST_TMPDIR/on" -c half=1,silent=1,idle=1,slow=1 --hold none \
        "http://127.0.0.1:$PORT/held"
    grace_wait 20 holding 1
    grace_wait 20 has_asked /held 2 # of the idle client and the slow one; then all ask
    kill -USR1 "$PROBE"
    kill -USR2 "$PROBE"
    grace_wait 20 has_asked /held 5
    grace_wait 20 holding 2
    probe_ends 0
    found "r['failed'] == 0" "all(c['answers'] >= 2 for c in r['clients'])"
}

@test "a hold without an end ends with the run" {
    start_letting_down
    start_probe --ready-file "$BATS_TEST_TMPDIR/on" -c half=1 -n 1 --hold none \
        "http://127.0.0.1:$PORT/held"
    grace_wait 20 holding 1
    found "server()['paths'] == {}"
    probe_ends 0
    found "requests('/held') == r['answers'] == 1"
}

@test "what it is stopped for itself is no latency, but a standstill" {
    local since
    start_letting_down
    start_probe -c keep-alive=2 "http://127.0.0.1:$PORT/"
    grace_wait 20 has_asked / 100
    kill -STOP "$PROBE"
    grace_wait 10 stopped "$PROBE"
    since=${EPOCHREALTIME/[.,]/}
    grace_wait 20 passed 4 "$since"
    kill -CONT "$PROBE"
    grace_wait 20 has_asked / "$(counts "requests('/') + 100")"
    probe_ends 0
    found "r['standstill_ms'] >= 3500" "r['latency_ms']['max'] < 2000" "r['longest_silence_ms'] < 2000"
}

# formats DIRECTORY: sets FORMATS to the options for one file of each.
formats() {
    local format
    FORMATS=()
    for format in text chart json tap junit svg; do FORMATS+=(-o "$format=$1/$format"); done
}

# well_formed TESTS FAILURES: what is in $BATS_TEST_TMPDIR, for programs to read.
well_formed() {
    "$PYTHON" - "$BATS_TEST_TMPDIR" "$@" <<'END'
import json, re, sys, xml.etree.ElementTree as xml
place, tests, failures = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
svg = xml.parse(place + "/svg").getroot()
assert svg.tag == "{http://www.w3.org/2000/svg}svg", svg.tag
links = re.findall(r'(?:href|src)="([^"#][^"]*)"', open(place + "/svg").read())
assert not links, links
junit = xml.parse(place + "/junit").getroot()
cases = list(junit.iter("testcase"))
failed = [case for case in cases if case.find("failure") is not None]
assert (len(cases), len(failed)) == (tests, failures), (len(cases), len(failed))
suite = next(junit.iter("testsuite"))
assert (int(suite.get("tests")), int(suite.get("failures"))) == (tests, failures), suite.attrib
tap = open(place + "/tap").read().splitlines()
lines = [line for line in tap if re.match("(not )?ok ", line)]
assert [line for line in tap if line.startswith("1..")] == [f"1..{tests}"], tap
assert len(lines) == tests and sum(line.startswith("not ") for line in lines) == failures, tap
assert [int(re.search(r"\d+", line)[0]) for line in lines] == list(range(1, tests + 1)), tap
json.load(open(place + "/json"))
assert len(open(place + "/text").read()) > 200 and len(open(place + "/chart").read()) > 200
END
}

@test "reports in all formats at once, of a run without a restart" {
    start_letting_down
    formats "$BATS_TEST_TMPDIR"
    run -0 timeout 300 "$GRACE" probe -n 100 "${FORMATS[@]}" "http://127.0.0.1:$PORT/"
    [[ -z $output ]]
    well_formed 1 0
}

@test "of one with restarts, of which one fails" {
    start_letting_down
    formats "$BATS_TEST_TMPDIR"
    run -1 timeout 300 "$GRACE" probe --restart-command "mkdir '$BATS_TEST_TMPDIR/once'" --times 2 \
        --pause 100ms "${FORMATS[@]}" --rate 100 --header 'X: <&">' "http://127.0.0.1:$PORT/good?<&\">"
    well_formed 3 1
}

@test "one format goes to standard output, and a file is written anew" {
    start_letting_down
    echo 'something that is much longer than any report that can be thought of' >"$BATS_TEST_TMPDIR/tap"
    run -0 --separate-stderr timeout 300 "$GRACE" probe -n 10 -o json -o tap="$BATS_TEST_TMPDIR/tap" \
        "http://127.0.0.1:$PORT/"
    "$PYTHON" -c 'import json, sys; assert json.loads(sys.argv[1])["answers"] == 10' "$output"
    [[ -z $stderr && $(<"$BATS_TEST_TMPDIR/tap") != *something* ]]
}

@test "a report that can't be written is a failure" {
    start_letting_down
    run --separate-stderr timeout 300 "$GRACE" probe -n 10 -o json=/dev/full "http://127.0.0.1:$PORT/"
    complains 1 'json.*/dev/full'
    run -1 bash -c "timeout 300 '$GRACE' probe -n 10 'http://127.0.0.1:$PORT/' >/dev/full"
}
