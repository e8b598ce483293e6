# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Processes, as the kernel tells of them. Loaded by helper.bash.

fds_of() {
    find "/proc/$1/fd" -mindepth 1 -printf '%f %l\n' | sort -n
}

# processes: a line "PID PARENT SESSION" for each that is not a zombie.
processes() {
    ps -eo pid=,ppid=,sess=,stat= | awk '$4 !~ /^Z/ { print $1, $2, $3 }'
}

# tree_of PID: it and all its descendants, a line each.
tree_of() {
    processes | awk -v root="$1" '
        { parent[$1] = $2 }
        function below(pid) { return pid == root || (pid in parent && below(parent[pid])) }
        END { for (pid in parent) if (below(pid)) print pid }' | sort -n
}

# tree_has PID COUNT: masters start their workers one by one.
tree_has() {
    (($(tree_of "$1" | wc -l) == $2))
}

# stopped PID: kill() does not wait until it is.
stopped() {
    [[ $(cat "/proc/$1/stat") == *') T '* ]]
}

# ended PID: a zombie has, too.
ended() {
    [[ ! -d /proc/$1 || $(cat "/proc/$1/stat" 2>/dev/null) == *') Z '* ]]
}

# gone PID: not even a zombie is left.
gone() {
    [[ ! -e /proc/$1 ]]
}

# no_zombies PID: among its children.
no_zombies() {
    ps -o stat= --ppid "$1" | awk '/^Z/ { exit 1 }'
}

# all_ended PID...
all_ended() {
    local pid
    for pid; do
        ended "$pid" || return 1
    done
}

# ends_with STATUS [PID]: what was started, soon.
ends_with() {
    local pid=${2-$PID} rc=0
    grace_wait 20 ended "$pid" || dump_log || return
    wait "$pid" || rc=$?
    ((rc == $1)) || fail "exit status $rc" "$(<"$LOG")"
}

# session_of PID: the processes of its session, those of launch included, a line each.
session_of() {
    processes | awk -v sid="$1" '$3 == sid { print $1 }'
}

session_is_empty() {
    [[ -z $(session_of "$1") ]]
}

# session_is_killed PID: whoever starts whom meanwhile; until nobody is left.
session_is_killed() {
    session_of "$1" | xargs -r kill -KILL 2>/dev/null
    session_is_empty "$1"
}

# Kilobytes that belong to the process alone.
anonymous_kb() {
    awk '/^RssAnon:/ { print $2 }' "/proc/$1/status"
}
