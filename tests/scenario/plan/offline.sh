#!/bin/bash
# --offline uses no network: cached data suffices, and missing data is reported.
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
equal "offline, cached: the same result" "$expected" "$out"
eka --offline plan --fresh-eval "$company::server@^1"
equal "offline, evaluated again: the same result" "$(head -n 1 <<<"$expected")" "$out"
eka --offline plan "$company::suite"
equal "offline, not cached: exit code" 7 "$status"
matches "offline, not cached: the missing atom is named" 'suite' "$err"
eka --offline plan "$SERVE_URL/base.git::hello" "$company::server@=1.3.0"
equal "offline, one of two cached: exit code" 7 "$status"
matches "offline, one of two cached: the other is planned" "$(drv_named hello-1.2.0)" "$out"
equal "no request was made" 0 "$(serve_log | jq -s length)"

serve_stop
eka --offline plan "$company::server@^1"
equal "without a server" "$(head -n 1 <<<"$expected")" "$out"
eka plan "$company::server@^1"
equal "online, without a server: the cache does not hide the error" 4 "$status"
finish
