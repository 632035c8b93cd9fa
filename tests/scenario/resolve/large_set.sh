#!/bin/bash
# What is received from a set is in proportion to what is asked of it, not to the size of the set.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"
source "$here/building.sh"

own_store
serve_start "$www"
make_set work
for version in 1.0.0 1.1.0; do
  publish work leaf "$version"
  publish work middle "$version" 'work/leaf ^1'
  publish work top "$version" 'work/middle ^1' 'work/leaf ^1'
done
uri=$SERVE_URL/work.git::top@^1
working_set "$scratch/tree"
working_atom "$scratch/tree" main 1.0.0 'work/top ^1' 'work/middle ^1'

# Prints the bytes and requests of plan and resolve, with an empty cache.
received() {
  fresh_cache
  eka plan --json "$uri"
  equal "$1: a plan succeeds" 0 "$status"
  jq -r '[.remotes[] | .bytes_received, .requests] | @tsv' <<<"$out" >"$scratch/$1.plan"
  rm -f "$scratch/tree/main/atom.lock"
  fresh_cache
  eka -C "$scratch/tree" resolve --json main
  equal "$1: versions are resolved" 0 "$status"
  jq -r '[.remotes[] | .bytes_received, .requests] | @tsv' <<<"$out" >"$scratch/$1.resolve"
}
received small

# 20,000 atoms of five versions, with their manifests and origins. Only their names matter here.
repository=$www/work.git
git --git-dir="$repository" pack-refs --all
rev=$(git --git-dir="$repository" rev-parse refs/eka/atoms/leaf/1.0.0)
origin=$(git --git-dir="$repository" rev-parse refs/ekala/init)
manifest=$(git --git-dir="$repository" rev-parse "$rev:atom.toml")
{
  grep -v '^#' "$repository/packed-refs"
  awk -v rev="$rev" -v origin="$origin" -v manifest="$manifest" 'BEGIN {
    for (i = 0; i < 20000; i++) for (v = 0; v < 5; v++) {
      printf "%s refs/eka/atoms/other-%05d/1.%d.0\n", rev, i, v
      printf "%s refs/eka/meta/other-%05d/1.%d.0/manifest\n", manifest, i, v
      printf "%s refs/eka/meta/other-%05d/1.%d.0/origin\n", origin, i, v
    } }'
} | LC_ALL=C sort -k2 >"$scratch/packed"
{ echo '# pack-refs with: peeled fully-peeled sorted '; cat "$scratch/packed"; } >"$repository/packed-refs"
equal "the set is large" 100006 "$(git --git-dir="$repository" for-each-ref refs/eka/atoms | wc -l)"
received large
# A server may compress a pack differently each time.
for what in plan resolve; do
  read -r small requests <"$scratch/small.$what"
  read -r large more <"$scratch/large.$what"
  equal "$what sends the same requests to a large set" "$requests" "$more"
  difference=$((large - small))
  at_most "$what: difference of the bytes received" 64 "${difference#-}"
done

# The list of all atoms is their names and nothing else.
fresh_cache
serve_forget
eka inspect set --json "$SERVE_URL/work.git"
equal "the set is listed" "0 20003" "$status $(jq '.atoms | length' <<<"$out")"
names=$(git --git-dir="$repository" for-each-ref --format='%(objectname) %(refname)' refs/eka/atoms refs/ekala/init | wc -c)
at_most "bytes received for each byte of the names" 112 \
  $(($(serve_log | jq -s '[.[].sent] | add') * 100 / names))
finish
