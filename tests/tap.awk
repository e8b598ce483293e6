# SPDX-License-Identifier: ISC
# Sums up the TAP of one test file. Variables: name, status (exit status of the file).
# Prints "PASSED FAILED" and then, indented, each failure with its output.

function failure(text) {
    failed++
    report = report "  " name ": " text "\n"
}

/^1\.\.[0-9]+/ { plan = substr($1, 4); next }

# A test never skips silently, and a test that is still to do is not done.
/^ok( |$)/ && !/# *([Ss][Kk][Ii][Pp]|[Tt][Oo][Dd][Oo])/ { passed++; detail = 0; next }
/^(not )?ok( |$)/ { failure($0); detail = 1; next }

/^Bail out!/ { failure($0); next }
detail { report = report "      " $0 "\n" }

END {
    results = passed + failed
    if (results == 0)
        failure("no result")
    else if (plan == "")
        failure("no plan")
    else if (results != plan)
        failure("planned " plan " tests, but " results " ran")
    if (status != 0 && failed == 0)
        failure("exit status " status ", though no test failed")
    printf "%d %d\n%s", passed, failed, report
}
