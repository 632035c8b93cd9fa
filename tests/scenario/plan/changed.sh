#!/bin/bash
# A large atom of a working tree, one file of which has changed: only that file is read, and only that file is written.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

if ! strace -f -o "$scratch/probe" -e trace=execve true 2>/dev/null; then
  skip "strace may not trace here"
  finish
  exit 0
fi

own_store
"$EKA_WORLD" nixlike "$www" --url-base "file://$www" --packages 10 --files 500 --seed 1 --json >"$scratch/world.json"
git clone -q "$www/collection.git" "$scratch/set"
cd "$scratch/set"
cache=$XDG_CACHE_HOME/eka

# What is older than the run is remembered.
eka plan ::collection
equal "the first plan" 0 "$status"
first=$out
objects() { find "$cache/git/objects" -regex '.*/[0-9a-f][0-9a-f]/[0-9a-f]+' | wc -l; }
equal "its objects are in packs: at most the commits are loose" 1 "$(($(objects) <= 2))"

# changed WHAT: plans, with the system calls on files in $scratch/calls.
changed() {
  status=0
  strace -f -qq -y -e trace=openat,openat2,open -o "$scratch/calls" "$EKA" plan ::collection </dev/null \
    >"$scratch/out" 2>"$scratch/err" || status=$?
  equal "$1: the same derivation" "0 $first" "$status $(cat "$scratch/out")"
}
# Of successful calls: files of the working tree that are read, except those that describe the set and what git ignores.
read_files() {
  local file
  grep -v ' = -1' "$scratch/calls" | grep -oE "<$scratch/set/atoms/[^>]*>" | tr -d '<>' | sort -u | while read -r file; do
    if [[ -f $file && ! $file =~ /(atom\.toml|atom\.lock|\.gitignore)$ ]]; then echo "$file"; fi
  done | wc -l
}
written_files() { grep -E 'O_CREAT' "$scratch/calls" | grep -v ' = -1' | grep -cE "<$cache/trees/[^>]*/tree[/>]" || true; }
shared_files() { find "$cache/trees" -type f -links +1 -printf '%i\n' | sort -u | wc -l; }
loose_reads() { grep -E '"[^"]*/objects/[0-9a-f]{2}/[0-9a-f]{38}"' "$scratch/calls" | grep -vE ' = -1|O_CREAT' | wc -l; }

changed "nothing has changed"
equal "nothing has changed: files read" 0 "$(read_files)"
equal "nothing has changed: files written" 0 "$(written_files)"

echo "# changed" >>atoms/collection/default.nix
changed "one file of 500"
equal "one file: files read" 1 "$(read_files)"
equal "one file: files written" 1 "$(written_files)"
equal "one file: all others are shared" "$(($(git ls-files atoms/collection | wc -l) - 1))" "$(shared_files)"
equal "one file: objects opened one by one" 1 "$(($(loose_reads) <= 20))"

echo "# and again" >>atoms/collection/default.nix
git -c user.name=x -c user.email=x@example.com commit -qam "Change"
changed "committed"
equal "committed: files read" 1 "$(read_files)"
equal "committed: files written" 1 "$(written_files)"

mv "$cache/working" "$scratch/lost"
mkdir "$cache/working"
sleep 1.1
changed "nothing is remembered: the index of git tells what has not changed"
at_most "by the index: files read" 1 "$(read_files)"
finish
