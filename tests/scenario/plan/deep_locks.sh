#!/bin/bash
# With lock format 0, only the lock of the planned atom is read; for a cached plan, none.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store
serve_start "$www"
"$EKA_WORLD" graph "$www" --url-base "$SERVE_URL" --sets 3 --depth 30 --fan-out 2 --json >"$scratch/world.json"
uri=$SERVE_URL/set-00.git::root@=1.0.0
rev=$(jq -r '.atoms[] | select(.label == "root").versions[0].rev' "$scratch/world.json")
size() { git --git-dir="$www/set-00.git" cat-file -s "$rev:$1"; }
read_files() { sed -n 's/^.*read the manifests of \([0-9]*\) atoms and \([0-9]*\) of their lock files: \([0-9]*\) bytes$/\1 \2 \3/p' <<<"$err"; }

eka -v prefetch "$uri"
equal "a closure of 30 atoms is fetched" 0 "$status"
equal "first, the root with its lock is read" "1 1 $(($(size atom.toml) + $(size atom.lock)))" "$(read_files | head -n 1)"
matches "then, the manifests of its closure are read, and no lock" '^30 0 ' "$(read_files | sed -n 2p)"
equal "nothing else is read" 2 "$(read_files | wc -l)"

eka -v plan "$uri"
equal "a plan is evaluated" 0 "$status"
first=$out
eka -v plan "$uri"
equal "a cached plan is the same" "0 $first" "$status $out"
equal "a cached plan reads neither manifest nor lock" "" "$(read_files)"

# The lock of a dependency decides nothing, whatever it contains: the plan of an atom that depends on it succeeds.
git clone -q "$www/set-00.git" "$scratch/set" 2>/dev/null
label=$(jq -r '[.atoms[] | select(.set == "set-00" and .label != "root")][-1].label' "$scratch/world.json")
unpack "$www/set-00.git" "refs/eka/atoms/$label/1.0.0" "$scratch/damaged"
echo 'not a lock' >"$scratch/damaged/atom.lock"
sed -i 's/^version = "1\.0\.0"/version = "1.1.0"/' "$scratch/damaged/atom.toml"
damaged=$(release "$www/set-00.git" "$scratch/damaged" "$label" 1.1.0)
eka plan "$SERVE_URL/set-00.git::$label@=1.1.0"
equal "its own plan fails" 6 "$status"
matches "the lock is named" "$label 1\.1\.0.*atom\.lock" "$err"
unpack "$www/set-00.git" refs/eka/atoms/root/1.0.0 "$scratch/root"
old=$(git --git-dir="$www/set-00.git" rev-parse "refs/eka/atoms/$label/1.0.0")
awk -v label="$label" '/^label = /{ found = $3 == "\"" label "\"" } found && /^version = /{ sub("1.0.0", "1.1.0") } { print }' \
  "$scratch/root/atom.lock" | sed "s/$old/$damaged/" >"$scratch/lock"
mv "$scratch/lock" "$scratch/root/atom.lock"
sed -i 's/^version = "1\.0\.0"/version = "1.1.0"/' "$scratch/root/atom.toml"
release "$www/set-00.git" "$scratch/root" root 1.1.0 >/dev/null
eka plan "$SERVE_URL/set-00.git::root@=1.1.0"
equal "a plan that depends on it succeeds" 0 "$status"
matches "it is planned" "$(drv_named 'root[^ ]*')" "$out"
finish
