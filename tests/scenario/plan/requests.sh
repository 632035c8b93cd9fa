#!/bin/bash
# Round trips of a locked closure of 100 atoms in 20 sets, counted in the server's log.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world make --sets 20 --atoms 100 --versions 2 --files 3 --file-size 200 --deps 3 --levels 5 --seed 7
root=$SERVE_URL/set-00.git
equal "the closure has 99 atoms besides the root" 99 "$(version_of set-00 root 1.1.0 closure)"
equal "in 20 sets" 20 "$(version_of set-00 root 1.1.0 'sets' | jq length)"

eka plan "$root::root"
equal "the first plan succeeds" 0 "$status"
matches "with the highest version" "$(drv_named root-1.1.0)" "$out"
first=$out

log=$(serve_log)
equal "every response has status 200" 0 "$(count '.status != 200' <<<"$log")"
equal "every request uses protocol v2" 0 "$(count '.protocol | contains("version=2") | not' <<<"$log")"
at_most "handshakes with the host" 1 "$(count '.method == "GET"' <<<"$log")"
at_most "requests to the root's remote" 3 \
  "$(count '.method == "POST" and .path == "/set-00.git/git-upload-pack"' <<<"$log")"
for number in {1..19}; do
  set=$(printf 'set-%02d' "$number")
  equal "requests to $set" 1 "$(count ".method == \"POST\" and .path == \"/$set.git/git-upload-pack\"" <<<"$log")"
done
at_most "requests in all" 23 "$(jq -s length <<<"$log")"
equal "refs are listed at the root's remote only" 0 \
  "$(count '.command == "ls-refs" and .path != "/set-00.git/git-upload-pack"' <<<"$log")"

serve_forget
eka plan "$root::root"
equal "the second plan succeeds" 0 "$status"
equal "with the same result" "$first" "$out"
log=$(serve_log)
equal "it queries no remote that only the lock names" 0 "$(count '.path | startswith("/set-00.git/") | not' <<<"$log")"
at_most "it queries the root's remote for the versions" 1 "$(jq -s length <<<"$log")"
equal "no handshake" 0 "$(count '.method == "GET"' <<<"$log")"

serve_forget
eka plan --json "$root::root@=1.0.0"
equal "the other version: exit code" 0 "$status"
log=$(serve_log)
equal "--json counts requests like the server" "$(count '.method == "POST"' <<<"$log")" \
  "$(jq '[.remotes[].requests] | add' <<<"$out")"
equal "--json counts handshakes like the server" "$(count '.method == "GET"' <<<"$log")" \
  "$(jq '[.remotes[].handshakes] | add // 0' <<<"$out")"

# Several URIs with overlapping closures: each object is requested once.
fresh_cache
serve_forget
uris=()
for number in 060 070 080 090; do
  set=$(of_world '.atoms[] | select(.label == $l) | .set' --arg l "atom-$number")
  uris+=("$SERVE_URL/$set.git::atom-$number")
done
eka plan "$root::root" "${uris[@]}"
equal "five URIs at once: exit code" 0 "$status"
equal "five URIs at once: five lines" 5 "$(wc -l <<<"$out")"
log=$(serve_log)
most=$(jq -s 'map(select(.method == "POST")) | group_by(.path) | map(length) | max' <<<"$log")
at_most "maximum of requests to one remote" 3 "$most"

# Dozens of sets: one query each, in parallel.
fresh_cache
serve_forget
mapfile -t sets < <(of_world ".sets[].url")
eka inspect set --json "${sets[@]}"
equal "inspecting 20 sets: exit code" 0 "$status"
equal "inspecting 20 sets: one entry each, in order" "$(printf "%s\n" "${sets[@]}")" "$(jq -r ".[].url" <<<"$out")"
equal "inspecting 20 sets: all versions" "$(of_world "[.atoms[].versions[]] | length")" \
  "$(jq "[.[].atoms[].versions | length] | add" <<<"$out")"
log=$(serve_log)
equal "inspecting 20 sets: 20 queries" 20 "$(count ".method == \"POST\"" <<<"$log")"
equal "inspecting 20 sets: one handshake" 1 "$(count ".method == \"GET\"" <<<"$log")"

if strace -f -o "$scratch/probe" -e trace=execve true 2>/dev/null; then
  strace -f -qq -e trace=execve,execveat -o "$scratch/executed" "$EKA" plan "$root::root" </dev/null >"$scratch/out" \
    2>"$scratch/err" || true
  equal "a warm plan under strace gives the same result" "$first" "$(cat "$scratch/out")"
  equal "a warm plan starts no git" "" "$(grep -E 'execve(at)?\([^"]*"[^"]*git[^/"]*"' "$scratch/executed" || true)"
else
  skip "strace may not trace here"
fi
finish
