#!/bin/bash
# eka yank: withdrawn versions are not selected, unless they are locked or named exactly.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"

serve_start "$www"
make_set three
publish three d 1.0.0
publish three d 1.1.0
publish three d 1.2.0
git clone -q "$www/three.git" "$scratch/three" 2>/dev/null
set=$scratch/set
working_set "$set"
working_atom "$set" a 0.1.0 "three/d ^1"
working_atom "$set" b 0.1.0 "three/d ^1"
working_atom "$set" c 0.1.0 "three/d ^1.2"
eka -C "$set/a" resolve
equal "before: the highest" "d 1.2.0" "$(locked "$set/a/atom.lock")"

echo "- yank"
eka -C "$scratch/three" yank d@1.2.0 --reason "it loses data" --remote "$www/three.git"
equal "exit code" 0 "$status"
matches "it is said" "d 1.2.0 is yanked at " "$err"
ref=refs/eka/meta/d/1.2.0/yanked
equal "the ref names the reason" "it loses data" "$(git --git-dir="$www/three.git" cat-file blob $ref)"
check "the version is still there" git --git-dir="$www/three.git" rev-parse -q --verify refs/eka/atoms/d/1.2.0 >/dev/null
eka -C "$scratch/three" yank d@1.2.0 --remote "$www/three.git"
equal "again: exit code" 0 "$status"
matches "again: it was yanked before" "was yanked before" "$err"
eka -C "$scratch/three" yank d@1.2.0 --json --remote "$www/three.git"
equal "--json: exit code" 0 "$status"
equal "--json" '[{"changed":false,"label":"d","version":"1.2.0","yanked":true}]' "$(jq -c .versions <<<"$out")"
conforms "--json: the schema" "resolve.schema.json#yank" "$scratch/out"
eka -C "$scratch/three" yank d@7.0.0 --remote "$www/three.git"
equal "an unknown version: exit code" 2 "$status"
matches "the published ones are named" "published: 1.0.0, 1.1.0, 1.2.0" "$err"
eka -C "$set/a" yank d@1.2.0 --remote "$www/three.git"
equal "from another set: exit code" 6 "$status"

echo "- new locks do not use it"
eka -C "$set/b" resolve --json
equal "the next lower one" "d 1.1.0" "$(locked "$set/b/atom.lock")"
equal "--json: what is left out" '["d","1.2.0","yanked"]' "$(jq -c '.locks[0].left_out[] | [.label, .version, .reason]' <<<"$out")"
conforms "--json: the schema" resolve.schema.json "$scratch/out"
eka -C "$set/c" resolve
equal "nothing else satisfies: exit code" 3 "$status"
matches "the reason" "yanked d 1.2.0" "$err"
eka plan "$SERVE_URL/three.git::d"
equal "a URI: exit code" 0 "$status"
matches "a URI: the next lower one" "d-1.1.0.drv" "$out"
eka plan "$SERVE_URL/three.git::d@=1.2.0"
matches "named exactly" "d-1.2.0.drv" "$out"
eka plan "$SERVE_URL/three.git::d@rev:$(git --git-dir="$www/three.git" rev-parse refs/eka/atoms/d/1.2.0)"
matches "named by its revision" "d-1.2.0.drv" "$out"

echo "- locks that name it are kept"
eka -C "$set/a" resolve
equal "exit code" 0 "$status"
equal "the version is kept" "d 1.2.0" "$(locked "$set/a/atom.lock")"
matches "with a note" "d 1.2.0 is yanked" "$err"
eka -C "$set/a" plan
matches "it can be planned" "a-0.1.0" "$out"
eka -C "$set/a" outdated
matches "outdated shows it" "d +1.2.0 .yanked. +1.1.0 +1.1.0 +three" "$out"
eka -C "$set/a" update d
equal "update replaces it" "d 1.1.0" "$(locked "$set/a/atom.lock")"

echo "- add"
working_atom "$set" e 0.1.0
eka -C "$set/e" add "$SERVE_URL/three.git::d"
equal "exit code" 0 "$status"
matches "a warning" "warning: d 1.2.0 is yanked" "$err"
matches "the next lower one is required" 'd = "\^1.1.0"' "$(cat "$set/e/atom.toml")"

echo "- list and show"
eka list "$SERVE_URL/three.git"
equal "the highest usable version" "d  1.1.0" "$out"
eka list --all-versions "$SERVE_URL/three.git"
equal "all versions" "d  1.2.0 (yanked), 1.1.0, 1.0.0" "$out"
eka show "$SERVE_URL/three.git::d@=1.2.0"
matches "show names the reason" "yanked +it loses data" "$out"
eka show --json "$SERVE_URL/three.git::d"
equal "json" '["1.2.0"]' "$(jq -c '.atoms[0].yanked' <<<"$out")"

echo "- offline"
write_atom "$set/b" b 0.1.0 "three/d *"
rm "$set/b/atom.lock"
eka -C "$set/b" --offline resolve
equal "yanks that were seen before are known: exit code" 0 "$status"
equal "the next lower cached version" "d 1.1.0" "$(locked "$set/b/atom.lock")"
eka --offline plan "$SERVE_URL/three.git::d"
matches "a URI: the next lower one" "d-1.1.0.drv" "$out"
eka --offline plan "$SERVE_URL/three.git::d@=1.2.0"
matches "named exactly" "d-1.2.0.drv" "$out"
cp "$set/a/atom.lock" "$scratch/a.lock"
sed -i 's/"1.1.0"/"1.2.0"/; s/^rev = .*/rev = "'"$(git --git-dir="$www/three.git" rev-parse refs/eka/atoms/d/1.2.0)"'"/' "$set/a/atom.lock"
eka -C "$set/a" --offline plan
equal "what is locked can be planned: exit code" 0 "$status"
eka -C "$set/a" --offline resolve
equal "what is locked is kept" "d 1.2.0" "$(locked "$set/a/atom.lock")"
matches "with a note" "d 1.2.0 is yanked" "$err"
cp "$scratch/a.lock" "$set/a/atom.lock"

echo "- undo"
eka -C "$scratch/three" yank --undo d@1.2.0 --remote "$www/three.git"
equal "exit code" 0 "$status"
check "the ref is gone" test -z "$(git --git-dir="$www/three.git" for-each-ref $ref)"
eka -C "$scratch/three" yank --undo d@1.2.0 --remote "$www/three.git"
matches "again" "was not yanked" "$err"
eka -C "$scratch/three" yank --undo --json d@1.2.0 --remote "$www/three.git"
equal "--json" false "$(jq -c '.versions[0].yanked' <<<"$out")"
eka -C "$set/c" resolve
equal "it can be selected again" "d 1.2.0" "$(locked "$set/c/atom.lock")"
rm "$set/b/atom.lock"
eka -C "$set/b" --offline resolve
equal "offline, too" "d 1.2.0" "$(locked "$set/b/atom.lock")"

echo "- all versions"
eka -C "$scratch/three" yank d@1.0.0 d@1.1.0 ::d@1.2.0 --remote "$www/three.git"
equal "several at once" 3 "$(wc -l <<<"$err")"
rm "$set/c/atom.lock"
eka -C "$set/c" resolve
equal "resolve: exit code" 3 "$status"
matches "resolve: why" "all versions of d are yanked" "$err"
eka plan "$SERVE_URL/three.git::d"
equal "plan: exit code" 3 "$status"
matches "plan: why" "all versions of .d. are yanked" "$err"
finish
