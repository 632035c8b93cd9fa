#!/bin/bash
# eka add: writes both manifest and lock or neither, and changes nothing else.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"

serve_start "$www"
for set in libs other; do make_set "$set"; done
publish libs log 1.0.0
publish libs log 1.2.0
publish libs log 2.0.0-rc.1
publish libs early 0.1.0-alpha.1
publish libs auth 1.0.0 "::/log ^1"
cp -r "$www/libs.git" "$www/mirror.git"
set=$scratch/set
working_set "$set"
working_atom "$set" a 0.1.0
working_atom "$set" b 0.2.0
cd "$set/a"
printf '# A comment\n[package]   # behind\nlabel   = "a"\nversion = "0.1.0"\n\n[compose]\nas = { nix = "default.nix" } # inline\n' >atom.toml

eka add "$SERVE_URL/libs.git::log"
equal "add: exit code" 0 "$status"
equal "the highest version is added, nothing else changes" '# A comment
[package]   # behind
label   = "a"
version = "0.1.0"

[package.sets]
libs = ["'"$SERVE_URL"'/libs.git"]

[compose]
as = { nix = "default.nix" } # inline

[deps.from.libs]
log = "^1.2.0"' "$(cat atom.toml)"
equal "the lock" "log 1.2.0" "$(locked atom.lock)"

eka add "$SERVE_URL/mirror.git::auth@^1"
equal "the set is found by its genesis" 1 "$(grep -c '^\[deps.from' atom.toml)"
equal "with the given requirement" 'auth = "^1"' "$(grep '^auth' atom.toml)"
eka add "$SERVE_URL/libs.git::early"
equal "if there are only pre-releases, one is selected" 'early = "^0.1.0-alpha.1"' "$(grep '^early' atom.toml)"

eka add --mirror "$SERVE_URL/mirror.git" --mirror "$SERVE_URL/other.git" "$SERVE_URL/libs.git::log@^1.0"
equal "mirrors: exit code" 0 "$status"
matches "a mirror with another genesis is ignored" "ignoring mirror .*other.git" "$err"
equal "the other mirror is written" "libs = [\"$SERVE_URL/libs.git\", \"$SERVE_URL/mirror.git\"]" "$(grep '^libs' atom.toml)"
equal "the requirement is replaced" 'log = "^1.0"' "$(grep '^log' atom.toml)"
matches "the mirror is in the lock" "mirror.git" "$(cat atom.lock)"

eka add ::b
equal "an atom of the same set" 0 "$status"
matches "it gets a tag" '^local = "::"' "$(grep '^local' atom.toml)"
eka add ::a
equal "the atom itself: exit code" 3 "$status"
matches "it says why" 'needs a \^.*; it is this atom, and set `::` has no other version of it' "$err"
eka plan ::a
equal "it can be planned" 0 "$status"

before=$(cat atom.toml atom.lock)
eka add "$SERVE_URL/libs.git::log@^9"
equal "a missing version: exit code" 3 "$status"
equal "nothing is written" "$before" "$(cat atom.toml atom.lock)"
eka add "$SERVE_URL/libs.git::lgo"
equal "a missing atom: exit code" 3 "$status"
eka add -s libs "$SERVE_URL/other.git::log"
equal "a tag in use, or a missing atom" 2 "$status"
eka add "http://user:secret@127.0.0.1:$SERVE_PORT/libs.git::log"
equal "a password: exit code" 2 "$status"
if [[ $err == *secret* ]]; then not_ok "it is not shown" "$err"; else ok "it is not shown"; fi
equal "nothing is written" "$before" "$(cat atom.toml atom.lock)"
cd "$scratch"
eka -C "$set" add -p b "$SERVE_URL/libs.git::log"
equal "-p: another atom" 0 "$status"
equal "the other atom has the dependency" "log 1.2.0" "$(locked "$set/b/atom.lock")"

echo "- direct sources"
git clone -q "$www/libs.git" "$scratch/clone" 2>/dev/null
git -C "$scratch/clone" commit -q --allow-empty -m one && git -C "$scratch/clone" tag v1.2.0
git -C "$scratch/clone" commit -q --allow-empty -m two && git -C "$scratch/clone" tag v1.3.0
git -C "$scratch/clone" push -q "$www/libs.git" HEAD:refs/heads/main v1.2.0 v1.3.0
cd "$set/b"
eka add direct nix --git="^1" -k tagged "$SERVE_URL/libs.git"
equal "a git source with a requirement" 0 "$status"
matches "the highest tag is locked" 'version = "1.3.0"' "$(cat atom.lock)"
eka add direct nix --git=main "$SERVE_URL/libs.git"
check "a git source with a ref, named after its URL" grep -q '^libs = { git = "[^"]*", ref = "main" }$' atom.toml
eka plan ::b
equal "it can be planned" 0 "$status"

echo "- killed in the middle: both or neither"
for delay in 0.02 0.04 0.06 0.08 0.1 0.15; do
  git -C "$set" checkout -q . && rm -f atom.lock
  timeout -s KILL "$delay" "$EKA" add "$SERVE_URL/libs.git::log" </dev/null >/dev/null 2>&1 || true
  # The lock is written first: `eka resolve` reverts it if the manifest was not written.
  eka resolve
  equal "killed after $delay s: resolved again" 0 "$status"
  equal "killed after $delay s: in both or in neither" "$(grep -c '^log' atom.toml || true)" \
    "$(grep -c 'label = "log"' atom.lock 2>/dev/null || true)"
done
finish
