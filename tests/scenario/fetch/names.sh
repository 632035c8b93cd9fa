#!/bin/bash
# The revision of a version: only the requested URL determines it. A lock, a mirror or a remote that claims another
# set's genesis only delivers objects, in this run and in all later ones.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"
source "$here/sets.sh"

own_store
serve_start "$www"
for name in company evil; do make_set "$name"; done
publish company auth 1.0.0
publish company auth 1.1.0
company=$SERVE_URL/company.git
evil=$SERVE_URL/evil.git
genesis=$(git --git-dir="$www/company.git" rev-parse refs/ekala/init)
honest=$(git --git-dir="$www/company.git" rev-parse refs/eka/atoms/auth/1.1.0)

# forge REPOSITORY VERSION: publishes a version of auth that differs from the company's. Prints its revision.
forge() {
  local directory
  directory=$(mktemp -d "$scratch/forged.XXXXXX")
  write_atom "$directory" auth "$2"
  sed -i 's/name = .*/name = "stolen-" + cfg.package.version;/' "$directory/default.nix"
  release "$1" "$directory" auth "$2"
}
# tool VERSION AUTH-VERSION REV MIRROR: publishes evil::tool, whose lock names REV as the company's auth.
tool() {
  local directory=$scratch/tool.$1
  mkdir "$directory"
  write_atom "$directory" tool "$1" "company/auth ^1"
  cat >"$directory/atom.lock" <<END
version = 0

[compose]
use = "nix"
entry = "default.nix"

[sets.$genesis]
tag = "company"
mirrors = ["$4"]

[[deps]]
type = "atom"
label = "auth"
version = "$2"
set = "$genesis"
rev = "$3"
id = "$("$EKA" inspect id "$genesis" auth)"
direct = true
END
  release "$www/evil.git" "$directory" tool "$1" >/dev/null
}
# asked REPOSITORY COMMAND: the number of such requests since the last serve_forget.
asked() { serve_log | count ".path == \"/$1.git/git-upload-pack\" and .command == \"$2\""; }

stolen=$(forge "$www/evil.git" 1.1.0)
later=$(forge "$www/evil.git" 1.2.0)
tool 1.0.0 1.1.0 "$stolen" "$evil"
tool 1.1.0 1.2.0 "$later" "$evil"
tool 2.0.0 1.1.0 "$honest" "$evil"
tool 2.1.0 1.1.0 "$honest" "$company"

echo "- a lock of another set"
eka plan "$company::auth@=1.0.0"
equal "the right version is planned" 0 "$status"
eka plan "$evil::tool@=1.0.0" "$evil::tool@=1.1.0"
equal "the other set's atoms are planned: their locks name revisions" 0 "$status"
serve_forget
eka plan "$company::auth@=1.1.0"
equal "an exact version is queried at its own URL" "0 1" "$status $(asked company ls-refs)"
matches "the version has the revision offered there" "$(drv_named auth-1.1.0)" "$out"
eka plan "$company::auth@=1.2.0"
equal "a version offered only by another remote does not exist" 3 "$status"
eka plan "$company::auth"
equal "the highest version: exit code" 0 "$status"
matches "the highest version is the company's" "$(drv_named auth-1.1.0)" "$out"
serve_forget
eka plan "$company::auth@=1.1.0"
equal "cached versions of the URL need no request" "0 0" "$status $(serve_log | jq -s length)"
eka plan "$evil::tool@=1.0.0"
equal "the other set's atom can still be planned" 0 "$status"

echo "- offline"
fresh_cache
eka plan "$evil::tool@=1.0.0"
eka --offline plan "$company::auth"
equal "offline: a version named by another set's lock is not used" 7 "$status"
eka --offline plan "$company::auth@=1.1.0"
equal "offline: not for an exact version either" 7 "$status"
eka --offline plan "$evil::tool@=1.0.0"
equal "offline: the other set's atom is complete" 0 "$status"
eka plan "$company::auth@=1.0.0"
eka --offline plan "$company::auth"
equal "offline: versions seen at the URL are used" 0 "$status"
matches "offline: no other version is used" "$(drv_named auth-1.0.0)" "$out"

echo "- after a collection"
sleep 1.1
eka cache gc --older-than 1h
eka plan "$company::auth"
equal "the plan is unaffected" 0 "$status"
matches "with the revision of its own URL" "$(drv_named auth-1.1.0)" "$out"
eka cache gc --older-than 0s
eka plan "$company::auth@=1.1.0" "$evil::tool@=1.0.0"
equal "both together, in an empty cache" 0 "$status"
matches "each with its own revision" "$(drv_named auth-1.1.0)" "$(head -n 1 <<<"$out")"

echo "- a remote that claims another set's genesis"
fresh_cache
make_set liar
forge "$www/liar.git" 1.1.0 >/dev/null
forge "$www/liar.git" 7.0.0 >/dev/null
git --git-dir="$www/company.git" bundle create -q "$scratch/genesis" refs/ekala/init
git --git-dir="$www/liar.git" fetch -q "$scratch/genesis" refs/ekala/init
git --git-dir="$www/liar.git" update-ref refs/ekala/init "$genesis"
eka plan "$SERVE_URL/liar.git::auth@=1.1.0" "$SERVE_URL/liar.git::auth@=7.0.0"
equal "it can be planned from its own URL" 0 "$status"
eka --offline plan "$company::auth"
equal "offline: it is not used for the other URL" 7 "$status"
serve_forget
eka plan "$company::auth@=1.1.0"
equal "which is asked" "0 1" "$status $(asked company ls-refs)"
matches "which offers its own revision" "$(drv_named auth-1.1.0)" "$out"
eka plan "$SERVE_URL/liar.git::auth@=1.1.0"
matches "the other URL offers its revision" "$(drv_named stolen-1.1.0)" "$out"
eka inspect set --json "$company" "$SERVE_URL/liar.git"
equal "inspect names the URL of each version" "$company $SERVE_URL/liar.git" "$(jq -r 'map(.vouched_by) | join(" ")' <<<"$out")"
eka verify "$company::auth@=1.1.0"
equal "verify compares with earlier versions of the same URL" "" "$(grep 'seen before' <<<"$err" || true)"

echo "- a version changed at its own URL"
git --git-dir="$www/liar.git" update-ref refs/eka/atoms/auth/7.0.0 refs/eka/atoms/auth/1.1.0
eka plan "$SERVE_URL/liar.git::auth@^7"
equal "it is rejected" 6 "$status"
matches "the error names both revisions" "7.0.0 is now revision .* but was" "$err"
eka plan "$company::auth"
equal "other URLs are unaffected" 0 "$status"

echo "- haves sent to a remote"
fresh_cache
eka prefetch "$company::auth@=1.0.0"
serve_forget
eka prefetch "$evil::tool@=1.0.0"
equal "a mirror does not learn what the set's own URL delivered" "" "$(serve_log | jq -r 'select(.path | startswith("/evil")) | .have' | sort -u)"
serve_forget
eka prefetch "$evil::tool@=1.1.0"
equal "it receives haves for its own objects" "$stolen" \
  "$(serve_log | jq -r 'select(.path | startswith("/evil")) | select(.have == "'"$stolen"'") | .have')"

echo "- mirrors deliver pinned revisions"
fresh_cache
serve_forget
eka plan "$evil::tool@=2.1.0"
equal "from the set's own URL, named by another set's lock" 0 "$status"
eka plan "$evil::tool@=2.0.0"
equal "cached objects are not fetched again, whoever delivered them" "0 1" "$status $(asked company fetch)"
fresh_cache
eka plan "$evil::tool@=2.0.0"
equal "a mirror that lacks it: exit code" 4 "$status"

echo "- insteadOf"
fresh_cache
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=url.$evil.insteadOf GIT_CONFIG_VALUE_0=$company
eka plan "$company::auth@=1.1.0"
matches "insteadOf in the user's configuration is respected" "$(drv_named stolen-1.1.0)" "$out"
unset GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
serve_forget
eka plan "$company::auth@=1.1.0"
equal "versions seen there apply to that URL only" "0 1" "$status $(asked company ls-refs)"
matches "the version is the company's" "$(drv_named auth-1.1.0)" "$out"

echo "- a cache of an earlier format"
fresh_cache
eka plan "$evil::tool@=1.0.0"
repository=$XDG_CACHE_HOME/eka/git
# The set's name in the refs of the cache.
set=$(git --git-dir="$repository" for-each-ref --format='%(refname)' | awk -F/ '$5 == "auth" { print $4 }')
git --git-dir="$repository" update-ref "refs/$set/auth/1.1.0" "$stolen"
python3 -c "import sqlite3; c = sqlite3.connect('$XDG_CACHE_HOME/eka/eka.db'); c.execute('insert or replace into genesis values (cast(? as blob), cast(? as blob))', ('$company', '$genesis')); c.commit()"
eka --offline plan "$company::auth"
equal "refs without a giver are not used" 7 "$status"
eka plan "$company::auth@=1.1.0"
matches "the URL is queried" "$(drv_named auth-1.1.0)" "$out"
eka cache verify
equal "they do not cause an error" 0 "$status"
eka cache gc
equal "gc removes them" "0 " "$status $(git --git-dir="$repository" for-each-ref "refs/$set")"
finish
