#!/bin/bash
# --newest-before: only versions that were published before a date are selected.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"

serve_start "$www"
# dated DATE SET LABEL VERSION NEED…: publishes with this date.
dated() { GIT_COMMITTER_DATE=$1 publish "${@:2}"; }
make_set three
git --git-dir="$www/three.git" config uploadpack.allowFilter true
dated 2020-03-01T12:00:00Z three e 1.0.0
dated 2020-03-01T12:00:00Z three d 1.0.0
dated 2020-03-10T12:00:00Z three d 1.1.0
dated 2020-03-20T12:00:00Z three d 1.2.0 "::/e ^1"
dated 2020-03-25T12:00:00Z three e 1.1.0
set=$scratch/set
working_set "$set"
working_atom "$set" a 0.1.0 "three/d ^1"
cd "$set/a"

echo "- resolve"
serve_forget
eka resolve --newest-before 2020-03-15
equal "exit code" 0 "$status"
equal "the highest version before that day" "d 1.1.0" "$(locked atom.lock)"
matches "what is left out" \
  "note: a/atom.toml: newer versions are left out, .* before 2020-03-15T00:00:00Z .*: d 1.2.0 .2020-03-20T12:00:00Z." "$err"
equal "the dates cost one request for each set" 2 "$(serve_log | count '.command == "fetch"')"
rm atom.lock
eka resolve --newest-before 2020-03-15 --json
equal "--json: what is left out" '["d","1.2.0","newest-before","2020-03-20T12:00:00Z"]' \
  "$(jq -c '.locks[0].left_out[] | [.label, .version, .reason, .published]' <<<"$out")"
conforms "--json: the schema" resolve.schema.json "$scratch/out"
rm atom.lock
serve_forget
eka resolve --newest-before 2020-03-20T12:00:01Z
equal "dependencies, too" $'d 1.2.0\ne 1.0.0' "$(locked atom.lock)"
serve_log >"$scratch/log"
equal "dates are remembered: those of another atom are asked for, and two manifests" 3 "$(count '.command == "fetch"' <"$scratch/log")"
rm atom.lock
serve_forget
eka resolve --newest-before 7d
equal "an age" $'d 1.2.0\ne 1.1.0' "$(locked atom.lock)"
equal "all dates are known" 1 "$(serve_log | count '.command == "fetch"')"
check "nothing is left out" test "${err/left out/}" == "$err"
rm atom.lock
EKA_RESOLVE_NEWEST_BEFORE=2020-03-05 "$EKA" resolve 2>/dev/null
equal "from the environment" "d 1.0.0" "$(locked atom.lock)"
printf '[resolve]\nnewest-before = "2020-03-15"\n' >"$XDG_CONFIG_HOME/eka.toml"
eka update
equal "from the configuration; update" "d 1.1.0" "$(locked atom.lock)"
eka update --newest-before none
equal "none" $'d 1.2.0\ne 1.1.0' "$(locked atom.lock)"
eka resolve
equal "locked versions are kept" $'d 1.2.0\ne 1.1.0' "$(locked atom.lock)"
eka lock --check
equal "lock --check: exit code" 0 "$status"
eka outdated
matches "outdated: what update would choose" "d +1.2.0 +1.1.0 +1.2.0" "$out"
eka outdated --json
equal "outdated --json: what it would not choose" '["d 1.2.0"]' "$(jq -c '[.locks[0].left_out[] | "\(.label) \(.version)"]' <<<"$out")"
conforms "outdated --json: the schema" "resolve.schema.json#outdated" "$scratch/out"
rm "$XDG_CONFIG_HOME/eka.toml"
eka resolve --newest-before yesterday
equal "not a date: exit code" 2 "$status"
matches "not a date" "must be a date such as 2026-11-20, a timestamp such as .*, or an age such as 12h, 7d or 2w" "$err"

echo "- nothing is old enough"
rm atom.lock
eka resolve --newest-before 2020-02-01
equal "exit code" 3 "$status"
matches "why" "no version of d is known to have been published before 2020-02-01T00:00:00Z" "$err"
matches "what there is" "help: resolve.newest-before leaves out .*: d 1.0.0 .2020-03-01T12:00:00Z., d 1.1.0" "$err"

echo "- add"
working_atom "$set" b 0.1.0
cd "$set/b"
eka add "$SERVE_URL/three.git::d" --newest-before 2020-03-15
equal "exit code" 0 "$status"
matches "the requirement is that of the version" 'd = "\^1.1.0"' "$(cat atom.toml)"
equal "the lock" "d 1.1.0" "$(locked atom.lock)"
eka add "$SERVE_URL/three.git::e" --newest-before 2020-02-15
equal "nothing is old enough: exit code" 3 "$status"
matches "why" "no version of .e. is known to have been published before 2020-02-15" "$err"

echo "- an atom without a lock"
publish three plain 1.0.0 "::/d ^1"
EKA_RESOLVE_NEWEST_BEFORE=2020-03-15 "$EKA" graph --format json "$SERVE_URL/three.git::plain" 2>/dev/null >"$scratch/graph.json"
equal "its dependencies" "1.1.0" "$(jq -r '.graphs[0].atoms[] | select(.label == "d").version' "$scratch/graph.json")"

echo "- offline"
cd "$set/a"
eka resolve
rm atom.lock
eka resolve --newest-before 2020-03-15
rm atom.lock
eka --offline resolve --newest-before 2020-03-15
equal "exit code" 0 "$status"
equal "by the dates that are known" "d 1.1.0" "$(locked atom.lock)"

echo "- a backdated version"
eka update --newest-before 1w
equal "before" $'d 1.2.0\ne 1.1.0' "$(locked atom.lock)"
dated 2020-03-21T12:00:00Z three d 1.3.0
rm atom.lock
eka resolve --newest-before 1w
equal "an age: the last answer did not list it" $'d 1.2.0\ne 1.1.0' "$(locked atom.lock)"
matches "it is said" "d 1.3.0 .listed after 20" "$err"
eka update --newest-before 2020-04-01
equal "a date means the same on all machines" "d 1.3.0" "$(locked atom.lock)"
fresh_cache
eka update --newest-before 1w
equal "another machine has not seen that it is new" "d 1.3.0" "$(locked atom.lock)"

echo "- a server that cannot filter"
git --git-dir="$www/three.git" config uploadpack.allowFilter false
fresh_cache
serve_forget
eka resolve --newest-before 2020-03-15
equal "what is locked is kept" "d 1.3.0" "$(locked atom.lock)"
rm atom.lock
eka resolve --newest-before 2020-03-15
equal "dates are unknown: exit code" 3 "$status"
matches "the reason" "cannot find out when the versions at $SERVE_URL/three.git were published, .*does not support filters" "$err"
equal "no source is fetched" 0 "$(serve_log | count '.command == "fetch" and .sent > 20000')"
finish
