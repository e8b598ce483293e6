# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034 # the descriptions and compare.d/cell use what is set here
# A server of compare.d/NAME.bash and what is done with it; on top of tests/bats/helper.bash and
# tests/daemons/checks.bash, so that a description of tests/daemons can be read as it is.
#
# A description sets or defines
#   packages=(NAME...)    Debian packages; the version shown is that of the first
#   ways=(WAY...)         to restart it: "grace", "stop-start", or its own
#   restarts_by SIGNAL WAY...  of the main process, which is all there is to do, unless there is
#   way_WAY               (with _ for -), which returns when the tool says that it is over
#   remark='...'          the setting it needs for not losing anything, and who says so
#   unable REASON EXPERIMENT...  or EXPERIMENT:WAY
#   daemon=yes            it goes into the background
#   clients=N             at a time (8)
#   configure VERSION     writes files, calls daemon_command; $BOOT: seconds that a start takes;
#                         $BULK: megabytes it has; $WORKERS: processes; $WAY where it matters
#   break_it              after configure: what is deployed now fails at the start
#   ASK=(...)             the last arguments of grace probe

# describe: reads the description of $SERVER_NAME, after the defaults.
describe() {
    declare -gA signals=([grace]=HUP) reasons=()
    DIR=$RESULT/site clients=8 daemon=no ways=(stop-start grace) remark=''
    mkdir -p "$DIR"
    [[ -s $DIR/port ]] || grace_free_port >"$DIR/port"
    PORT=$(<"$DIR/port")
    ASK=("http://127.0.0.1:$PORT/")
    BOOT=0 BULK=0 WORKERS=2
    [[ $EXPERIMENT != slow-boot ]] || BOOT=1
    [[ $EXPERIMENT != large ]] || BULK=8192 WORKERS=1
    # shellcheck source=/dev/null disable=SC2153 # ROOT is from helper.bash
    source "$ROOT/tests/bench/compare.d/$SERVER_NAME.bash"
}

# python_application VERSION: the module site_application; what is slow and large is in it.
python_application() {
    python_module "$1"
    export PYTHONPATH=$DIR:$PYTHONPATH
    replace "$DIR/site_application.py" <<END
import time
from application import wsgi
time.sleep($BOOT)
BULK = b"x" * ($BULK << 20)
END
}

# cannot REASON...: the row has this instead of numbers.
cannot() {
    echo "$*" >"$RESULT/cannot"
    end_all
    exit 0
}

gigabytes_available() {
    awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo
}

restarts_by() {
    local way
    for way in "${@:2}"; do signals[$way]=$1; done
}

unable() {
    local what
    for what in "${@:2}"; do reasons[$what]=$1; done
}

# why_not: ends here where this row can't be.
why_not() {
    local package
    # shellcheck disable=SC2154 # descriptions set it
    for package in "${packages[@]}"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            cannot "not installed: $package"
    done
    [[ -z ${reasons[$EXPERIMENT]-} ]] || cannot "${reasons[$EXPERIMENT]}"
    [[ -z ${reasons[$EXPERIMENT:$WAY]-} ]] || cannot "${reasons[$EXPERIMENT:$WAY]}"
    case $EXPERIMENT in
        storm) [[ ${signals[$WAY]-} ]] || cannot 'it is not restarted by a signal' ;;
        many) (($(ulimit -n) >= 11000)) || cannot "11,000 open files are needed, $(ulimit -n) allowed" ;;
        large) (($(gigabytes_available) >= 12)) ||
            cannot "12 GB of memory are needed, $(gigabytes_available) available" ;;
    esac
}

# answers VERSION: on a connection of its own.
answers() {
    "$GRACE" probe -q -c new=1 -n 1 --timeout 5s --expect "version $1" "${ASK[@]}" >/dev/null 2>&1
}

# who_answers: after a version that could not start.
who_answers() {
    if answers 1; then
        echo 'version 1 serves'
    elif answers 2; then
        echo 'version 2 serves'
    else
        echo 'nobody serves'
    fi
}

first_start() {
    echo 1 >"$DIR/number"
    configure 1
    launch_server
    grace_wait 300 answers_or_ended # 8 GB take their time
    answers 1 || cannot "went wrong: it does not start: $(tail -n 1 "$LOG")"
    [[ $WAY != grace ]] || grace_wait 60 settled "$PID" 1
}

# answers_or_ended: or has gone into the background, and answers.
answers_or_ended() {
    answers 1 || { ended "$PID" && [[ $daemon == no ]]; }
}

# launch_server: as its way needs it; $DIR/pid has the number of who gets the signals.
launch_server() {
    case $WAY in
        grace) start server env LD_PRELOAD="$LIBGRACE" "${COMMAND[@]}" ;;
        socket-activation) start server "$PYTHON" "$ROOT/tests/bench/compare.d/activating.py" "$PORT" "${COMMAND[@]}" ;;
        *) start server "${COMMAND[@]}" ;;
    esac
    echo "$PID" >"$DIR/pid"
}

main_pid() {
    cat "$DIR/pid"
}

signal_server() {
    kill -s "${signals[$WAY]}" "$(main_pid)"
}

restart_by_way() {
    local way=way_${WAY//-/_}
    if declare -F "$way" >/dev/null; then
        "$way"
    else
        signal_server
    fi
}

way_grace() {
    "$GRACE" restart "$(main_pid)"
}

# stop_signal is what ends it after the requests that it has, where there is one.
way_stop_start() {
    local pid
    pid=$(main_pid)
    kill -s "${stop_signal:-TERM}" "$pid"
    grace_wait 60 ended "$pid"
    launch_server
}

# storm: a hundred restart signals, a hundredth of a second apart.
storm() {
    local i
    for ((i = 0; i < 100; i++)); do
        signal_server 2>/dev/null || true # a server that has died of them: the load tells
        sleep 0.01
    done
}

# end_all: also what a restart has started, and who has become a daemon: the corral has these.
end_all() {
    grace_end
    grace_wait 20 orphans_killed
}

orphans_killed() {
    local pids
    pids=$(comm -23 <(tree_of "$PPID" | sort) <(tree_of $$ | sort) | grep -vx "$PPID") || return 0
    xargs kill -KILL <<<"$pids" 2>/dev/null
    return 1
}
