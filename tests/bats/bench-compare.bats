# SPDX-License-Identifier: ISC
# The comparison measures what it says: a way that loses requests has them in its row, one that
# doesn't has none.
load helper

# compared ARGUMENT...: a short run of it; sets TABLE.
compared() {
    let_everybody_in
    TABLE=$(TMPDIR=$BATS_TEST_TMPDIR "$ROOT/tests/bench/compare" --quick --keep "$BATS_TEST_TMPDIR/kept" "$@" \
        2>"$BATS_TEST_TMPDIR/compare.err") || fail "$(<"$BATS_TEST_TMPDIR/compare.err")" "$TABLE"
}

# field SERVER WAY N: the Nth one of that row.
field() {
    awk -F ' *[|] *' -v server="$1" -v way="$2" -v n="$3" '$2 == server && $3 == way { print $(n + 1) }' <<<"$TABLE"
}

@test "stop and start refuses clients, grace does not" {
    compared --experiment new nginx:stop-start nginx:grace
    [ "$(field nginx stop-start 3)" = '1 of 1' ]
    [ "$(field nginx grace 3)" = '1 of 1' ]
    [[ $(field nginx stop-start 6) =~ ^[1-9][0-9]*\ refused ]]
    [ "$(field nginx grace 5)" = 0 ]
    grep -q 'nginx, grace' "$BATS_TEST_TMPDIR/kept/new.svg"
}

@test "a broken version lets nobody down under grace, and the row says who serves" {
    compared --experiment broken nginx:grace
    [ "$(field nginx grace 3)" = '0 of 1' ]
    [ "$(field nginx grace 5)" = 0 ]
    [[ $(field nginx grace 11) == 'version 1 serves'* ]]
}

@test "a row that can't be says why" {
    compared --experiment large nginx:grace
    [[ $(field nginx grace 11) == 'cannot: '* ]]
}

@test "what it does not know it refuses" {
    run -2 "$ROOT/tests/bench/compare" no-such-server
    run -2 "$ROOT/tests/bench/compare" nginx:no-such-way
    run -2 "$ROOT/tests/bench/compare" --experiment no-such-experiment
}
