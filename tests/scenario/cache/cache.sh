#!/bin/bash
# eka cache: reports contents, verifies integrity, removes unused entries; gc waits while another eka runs.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world make --sets 3 --atoms 12 --versions 2 --files 4 --file-size 500 --deps 3 --levels 3 --seed 5
uri=$SERVE_URL/set-00.git::root
cache=$XDG_CACHE_HOME/eka

eka cache stat --json
equal "a cache that does not exist is empty" "0 0" "$(jq -r '"\(.atoms) \(.bytes)"' <<<"$out")"
conforms "the output is valid under the schema" cache.schema.json#stat "$scratch/out"
eka cache verify
equal "a missing cache is valid" 0 "$status"
eka cache gc
equal "nothing is removed from a missing cache" 0 "$status"

eka plan "$uri"
equal "a plan" 0 "$status"
planned=$out
eka cache stat --json
equal "the number of atoms equals the number of refs" "$(git --git-dir="$cache/git" for-each-ref | wc -l)" "$(jq .atoms <<<"$out")"
equal "the number of objects in packs equals git's" "$(git --git-dir="$cache/git" count-objects -v | sed -n "s/in-pack: //p")" \
  "$(jq .packs.objects <<<"$out")"
conforms "the output is valid under the schema" cache.schema.json#stat "$scratch/out"
eka cache stat
matches "the text output" "atoms +12 of 3 sets" "$out"
eka cache verify --json
equal "the cache is valid" "0 true 12" "$status $(jq -r '"\(.sound) \(.atoms)"' <<<"$out")"
conforms "the output is valid under the schema" cache.schema.json#verify "$scratch/out"

# Damage is found, reported and set aside; the next run fetches the atom again.
pack=$(ls -S "$cache"/git/objects/pack/*.pack | head -1)
chmod u+w "$pack"
printf 'damage' | dd of="$pack" bs=1 seek=$(($(stat -c %s "$pack") / 2)) conv=notrunc status=none
tree=$(ls -d "$cache"/trees/* | head -1)
chmod -R u+w "$tree"
echo changed >>"$tree/atom.toml"
eka cache verify --json
conforms "damage: the output is valid under the schema" cache.schema.json#verify "$scratch/out"
eka cache verify
equal "damage: exit code 6" 6 "$status"
matches "damage: names the pack" "pack $(basename "$pack" .pack):" "$out"
matches "damage: names the tree" "tree $(basename "$tree"):" "$out"
matches "damage: names an affected atom" "atom [a-z0-9-]+ [0-9.]+ of set" "$out"
matches "damage: hint" "eka cache verify --repair" "$err"
eka cache verify --repair
equal "repair: exit code" 0 "$status"
eka cache verify
equal "the cache is valid again" 0 "$status"
eka plan "$uri"
equal "the next plan succeeds" "0 $planned" "$status $out"
check "git fsck succeeds" git --git-dir="$cache/git" fsck --strict --no-dangling

# Damage without an audit: the next run detects it and repairs it.
rm -f "$cache"/git/objects/pack/*
eka plan --fresh-eval "$uri"
equal "without packs: the plan succeeds" "0 $planned" "$status $out"
eka cache verify
equal "without packs: the cache is valid" 0 "$status"

# With nothing used during the last second, everything is removed, and can be fetched again.
sleep 1.1
eka cache gc --older-than 1h
equal "gc of recently used entries" 0 "$status"
matches "nothing is removed" "removed 0 of 12 atoms" "$out"
eka cache gc --older-than 0s --json
equal "gc removes all unused atoms" "0 0 12" "$status $(jq -r '"\(.atoms.kept) \(.atoms.dropped)"' <<<"$out")"
conforms "the output is valid under the schema" cache.schema.json#gc "$scratch/out"
equal "gc removes their objects" 0 "$(git --git-dir="$cache/git" cat-file --batch-all-objects --batch-check | wc -l)"
equal "gc removes their trees" "" "$(ls "$cache/trees")"
eka cache verify
equal "the remaining cache is valid" 0 "$status"
eka plan "$uri"
equal "the cache can be filled again" "0 $planned" "$status $out"

# A lock read by a run keeps the atoms it names while it exists, regardless of age.
eka inspect set "$SERVE_URL/set-00.git"
root=$(awk '$1 == "root" { rev = $3 } END { print rev }' <<<"$out")
mkdir "$scratch/project"
git --git-dir="$www/set-00.git" show "$root:atom.lock" >"$scratch/project/atom.lock"
locked=$(grep -c '^type = "atom"' "$scratch/project/atom.lock")
(cd "$scratch/project" && "$EKA" -q prefetch --lock atom.lock)
sleep 1.1
eka cache gc --older-than 0s --json
equal "atoms in a known lock are kept" "$locked $((12 - locked))" "$(jq -r '"\(.atoms.kept) \(.atoms.dropped)"' <<<"$out")"
eka --offline prefetch --lock "$scratch/project/atom.lock"
equal "they are complete" 0 "$status"
rm "$scratch/project/atom.lock"
sleep 1.1
eka cache gc --older-than 0s --json
equal "they are removed when the lock is gone" "0 $locked" "$(jq -r '"\(.atoms.kept) \(.atoms.dropped)"' <<<"$out")"
eka plan "$uri"
equal "it can be planned again" "0 $planned" "$status $out"

# While another eka runs, nothing is collected; a killed one does not block.
# The process that takes the lock also keeps it: in a PID namespace, /proc/locks does not name one that has ended.
mkfifo "$scratch/held"
flock --no-fork -s "$cache/lock" sh -c 'echo >"$1"; exec sleep 300' _ "$scratch/held" &
holder=$!
at_exit 'kill $holder 2>/dev/null'
read -r <"$scratch/held"
eka cache gc --wait 1
equal "in use: exit code 1" 1 "$status"
matches "in use: names the process" "is in use by process [0-9]+ \(" "$err"
eka cache verify
equal "in use: verify succeeds" 0 "$status"
eka plan "$uri"
equal "in use: plan succeeds" "0 $planned" "$status $out"
kill $holder
wait $holder 2>/dev/null || true
eka cache gc --wait 1
equal "released: gc succeeds" 0 "$status"
finish
