#!/bin/bash
# Servers that are busy (429, 503): all requests to such a host wait together, and are repeated until it serves them.
source "$(dirname "$0")/../scenario.sh"
source "$here/front.sh"
source "$here/proxy.sh"

serve_start "$www"
proxy_start
make_world demo
uris=()
named() {  # BASE: $uris are twenty repositories of that host
  local number
  uris=()
  for number in {1..20}; do uris+=("$1/r$number.git::server@^1"); done
}
for number in {1..20}; do ln -s company.git "$www/r$number.git"; done

front=$(mktemp -d /tmp/eka-front.XXXXXX)
at_exit 'rm -rf "$front"'
busy_servers() {  # PORT: one that limits the rate, one that is closed for an hour, one until a date
  cat <<END
  log_format short '\$status';
  limit_req_zone \$server_addr zone=all:1m rate=20r/s;
  limit_req_status 429;
  server {
    listen 127.0.0.1:$1;
    access_log $front/limited.log short;
    limit_req zone=all burst=2 nodelay;
    location / { proxy_pass http://127.0.0.1:$SERVE_PORT; }
  }
  server {
    listen 127.0.0.1:$(($1 + 1));
    access_log $front/hour.log short;
    location / { add_header Retry-After 3600 always; return 503; }
  }
  server {
    listen 127.0.0.1:$(($1 + 2));
    access_log $front/date.log short;
    location / { add_header Retry-After "Fri, 01 Jan 2100 00:00:00 GMT" always; return 429; }
  }
END
}
front_start "$front" busy_servers

echo "- a limited rate"
named "http://127.0.0.1:$FRONT_PORT"
eka prefetch --json "${uris[@]}"
equal "a limited rate: exit code" 0 "$status"
refused=$(grep -c '^429' "$front/limited.log" || true)
check "some requests were refused" test "$refused" -gt 0
# Not that of a fetch which has another mirror to try, and not the handshake beside the first request.
retries=$(jq '[.remotes[].retries] | add' <<<"$out")
check "refused requests were repeated, and are counted as retries" test "$retries" -gt 0 -a "$retries" -le "$refused"
check "the document says that requests waited" test "$(jq '[.remotes[].longest_wait_ms] | max' <<<"$out")" -gt 0

echo "- longer than eka waits"
export EKA_NET_RETRY=5m
port=$FRONT_PORT
for what in hour date; do
  fresh_cache
  port=$((port + 1))
  named "http://127.0.0.1:$port"
  eka plan "${uris[@]}"
  equal "$what: exit code" 4 "$status"
  matches "$what: the hint" 'accepts the next request in [0-9]+ s' "$err"
  # Those that were sent together with the first one, and its handshake.
  at_most "$what: no request is sent after the first response" 21 "$(wc -l <"$front/$what.log")"
done
unset EKA_NET_RETRY

echo "- what is said"
fresh_cache
proxy_start --fault "status:code=429,retry-after=3,times=1"
eka prefetch --json "$PROXY_URL/company.git::server@^1"
equal "three seconds: exit code" 0 "$status"
matches "three seconds: a note" "note: the server is busy, all requests to it wait: http://127.0.0.1:$PROXY_PORT: 3(\.[0-9])? s \(HTTP status 429, Retry-After\)" "$err"
check "three seconds: the document" test "$(jq '[.remotes[].longest_wait_ms] | max' <<<"$out")" -ge 2900
fresh_cache
proxy_start --fault "status:code=503,times=2"
eka -v prefetch "$PROXY_URL/company.git::server@^1"
equal "without a time: exit code" 0 "$status"
matches "without a time: -v" "the server is busy, all requests to it wait: .*HTTP status 503\)" "$err"
matches "without a time: -v tells the end" "waited for http://127.0.0.1:$PROXY_PORT .busy: HTTP status 503" "$err"
finish
