#!/bin/bash
# A failing atom does not affect others, all failures are reported, and the exit code reflects their kind.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
company=$SERVE_URL/company.git
hello=$SERVE_URL/base.git::hello
# A port without a listener: port 1 is reserved, so it remains unused.
nowhere=http://127.0.0.1:1

fails() {  # WHAT CODE REGEX-OF-STDERR ARGUMENT…
  local what=$1 code=$2 regex=$3
  shift 3
  eka plan "$@"
  equal "$what: exit code" "$code" "$status"
  equal "$what: nothing on standard output" "" "$out"
  matches "$what: message" "$regex" "$err"
}

fails "no URI at all" 2 .
fails "an invalid label" 2 'label|character|identifier' "$company::9lives"
fails "an invalid requirement" 2 'requirement|version' "$company::server@^x"
fails "a remote helper" 2 . 'ext::sh -c true::server'
fails "an unknown option" 2 . --no-such-option "$hello"
fails "a missing version" 3 'server' "$company::server@^9"
fails "a missing atom" 3 'nobody' "$company::nobody"
fails "a missing repository" 4 'missing\.git' "$SERVE_URL/missing.git::server"
fails "a missing server" 4 '127\.0\.0\.1:1' "$nowhere/company.git::server"
fails "a missing directory" 4 'nothing-here' "file://$scratch/nothing-here.git::server"
fails "an atom that is a function" 5 'atom-nix' "$SERVE_URL/tools.git::atom-nix"
fails "an atom that is data" 5 'handbook' "$company::handbook"

git init -q --bare "$www/unpublished.git"
fails "a repository that is not a set" 4 'refs/ekala/init|package set' "$SERVE_URL/unpublished.git::server"

eka plan "$hello" "$nowhere/x.git::y" "$SERVE_URL/base.git::zlib" "$company::server@^9"
equal "two good, two bad: the highest code" 4 "$status"
mapfile -t lines <<<"$out"
equal "two good, two bad: two lines" 2 "${#lines[@]}"
matches "the first good one" "$(drv_named hello-1.2.0)" "${lines[0]-}"
matches "the second good one" "$(drv_named zlib-1.3.1)" "${lines[1]-}"
matches "the first failure is reported" '127\.0\.0\.1:1' "$err"
matches "the second failure is reported" '\^9' "$err"

eka plan --json "$nowhere/x.git::y" "$hello"
equal "--json: exit code" 4 "$status"
equal "--json: the failure has the position of its URI" 4 "$(jq -r '.plans[0].error.code' <<<"$out")"
matches "--json: the other one is planned" "$(drv_named hello-1.2.0)" "$(jq -r '.plans[1].drv' <<<"$out")"

eka plan "http://somebody:hunter2@127.0.0.1:1/x.git::y"
equal "a password in a URL that fails: exit code" 4 "$status"
check "the password is not printed" bash -c '! grep -q hunter2 "$0"' "$scratch/err"

# A mirror that responds with an error, within a closure.
mv "$www/tools.git" "$www/tools.away"
fresh_cache
fails "a missing remote in the closure" 4 'tools\.git' "$company::server@^1"
mv "$www/tools.away" "$www/tools.git"
eka plan "$company::server@^1"
equal "the plan succeeds when it is back" 0 "$status"

equal "no process is left running" "" "$(left_processes)"
finish
