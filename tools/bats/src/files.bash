# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the other files set
# Other versions of files, for the time of a test. A server that starts meanwhile finds one or the
# other, and whole.

# _grace_kept FILE: where the original is, beside it: coming back is one rename.
_grace_kept() {
    echo "${1%/*}/.${1##*/}.before-test"
}

# _grace_put_back FILE: what it was before the test.
_grace_put_back() {
    local kept
    kept=$(_grace_kept "$1")
    [[ ! -e $kept ]] || mv -f "$kept" "$1"
}

# grace_replace FILE [SOURCE]: by another version, stdin without SOURCE; it has the mode it had.
grace_replace() {
    local file kept
    file=$(realpath -e -- "${1-}") || { _grace_fail 'grace_replace: no such file' file "${1-}" || return $?; }
    _grace_begin || return $?
    kept=$(_grace_kept "$file")
    # The same file under a second name: it keeps its owner and all else.
    if [[ ! -e $kept ]]; then
        _grace_note replaced "$file"
        ln "$file" "$kept" || return $?
    fi
    cp -p "$kept" "$file.in-test" && cat -- "${2:--}" >"$file.in-test" && mv -f "$file.in-test" "$file"
}

# grace_break FILE: a version that fails at once; as a shell script, and no other language can read it.
grace_break() {
    grace_replace "$1" <<'END'
#!/bin/sh
echo "this version was broken by grace_break" >&2
exit 1
END
}

# grace_mend [FILE]...: what they were before the test; without one, all.
grace_mend() {
    local file
    [[ -e ${_grace_dir-}/started ]] || return 0
    _grace_read_started <"$_grace_dir/started"
    (($#)) || set -- "${_grace_replaced[@]}"
    for file; do
        file=$(realpath -- "$file") && _grace_put_back "$file" || return $?
    done
}
