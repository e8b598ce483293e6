# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# shellcheck disable=SC2034 # the tests use what is set here
# A daemon as its description has it (see README.md here), and what one does with it.
load ../bats/helper

setup() {
    DIR=$BATS_TEST_TMPDIR/site
    mkdir -m 755 "$DIR"
    let_everybody_in
    PACKAGE_DIR=$BATS_FILE_TMPDIR/unpacked
    daemon_describe
    [[ -z $unpacked || -d $PACKAGE_DIR ]] || unpack
    ! declare -F prepare >/dev/null || prepare
}

# daemon_describe: reads the description that DAEMON names, after the defaults.
daemon_describe() {
    packages=() core=no proof=no unpacked='' model='' remark='' pidfile='' processes=same unsupported=''
    in_flight=answered message='' alone=no
    load_options --expect '^version [0-9]+$' "http://127.0.0.1:$PORT/"
    load_rate 300
    # shellcheck source=/dev/null
    source "${DAEMON:?names a description: tests/daemons/NAME.daemon}"
    NAME=$(basename "$DAEMON" .daemon)
}

# unpack: a package that can't be installed, because it excludes that of another daemon.
unpack() {
    local debs
    (cd "$BATS_FILE_TMPDIR" && apt-get -q download "$unpacked") || return
    debs=("$BATS_FILE_TMPDIR/${unpacked}"_*.deb)
    dpkg -x "${debs[0]}" "$PACKAGE_DIR"
}

# daemon_version: of the package that it is in.
daemon_version() {
    if [[ -n $unpacked ]]; then
        dpkg-deb -f "$BATS_FILE_TMPDIR/${unpacked}"_*.deb Version
    else
        dpkg-query -W -f '${Version}' "${packages[0]}"
    fi
}

# daemon_command COMMAND...: the same for every version.
daemon_command() {
    COMMAND=("$@")
}

# load_options [OPTION...] URL: how grace probe is to ask it.
load_options() {
    LOAD_OPTIONS=("$@")
}

# load_rate N: requests a second that it answers without effort.
load_rate() {
    RATE=$1
}

# replace FILE: with standard input, as an installer would.
replace() {
    cat >"$1.new"
    mv "$1.new" "$1"
}

# version_file VERSION: what the applications in tests/servers answer, as they read it at the start.
version_file() {
    export VERSION_FILE=$DIR/version
    replace "$VERSION_FILE" <<<"version $1"
}

# python_module VERSION: tests/servers/application.py can be imported.
python_module() {
    export PYTHONPATH=$ROOT/tests/servers PYTHONDONTWRITEBYTECODE=1
    version_file "$1"
}

# publish VERSION: a directory to serve; $DIR/current is a symbolic link to the newest.
publish() {
    mkdir -p "$DIR/release-$1"
    echo "version $1" >"$DIR/release-$1/index.html"
    ln -s "release-$1" "$DIR/current.new"
    mv -T "$DIR/current.new" "$DIR/current"
}

# take_turns FILE: no other test that does runs until this one has ended; the file is compiled in.
take_turns() {
    exec {TURN}>"$BUILD/turn${1//\//-}" && flock "$TURN"
}

# backend VERSION: what is behind a proxy of that version; BACKEND is its port.
backend() {
    local file=$DIR/backend-$1
    if [[ ! -e $file ]]; then
        grace_free_port >"$file"
        start_beside "backend-$1" "$SERVER" --listen "127.0.0.1:$(<"$file")" --body "version $1"
    fi
    BACKEND=$(<"$file")
}

# go_server FILE NAME=VALUE...: tests/servers/http.go, compiled with these settings into FILE.
go_server() {
    [[ ! -e $1 ]] || return 0
    env GOCACHE="$BATS_FILE_TMPDIR/go" GOPROXY=off GO111MODULE=off "${@:2}" \
        /usr/lib/go-1.19/bin/go build -o "$1" "$ROOT/tests/servers/http.go"
}

# certificate FILE: a key and a certificate that nobody trusts.
certificate() {
    [[ -e $1 ]] || openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2 \
        -keyout "$1.key" -out "$1.crt" 2>/dev/null
    cat "$1.key" "$1.crt" >"$1"
    chmod 600 "$1"
}

# daemon_script COMMAND...: the command is a script, for what is configured by arguments only.
daemon_script() {
    printf '#!/bin/sh\nexec %s\n' "${*@Q}" | replace "$DIR/daemon"
    chmod +x "$DIR/daemon"
    daemon_command "$DIR/daemon"
}

# answer_of VERSION: a regular expression; descriptions may have their own.
answer_of() {
    echo "version[ -]$1"
}

# newest_answers VERSION [COUNT]: and no other.
newest_answers() {
    local count=${2:-20} seen=$BATS_TEST_TMPDIR/newest
    requests -c new=4 -n "$count" --rate "$RATE" --version-regex "$(answer_of "$1")" -o text -o json="$seen" \
        "${LOAD_OPTIONS[@]}" >"$seen.text" 2>&1 || fail "$(<"$seen.text")" || return
    [[ $(<"$seen") =~ \"versions\":\[\{[^}]*\"answers\":$count, ]] ||
        fail "not every answer is of version $1" "$(<"$seen.text")"
}

# install_script VERSION [LINE]: $DIR/serve runs LINE, then the daemon.
install_script() {
    configure "$1"
    printf '%s\n' '#!/bin/bash' "${2-}" "exec ${COMMAND[*]@Q}" >"$DIR/serve.new"
    chmod +x "$DIR/serve.new"
    mv "$DIR/serve.new" "$DIR/serve"
}

# line_server FILE: a program that answers a line with "version" and its argument.
line_server() {
    [[ ! -e $1 ]] || return 0
    # shellcheck disable=SC2016 # for that program
    printf '#!/bin/sh\nread -r _ && echo "version $1"\n' | replace "$1"
    chmod +x "$1"
}

# keep_writing COMMAND: runs "COMMAND N" for N from 1, one after the other, until all_written is
# asked; $DIR/acknowledged has those that succeeded. Once it is on a second call does nothing.
keep_writing() {
    local n
    [[ ! -e $DIR/acknowledged ]] || return 0
    : >"$DIR/acknowledged"
    for ((n = 1; ; n++)); do
        "$1" "$n" || exit
        echo "$n" >>"$DIR/acknowledged" || exit
        [[ ! -e $DIR/enough ]] || exit 0
    done 3>&- >"$DIR/writes" 2>&1 &
    WRITER=$!
    grace_wait 10 test -s "$DIR/acknowledged"
}

# all_written COMMAND...: no write has failed, and COMMAND prints the number of each.
all_written() {
    local rc=0
    touch "$DIR/enough"
    wait "$WRITER" || rc=$?
    ((rc == 0)) || fail "a write failed:" "$(<"$DIR/writes")" || return
    "$@" | sort >"$DIR/kept"
    ! sort "$DIR/acknowledged" | comm -23 - "$DIR/kept" | grep . || fail "these writes are lost"
}

# all_asleep: no process of the daemon runs, would if it could, or waits for a disk.
all_asleep() {
    ! ps -o stat= -p "$(tree_of "$PID" | paste -sd ,)" | grep -q '^[RD]'
}

# steady COMMAND...: what it prints, once that has been the same for half a second. Masters start
# their workers one by one (gunicorn: up to 0.1 s apart), and nothing tells which one is the last;
# but one that has been kept from running still wants to.
steady() {
    local last=$BATS_TEST_TMPDIR/steady
    "$@" >"$last"
    until sleep 0.5 && all_asleep && "$@" | cmp -s - "$last"; do
        "$@" >"$last"
    done
    cat "$last"
}

# start_daemon COMMAND...: wrapped, until it answers.
start_daemon() {
    start_wrapped daemon "$@"
    grace_wait 10 daemon_answers
}

# A listener may be there before what stands behind it.
daemon_answers() {
    requests -n 1 "${LOAD_OPTIONS[@]}" >/dev/null 2>&1
}

# dns_options tcp|udp: asks for the TXT record of test.local.
dns_options() {
    local question='\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04test\x05local\x00\x00\x10\x00\x01'
    [[ $1 == udp ]] || question='\x00\x1c'$question
    load_options --send "$question" --expect 'version [0-9]+' "$1://127.0.0.1:$PORT"
}
