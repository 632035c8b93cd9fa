#!/bin/bash
# eka cache: what is there, is it sound, what is not used goes; and none of it while another eka runs.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world make --sets 3 --atoms 12 --versions 2 --files 4 --file-size 500 --deps 3 --levels 3 --seed 5
uri=$SERVE_URL/set-00.git::root
cache=$XDG_CACHE_HOME/eka

eka cache stat --json
equal "a cache that does not exist is empty" "0 0" "$(jq -r '"\(.atoms) \(.bytes)"' <<<"$out")"
conforms "and printed as the schema says" cache.schema.json#stat "$scratch/out"
eka cache verify
equal "and sound" 0 "$status"
eka cache gc
equal "and nothing is dropped from it" 0 "$status"

eka plan "$uri"
equal "a plan" 0 "$status"
planned=$out
eka cache stat --json
equal "has as many atoms as git sees names" "$(git --git-dir="$cache/git" for-each-ref | wc -l)" "$(jq .atoms <<<"$out")"
equal "and objects in packs as git sees" "$(git --git-dir="$cache/git" count-objects -v | sed -n "s/in-pack: //p")" \
  "$(jq .packs.objects <<<"$out")"
conforms "and printed as the schema says" cache.schema.json#stat "$scratch/out"
eka cache stat
matches "for a person to read" "atoms +12 of 3 sets" "$out"
eka cache verify --json
equal "all is sound" "0 true 12" "$status $(jq -r '"\(.sound) \(.atoms)"' <<<"$out")"
conforms "and printed as the schema says" cache.schema.json#verify "$scratch/out"

# Damage: found, named, set aside; the next run fetches it again.
pack=$(ls -S "$cache"/git/objects/pack/*.pack | head -1)
chmod u+w "$pack"
printf 'damage' | dd of="$pack" bs=1 seek=$(($(stat -c %s "$pack") / 2)) conv=notrunc status=none
tree=$(ls -d "$cache"/trees/* | head -1)
chmod -R u+w "$tree"
echo changed >>"$tree/atom.toml"
eka cache verify --json
conforms "damage is printed as the schema says" cache.schema.json#verify "$scratch/out"
eka cache verify
equal "damage is exit code 6" 6 "$status"
matches "names the pack" "pack $(basename "$pack" .pack):" "$out"
matches "and the tree" "tree $(basename "$tree"):" "$out"
matches "and an atom that suffers" "atom [a-z0-9-]+ [0-9.]+ of set" "$out"
matches "and the remedy" "eka cache verify --repair" "$err"
eka cache verify --repair
equal "set aside" 0 "$status"
eka cache verify
equal "it is sound again" 0 "$status"
eka plan "$uri"
equal "the next plan succeeds" "0 $planned" "$status $out"
check "with an object store that git finds sound" git --git-dir="$cache/git" fsck --strict --no-dangling

# Damage that no check found: the next run that meets it repairs it.
rm -f "$cache"/git/objects/pack/*
eka plan --fresh-eval "$uri"
equal "all packs are gone: planned all the same" "0 $planned" "$status $out"
eka cache verify
equal "with a sound cache" 0 "$status"

# Nothing was used since a second ago; everything goes, and comes again.
sleep 1.1
eka cache gc --older-than 1h
equal "what is in use stays" 0 "$status"
matches "all of it" "removed 0 of 12 atoms" "$out"
eka cache gc --older-than 0s --json
equal "what is older than nothing goes" "0 0 12" "$status $(jq -r '"\(.atoms.kept) \(.atoms.dropped)"' <<<"$out")"
conforms "and printed as the schema says" cache.schema.json#gc "$scratch/out"
equal "objects and all" 0 "$(git --git-dir="$cache/git" cat-file --batch-all-objects --batch-check | wc -l)"
equal "and trees" "" "$(ls "$cache/trees")"
eka cache verify
equal "what is left is sound" 0 "$status"
eka plan "$uri"
equal "and filled again" "0 $planned" "$status $out"

# A lock that a run has read keeps what it names as long as it is there, however old.
eka inspect set "$SERVE_URL/set-00.git"
root=$(awk '$1 == "root" { rev = $3 } END { print rev }' <<<"$out")
mkdir "$scratch/project"
git --git-dir="$www/set-00.git" show "$root:atom.lock" >"$scratch/project/atom.lock"
locked=$(grep -c '^type = "atom"' "$scratch/project/atom.lock")
(cd "$scratch/project" && "$EKA" -q prefetch --lock atom.lock)
sleep 1.1
eka cache gc --older-than 0s --json
equal "what a known lock names is kept" "$locked $((12 - locked))" "$(jq -r '"\(.atoms.kept) \(.atoms.dropped)"' <<<"$out")"
eka --offline prefetch --lock "$scratch/project/atom.lock"
equal "whole" 0 "$status"
rm "$scratch/project/atom.lock"
sleep 1.1
eka cache gc --older-than 0s --json
equal "until it is gone" "0 $locked" "$(jq -r '"\(.atoms.kept) \(.atoms.dropped)"' <<<"$out")"
eka plan "$uri"
equal "it is planned once more" "0 $planned" "$status $out"

# While an eka runs, nothing is collected; when one is killed, it does not block others.
exec 9<>"$cache/lock"
flock -s 9
eka cache gc --wait 1
equal "in use: exit code 1" 1 "$status"
matches "in use: names who" "is in use by process [0-9]+ \(" "$err"
eka cache verify
equal "but it can be verified meanwhile" 0 "$status"
eka plan "$uri"
equal "and used" "0 $planned" "$status $out"
exec 9<&-
eka cache gc --wait 1
equal "released: collected" 0 "$status"
finish
