#!/bin/bash
# Prefetching closures into the cache: a later plan needs no network.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
company=$SERVE_URL/company.git

eka prefetch --json "$company::server@^1"
equal "prefetch succeeds" 0 "$status"
equal "the root is printed" server "$(jq -r '.closures[0].root.label' <<<"$out")"
closure=$(version_of company server "$(jq -r '.closures[0].root.version' <<<"$out")" closure)
equal "every atom of its closure is printed" "$closure" "$(jq '.closures[0].atoms | length' <<<"$out")"
log=$(serve_log)
equal "--json counts requests as the server does" "$(count '.method == "POST"' <<<"$log")" \
  "$(jq '[.remotes[].requests] | add' <<<"$out")"

serve_forget
eka --offline plan "$company::server@^1"
equal "plan --offline works afterwards" 0 "$status"
matches "the atom is planned" "$(drv_named 'server-1[^ ]*')" "$out"
equal "no request is sent" "" "$(serve_log)"

# A lock file names everything except its own atom. Its "::" refers to the repository that contains it.
fresh_cache
git clone -q "$company" "$scratch/server" 2>/dev/null
git -C "$scratch/server" fetch -q origin 'refs/eka/*:refs/eka/*' 'refs/ekala/*:refs/ekala/*'
git -C "$scratch/server" show refs/eka/atoms/server/1.3.0:atom.lock >"$scratch/server/atom.lock"
eka prefetch --json --lock "$scratch/server/atom.lock"
equal "prefetch --lock succeeds" 0 "$status"
equal "it fetches the closure" "$(version_of company server 1.3.0 closure)" "$(jq '.closures[0].atoms | length' <<<"$out")"
equal "the file is named" "$scratch/server/atom.lock" "$(jq -r '.closures[0].lock' <<<"$out")"

# A failure does not affect other items.
fresh_cache
eka prefetch "$company::nothing" "$SERVE_URL/base.git::hello" --lock "$scratch/missing.lock"
equal "a missing lock file: exit code 2" 2 "$status"
eka prefetch "$company::nothing" "$company::server@^1"
equal "a missing atom: exit code 3" 3 "$status"
matches "the other closure is cached" "of 1 closure" "$err"
eka prefetch
equal "no arguments: exit code 2" 2 "$status"
finish
