#!/bin/bash
# A malicious working tree: links to devices and secrets, pipes, endless files, and files that imitate eka's own. Every
# command ends soon, reads nothing outside of the tree, and writes nothing there.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store
echo "the secret" >"$scratch/secret"
begin_set
add_atom a '{ main = derivation { name = "a"; builder = "/bin/sh"; system = "x86_64-linux"; }; }'
add_atom b '{ main = derivation { name = "b"; builder = "/bin/sh"; system = "x86_64-linux"; }; }'
commit_set a b
cd "$scratch"
cp -r set pristine

# with COMMAND…: restores the set, then runs this in it.
with() {
  rm -rf "$scratch/set"
  cp -r "$scratch/pristine" "$scratch/set"
  (cd "$scratch/set" && eval "$1")
}
# bounded ARGUMENT…: runs eka with 64 MB of memory beyond its mappings, and for at most a minute.
bounded() {
  status=0
  timeout 60 "$EKA" "$@" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
}
every_command() {  # WHAT REGEX
  local command
  for command in "plan ./set::a" "resolve -C $scratch/set --all" "new $scratch/set/new"; do
    # shellcheck disable=SC2086
    bounded $command
    equal "$1: exit code of eka $command" 2 "$status"
    matches "$1: eka $command says so" "$2" "$err"
  done
  equal "$1: the secret is unchanged" "the secret" "$(cat "$scratch/secret")"
}

echo "- manifests, locks and lists that are not regular files"
for file in ekala.toml a/atom.toml; do
  with "ln -sf /dev/zero $file"
  every_command "$file is a link to /dev/zero" "$file is outside of $scratch/set"
  with "ln -sf '$scratch/secret' $file"
  every_command "$file is a link to a file outside" "$file is outside of $scratch/set"
  with "rm $file; mkfifo $file"
  every_command "$file is a pipe" "$file is not a regular file"
  with "truncate -s 1T $file"
  every_command "$file is a terabyte" "$file is too large: 1099511627776 bytes"
done
with "ln -s /dev/zero a/atom.lock"
bounded resolve -C "$scratch/set" --all
equal "a/atom.lock is a link to /dev/zero: exit code" 2 "$status"
with "ln -s '$scratch/secret' a/atom.lock"
bounded resolve -C "$scratch/set/a"
equal "a/atom.lock is a link to a file outside: exit code" 2 "$status"
with "ln -s '$scratch/absent' a/atom.lock"
bounded resolve -C "$scratch/set/a"
equal "a/atom.lock is a link to nothing: exit code" 2 "$status"
check "no file is created there" test ! -e "$scratch/absent"
with "ln -s '$scratch/absent' ekala.toml.eka-new"
bounded new "$scratch/set/new"
equal "a link at the path of the temporary file: exit code" 0 "$status"
check "it is not written through" test ! -e "$scratch/absent"
equal "the secret is unchanged" "the secret" "$(cat "$scratch/secret")"

echo "- other files in an atom's directory"
with "truncate -s 1T a/sparse"
bounded plan ./set::a
equal "a terabyte: exit code" 2 "$status"
matches "a terabyte" "a/sparse is too large" "$err"
with "mkfifo a/pipe; ln -s '$scratch/secret' a/link; ln -s /dev/zero a/zero"
bounded plan ./set::a
equal "pipes are omitted, links stay links" 0 "$status"
equal "links are not followed" "" "$(grep -rl "the secret" "$XDG_CACHE_HOME" || true)"
with "mkfifo a/.gitignore"
bounded plan ./set::a
equal "a .gitignore that is a pipe: exit code" 2 "$status"
with "ln -s /dev/zero .gitignore"
bounded plan ./set::a
equal "a .gitignore that is a link: exit code" 2 "$status"

echo "- a journal of an earlier version of eka"
with "printf '%s\\0' '$scratch/secret' >.eka-replace; echo altered >'$scratch/secret.eka-new'; cp .eka-replace a"
for command in "plan ./set::a" "resolve -C $scratch/set --all" "new $scratch/set/new" "add -p $scratch/set/a ::b"; do
  # shellcheck disable=SC2086
  bounded $command
  equal "eka $command: exit code" 0 "$status"
done
equal "it has no effect" "the secret" "$(cat "$scratch/secret")"
rm "$scratch/secret.eka-new"

echo "- killed between the lock and the manifest"
with "mkdir -p a/atom.toml.eka-new/x"
bounded add -p "$scratch/set/a" ::b
equal "an unwritable manifest: exit code" 1 "$status"
equal "the lock was written before" "1 0" "$(grep -c 'label = "b"' "$scratch/set/a/atom.lock") $(grep -c '"b"\|^b' "$scratch/set/a/atom.toml" || true)"
bounded plan ./set::a
equal "the atom can be planned" 0 "$status"
rm -r "$scratch/set/a/atom.toml.eka-new"
bounded add -p "$scratch/set/a" ::b
equal "repeating the command completes it" 0 "$status"
with "mkdir -p a/atom.toml.eka-new/x"
bounded add -p "$scratch/set/a" ::b
rm -r "$scratch/set/a/atom.toml.eka-new"
bounded resolve -C "$scratch/set/a"
equal "eka resolve reverts it" "0 0" "$status $(grep -c 'label = "b"' "$scratch/set/a/atom.lock" || true)"

finish
