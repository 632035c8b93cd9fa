#!/bin/bash
# Who says which versions a set has: the manifest that is resolved, where it names the set; otherwise every dependency
# that needs an atom of it has to name a URL that offers it at the same revision.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"
source "$here/sets.sh"

own_store
serve_start "$www"
for name in company vendor other; do make_set "$name"; done
publish company auth 1.0.0
publish company auth 1.1.0
publish company server 1.0.0 "::/auth ^1"
# fork NAME: a copy of the company's set; rewrite NAME LABEL VERSION: it has that version at another revision.
fork() { cp -r "$www/company.git" "$www/$1.git"; }
rewrite() {
  local directory
  directory=$(mktemp -d "$scratch/rewritten.XXXXXX")
  write_atom "$directory" "${@:2}"
  echo '# rewritten' >>"$directory/default.nix"
  release "$www/$1.git" "$directory" "$2" "$3" >/dev/null
}
fork ahead
publish ahead auth 1.99.0
fork behind
git --git-dir="$www/behind.git" update-ref -d refs/eka/atoms/auth/1.1.0
fork rewritten
rewrite rewritten auth 1.1.0
# A set of its own that says it is the company's.
make_set liar
publish liar auth 7.0.0
publish liar server 1.0.0
git --git-dir="$www/company.git" bundle create -q "$scratch/genesis" refs/ekala/init
git --git-dir="$www/liar.git" fetch -q "$scratch/genesis" refs/ekala/init
git --git-dir="$www/liar.git" update-ref refs/ekala/init "$(git --git-dir="$www/company.git" rev-parse refs/ekala/init)"

working_set "$scratch/set"
cd "$scratch/set"
revision() { git --git-dir="$www/$1.git" rev-parse "refs/eka/atoms/$2/$3"; }
# resolved NAME NEED…: resolves a new atom with these needs; exit code, then what is locked, in one line.
count=0
resolved() {
  count=$((count + 1))
  name=a$count
  working_atom "$scratch/set" "$name" 0.1.0 "$@"
  eka resolve "$name"
  answer="$status $(if [[ -e $name/atom.lock ]]; then locked "$name/atom.lock" | paste -sd,; fi)"
}

echo "- a set that the manifest names"
publish vendor lib 1.0.0 "ahead/auth ^1"
resolved "company/server ^1" "vendor/lib ^1"
equal "a fork that a dependency names adds no version" "0 auth 1.1.0,lib 1.0.0,server 1.0.0" "$answer"
check "and what is locked is the company's" grep -q "$(revision company auth 1.1.0)" "$name/atom.lock"
matches "those that decide come first among the mirrors" "company\.git\", \"[^\"]*/ahead\.git" "$(grep -m1 'company.git' "$name/atom.lock")"
eka plan "::$name"
equal "it can be planned" 0 "$status"
publish vendor lib 1.1.0 "behind/auth ^1"
resolved "company/server ^1" "vendor/lib =1.1.0"
equal "a mirror that is behind hides none" "0 auth 1.1.0,lib 1.1.0,server 1.0.0" "$answer"
publish vendor lib 1.2.0 "rewritten/auth ^1"
resolved "company/server ^1" "vendor/lib =1.2.0"
equal "one that names another revision causes no disagreement" "0 auth 1.1.0,lib 1.2.0,server 1.0.0" "$answer"
check "the company's revision is locked" grep -q "$(revision company auth 1.1.0)" "$name/atom.lock"
publish vendor lib 1.3.0 "liar/auth *"
resolved "company/server ^1" "vendor/lib =1.3.0"
equal "nor does one that only claims the genesis" "0 auth 1.1.0,lib 1.3.0,server 1.0.0" "$answer"
resolved "company/server ^1" "liar/auth *"
equal "a remote that claims the genesis of another, in the manifest itself: no version is injected into the other" 3 "$status"

echo "- two levels down"
publish other deep 1.0.0 "vendor/lib =1.0.0"
resolved "company/server ^1" "other/deep ^1"
equal "the manifest decides there, too" "0 auth 1.1.0,deep 1.0.0,lib 1.0.0,server 1.0.0" "$answer"

echo "- named, though nothing is needed of it directly"
working_atom "$scratch/set" declared 0.1.0 "vendor/lib =1.0.0"
sed -i "s|^vendor = .*|&\ncompany = [\"$SERVE_URL/company.git\"]|" declared/atom.toml
eka resolve declared
equal "a set that is declared is decided" "0 auth 1.1.0,lib 1.0.0" "$status $(locked declared/atom.lock | paste -sd,)"
eka plan ::declared
equal "and it can be planned" 0 "$status"
working_atom "$scratch/set" silent 0.1.0 "vendor/lib =1.0.0"
sed -i "s|^vendor = .*|&\ncompany = [\"$SERVE_URL/gone.git\"]|" silent/atom.toml
eka resolve silent
equal "a declared set that does not respond: no other URL decides for it" 4 "$status"
matches "and it is named" "gone.git" "$err"

echo "- a set that only dependencies name"
resolved "vendor/lib =1.0.0"
equal "what its one manifest names counts" "0 auth 1.99.0,lib 1.0.0" "$answer"
publish other both 1.0.0 "company/auth ^1"
resolved "vendor/lib =1.0.0" "other/both ^1"
equal "of two that need it, what both offer" "0 auth 1.1.0,both 1.0.0,lib 1.0.0" "$answer"
resolved "vendor/lib =1.1.0" "other/both ^1"
equal "one that is behind restricts" "0 auth 1.0.0,both 1.0.0,lib 1.1.0" "$answer"
resolved "vendor/lib =1.2.0" "other/both ^1"
equal "a version at two revisions does not count" "0 auth 1.0.0,both 1.0.0,lib 1.2.0" "$answer"
publish other newer 1.0.0 "company/auth ^1.1"
resolved "vendor/lib =1.2.0" "other/newer ^1"
equal "where that leaves nothing: exit code" 3 "$status"
matches "one URL is named" "company\.git" "$err"
matches "and the other" "rewritten\.git" "$err"
matches "and what to do" "\[package\.sets\]" "$err"
rm -f "$name/atom.lock"
sed -i "s|^vendor = .*|&\ncompany = [\"$SERVE_URL/company.git\"]|" "$name/atom.toml"
eka resolve "$name"
equal "which does it" "0 auth 1.1.0,lib 1.2.0,newer 1.0.0" "$status $(locked "$name/atom.lock" | paste -sd,)"

echo "- a dependency's manifest with two URLs"
publish vendor pair 1.0.0 "company/auth ^1"
directory=$scratch/pair
write_atom "$directory" pair 1.1.0 "company/auth ^1"
sed -i "s|^company = .*|company = [\"$SERVE_URL/company.git\", \"$SERVE_URL/rewritten.git\"]|" "$directory/atom.toml"
release "$www/vendor.git" "$directory" pair 1.1.0 >/dev/null
resolved "vendor/pair =1.1.0"
equal "that disagree on a version: it does not count, and nothing else happens" "0 auth 1.0.0,pair 1.1.0" "$answer"

echo "- ::"
# The fork offers the company's own server as it is; its "::" means both of those who offer it.
publish vendor through 1.0.0 "ahead/server ^1"
publish other honest 1.0.0 "company/server ^1"
resolved "vendor/through ^1"
equal "means who offers the dependency" "0 auth 1.99.0,server 1.0.0,through 1.0.0" "$answer"
resolved "vendor/through ^1" "other/honest ^1"
equal "and where two do, what both offer" "0 auth 1.1.0,honest 1.0.0,server 1.0.0,through 1.0.0" "$answer"

echo "- without a working tree"
publish other root 1.0.0 "company/server ^1" "vendor/lib =1.0.0"
fresh_cache
eka plan "$SERVE_URL/other.git::root"
equal "a planned atom's manifest decides likewise" 0 "$status"
eka graph --format json "$SERVE_URL/other.git::root"
equal "the graph shows which URL named the version of auth" "1.1.0 $SERVE_URL/company.git" \
  "$(jq -r '.graphs[0].atoms[] | select(.label == "auth") | "\(.version) \(.vouched_by | join(" "))"' <<<"$out")"
eka graph "$SERVE_URL/other.git::root"
matches "as text, too" "auth 1\.1\.0 \(company, at $SERVE_URL/company\.git\)" "$out"
eka plan "$SERVE_URL/company.git::auth@=1.1.0"
equal "what it learned of the company is the company's" 0 "$status"

echo "- offline"
eka --offline plan "$SERVE_URL/other.git::root"
equal "the same is chosen again" 0 "$status"
eka --offline plan "$SERVE_URL/ahead.git::auth"
equal "a URL that named no cached version has no result" 7 "$status"

echo "- files of this machine"
# The user's consent is for the atoms of this machine: it applies to no others.
mkdir -p "$XDG_CONFIG_HOME"
printf '[sources]\nlocal = ["%s"]\n' "$scratch" >"$XDG_CONFIG_HOME/eka.toml"
secret=$scratch/secret
echo secret >"$secret"
genesis=$(git rev-list --max-parents=0 HEAD)
make_set thief
git --git-dir="$www/thief.git" fetch -q "$scratch/set" main
git --git-dir="$www/thief.git" update-ref refs/ekala/init "$genesis"
mkdir "$scratch/steal"
write_atom "$scratch/steal" steal 1.0.0
printf '\n[deps.direct.nix]\nkey.url = "file://%s"\n' "$secret" >>"$scratch/steal/atom.toml"
release "$www/thief.git" "$scratch/steal" steal 1.0.0 >/dev/null
working_atom "$scratch/set" victim 0.1.0 "thief/steal ^1"
eka resolve victim
check "a remote that claims the user's own genesis names no file" test "$status" -ne 0
matches "and why is said" "only local atoms can refer to local sources" "$err"
check "nothing of it is locked" test ! -e victim/atom.lock
publish vendor carrier 1.0.0 "thief/steal ^1"
working_atom "$scratch/set" victim2 0.1.0 "vendor/carrier ^1"
eka resolve victim2
check "nor through a dependency" test "$status" -ne 0
check "nothing of it is locked" test ! -e victim2/atom.lock
eka plan ::victim2
check "nor is it planned" test "$status" -ne 0
working_atom "$scratch/set" mine 0.1.0
printf '\n[deps.direct.nix]\nkey.url = "file://%s"\n' "$secret" >>mine/atom.toml
working_atom "$scratch/set" user 0.1.0 "::/mine ^0.1"
eka resolve user
equal "an atom of the working tree may" 0 "$status"
eka plan ::user
equal "and is planned" 0 "$status"
git remote add origin "$SERVE_URL/thief.git"
eka plan ::user
equal "wherever its set is published" 0 "$status"
finish
