# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the other files set
# Processes, as /proc tells of them; for the test and for the watcher beside it. No ps: a container
# may have none. A process is PID:START here, as numbers come round in minutes while tests run.

# _grace_stat PID: sets _grace_run_state, _grace_parent and _grace_start.
_grace_stat() {
    local line fields
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return $?
    read -ra fields <<<"${line##*) }"
    _grace_run_state=${fields[0]} _grace_parent=${fields[1]} _grace_start=${fields[19]}
}

# _grace_ended PID[:START]: a zombie has, too.
_grace_ended() {
    ! _grace_stat "${1%:*}" || [[ $_grace_run_state == [ZX] || ($1 == *:* && $_grace_start != "${1#*:}") ]]
}

_grace_all_ended() {
    local each
    for each; do
        _grace_ended "$each" || return 1
    done
}

# _grace_signal NAME PROCESS...: those that are still the same.
_grace_signal() {
    local each
    for each in "${@:2}"; do
        _grace_ended "$each" || kill -s "$1" "${each%:*}" 2>/dev/null || true
    done
}

# _grace_below PROCESS...: what is below these processes or in their sessions, themselves included,
# as PID:START. The number of a session is not given to another process before it is empty.
_grace_below() {
    (($#)) || return 0
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v roots="$*" '
        BEGIN { n = split(roots, list); for (i = 1; i <= n; i++) root[list[i] + 0] = substr(list[i], index(list[i], ":") + 1) }
        {
            pid = $1 + 0
            sub(/^.*\) /, "")
            state[pid] = $1; parent[pid] = $2; session[pid] = $4; start[pid] = $20
        }
        function is_root(pid) { return pid in root && (!(pid in start) || start[pid] == root[pid]) }
        function ours(pid) {
            return is_root(pid) || is_root(session[pid]) || pid in parent && parent[pid] > 1 && ours(parent[pid])
        }
        END { for (pid in start) if (state[pid] !~ /[ZX]/ && ours(pid)) print pid ":" start[pid] }'
}

# _grace_marked NAME=VALUE: the processes that were started with this in their environment: those
# that have left session and parent.
_grace_marked() {
    local file
    grep -lzsxF -- "$1" /proc/[0-9]*/environ | while IFS=/ read -r _ _ file _; do
        [[ $file == "$$" ]] || { _grace_stat "$file" && echo "$file:$_grace_start"; }
    done
}

# _grace_killed MARK PROCESS...: all that these stand for; until nobody is left, whoever starts whom
# meanwhile: false as long as there was somebody. Adds to _grace_known what leaves session and parent
# later. To read everybody's environment takes as long as all else: when nobody is left otherwise.
_grace_killed() {
    local left
    mapfile -t left < <(_grace_below "${@:2}" "${_grace_known[@]}")
    ((${#left[@]})) || mapfile -t left < <(_grace_marked "$1")
    ((${#left[@]})) || return 0
    _grace_known+=("${left[@]}")
    _grace_signal KILL "${left[@]}"
    return 1
}

# _grace_end SECONDS MARK PROCESS...: supervisors are asked first, which end their servers as these want
# it; not with 0 seconds.
_grace_end() {
    local _grace_known=()
    if (($1)); then
        _grace_signal TERM "${@:3}"
        _grace_until "$1" _grace_all_ended "${@:3}" || true
    fi
    _grace_until 30 _grace_killed "${@:2}" 2>/dev/null # where the shell names each that was killed
}
