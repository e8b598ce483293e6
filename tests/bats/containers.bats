# SPDX-License-Identifier: ISC
# docs/examples of containers: the command lines that are in them, in namespaces and with
# capabilities as a container has.

# shellcheck disable=SC2030,SC2031,SC2034 # each test has a shell of its own; helpers read what it sets
load managers

# of_image INSTRUCTION: sets WORDS to what docs/examples/container/Dockerfile says there last.
of_image() {
    mapfile -t WORDS < <(python3 -c '
import json, re, sys
text = open(sys.argv[1]).read().replace("\\\n", "")
value = re.findall(rf"^{sys.argv[2]} (?:CMD )?(.*)$", text, re.M)[-1]
print(*json.loads(value) if value.startswith("[") else value.split(), sep="\n")' \
        "$ROOT/docs/examples/container/Dockerfile" "$1")
    [[ ${WORDS[*]} ]]
}

# of_pod KEY...: sets WORDS to what docs/examples/kubernetes/deployment.yaml says of its pod.
of_pod() {
    mapfile -t WORDS < <(python3 -c '
import sys, yaml
value = yaml.safe_load(open(sys.argv[1]))["spec"]["template"]["spec"]
for key in sys.argv[2:]:
    value = value[int(key) if key.isdigit() else key]
print(*value if isinstance(value, list) else [value], sep="\n")' \
        "$ROOT/docs/examples/kubernetes/deployment.yaml" "$@")
    [[ ${WORDS[*]} ]]
}

# What Docker leaves to root.
CONFINED=(setpriv --inh-caps=-all --bounding-set="-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap")

# container_start [COMMAND...]: what the image starts, as process 1, or by this command as that;
# sets CONTAINER, process 1 as seen in the machine.
container_start() {
    local command=("$@")
    MANAGER=container DAEMON=nginx PLACE=in_container PORT=80
    nginx_version 1
    of_image ENTRYPOINT && command+=("${WORDS[@]}")
    of_image CMD && command+=("${WORDS[@]}")
    # shellcheck disable=SC2016 # for the shell inside
    start_inside container unshare --pid --fork --kill-child --mount-proc \
        sh -c 'mount -t tmpfs run /run && exec "$@"' sh "${CONFINED[@]}" "${command[@]}"
    grace_wait 20 container_found
    serves_version 1
}

container_found() {
    CONTAINER=$(inside pgrep -P "$(inside pgrep -x unshare)")
}

# in_container COMMAND...: as docker exec does.
in_container() {
    inside nsenter --target "$CONTAINER" --pid --mount "${CONFINED[@]}" "$@"
}

container_pid() {
    inside pgrep -P "$(inside pgrep -x unshare)" || true
}

container_stopping() {
    is_up
}

@test "process 1" {
    container_start
    of_image HEALTHCHECK
    in_container "${WORDS[@]}"
    restarts 2 4 grace restart nginx
    restarts 5 5 kill -HUP 1
    refuses_broken 5 grace restart nginx
    of_image STOPSIGNAL
    drains_at_stop kill -s "${WORDS[0]}" "$CONTAINER"
    ends_with 0
}

@test "an init before it" {
    container_start tini --
    restarts 2 3 grace restart nginx
    drains_at_stop kill -TERM "$CONTAINER"
    ends_with 0
}

@test "the image has the libraries of grace" {
    local libraries package
    mapfile -t libraries < <(objdump -p "$BUILD/tools/grace" | awk '/NEEDED/ { print "*-linux-gnu/" $2 }')
    for package in $(dpkg-query --search "${libraries[@]}" | sed 's/:.*//' | sort -u); do
        [[ $package == libc6 ]] || grep -q "install .* $package " "$ROOT/docs/examples/container/Dockerfile" ||
            fail "$package is missing"
    done
}

# seconds_of OPTION: of grace in the image.
seconds_of() {
    of_image ENTRYPOINT
    grep -oP -- "$1 \K[0-9]+(?=s)" <<<"${WORDS[*]}"
}

@test "pod: ready, stopped from within, in time" {
    local stop
    container_start
    of_pod containers 0 readinessProbe exec command
    in_container "${WORDS[@]}"
    hold_client
    of_pod containers 0 lifecycle preStop exec command
    in_container "${WORDS[@]}" 3>&- &
    stop=$!
    grace_wait 20 server_has '"state":"draining"'
    client_asks
    client_answered
    wait "$stop"
    ends_with 0
    [[ ${WORDS[*]} =~ sleep\ ([0-9]+) ]]
    stop=$((BASH_REMATCH[1] + $(seconds_of --drain-timeout) + $(seconds_of --stop-timeout)))
    of_pod terminationGracePeriodSeconds
    ((WORDS[0] > stop))
}
