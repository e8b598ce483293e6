# SPDX-License-Identifier: ISC
# docs/examples/ci, as somebody has it who copied a folder into a repository: its job does what it says,
# with grace as it is installed. And docs/ci.md, which explains it.

# time-limit: 1200
load helper

setup_file() {
    meson install -C "${BUILD_DIR:-$BATS_TEST_DIRNAME/../../build}" --no-rebuild \
        --destdir "$BATS_FILE_TMPDIR/destdir" >/dev/null
}

setup() {
    INSTALLED=$BATS_FILE_TMPDIR/destdir/usr/local
    EXAMPLES=$ROOT/docs/examples/ci
    export PORT
}

# copy EXAMPLE: as it stands; goes there.
copy() {
    cp -R "$EXAMPLES/$1" "$BATS_TEST_TMPDIR/repository"
    cd "$BATS_TEST_TMPDIR/repository" || return
}

# job FIELD [FOLDER]: image, install, test, artifacts or junit of its job, or a variable. Fails unless
# both CI servers are told the same.
job() {
    "$PYTHON" -c 'import sys, yaml
field, folder = sys.argv[1:]
gitlab = yaml.safe_load(open(folder + "/.gitlab-ci.yml"))["restart"]
github = yaml.safe_load(open(folder + "/.github/workflows/restart.yml"))["jobs"]["restart"]
steps = {step.get("name", step.get("uses", "").split("@")[0]): step for step in github["steps"]}
upload = steps["actions/upload-artifact"]
jobs = [{
    "image": gitlab["image"],
    "install": "\n".join(gitlab["before_script"]),
    "test": "\n".join(gitlab["script"]),
    "artifacts": "\n".join(gitlab["artifacts"]["paths"]),
    "always": gitlab["artifacts"]["when"] == "always",
    **gitlab["variables"],
}, {
    "image": github["container"],
    "install": steps["Install grace"]["run"].strip(),
    "test": steps["Test restarts"]["run"].strip(),
    "artifacts": upload["with"]["path"],
    "always": upload["if"] == "always()",
    **github["env"],
}]
if jobs[0] != jobs[1]:
    sys.exit(f"the jobs differ: {jobs}")
print({**jobs[0], "junit": gitlab["artifacts"]["reports"]["junit"]}[field])' "$1" "${2:-.}"
}

# do_job [COMMAND...]: its test step, as the shell of a CI server does it, by this command, and without
# what the bats that runs us has set; what it says is in $output.
do_job() {
    local libraries variable without=(-u GRACE_RUNTIME_DIR)
    for variable in "${!BATS_@}"; do
        without+=(-u "$variable")
    done
    libraries=$(job BATS_LIB_PATH)
    job test >"$BATS_TEST_TMPDIR/step"
    [[ $libraries == */usr/local/lib/bats:* ]]
    run env "${without[@]}" TMPDIR="$BATS_TEST_TMPDIR" PATH="${PATH//"$BATS_LIBEXEC:"/}" \
        BATS_LIB_PATH="${libraries//\/usr\/local/"$INSTALLED"}" "$@" sh -e "$BATS_TEST_TMPDIR/step"
    echo "$output"
}

# root_of FILE: the name of its outermost element, if it is well-formed.
root_of() {
    "$PYTHON" -c 'import sys, xml.etree.ElementTree as tree
print(tree.parse(sys.argv[1]).getroot().tag.split("}")[-1])' "$1"
}

# is_kept FILE: it belongs to the artifacts.
is_kept() {
    [[ -s $1 && $1 == "$(job artifacts)"* ]] || fail "no such artifact: $1"
}

# pictures_are_kept NAME...
pictures_are_kept() {
    local picture
    for picture; do
        is_kept "artifacts/$picture.svg"
        [[ $(root_of "artifacts/$picture.svg") == svg ]]
    done
}

# report_says TESTS FAILURES: the JUnit file.
report_says() {
    is_kept "$(job junit)"
    [[ $(root_of "$(job junit)") == testsuites ]]
    grep -q "tests=\"$1\" failures=\"$2\"" "$(job junit)" || fail "$(<"$(job junit)")"
}

# passes [COMMAND...]: the job, by this command.
passes() {
    do_job "$@"
    [ "$status" -eq 0 ]
    report_says 3 0
    pictures_are_kept restart rollback stop-and-start
}

# but_for_packages: commands on standard input, without those that the server is built and run with.
but_for_packages() {
    sed 's/\(--no-install-recommends bats ca-certificates\) .*/\1/'
}

@test "both CI servers can read each example, and are told the same" {
    local folder documented
    documented=$(sed -n '/^apt-get update$/,/^meson install/p' "$ROOT/docs/ci.md" | but_for_packages)
    [ "$(wc -l <<<"$documented")" -eq 6 ]
    for folder in "$EXAMPLES"/*/; do
        [[ $(job image "$folder") == debian:12 && $(job always "$folder") == True ]]
        diff <(job install "$folder" | but_for_packages) - <<<"$documented"
    done
}

@test "the example in C" {
    copy c
    passes
}

@test "the example in Python" {
    copy python
    passes
}

@test "the example in node" {
    copy node
    passes
}

@test "a job needs no root" {
    let_everybody_in
    copy c
    chown -R 54321 "$BATS_TEST_TMPDIR"
    passes setpriv --reuid 54321 --regid 54321 --clear-groups
}

@test "a job fails if clients notice, and says so in its artifacts" {
    copy c
    # shellcheck disable=SC2016 # the shell of the test
    sed -i '/run/!s/"$url" grace_restart/"$url" stop_and_start/' test.bats
    do_job
    [ "$status" -eq 1 ]
    report_says 3 1
    pictures_are_kept restart rollback stop-and-start
    grep -q -- '-- clients noticed --' "$(job junit)"
    [[ $output == *'-- clients noticed --'* ]]
}

# blocks LANGUAGE: those of docs/ci.md, in files block-1, block-2 and so on.
blocks() {
    awk -v fence="\`\`\`$1" '$0 == "```" { inside = 0 } inside { print > "block-" n } $0 == fence { inside = 1; n++ }' \
        "$ROOT/docs/ci.md"
}

# block N: this test of docs/ci.md, by itself, with what stands before the first; what it says is in
# $output.
block() {
    sed '/^@test/,$d' block-1 >test.bats
    sed -n '/^@test/,$p' "block-$1" >>test.bats
    grep -q '^@test' test.bats
    do_job
}

@test "docs/ci.md: the first test fails, all others pass" {
    copy python
    blocks bats
    [ -e block-2 ]
    block 1
    [ "$status" -eq 1 ]
    [[ $output == *'clients noticed'* ]]
    for n in $(seq 2 "$(find . -name 'block-*' | wc -l)"); do
        block "$n"
        [ "$status" -eq 0 ]
    done
}
