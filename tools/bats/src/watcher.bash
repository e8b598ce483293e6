# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what processes.bash sets
# watcher.bash LIBRARY SHELL BATS TMPDIR READY: waits until the test's shell has gone, or bats, or what
# is between them, and ends what the test has left. Other shells can't be waited for, so it looks.
set -u
_grace_library=$1 shell=$2 bats=$3 tmpdir=$4 ready=$5
# shellcheck source=tools/bats/src/wait.bash
source "$_grace_library/src/wait.bash"
# shellcheck source=tools/bats/src/processes.bash
source "$_grace_library/src/processes.bash"
# shellcheck source=tools/bats/src/files.bash
source "$_grace_library/src/files.bash"

exec 8<"$tmpdir/grace/started" # bats may remove it before it is read to its end
exec 9<> <(:)                  # a pipe that nobody writes to: read waits without a process for it

# chain: the test's shell and what is above it, up to bats, as PID:START
chain=()
each=$shell
while _grace_stat "$each"; do
    chain+=("$each:$_grace_start")
    [[ $each != "$bats" && $_grace_parent != [01] ]] || break
    each=$_grace_parent
done

_grace_stat $$
echo "$$:$_grace_start" >"$ready.new"
mv "$ready.new" "$ready"

some_ended() {
    local each
    for each in "${chain[@]}"; do
        ! _grace_ended "$each" || return 0
    done
    return 1
}

until some_ended; do
    read -rt 0.1 -u 9
done

# A test without bats has nobody to report to. Its teardown runs still, and must not end this watcher:
# what the test waited for is left.
rm -f "$ready"
if ! _grace_ended "${chain[0]}"; then
    _grace_signal TERM "${chain[@]}"
    _grace_until 10 _grace_all_ended "${chain[@]}" || _grace_signal KILL "${chain[@]}"
fi

processes=()
while read -r what value; do
    case $what in
        process) processes+=("$value") ;;
        replaced) _grace_put_back "$value" ;;
    esac
done <&8
_grace_end 5 "BATS_TEST_TMPDIR=$tmpdir" "${processes[@]}"
