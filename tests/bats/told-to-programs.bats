# SPDX-License-Identifier: ISC
# shellcheck disable=SC2034,SC2154
# What --json and --quiet of restart, stop and signal leave of what is said.
load helper

grace() {
    run --separate-stderr timeout 60 "$GRACE" "$@"
}

# is_json CONDITION...: each line of output is an object, `a` the list of them, and these hold.
is_json() {
    "$PYTHON" - "$output" "$@" <<'EOF' || fail "$output" "$stderr"
import json, sys
text = sys.argv[1].encode("utf-8", "surrogateescape").decode("utf-8")
a = [json.loads(line) for line in text.splitlines()]
known = {"target", "name", "pid", "result", "reason", "generation", "seconds", "steps", "stderr",
         "hints"}
assert all(set(o) <= known for o in a), a
for condition in sys.argv[2:]:
    assert eval(condition), condition
EOF
}

start_web() {
    install_app
    start_settled web "$GRACE" run --name web -- "$APP"
}

@test "--json of a restart has what came of it, and no line more" {
    start_web
    grace restart --json "$PID"
    [[ $status -eq 0 && -z $stderr ]]
    is_json 'len(a) == 1' "a[0]['target'] == '$PID' and a[0]['pid'] == $PID" 'a[0]["name"] == "web"' \
        'a[0]["result"] == "done" and "reason" not in a[0]' 'a[0]["generation"] == 2' \
        '"generation 2 starting" in a[0]["steps"]' '0 < a[0]["seconds"] < 60'
}

@test "--json of a restart that fails has the reason, and the generation that goes on" {
    start_web
    install_app --fail exit:5
    grace restart web --json
    [[ $status -eq 1 && $stderr == 'grace: restart failed: exit status 5 '* ]] || fail "$stderr"
    is_json 'a[0]["result"] == "failed" and a[0]["reason"].startswith("exit status 5 ")' \
        'a[0]["generation"] == 1'
}

@test "--json of several tells who was missing, skipped, refused and late" {
    start_web
    grace restart nobody web --json
    [[ $status -eq 3 ]]
    is_json 'len(a) == 2' 'a[0]["target"] == "nobody" and a[0]["result"] == "no-target"' \
        'not {"pid", "name", "generation", "steps"} & set(a[0])' \
        'a[1]["result"] == "skipped" and "steps" not in a[1]'
    grace signal HUP web --json
    [[ $status -eq 1 ]]
    is_json 'a[0]["result"] == "refused" and "USR2" in a[0]["reason"]' 'a[0]["generation"] == 1'
    hold_one
    grace stop web --drain --timeout 0 --json
    [[ $status -eq 4 ]]
    is_json 'a[0]["result"] == "timed-out"' 'a[0]["generation"] == 1'
    grace stop web --now --json
    [[ $status -eq 0 ]]
    is_json 'a[0]["result"] == "done" and "generation" not in a[0]' 'a[0]["steps"]'
}

@test "--json of a name that two servers have, and of a target that is no text" {
    start_web
    PORT=$(grace_free_port)
    start_web
    grace stop web --json
    [[ $status -eq 2 ]]
    is_json 'a[0]["result"] == "ambiguous"'
    grace stop $'\xff"\n' --json
    [[ $status -eq 3 ]]
    is_json 'len(a) == 1' 'a[0]["target"] == "?\"\n"'
}

@test "--quiet says only what failed" {
    start_web
    grace restart --quiet web
    [[ $status -eq 0 && -z $output$stderr ]]
    grace signal -q USR1 nobody
    [[ $status -eq 3 && -z $output && $stderr == "grace: no server 'nobody'"* ]]
    install_app --fail exit:5
    grace restart -q web
    [[ $status -eq 1 && -z $output && $stderr == 'grace: restart failed: exit status 5'* ]]
    grace stop -q --all
    [[ $status -eq 0 && -z $output$stderr ]]
}
