#!/usr/bin/env bash
# Sets up what the tests need, builds everything once and runs every test.
#   ./test.sh                                       all test projects
#   ./test.sh tests/Fetch.Tests tests/Parse.Tests   only these
#   ./test.sh tests/Fetch.Tests -class '*Robots*'   the rest goes to the test programs (xunit: -class, -method, -trait, -namespace …)
# Ends with the skipped tests and their reasons, the failed ones, and one line: N passed, N failed, N skipped.
# Exit code: 0 only if something ran, nothing failed and no test program crashed.
# Environment: CONFIGURATION (Release), STORYLINE_SHARED (../shared), STORYLINE_REQUIRE_CONTAINERS=1 or CI=true (missing Docker or
# tools are failures, not skips), STORYLINE_TEST_TIMEOUT (per project, 30m), and those of tests/containers/setup.sh.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec </dev/null

configuration=${CONFIGURATION:-Release}
output=$(printf %s "$configuration" | tr '[:upper:]' '[:lower:]')
logs=artifacts/test-logs
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NO_COLOR=1

fail() { echo "$1"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

projects=() arguments=()
for argument in "$@"; do
  if [ ${#arguments[@]} = 0 ] && [ -d "$argument" ]; then projects+=("${argument%/}"); else arguments+=("$argument"); fi
done
everything=Platform.sln
if [ ${#projects[@]} = 0 ]; then
  projects=(tests/*.Tests tests/Charts tests/Integration tests/EndToEnd)
else
  everything=
fi

tests/containers/setup.sh || fail "setting up containers failed"
tests/tools/setup.sh || fail "setting up tools failed"

rm -rf "$logs"; mkdir -p "$logs"
started=$SECONDS
for target in ${everything:-"${projects[@]}"}; do
  dotnet build "$target" --configuration "$configuration" --verbosity quiet -nodeReuse:false -consoleLoggerParameters:ErrorsOnly \
    >"$logs/build.log" 2>&1 || { cat "$logs/build.log"; fail "building $target failed"; }
done
echo "built in $((SECONDS - started)) s ($configuration)"

passed=0 failed=0 skipped=0
for project in "${projects[@]}"; do
  name=$(basename "$project")
  log="$logs/$name.log"
  started=$SECONDS
  timeout --signal=INT --kill-after=60s "${STORYLINE_TEST_TIMEOUT:-30m}" \
    "artifacts/bin/$name/$output/Storyline.$name" -noColor -noLogo ${arguments[@]+"${arguments[@]}"} >"$log" 2>&1
  status=$?
  read -r total bad skips not_run < <(sed -nE \
    -e 's/.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+), Not Run: ([0-9]+).*/\1 \2 \3 \4 \5/p' \
    -e 's/.*Total: 0$/0 0 0 0 0/p' "$log" | tail -n 1 | awk '{ print $1, $2 + $3, $4, $5 }') || total=
  if [ -z "$total" ] || { [ "$status" != 0 ] && [ "$bad" = 0 ]; }; then
    echo "$name: the test program ended with exit code $status and no complete summary:"
    tail -n 20 "$log"
    echo "$name [CRASHED] (exit code $status)" >>"$log"
    : "${total:=0}" "${skips:=0}" "${not_run:=0}"
    bad=1
  fi
  good=$((total - bad - skips - not_run)); [ "$good" -ge 0 ] || good=0
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
  echo "$name: $good passed, $bad failed, $skips skipped ($((SECONDS - started)) s)"
  [ "$bad" = 0 ] || sed -n -e '/\[FAIL\]/,/^  Finished:/{/^  Finished:/d;p}' "$log" | head -n 400
done

section() { # title, mark, lines after it
  local found; found=$(grep -h -A "$3" -F "$2" "$logs"/*.log | grep -v '^--$')
  [ -z "$found" ] || printf '\n%s\n%s\n' "$1" "$found"
}
section "Skipped:" "[SKIP]" 1
section "Failed (full output in $logs):" "[FAIL]" 0
section "Crashed:" "[CRASHED]" 0

echo
[ $((passed + failed)) -gt 0 ] || echo "no test ran"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
