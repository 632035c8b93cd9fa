#!/bin/bash
# Which remotes determine the versions of a set: those in the manifest being resolved, if it names the set; otherwise
# every dependency that needs an atom of the set must name a URL that offers it at the same revision.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"
source "$here/sets.sh"

own_store
serve_start "$www"
for name in company vendor other; do make_set "$name"; done
publish company auth 1.0.0
publish company auth 1.1.0
publish company server 1.0.0 "::/auth ^1"
# fork NAME: copies the company's set; rewrite NAME LABEL VERSION: changes the revision of this version.
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
# A separate set that claims the company's genesis.
make_set liar
publish liar auth 7.0.0
publish liar server 1.0.0
git --git-dir="$www/company.git" bundle create -q "$scratch/genesis" refs/ekala/init
git --git-dir="$www/liar.git" fetch -q "$scratch/genesis" refs/ekala/init
git --git-dir="$www/liar.git" update-ref refs/ekala/init "$(git --git-dir="$www/company.git" rev-parse refs/ekala/init)"

working_set "$scratch/set"
cd "$scratch/set"
revision() { git --git-dir="$www/$1.git" rev-parse "refs/eka/atoms/$2/$3"; }
# resolved NAME NEED…: resolves a new atom with these needs; prints the exit code and the locked atoms in one line.
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
check "the company's revision is locked" grep -q "$(revision company auth 1.1.0)" "$name/atom.lock"
matches "those that decide come first among the mirrors" "company\.git\", \"[^\"]*/ahead\.git" "$(grep -m1 'company.git' "$name/atom.lock")"
eka plan "::$name"
equal "it can be planned" 0 "$status"
publish vendor lib 1.1.0 "behind/auth ^1"
resolved "company/server ^1" "vendor/lib =1.1.0"
equal "an outdated mirror hides no version" "0 auth 1.1.0,lib 1.1.0,server 1.0.0" "$answer"
publish vendor lib 1.2.0 "rewritten/auth ^1"
resolved "company/server ^1" "vendor/lib =1.2.0"
equal "a mirror with another revision causes no error" "0 auth 1.1.0,lib 1.2.0,server 1.0.0" "$answer"
check "the company's revision is locked" grep -q "$(revision company auth 1.1.0)" "$name/atom.lock"
publish vendor lib 1.3.0 "liar/auth *"
resolved "company/server ^1" "vendor/lib =1.3.0"
equal "nor does a remote that only claims the genesis" "0 auth 1.1.0,lib 1.3.0,server 1.0.0" "$answer"
resolved "company/server ^1" "liar/auth *"
equal "a remote that claims the genesis of another, in the manifest itself: no version is injected into the other" 3 "$status"

echo "- two levels down"
publish other deep 1.0.0 "vendor/lib =1.0.0"
resolved "company/server ^1" "other/deep ^1"
equal "the manifest takes precedence for indirect dependencies" "0 auth 1.1.0,deep 1.0.0,lib 1.0.0,server 1.0.0" "$answer"

echo "- declared, although only a dependency needs it"
working_atom "$scratch/set" declared 0.1.0 "vendor/lib =1.0.0"
sed -i "s|^vendor = .*|&\ncompany = [\"$SERVE_URL/company.git\"]|" declared/atom.toml
eka resolve declared
equal "a declared set is authoritative" "0 auth 1.1.0,lib 1.0.0" "$status $(locked declared/atom.lock | paste -sd,)"
eka plan ::declared
equal "it can be planned" 0 "$status"
working_atom "$scratch/set" silent 0.1.0 "vendor/lib =1.0.0"
sed -i "s|^vendor = .*|&\ncompany = [\"$SERVE_URL/gone.git\"]|" silent/atom.toml
eka resolve silent
equal "a declared set that does not respond: no other URL decides for it" 4 "$status"
matches "it is named" "gone.git" "$err"

echo "- a set that only dependencies name"
resolved "vendor/lib =1.0.0"
equal "versions of the only manifest count" "0 auth 1.99.0,lib 1.0.0" "$answer"
publish other both 1.0.0 "company/auth ^1"
resolved "vendor/lib =1.0.0" "other/both ^1"
equal "of two dependents, versions offered by both count" "0 auth 1.1.0,both 1.0.0,lib 1.0.0" "$answer"
resolved "vendor/lib =1.1.0" "other/both ^1"
equal "an outdated one restricts the versions" "0 auth 1.0.0,both 1.0.0,lib 1.1.0" "$answer"
resolved "vendor/lib =1.2.0" "other/both ^1"
equal "a version with two revisions does not count" "0 auth 1.0.0,both 1.0.0,lib 1.2.0" "$answer"
publish other newer 1.0.0 "company/auth ^1.1"
resolved "vendor/lib =1.2.0" "other/newer ^1"
equal "no version left: exit code" 3 "$status"
matches "one URL is named" "company\.git" "$err"
matches "the other is named" "rewritten\.git" "$err"
matches "hint" "\[package\.sets\]" "$err"
rm -f "$name/atom.lock"
sed -i "s|^vendor = .*|&\ncompany = [\"$SERVE_URL/company.git\"]|" "$name/atom.toml"
eka resolve "$name"
equal "following the hint succeeds" "0 auth 1.1.0,lib 1.2.0,newer 1.0.0" "$status $(locked "$name/atom.lock" | paste -sd,)"

echo "- a dependency's manifest with two URLs"
publish vendor pair 1.0.0 "company/auth ^1"
directory=$scratch/pair
write_atom "$directory" pair 1.1.0 "company/auth ^1"
sed -i "s|^company = .*|company = [\"$SERVE_URL/company.git\", \"$SERVE_URL/rewritten.git\"]|" "$directory/atom.toml"
release "$www/vendor.git" "$directory" pair 1.1.0 >/dev/null
resolved "vendor/pair =1.1.0"
equal "a version on which they disagree does not count" "0 auth 1.0.0,pair 1.1.0" "$answer"

echo "- ::"
# The fork offers the company's own server unchanged; its "::" refers to both URLs that offer it.
publish vendor through 1.0.0 "ahead/server ^1"
publish other honest 1.0.0 "company/server ^1"
resolved "vendor/through ^1"
equal "\"::\" means the URL that offers the dependency" "0 auth 1.99.0,server 1.0.0,through 1.0.0" "$answer"
resolved "vendor/through ^1" "other/honest ^1"
equal "of two URLs, versions offered by both count" "0 auth 1.1.0,honest 1.0.0,server 1.0.0,through 1.0.0" "$answer"

echo "- without a working tree"
publish other root 1.0.0 "company/server ^1" "vendor/lib =1.0.0"
fresh_cache
eka plan "$SERVE_URL/other.git::root"
equal "the manifest of a planned atom has the same effect" 0 "$status"
eka graph --format json "$SERVE_URL/other.git::root"
equal "the graph shows which URL named the version of auth" "1.1.0 $SERVE_URL/company.git" \
  "$(jq -r '.graphs[0].atoms[] | select(.label == "auth") | "\(.version) \(.vouched_by | join(" "))"' <<<"$out")"
eka graph "$SERVE_URL/other.git::root"
matches "the same as text" "auth 1\.1\.0 \(company, at $SERVE_URL/company\.git\)" "$out"
eka plan "$SERVE_URL/company.git::auth@=1.1.0"
equal "versions cached for the company are the company's" 0 "$status"

echo "- offline"
eka --offline plan "$SERVE_URL/other.git::root"
equal "the same versions are selected again" 0 "$status"
eka --offline plan "$SERVE_URL/ahead.git::auth"
equal "a URL that named no cached version has no result" 7 "$status"

echo "- files of this machine"
# The user's consent applies to the user's own atoms only.
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
check "a remote that claims the user's genesis cannot use local files" test "$status" -ne 0
matches "the reason" "only local atoms can refer to local sources" "$err"
check "nothing is locked" test ! -e victim/atom.lock
publish vendor carrier 1.0.0 "thief/steal ^1"
working_atom "$scratch/set" victim2 0.1.0 "vendor/carrier ^1"
eka resolve victim2
check "nor through a dependency" test "$status" -ne 0
check "nothing is locked" test ! -e victim2/atom.lock
eka plan ::victim2
check "it is not planned" test "$status" -ne 0
working_atom "$scratch/set" mine 0.1.0
printf '\n[deps.direct.nix]\nkey.url = "file://%s"\n' "$secret" >>mine/atom.toml
working_atom "$scratch/set" user 0.1.0 "::/mine ^0.1"
eka resolve user
equal "an atom of the working tree can" 0 "$status"
eka plan ::user
equal "it is planned" 0 "$status"
git remote add origin "$SERVE_URL/thief.git"
eka plan ::user
equal "also if its set is published" 0 "$status"
finish
