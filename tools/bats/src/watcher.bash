# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what processes.bash sets
# watcher.bash TMPDIR SHELL BATS: waits until the test's shell has gone, or bats, each PID:START, or what
# is between them, and ends what the test has left: standard input is the list. Other shells can't be
# waited for, so it looks.
set -u
tmpdir=$1 shell=$2 bats=$3
for file in wait processes started files; do
    # shellcheck source=/dev/null
    source "${BASH_SOURCE[0]%/*}/$file.bash"
done

exec 9<> <(:) # a pipe that nobody writes to: read waits without a process for it

# chain: the test's shell and what is above it, up to bats
chain=("$shell")
each=${shell%:*}
while _grace_stat "$each" && [[ $each != "${bats%:*}" && $_grace_parent != [01] ]]; do
    each=$_grace_parent
    ! _grace_stat "$each" || chain+=("$each:$_grace_start")
done

some_ended() {
    local each
    for each in "${chain[@]}" "$bats"; do
        ! _grace_ended "$each" || return 0
    done
    return 1
}

until some_ended; do
    read -rt 0.1 -u 9
done

# A test without bats has nobody to report to. Its teardown runs still, and must not end this watcher:
# what the test waited for is left.
rm -f "$tmpdir/grace/watcher"
if ! _grace_ended "$shell"; then
    _grace_signal TERM "${chain[@]}"
    _grace_until 10 _grace_all_ended "${chain[@]}" || _grace_signal KILL "${chain[@]}"
fi

_grace_read_started
for file in "${_grace_replaced[@]}"; do
    _grace_put_back "$file"
done
_grace_end 5 "BATS_TEST_TMPDIR=$tmpdir" "${_grace_processes[@]}"
