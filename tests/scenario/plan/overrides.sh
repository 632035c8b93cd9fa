#!/bin/bash
# Overrides: plan with a dependency from a working tree or another URL; nothing is written, nothing is published.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"

serve_start "$www"
make_set three
publish three d 1.0.0
publish three lib 1.0.0
publish three lib 1.1.0
git clone -q "$www/three.git" "$scratch/three" 2>/dev/null
working="$scratch/three"
printf '[set]\npackages = []\n' >"$working/ekala.toml"
make_set two
publish two b 1.0.0 "three/d ^1"
set=$scratch/set
working_set "$set"
working_atom "$set" a 0.1.0 "two/b ^1"
cd "$set/a"
eka resolve
lock=$(cat atom.lock)
eka plan
before=$out

echo "- a working tree of the set of an indirect dependency"
working_atom "$working" d 1.3.0
eka plan --override d="$working"
equal "exit code" 0 "$status"
check "another derivation" test "$out" != "$before"
matches "it is said" "override d=$working: using 1.3.0-dev\." "$err"
equal "the lock does not change" "$lock" "$(cat atom.lock)"
overridden=$out
eka plan
equal "without it, as before" "$before" "$out"
check "nothing is said" test "${err/override/}" == "$err"
eka plan --override d=../../three/d --json ::a "$SERVE_URL/two.git::b"
equal "a relative path to the atom, for two roots: exit code" 0 "$status"
equal "json" "1.3.0 1.3.0" "$(jq -r '[.plans[].overrides[0].version[0:5]] | join(" ")' <<<"$out")"
cp "$scratch/out" "$scratch/plan.json"
conforms "the schema" plan.schema.json "$scratch/plan.json"
equal "the same derivation" "$overridden" "$(jq -r '.plans[0].drv' <<<"$out")"
sed -i 's/needs =/changed = true; needs =/' "$working/d/default.nix"
eka plan --override d="$working"
check "its present state" test "$out" != "$overridden"

echo "- commands that show the graph of a plan"
eka tree --override d="$working"
matches "tree" "└── d 1.3.0-dev[^ ]* .three, override d=$working." "$out"
matches "tree: it is said" "override d=$working: using 1.3.0-dev\." "$err"
eka tree --json --override d="$working"
equal "tree --json" "d=$working" "$(jq -r '.graphs[0].atoms[] | select(.label == "d").override' <<<"$out")"
eka why d --override d="$working"
matches "why" "a 0.1.0-dev[^ ]* -> b 1.0.0 -> d 1.3.0-dev" "$out"
eka graph ::a "$SERVE_URL/two.git::b" --override d="$working"
equal "graph: of both atoms" 2 "$(grep -c "override d=" <<<"$out")"
eka graph --format json ::a --override d="$working"
equal "graph: json" "1.3.0 1" \
  "$(jq -r '.graphs[0].atoms | "\(.[] | select(.label == "d").version[0:5]) \(map(select(.override)) | length)"' <<<"$out")"
eka graph --format html ::a --override d="$working"
matches "graph: html" "override d=$working" "$out"
eka graph ::a
check "without it, as before" test "${out/override/}" == "$out"
equal "the lock does not change" "$lock" "$(cat atom.lock)"

echo "- what it needs in turn"
write_atom "$working/d" d 1.4.0 "three/lib ^1.0"
eka plan --override d="$working"
equal "exit code" 0 "$status"
write_atom "$working/d" d 1.4.0 "three/lib ^7"
eka plan --override d="$working"
equal "which does not exist: exit code" 3 "$status"
matches "the reason" "lib" "$err"
write_atom "$working/d" d 2.0.0
eka plan --override d="$working"
equal "a version that is not allowed: exit code" 3 "$status"
matches "the requirement is named" "d \^1" "$err"
write_atom "$working/d" d 1.3.0

echo "- another URL"
cp -r "$www/three.git" "$www/fork.git"
publish fork d 1.9.0
eka plan --override d="$SERVE_URL/fork.git"
equal "exit code" 0 "$status"
matches "its highest version" "using 1.9.0" "$err"
fork=$out
eka plan --override d="$SERVE_URL/fork.git::d@=1.0.0"
equal "an exact version: as before" "$before" "$out"
eka resolve
equal "the fork has no say about versions" "$lock" "$(cat atom.lock)"
eka --offline plan --override d="$SERVE_URL/fork.git"
equal "offline" "$fork" "$out"

echo "- overrides that do not apply"
eka plan --override lib="$working/d"
equal "a missing atom: exit code" 3 "$status"
eka plan --override a=.
equal "no atom depends on it: exit code" 0 "$status"
matches "it is said" "override a=. is not used: none of the atoms depends on it" "$err"
equal "as before" "$before" "$out"
eka plan --override d
equal "no place: exit code" 2 "$status"
eka plan --override d="$SERVE_URL/fork.git::lib"
equal "another label: exit code" 2 "$status"

echo "- eka.toml"
printf '[override]\nd = "../three"\n' >"$set/eka.toml"
eka plan
equal "exit code" 0 "$status"
matches "it is said" "override d=../three: using 1.3.0-dev" "$err"
with_file=$out
eka tree
matches "tree: it is said" "override d=../three: using 1.3.0-dev" "$err"
eka why d
matches "why" "-> d 1.3.0-dev" "$out"
eka graph ::a
matches "graph" "d 1.3.0-dev[^ ]* .three, override d=../three." "$out"
check "another derivation" test "$out" != "$before"
(cd "$scratch" && "$EKA" plan "$set::a" 2>/dev/null) >"$scratch/elsewhere" || true
equal "from another directory" "$with_file" "$(cat "$scratch/elsewhere")"
eka plan --override d="$SERVE_URL/fork.git"
equal "--override takes precedence" "$fork" "$out"
eka lock --check
equal "resolve ignores it" 0 "$status"
git init -q --bare "$scratch/published.git"
(cd "$set" && git add a && git commit -qm lock)
eka -C "$set" init --remote "$scratch/published.git"
eka -C "$set" publish a --remote "$scratch/published.git"
equal "publish ignores it: exit code" 0 "$status"
check "publish ignores it" test "${err/override/}" == "$err"
printf '[overide]\nd = "../three"\n' >"$set/eka.toml"
eka plan
equal "a mistake: exit code" 2 "$status"
matches "is found" "eka.toml:1:2: .*did you mean .override." "$err"
printf '[override]\nd = "../three"\n' >"$set/eka.toml"
git -C "$set" add eka.toml
git -C "$set" commit -qm "override"
eka plan
equal "a committed file is ignored" "$before" "$out"
matches "with a warning" "warning: ignoring .override. in .*eka.toml: the file is committed" "$err"
eka tree
matches "tree: with a warning" "warning: ignoring .override. in .*eka.toml: the file is committed" "$err"
check "tree: it is ignored" test "${out/override/}" == "$out"
finish
