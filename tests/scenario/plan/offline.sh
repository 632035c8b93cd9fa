#!/bin/bash
# --offline does not use the network: cached data is enough, and what is missing is reported.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
company=$SERVE_URL/company.git

eka plan "$company::server@^1" "$SERVE_URL/base.git::hello"
equal "online" 0 "$status"
expected=$out

serve_forget
eka --offline plan "$company::server@^1" "$SERVE_URL/base.git::hello"
equal "offline, cached: exit code" 0 "$status"
equal "offline, cached: the same answer" "$expected" "$out"
eka --offline plan --fresh-eval "$company::server@^1"
equal "offline, evaluated again: the same answer" "$(head -n 1 <<<"$expected")" "$out"
eka --offline plan "$company::suite"
equal "offline, not cached: exit code" 7 "$status"
matches "offline, not cached: what is missing" 'suite' "$err"
eka --offline plan "$SERVE_URL/base.git::hello" "$company::server@=1.3.0"
equal "offline, one of two cached: exit code" 7 "$status"
matches "offline, one of two cached: the other is there" "$(drv_named hello-1.2.0)" "$out"
equal "no request was made" 0 "$(serve_log | jq -s length)"

serve_stop
eka --offline plan "$company::server@^1"
equal "without any server" "$(head -n 1 <<<"$expected")" "$out"
eka plan "$company::server@^1"
equal "not offline, and no server: no silent answer from the cache" 4 "$status"
finish
