# SPDX-License-Identifier: ISC
# grace probe tells what a server has done to its clients, as the server itself counts it.
load helper
load probing

# lets_down WAY FAILURE [OPTION...]: every tenth of so many requests fails so, and no other.
lets_down() {
    start_letting_down
    probe 1 -n 100 "${@:3}" "http://127.0.0.1:$PORT/$1/10"
    found "r['verdict'] == 'let-down'" "r['answers'] == 90" \
        "r['failed'] == r['failures']['$2'] == treated('/$1/10') == 10" \
        "names(r['failures']) == {'$2'}" "len(r['failures']) == 8" \
        "[d['failure'] for d in r['let_down']] == 10 * ['$2']" \
        "sum(sum(c['failures'].values()) for c in r['clients']) == 10" \
        "sum(c['answers'] for c in r['clients']) == 90" \
        "r['restarts'] == [] and r['before']['answers'] == 90 and r['before']['failed'] == 10"
}

@test "reset after the request" { lets_down reset reset-after-request; }
@test "closed without a byte" { lets_down close closed; }
@test "closed within the body" { lets_down truncate truncated; }
@test "closed within the header" { lets_down truncate-head truncated; }
@test "closed within a chunk" { lets_down truncate-chunk truncated; }
@test "closed before the last chunk" { lets_down truncate-chunks truncated; }
@test "an error status" { lets_down error wrong; }
@test "no HTTP" { lets_down garbage wrong; }
@test "not what was expected" { lets_down other-body wrong --expect '^version 1'; }
@test "no answer" { lets_down never timeout --timeout 2s; }
@test "no end of an answer" { lets_down endless timeout --timeout 2s; }

@test "reset before the whole request" {
    start_letting_down "127.0.0.1:$PORT" --accepting reset/5
    probe 1 -n 20 -c half=4 --hold 100ms "http://127.0.0.1:$PORT/"
    found "names(r['failures']) == {'reset-before-request'}" "r['failed'] == unread() == 4" \
        "r['answers'] == 16" "all(d['kind'] == 'half' and not d['reused'] for d in r['let_down'])"
}

@test "reset as soon as there is a connection" {
    start_letting_down "127.0.0.1:$PORT" --accepting reset/5
    probe 1 -n 100 -c new=4 "http://127.0.0.1:$PORT/"
    found "names(r['failures']) <= {'reset-before-request', 'reset-after-request'}" \
        "r['failed'] == unread() == 20" "r['answers'] == 80"
}

@test "when it happened, to whom, and how that looked" {
    start_letting_down
    probe 1 -n 40 -c keep-alive=1 --version-regex 'version ([0-9]+)' "http://127.0.0.1:$PORT/error/10"
    found "[d['at'] for d in r['let_down']] == sorted(d['at'] for d in r['let_down'])" \
        "all(0 <= d['began'] <= d['at'] <= r['seconds'] for d in r['let_down'])" \
        "all(r['started'] - 1 <= datetime.datetime.fromisoformat(d['time']).timestamp() <= time.time()
            for d in r['let_down'])" \
        "all(d['kind'] == 'keep-alive' and d['reused'] and d['restart'] is None for d in r['let_down'])" \
        "all(d['version'] == '1' and 0 < d['port'] < 65536 for d in r['let_down'])" \
        "all('503' in d['why'] for d in r['let_down'])"
    [[ $output == *503* ]]
}

@test "no more than 1000 are remembered, and all are counted" {
    start_letting_down
    probe 1 -n 1500 -c new=16 "http://127.0.0.1:$PORT/error/5"
    found "r['failed'] == treated('/error/5') == 300"
    probe 1 -n 2400 -c keep-alive=16 "http://127.0.0.1:$PORT/error/2"
    found "r['failed'] == treated('/error/2') == 1200" "len(r['let_down']) == 1000"
}

# Which a server may do, but not so that a client that has asked gets no answer.
@test "a connection that is closed as the next request is sent" {
    start_letting_down
    run timeout 300 "$GRACE" probe -o json="$REPORT" -n 200 -c keep-alive=4 \
        "http://127.0.0.1:$PORT/quiet-close"
    found "$status == (1 if r['failed'] else 0)" "r['answers'] + r['failed'] == 200" \
        "r['answers'] == requests('/quiet-close')" "all(d['reused'] for d in r['let_down'])" \
        "names(r['failures']) <= {'closed', 'reset-before-request', 'reset-after-request'}" \
        "r['clients'][0]['connections'] >= r['answers']"
}

@test "one that is closed while nothing is asked lets nobody down" {
    start_letting_down
    probe 0 -n 8 -c idle=4 --hold 2s "http://127.0.0.1:$PORT/idle-close"
    found "r['answers'] == 8" "r['clients'][0]['connections'] == 8" \
        "r['clients'][0]['closed_idle'] >= 4"
}

# answers CONNECTIONS CLIENTS PATH: so many are made for 20 requests, each of which is answered.
answers() {
    local before
    before=$(counts "connections()")
    probe 0 -n 20 -c "$2" --hold 20ms "http://127.0.0.1:$PORT/$3"
    # One more asks for the count.
    found "r['answers'] == 20" "r['verdict'] == 'ok'" "r['clients'][0]['connections'] == $1" \
        "connections() - $before == $1 + 1"
}

@test "what HTTP allows is an answer" {
    local path
    start_letting_down
    for path in good late chunks bytewise interim no-content; do
        answers 2 keep-alive=2 "$path"
        answers 20 new=2 "$path"
    done
    for path in said-close http-1-0 until-close; do
        answers 20 keep-alive=2 "$path"
        answers 20 new=2 "$path"
    done
}

@test "each kind of clients does what it is for, and a good server sees to all" {
    local kind
    start_letting_down
    for kind in new slow silent half connect; do
        answers 20 "$kind=2" ''
        found "[(c['kind'], c['clients']) for c in r['clients']] == [('$kind', 2)]"
    done
    for kind in keep-alive idle; do
        answers 2 "$kind=2" ''
        found "[(c['kind'], c['clients']) for c in r['clients']] == [('$kind', 2)]"
    done
}

@test "without a word there are two kinds" {
    start_letting_down
    probe 0 -n 100 "http://127.0.0.1:$PORT/"
    found "{c['kind']: c['clients'] for c in r['clients']} == {'new': 8, 'keep-alive': 4}" \
        "all(c['answers'] > 0 for c in r['clients'])"
    probe 0 -n 100 -c 3 "http://127.0.0.1:$PORT/"
    found "{c['kind']: c['clients'] for c in r['clients']} == {'new': 3}"
}

# The answer is larger than what fits between them.
@test "slow clients ask for something else" {
    start_letting_down
    probe 0 -n 20 -c slow=2,new=2 --hold 10ms --slow-path /good/7 "http://127.0.0.1:$PORT/good"
    found "{c['kind']: c['answers'] for c in r['clients']} == {
        'slow': requests('/good/7'), 'new': requests('/good')}"
}

@test "headers and data are sent" {
    start_letting_down
    local words
    for words in 'POST /echo' 'x-one: 1' 'x-two: 2' 'some words'; do
        probe 0 -n 10 -H 'X-One: 1' --header 'X-Two: 2' --data 'some words' --expect "^$words" \
            "http://127.0.0.1:$PORT/echo"
    done
}

@test "of an answer all is compared with what is expected" {
    start_letting_down
    local words
    for words in '^HTTP/1\.1 200 OK' '^Content-Length: [0-9]+' '^GET /echo HTTP/1\.1$'; do
        probe 0 -n 10 --expect "$words" "http://127.0.0.1:$PORT/echo"
    done
}

@test "versions are told apart" {
    start_letting_down
    probe 0 -n 100 -c new=1 --version-regex 'version ([0-9]+)' "http://127.0.0.1:$PORT/new-version/60"
    found "{v['version']: v['answers'] for v in r['versions']} == {'1': 99, '2': 1}" \
        "all(0 <= v['first'] <= v['last'] <= r['seconds'] for v in r['versions'])" \
        "r['versions'][0]['first'] < r['versions'][1]['first'] <= r['versions'][0]['last']"
    probe 0 -n 10 --version-regex 'version [0-9]+' "http://127.0.0.1:$PORT/"
    found "[v['version'] for v in r['versions']] == ['version 1']"
}
