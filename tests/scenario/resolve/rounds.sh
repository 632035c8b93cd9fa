#!/bin/bash
# Cost of resolution: the number of round trips, counted in the server's log, and the number of bytes.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"
source "$here/proxy.sh"

# A round ends when no request was running for half the time of a round trip.
rounds() {
  jq -s 'sort_by(.ended - .took) | reduce .[] as $r ({rounds: 0, until: 0};
    if $r.ended - $r.took > .until + 0.15 then .rounds += 1 else . end
    | .until = ([.until, $r.ended] | max)) | .rounds'
}

serve_start "$www"
proxy_start --latency 300
world=$("$EKA_WORLD" make "$www" --url-base "$PROXY_URL" --json --sets 40 --atoms 200 --versions 2 --files 1 \
  --file-size 50 --deps 3 --levels 7 --seed 11)
server=$SERVE_URL
SERVE_URL=$PROXY_URL
set=$scratch/set
working_set "$set"
working_atom "$set" top 0.1.0 "set-00/root ^1"
cd "$set/top"

eka resolve
equal "200 atoms in 40 sets, 8 levels deep: exit code" 0 "$status"
equal "all of them are locked" 200 "$(locked atom.lock | wc -l)"
log=$(SERVE_URL=$server serve_log)
at_most "rounds of requests from an empty cache" 9 "$(rounds <<<"$log")"
at_most "requests to one remote" 12 "$(jq -s 'map(select(.method == "POST")) | group_by(.path) | map(length) | max' <<<"$log")"
echo "$(jq -s length <<<"$log") requests, $(jq -s 'map(.sent) | add' <<<"$log") bytes"
serve_forget
eka resolve
log=$(serve_log)
at_most "rounds from a warm cache" 1 "$(rounds <<<"$log")"
equal "each remote is queried once" 1 "$(jq -s 'group_by(.path) | map(length) | max' <<<"$log")"
equal "no object is fetched" 0 "$(count '.command == "fetch"' <<<"$log")"

echo "- cost follows the closure, not the size of the set"
SERVE_URL=$server
for name in large small; do
  make_set "$name"
  for label in {0..9}; do
    for version in {0..9}; do
      if ((label > 0 && version > 0)); then continue; fi
      publish "$name" "needed-$label" "1.$version.0"
    done
  done
done
# Both sets have ten labels with their versions; one of them also has 20,000 versions of other labels.
commit=$(git --git-dir="$www/large.git" rev-parse refs/eka/atoms/needed-0/1.0.0)
git --git-dir="$www/large.git" pack-refs --all
{
  cat "$www/large.git/packed-refs"
  for ((label = 0; label < 2000; label++)); do
    for version in {0..9}; do
      echo "$commit refs/eka/atoms/beside-$label/1.$version.0"
      echo "$commit refs/eka/meta/beside-$label/1.$version.0/origin"
    done
  done
} | grep -v '^#' | LC_ALL=C sort -k2 >"$scratch/packed"
{ echo '# pack-refs with: sorted'; cat "$scratch/packed"; } >"$www/large.git/packed-refs"
needs=()
for label in {0..9}; do needs+=("SET/needed-$label ^1"); done
for name in large small; do
  working_atom "$set" "of-$name" 0.1.0 "${needs[@]/SET/$name}"
  serve_forget
  eka -C "$set" resolve "of-$name"
  equal "$name: exit code" 0 "$status"
  declare "bytes_$name=$(serve_log | jq -s 'map(.sent) | add')"
done
at_most "bytes for the large set, in percent of the small one" 200 "$((100 * bytes_large / bytes_small))"
finish
