# SPDX-License-Identifier: ISC
# tools/install-packages, with a make-believe apt-get.

setup() {
    root=$BATS_TEST_TMPDIR
    export PACKAGES_POLICY=$root/policy-rc.d
    mkdir "$root/bin"
    PATH=$root/bin:$PATH
    printf '%s\n' '[build]' gcc '# why' 'node-package bash' '' '[test]' bats >"$root/packages"
    fake id <<<'echo 0'
    fake dpkg-query <<'EOF'
[ "${@: -1}" = gcc ] && echo installed
EOF
    fake apt-get <<'EOF'
root=$(dirname "$0")/..
echo "apt-get $*" >>"$root/apt.log"
[[ $* != *' install '* ]] || "$root/policy-rc.d" >>"$root/apt.log" || echo "policy: $?" >>"$root/apt.log"
[[ ! -e $root/broken ]] || exit 100
EOF
}

fake() {
    { echo '#!/bin/bash' && cat; } >"$root/bin/$1"
    chmod +x "$root/bin/$1"
}

install_packages() {
    run "$BATS_TEST_DIRNAME/../../tools/install-packages" -l "$root/packages" "$@"
}

@test "only what is missing is named, by group" {
    install_packages -n
    [ "$output" = bats ]
    install_packages -n build
    [ "$status" -eq 0 ]
    [ "$output" = '' ]
}

@test "nothing is missing: apt-get is left alone" {
    install_packages build
    [ "$status" -eq 0 ]
    [ ! -e "$root/apt.log" ]
}

@test "the package lists come first, and no daemon starts meanwhile" {
    install_packages
    [ "$status" -eq 0 ]
    [[ $(sed -n 1p "$root/apt.log") == 'apt-get '*' update' ]]
    [[ $(sed -n 2p "$root/apt.log") == 'apt-get '*' install '*' --no-install-recommends --no-remove bats' ]]
    [ "$(sed -n 3p "$root/apt.log")" = 'policy: 101' ]
    [ ! -e "$PACKAGES_POLICY" ]
}

@test "a policy that was there before is there again, after a failure too" {
    printf '#!/bin/sh\nexit 42\n' >"$PACKAGES_POLICY"
    chmod 700 "$PACKAGES_POLICY"
    touch "$root/broken"
    install_packages
    [ "$status" -ne 0 ]
    [ "$(sed -n 3p "$root/apt.log")" = 'policy: 101' ]
    [ "$(tail -n 1 "$PACKAGES_POLICY")" = 'exit 42' ]
    [ "$(stat -c %a "$PACKAGES_POLICY")" = 700 ]
    [ ! -e "$PACKAGES_POLICY.before-grace" ]
}

@test "after a run that was killed the next one restores the policy" {
    printf '#!/bin/sh\nexit 42\n' >"$PACKAGES_POLICY"
    # shellcheck disable=SC2016 # for the script
    fake apt-get <<<'kill -KILL $PPID'
    install_packages
    [ "$status" -eq 137 ]
    [ -e "$PACKAGES_POLICY.before-grace" ]
    fake apt-get <<<'exit 0'
    install_packages
    [ "$status" -eq 0 ]
    [ "$(tail -n 1 "$PACKAGES_POLICY")" = 'exit 42' ]
    [ ! -e "$PACKAGES_POLICY.before-grace" ]
}

@test "neither root nor sudo: the command to type is printed" {
    fake id <<<'echo 1000'
    fake sudo <<<'exit 1'
    install_packages
    [ "$status" -eq 1 ]
    [[ $output == *'apt-get install --no-install-recommends bats'* ]]
    [ ! -e "$root/apt.log" ]
}

@test "an unknown group or option is a usage error" {
    install_packages no-such-group
    [ "$status" -eq 2 ]
    install_packages -x
    [ "$status" -eq 2 ]
}

@test "told to keep going, it installs what can be and names the rest" {
    printf '%s\n' '[test]' bats nonesuch >"$root/packages"
    fake apt-get <<'END'
[[ $* != *nonesuch* ]] || exit 100
[[ $* != *' install '* ]] || echo "installs ${@: -1}"
END
    install_packages -k
    [ "$status" -eq 1 ]
    [[ $output == *'installs bats'* && $output == *"nonesuch can't be installed"* ]]
    install_packages
    [ "$status" -eq 100 ]
    [[ $output != *'installs bats'* ]]
}
