# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the bats library sets
# A machine whose process 1 is systemd, one for all tests of a file. Loaded by those that need it, after
# helper.bash, of which the clients run in that machine's network.

# machine_start: for setup_file. Sets MACHINE, its process 1 as seen from here, and MACHINE_ROOT, its files.
machine_start() {
    local log=$BATS_FILE_TMPDIR/machine.log
    mkdir "$BATS_FILE_TMPDIR/machine"
    (
        _grace_close_descriptors
        # However this file ends.
        exec setpriv --pdeathsig KILL "$ROOT/tests/tools/machine" "$BATS_FILE_TMPDIR/machine" </dev/null >"$log" 2>&1
    ) &
    MACHINE_STARTER=$!
    grace_wait 60 machine_up_or_ended && machine_up ||
        fail 'no machine with systemd as process 1 can be started here' "$(<"$log")" || return
    MACHINE_ROOT=/proc/$MACHINE/root
    export MACHINE MACHINE_ROOT MACHINE_STARTER
    machine_install
}

machine_up_or_ended() {
    machine_up || ended "$MACHINE_STARTER"
}

machine_up() {
    MACHINE=$(pgrep -P "$MACHINE_STARTER") && inside systemctl is-active basic.target
}

# machine_stop: for teardown_file.
machine_stop() {
    [[ ${MACHINE_ROOT-} ]] || return 0 # it has never run
    kill -KILL "$MACHINE_STARTER"
    wait "$MACHINE_STARTER" 2>/dev/null || true
    grace_wait 20 gone "$MACHINE"
    unshare --mount "$ROOT/tests/tools/machine" --sweep
}

# machine_install: grace, and the examples as an administrator has them.
machine_install() {
    install -D "$GRACE" "$MACHINE_ROOT/usr/local/bin/grace"
    install -D -m 644 "$LIBGRACE" "$MACHINE_ROOT/usr/local/lib/libgrace.so"
    cp -R "$ROOT"/docs/examples/systemd/* "$MACHINE_ROOT/etc/systemd/system"
    inside systemctl daemon-reload
}

# inside COMMAND...: as root of that machine.
inside() {
    nsenter --all --target "$MACHINE" \
        env -i LC_ALL=C.UTF-8 PATH=/usr/local/bin:/usr/sbin:/usr/bin "$@"
}

# In its network, with the processes and files of this one: what the helpers ask.
ss() {
    nsenter "--net=/proc/$MACHINE/ns/net" ss "$@"
}

# machine_clients: for setup. Those of grace probe, whoever starts them.
machine_clients() {
    GRACE=$BATS_TEST_TMPDIR/grace-inside
    put "$GRACE" <<<"#!/bin/sh
exec nsenter --net=/proc/$MACHINE/ns/net '$BUILD/tools/grace' \"\$@\""
    _grace_command=$GRACE
}

# The unit that is meant: UNIT.

# unit_is STATE
unit_is() {
    [[ $(inside systemctl is-active "$UNIT") == "$1" ]]
}

# unit_value PROPERTY
unit_value() {
    inside systemctl show --property "$1" --value "$UNIT"
}

# unit_start: or it is shown why not.
unit_start() {
    inside systemctl start "$UNIT" || unit_failed
    unit_is active || unit_failed
}

unit_failed() {
    inside systemctl status --no-pager --full --lines 40 "$UNIT" >&2
    return 1
}

# said REGEX: by the service, in the journal.
said() {
    inside journalctl --quiet --output cat --unit "$UNIT" | grep -Eq -- "$1"
}

# unit_processes: a line each.
unit_processes() {
    inside cat "/sys/fs/cgroup$(unit_value ControlGroup)/cgroup.procs"
}

# status_has TEXT: of its supervisor, as root sees it.
status_has() {
    inside grace status --json "$(unit_value MainPID)" | grep -qF -- "$1"
}
