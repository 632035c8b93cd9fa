#!/bin/bash
# Resolution of the whole graph: selected versions, written locks, and errors for conflicts.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"

serve_start "$www"
for set in one two three four; do make_set "$set"; done
publish three d 1.0.0
publish three d 1.1.0
publish three d 2.0.0
publish two b 1.0.0 "three/d ^1"
publish two c 1.0.0 "three/d ^1.0"
publish one chain 1.0.0 "two/b ^1"
set=$scratch/set
working_set "$set"

echo "- a chain, and a set reached only through another"
working_atom "$set" a 0.1.0 "one/chain ^1"
cd "$set/a"
eka resolve
equal "it resolves" 0 "$status"
equal "the whole chain is locked, each atom once" $'b 1.0.0\nchain 1.0.0\nd 1.1.0' "$(locked atom.lock)"
equal "dependencies in the manifest are direct" 1 "$(grep -c 'direct = true' atom.lock)"
equal "requirements are recorded" 2 "$(grep -c '^requires = \["[0-9a-v]*"\]$' atom.lock)"
first=$(cat atom.lock)
serve_forget
eka resolve
equal "resolving again: exit code" 0 "$status"
matches "it reports that nothing changed" "is up to date" "$err"
log=$(serve_log)
equal "with a warm cache each remote is queried once" 1 \
  "$(jq -s 'group_by(.path) | map(length) | max' <<<"$log")"
equal "only refs are queried" 0 "$(count '.command == "fetch"' <<<"$log")"
eka resolve --locked
equal "--locked succeeds" 0 "$status"
eka plan ::a
equal "it can be planned" 0 "$status"

echo "- a diamond"
working_atom "$set" diamond 0.1.0 "two/b ^1" "two/c ^1"
eka resolve diamond
equal "d is locked once" $'b 1.0.0\nc 1.0.0\nd 1.1.0' "$(locked "$set/diamond/atom.lock")"
equal "d is needed twice" 2 "$(grep -c '^requires' "$set/diamond/atom.lock")"

echo "- minimal change"
publish three d 1.2.0
eka resolve
equal "a newer version changes nothing" "$first" "$(cat atom.lock)"
sed -i '/^chain/a d = "^1.2"' atom.toml
sed -i 's/^d = .*//; $a\\n[deps.from.three]\nd = "^1.2"' atom.toml
sed -i "s|^one = .*|&\nthree = [\"$SERVE_URL/three.git\"]|" atom.toml
eka resolve --locked
equal "--locked: exit code" 1 "$status"
matches "--locked shows the change" "d of [0-9a-f]* 1.1.0 .*-> 1.2.0" "$err"
equal "--locked writes nothing" "$first" "$(cat atom.lock)"
eka resolve
equal "outdated versions are updated" $'b 1.0.0\nchain 1.0.0\nd 1.2.0' "$(locked atom.lock)"
publish two b 1.1.0 "three/d ^1"
eka resolve
equal "other versions are kept" $'b 1.0.0\nchain 1.0.0\nd 1.2.0' "$(locked atom.lock)"
eka resolve --fresh
equal "--fresh selects the highest" $'b 1.1.0\nchain 1.0.0\nd 1.2.0' "$(locked atom.lock)"

echo "- a conflict at depth, solved by an older version"
publish three d 1.9.0
publish two b 1.2.0 "three/d ^2"
working_atom "$set" older 0.1.0 "two/b ^1" "two/c ^1"
eka resolve older
equal "an older b is selected" $'b 1.1.0\nc 1.0.0\nd 1.9.0' "$(locked "$set/older/atom.lock")"

echo "- an unsolvable conflict"
working_atom "$set" never 0.1.0 "two/b ^1.2" "two/c ^1"
eka resolve never
equal "exit code" 3 "$status"
matches "the reasons" "b 1.2.0 needs d \^2" "$err"
matches "their positions" "never/atom.toml:[0-9]+" "$err"
check "nothing is written" test ! -e "$set/never/atom.lock"

echo "- composers are dependencies like any other"
publish four comp 1.0.0 "three/d ^1"
publish four comp 1.1.0 "three/d ^2"
working_atom "$set" composed 0.1.0 "by four/comp ^1" "two/c ^1"
eka resolve composed
equal "an older composer is selected" $'c 1.0.0\ncomp 1.0.0\nd 1.9.0' "$(locked "$set/composed/atom.lock" | sed '/^composed/d')"
matches "it is the composer" 'use = "atom"' "$(cat "$set/composed/atom.lock")"

echo "- cycles"
publish four ping 1.0.0 "::/pong ^1"
publish four pong 1.0.0 "::/ping ^1"
working_atom "$set" cyclic 0.1.0 "four/ping ^1"
eka resolve cyclic
equal "both" $'ping 1.0.0\npong 1.0.0' "$(locked "$set/cyclic/atom.lock")"

echo "- tags are the manifest's own"
publish one other 1.0.0 "x=three/d ^1" "y=two/b ^1.0"
working_atom "$set" tags 0.1.0 "x=two/b ^1" "again=two/b <1.2" "one/other ^1"
eka resolve tags
equal "two tags for one set, one tag for two" $'b 1.1.0\nd 1.9.0\nother 1.0.0' "$(locked "$set/tags/atom.lock")"

echo "- other atoms of the working tree"
working_atom "$set" near 0.3.0 "three/d ^1"
working_atom "$set" user 0.1.0 "::/near ^0.3"
eka resolve user
equal "exit code" 0 "$status"
matches "the one in the working tree" "near 0\.3\.0-dev\." "$(locked "$set/user/atom.lock")"
eka plan ::user
equal "it is planned" 0 "$status"
before=$out
echo "# a change" >>"$set/near/default.nix"
eka plan ::user
equal "with the neighbour in its present state" 0 "$status"

echo "- all atoms of a set, whatever their order"
ordered=$scratch/ordered
working_set "$ordered"
working_atom "$ordered" z 0.1.0
working_atom "$ordered" m 0.1.0 "::/z ^0.1"
working_atom "$ordered" a 0.1.0 "::/m ^0.1"
eka -C "$ordered" resolve --all --json
equal "the report is in the order of labels" "a m z" "$(jq -r '[.locks[].label] | join(" ")' <<<"$out")"
eka -C "$ordered" resolve --all --locked
equal "the locks match one another: exit code" 0 "$status"

echo "- different errors for missing labels, versions and remotes"
working_atom "$set" lost 0.1.0 "three/dd ^1"
eka resolve lost
equal "a missing label" 3 "$status"
matches "similar names" 'no atom `dd`; did you mean `d`' "$err"
working_atom "$set" lost2 0.1.0 "three/d ^7"
eka resolve lost2
matches "a missing version" "existing versions are 1.0.0 to 2.0.0" "$err"
make_set empty
working_atom "$set" lost3 0.1.0 "empty/d ^7"
eka resolve lost3
matches "an empty set" "has no published atoms" "$err"
working_atom "$set" lost4 0.1.0 "gone/d ^7"
eka resolve lost4
equal "a missing remote" 4 "$status"
matches "it is named" "gone.git" "$err"

echo "- a failure does not affect other atoms"
eka resolve lost a
equal "exit code" 3 "$status"
matches "the other is reported" "a: atom.lock is up to date" "$err"

echo "- the graph"
eka graph ::a
matches "text" "chain 1.0.0" "$out"
eka graph --format dot ::a
matches "dot" "digraph" "$out"
eka graph --format json ::a
equal "json" 4 "$(jq '.graphs[0].atoms | length' <<<"$out")"
eka graph --format html ::a
matches "html" "<summary>" "$out"

echo "- offline"
fresh_cache
eka --offline resolve
equal "nothing cached: exit code" 7 "$status"
finish
