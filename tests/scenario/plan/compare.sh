#!/bin/bash
# plan --diff: two commits of a set are compared; nothing is checked out, and what did not change is not evaluated.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"

serve_start "$www"
make_set base
base=$SERVE_URL/base.git
publish base one 1.0.0
working_set work
working_atom work leaf 0.1.0
working_atom work top 0.1.0 "::/leaf ^0.1"
working_atom work user 0.1.0 "base/one ^1"
working_atom work old 0.1.0
working_atom work calm 0.1.0
cd work
for label in top user; do eka resolve "$label"; equal "resolve $label" 0 "$status"; done
git add -A && git commit -qm "Locks" && git tag before
publish base one 1.1.0
sed -i 's/builder = /extra = "more"; builder = /' leaf/default.nix
echo new >leaf/file
sed -i 's/"old", *//; s/, *"old"//' ekala.toml
git rm -rq old
working_atom . fresh 0.2.0
eka resolve --fresh user
sed -i 's/version = "0.1.0"/version = "0.2.0"/' user/atom.toml
git add -A && git commit -qm "A change"
git worktree add -q "$scratch/checkout" before

state() { git status --porcelain; git for-each-ref; find . -path ./.git -prune -o -printf '%p %m %s %T@\n' | sort; }
unchanged=$(state)
fresh_cache
eka plan -v --diff before --json
equal "exit code" 0 "$status"
conforms "the document is valid under the schema" plan.schema.json#diff "$scratch/out"
document=$out
equal "the commits are named" "before $(git rev-parse before) HEAD $(git rev-parse HEAD)" \
  "$(jq -r '[.base, .head] | map(.revision + " " + .commit) | join(" ")' <<<"$out")"
equal "each atom is in one class" "calm unchanged,fresh added,leaf changed,old removed,top changed,user changed" \
  "$(jq -r '[.atoms[] | .label + " " + .change] | join(",")' <<<"$out")"
inputs() { jq -r --arg wanted "$1" '[.atoms[] | select(.label == $wanted) | .inputs[] | "\(.kind) \(.name)"] | join(",")' <<<"$document"; }
equal "a file that changed, and a new one" "file default.nix,file file" "$(inputs leaf)"
equal "an atom of the same set" "atom leaf" "$(inputs top)"
equal "a manifest, and an atom of another set" "file atom.toml,atom one" "$(inputs user)"
equal "versions of dependencies" "1.0.0 1.1.0 base" \
  "$(jq -r '.atoms[] | select(.label == "user") | .inputs[] | select(.kind == "atom") | "\(.before) \(.after) \(.set)"' <<<"$out")"
equal "versions of the atom" "0.1.0 0.2.0" "$(jq -r '.atoms[] | select(.label == "user") | "\(.before.version) \(.after.version)"' <<<"$out")"
equal "derivations to build" "fresh 1/1,leaf 1/1,top 2/2,user 2/2" \
  "$(jq -r '[.atoms[] | select(.builds) | "\(.label) \(.builds.new)/\(.builds.all)"] | join(",")' <<<"$out")"
equal "those of all atoms, each once" 5 "$(jq .total.builds <<<"$out")"
equal "only atoms that changed are evaluated" 7 "$(grep -c '^evaluated ' <<<"$err")"
equal "not those that did not" "" "$(grep -E '^evaluated .*(calm|old)' <<<"$err" || true)"
equal "neither files nor refs of the repository are touched" "$unchanged" "$(state)"

eka plan ::leaf ::top ::user ::fresh
equal "the states after are those of a checkout" "$out" \
  "$(jq -r '.atoms as $all | ["leaf", "top", "user", "fresh"][] as $l | $all[] | select(.label == $l) | .after.drv' <<<"$document")"
eka -C "$scratch/checkout" plan ::leaf ::top ::user
equal "the states before are those of a checkout" "$out" \
  "$(jq -r '.atoms as $all | ["leaf", "top", "user"][] as $l | $all[] | select(.label == $l) | .before.drv' <<<"$document")"

eka plan --diff before HEAD --json
equal "again: nothing is evaluated" 0 "$(grep -c '^evaluated ' <<<"$err" || true)"
equal "with the same result" "$(jq -cS 'del(.remotes)' <<<"$document")" "$(jq -cS 'del(.remotes)' <<<"$out")"
eka plan --diff before
matches "as text: an atom" 'changed +user 0\.1\.0 -> 0\.2\.0: 2 of 2 derivations to build' "$out"
matches "its inputs" 'atom +one 1\.0\.0 -> 1\.1\.0 \(base\)' "$out"
equal "the summary is the last line" "3 changed, 1 added, 1 removed, 1 unchanged: 5 derivations to build" "$(tail -n 1 <<<"$out")"
eka plan --diff before --markdown
equal "as Markdown: a row for each atom that differs" 5 "$(grep -c '^| `' <<<"$out")"
matches "with its inputs" '\| `user` \| changed \| 0\.1\.0 → 0\.2\.0 \| 2 of 2 derivations \| `atom\.toml`<br>`one 1\.0\.0 → 1\.1\.0 \(base\)` \|' "$out"
eka plan --diff HEAD HEAD
equal "nothing changed" "0 changed, 0 added, 0 removed, 5 unchanged: 0 derivations to build" "$out"

echo "- a change without effect"
sed -i '1i # a comment' calm/default.nix
git commit -qam "A comment"
eka plan --diff HEAD~1 --json
equal "the files differ, the derivation does not" "changed 0 of 1" \
  "$(jq -r '.atoms[] | select(.label == "calm") | "\(.change) \(.builds.new) of \(.builds.all)"' <<<"$out")"

echo "- failures"
echo 'throw "broken"' >calm/default.nix
git commit -qam "Broken"
eka plan --diff HEAD~1 --json
equal "a state after that cannot be planned: exit code" 5 "$status"
conforms "the document is valid under the schema" plan.schema.json#diff "$scratch/out"
git revert --no-edit HEAD >/dev/null
eka plan --diff HEAD~1 --json
equal "a state before that could not: no error" 0 "$status"
conforms "the document is valid under the schema" plan.schema.json#diff "$scratch/out"
matches "but a warning" "warning: .*broken" "$err"
eka plan --diff no-such-branch
equal "an unknown revision: exit code" 2 "$status"
eka plan --diff before HEAD ::leaf
equal "URIs cannot be given, too" 2 "$status"
eka plan --markdown ::leaf
equal "--markdown needs --diff" 2 "$status"
cd ..
git clone -q --bare work shallow.git
git clone -q --depth 1 "file://$scratch/shallow.git" shallow
eka -C shallow plan --diff before
equal "a commit that a shallow clone lacks: exit code" 2 "$status"
finish
