#!/bin/bash
# Builds the solution, runs every test project one after the other (two cores are busy enough with one), sums the results files.
# Ends with one line `N passed, N failed`. Exit 1 on any failure, on a project that ended without results, and on zero tests.
# Usage: tools/test-all.sh [fast]     fast leaves out the projects that start real peers.
set -u
cd "$(dirname "$0")/.." || exit 1
mode=${1:-all}
results=$PWD/artifacts/tests
rm -rf "$results"
mkdir -p "$results"
slow=" Appliance.Tests "

# Every failed test once more, with its message, so that the end of the log says what to mend.
failures() {
    cat "$results"/*.trx 2>/dev/null | tr -d '\r' | awk '
        /<UnitTestResult / { name = ""; if (/outcome="Failed"/) { name = $0; sub(/.* testName="/, "", name); sub(/".*/, "", name); print "FAILED " name; lines = 0 } }
        /<\/UnitTestResult>/ { name = "" }
        name != "" && /<Message>/ { said = 1 }
        name != "" && said && lines < 48 { text = $0; gsub(/<[^>]*>/, "", text); print "    " text; lines++ }
        /<\/Message>/ { said = 0 }'
}

finish() {
    [ "$2" -eq 0 ] || failures
    echo "$1 passed, $2 failed"
    [ "$2" -eq 0 ] && [ "$1" -gt 0 ]
}

if ! dotnet build Gateway.sln --nologo -v quiet -clp:NoSummary; then
    echo "the build failed"
    finish 0 1
    exit 1
fi

# What the tests and the runtime's own tools leave in the temporary folder goes with the run; a stage that failed keeps its records.
TMPDIR=$(mktemp -d /tmp/gateway-tests.XXXXXX)
export TMPDIR
trap 'ls -d "$TMPDIR"/gateway-lab-* >/dev/null 2>&1 || rm -rf "$TMPDIR"' EXIT

passed=0
failed=0
for project in tests/*.Tests; do
    name=$(basename "$project")
    case "$mode$slow" in fast*" $name "*) continue ;; esac
    # Whoever starts this under nohup or in the background leaves signals ignored, and what the tests start would never hear SIGHUP or SIGINT.
    env --default-signal=HUP,INT,QUIT dotnet test "$project" --no-build --nologo -v quiet --blame-hang-timeout 10m \
        --logger "trx;LogFileName=$name.trx" --results-directory "$results"
    code=$?
    trx=$results/$name.trx
    if [ ! -f "$trx" ]; then
        [ -n "$(find "$project" -name '*.cs' -not -path '*/obj/*' -print -quit)" ] || continue
        echo "$name ended without results (exit $code)"
        failed=$((failed + 1))
        continue
    fi
    counters=$(grep -o '<Counters [^>]*>' "$trx" | head -n 1)
    good=$(sed 's/.* passed="\([0-9]*\)".*/\1/' <<<"$counters")
    total=$(sed 's/.* total="\([0-9]*\)".*/\1/' <<<"$counters")
    bad=$((total - good))
    if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ] && [ "$total" -gt 0 ]; then
        echo "$name: the test host failed (exit $code)"
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
done
finish "$passed" "$failed"
