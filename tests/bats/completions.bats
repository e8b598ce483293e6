# SPDX-License-Identifier: ISC
# What a shell completes of a command line of grace: what grace itself knows.
load helper

COMPLETIONS=$ROOT/tools/completions

# in_bash WORD...: sets COMPREPLY to what the last one may be.
in_bash() {
    # shellcheck source=tools/completions/grace.bash
    source "$COMPLETIONS/grace.bash"
    COMP_WORDS=("$GRACE" "$@") COMP_CWORD=$# COMPREPLY=()
    _grace grace "${@: -1}" "${COMP_WORDS[$# - 1]}"
}

bash_offers() {
    in_bash "${@:2}"
    [[ ${COMPREPLY[*]} == "$1" ]] || fail "${COMPREPLY[*]}"
}

# A server's command is completed by bash-completion, where that is there.
_command_offset() {
    COMPREPLY=("words from $1")
}

@test "bash: commands, options, values, servers" {
    bash_offers 'stop status' st
    bash_offers 'run restart' help r
    bash_offers '--ready --ready-timeout --require-listeners --respawn' run --re
    bash_offers '--drain' stop --d
    bash_offers 'auto overlap sequential' run -m ''
    bash_offers 'auto' run --mode au
    bash_offers 'drain' run --term d
    GRACE_NAME=web start_server
    bash_offers 'web' restart ''
    bash_offers 'web' stop --drain w
    bash_offers 'web' probe --restart w
    bash_offers '' stop x
}

@test "bash: the server's own command" {
    bash_offers 'words from 4' run --name x lighttpd -
    bash_offers 'words from 3' run -- lighttpd -
    bash_offers 'words from 4' run --require-listeners --term=drain lighttpd -
    bash_offers 'words from 3' check --json lighttpd -
    in_bash run --name x lightt
    [[ " ${COMPREPLY[*]} " == *' lighttpd '* ]] || fail "${COMPREPLY[*]}"
}

# in_fish LINE: what fish makes of it, a line each.
in_fish() {
    # shellcheck disable=SC2016 # for fish
    PATH=${GRACE%/*}:$PATH HOME=$BATS_TEST_TMPDIR run -0 fish --no-config --command \
        'source $argv[1]; complete --do-complete $argv[2]' "$COMPLETIONS/grace.fish" "$1"
}

@test "fish: commands, options, servers, and the server's own command" {
    in_fish 'grace st'
    [[ ${lines[0]} == $'status\tshow the servers that'* && ${lines[1]} == $'stop\tstop servers'* &&
        ${#lines[@]} == 2 ]] || fail "$output"
    in_fish 'grace stop --d'
    [[ $output == $'--drain\tlet it finish the connections it has first' ]] || fail "$output"
    GRACE_NAME=web start_server
    in_fish 'grace restart w'
    [[ $output == web ]] || fail "$output"
    in_fish 'grace run lighttp'
    [[ $output == *lighttpd* ]] || fail "$output"
}

# in_zsh WORD...: what it offers for the last one, a line each; zsh itself selects what fits.
in_zsh() {
    # shellcheck disable=SC2016 # for zsh
    PATH=${GRACE%/*}:$PATH run -0 zsh -f -c 'file=$1; shift
_describe() { print -l -- ${(P)2} }
_normal() { print command }
words=(grace "$@") CURRENT=$#words
source $file' zsh "$COMPLETIONS/_grace" "$@"
}

@test "zsh: commands, options, servers, and the server's own command" {
    in_zsh st
    [[ $'\n'$output$'\n' == *$'\nstatus:show the servers that'*$'\nstop:'* || $output == *stop:*status:* ]] || fail "$output"
    [[ $(wc -l <<<"$output") == $("$GRACE" help | grep -c '^  [a-z]') ]]
    in_zsh stop --
    [[ $output == *'--drain:let it finish the connections it has first'* ]] || fail "$output"
    in_zsh run --
    [[ $output == *'--respawn:start it again when it dies'* && $output == *'--signal:restart on this signal'* ]] ||
        fail "$output"
    GRACE_NAME=web start_server
    in_zsh restart ''
    [[ $output == web ]] || fail "$output"
    in_zsh run ''
    [[ $output == command ]] || fail "$output"
}
