# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# The bats library grace: tests that a server restarts without loss. grace-bats(7) tells how to use it.
# What begins with an underscore is no part of that.

_grace_library=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
for _grace_file in report wait processes started cleanup status server files load restart asserts; do
    # shellcheck source=/dev/null
    source "$_grace_library/src/$_grace_file.bash" || return $?
done
unset _grace_file

# The command of the tree that this file is installed in fits it best.
_grace_find_command() {
    local place
    for place in "${BATS_GRACE-}" "$_grace_library/../../../bin/grace" "$(type -P grace)"; do
        [[ -x $place && ! -d $place ]] || continue
        _grace_command=$(cd "${place%/*}" && pwd)/${place##*/}
        return 0
    done
    _grace_fail 'grace is not installed' 'looked at' "$_grace_library/../../../bin/grace and PATH"
}

_grace_find_command || return $?

# A failure is that of the line of the test, wherever the library is installed; below /usr/lib bats does
# so by itself.
! declare -F bats_add_debug_exclude_path >/dev/null || bats_add_debug_exclude_path "$_grace_library"

# Scripts under test that say "grace restart NAME" mean this command, too. Outside a test, where bats
# only reads the file, or in setup_file, there is nothing that could be cleaned up.
if [[ -n ${BATS_TEST_TMPDIR-} ]]; then
    [[ ${_grace_command##*/} != grace || $(type -P grace) == "$_grace_command" ]] ||
        export PATH="${_grace_command%/*}:$PATH"
    _grace_dir=$BATS_TEST_TMPDIR/grace
    export GRACE_RUNTIME_DIR=$_grace_dir/run
fi
