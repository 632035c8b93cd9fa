#!/bin/bash
# Changes of dependencies: eka update, remove, lock --check, and diff, tree, why, which show them.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"

serve_start "$www"
for set in one two three; do make_set "$set"; done
publish three d 1.0.0
publish three e 1.0.0
publish two b 1.0.0 "three/d ^1"
publish one chain 1.0.0 "two/b ^1"
set=$scratch/set
working_set "$set"
working_atom "$set" a 0.1.0 "one/chain ^1" "three/e ^1"
working_atom "$set" other 0.1.0 "three/e ^1"
cd "$set/a"
eka resolve --all
equal "all is locked" $'b 1.0.0\nchain 1.0.0\nd 1.0.0\ne 1.0.0' "$(locked atom.lock)"
cp atom.lock "$scratch/first.lock"

echo "- one dependency"
publish three d 1.1.0
publish three d 1.2.0
publish three e 1.1.0
publish two b 1.1.0 "three/d ^1"
eka update d --dry-run
equal "--dry-run: exit code" 0 "$status"
matches "--dry-run shows the change" "a: would change atom.lock.*d of [0-9a-f]* 1.0.0 .*-> 1.2.0" "$err"
equal "--dry-run writes nothing" "$(cat "$scratch/first.lock")" "$(cat atom.lock)"
eka update d
equal "an indirect dependency is updated, and nothing else" $'b 1.0.0\nchain 1.0.0\nd 1.2.0\ne 1.0.0' "$(locked atom.lock)"
eka update d@1.1.0
equal "to an exact version" $'b 1.0.0\nchain 1.0.0\nd 1.1.0\ne 1.0.0' "$(locked atom.lock)"
eka resolve
matches "which eka resolve keeps" "up to date" "$err"
eka update --json three::e b
equal "two, one with its set" $'b 1.1.0\nchain 1.0.0\nd 1.1.0\ne 1.1.0' "$(locked atom.lock)"
equal "--json" 2 "$(jq '.locks[0].changes | length' <<<"$out")"
conforms "the schema" resolve.schema.json "$scratch/out"
eka update
equal "everything" $'b 1.1.0\nchain 1.0.0\nd 1.2.0\ne 1.1.0' "$(locked atom.lock)"
eka update
matches "once more" "up to date" "$err"

echo "- others change if it is necessary"
publish two b 1.2.0 "three/d ^2"
publish three d 2.0.0
publish one chain 1.1.0 "two/b ^1.2"
eka update chain
equal "what the new version needs follows" $'b 1.2.0\nchain 1.1.0\nd 2.0.0\ne 1.1.0' "$(locked atom.lock)"

echo "- all atoms of the set"
eka update e --all
equal "exit code" 0 "$status"
equal "the other atom has it, too" "e 1.1.0" "$(locked ../other/atom.lock)"
eka update chain --all
check "an atom without it is not mentioned" test "${err/other/}" == "$err"

echo "- what cannot be updated"
eka update chian
equal "an unknown name: exit code" 2 "$status"
matches "a similar one is suggested" "help: did you mean .chain." "$err"
before=$(cat atom.lock)
eka update d@9.0.0 --json
equal "a version that does not exist: exit code" 3 "$status"
equal "--json: the error" 3 "$(jq '.locks[0].error.code' <<<"$out")"
conforms "the schema" resolve.schema.json "$scratch/out"
matches "it is named" "d =9.0.0" "$err"
equal "nothing is written" "$before" "$(cat atom.lock)"
eka update d@^1
equal "a requirement is not a version" 2 "$status"

echo "- lock --check"
eka lock --check
equal "up to date" 0 "$status"
sed -i 's/^chain = .*/chain = "=1.0.0"/' atom.toml
eka lock --check
equal "out of date: exit code" 1 "$status"
matches "the change" "chain of [0-9a-f]* 1.1.0 .*-> 1.0.0" "$err"
equal "nothing is written" "$before" "$(cat atom.lock)"
eka lock
equal "it is updated" "chain 1.0.0" "$(locked atom.lock | grep chain)"

echo "- diff"
eka diff "$scratch/first.lock" atom.lock
equal "exit code" 0 "$status"
matches "text" $'~ d of [0-9a-f]* 1.0.0 .*-> [12].*\n~ e of' "$out"
eka diff --exit-code --json "$scratch/first.lock" atom.lock
equal "--exit-code" 1 "$status"
equal "--json" "e" "$(jq -r '.changes[] | select(.name == "e") | .name' <<<"$out")"
eka diff --exit-code atom.lock atom.lock
equal "no difference: exit code" 0 "$status"
equal "no difference: output" "" "$out"
before=$("$EKA" diff - atom.lock <"$scratch/first.lock")
eka diff "$scratch/first.lock" atom.lock
equal "standard input" "$out" "$before"
eka diff "$scratch/nothing" atom.lock
equal "no file: exit code" 2 "$status"

echo "- tree and why"
eka tree
matches "of the atom here" $'a 0.1.0-dev.*\n├── chain 1.0.0 .*\n│   └── b 1.[0-9].0 .*\n│       └── d .*\n└── e 1.1.0' "$out"
eka tree --depth 1
equal "--depth" 3 "$(wc -l <<<"$out")"
eka tree --invert d
matches "--invert" $'^d .*\n└── b .*\n    └── chain .*\n        └── a ' "$out"
eka tree --duplicates
equal "--duplicates: none" "" "$out"
matches "it is said" "no label is used by several atoms" "$err"
eka tree --json ::other
equal "--json" 2 "$(jq '.graphs[0].atoms | length' <<<"$out")"
eka why d
matches "why" $'^d .*\n  a 0.1.0-dev[^ ]* -> chain 1.0.0 -> b 1.[0-9].0 -> d ' "$out"
eka why --json three::d
equal "--json: the path" "a chain b d" "$(jq -r '[.reasons[0].paths[0][].label] | join(" ")' <<<"$out")"
eka why dd
equal "not a dependency: exit code" 1 "$status"
matches "it is said" "does not depend on .dd." "$err"
(cd "$scratch" && mkdir -p empty && cd empty && "$EKA" tree) >/dev/null 2>"$scratch/err" && status=0 || status=$?
equal "outside of a set: exit code" 2 "$status"

echo "- remove"
working_atom "$set" third 0.1.0 "one/chain ^1" "three/e ^1"
cd "$set/third"
eka resolve
eka remove e
equal "exit code" 0 "$status"
equal "only the rest is locked" $'b 1.2.0\nchain 1.1.0\nd 2.0.0' "$(locked atom.lock)"
check "the entry is gone" test -z "$(grep -w e atom.toml | grep '=' | grep -v three)"
matches "a set that is not used is named" "no atom of set .three. any more" "$err"
matches "and stays" '^three = ' "$(grep '^three' atom.toml)"
eka lock --check
equal "manifest and lock match" 0 "$status"
eka remove d
equal "an indirect dependency: exit code" 2 "$status"
matches "eka why is advised" 'eka why d' "$err"
eka remove chian
matches "a similar name is suggested" "did you mean .chain." "$err"
eka remove chain --json
equal "the last one" 0 "$status"
equal "the lock is empty" "" "$(locked atom.lock)"
conforms "--json: the schema" "resolve.schema.json#remove" "$scratch/out"
equal "--json: what was removed" '[{"name":"chain","set":"one"}]' "$(jq -c .removed <<<"$out")"
equal "--json: the lock" "third 0" "$(jq -r '.locks[0] | "\(.directory) \(.atoms | length)"' <<<"$out")"
equal "--json: the manifest" "$(pwd)/atom.toml" "$(jq -r .manifest <<<"$out")"
finish
