#!/bin/bash
# Servers without a valid certificate, and unknown ssh hosts: nothing is sent to them, and the reason is reported.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"
source "$here/tls.sh"

serve_start "$www"
tls_start
proxy_start
SERVE_URL=http://sets.invalid make_world demo
export GIT_CONFIG_GLOBAL=$scratch/gitconfig EKA_NET_RETRY=1
instead() { printf '%s\n' "[url \"$1/\"]" "insteadOf = http://sets.invalid/" "[http]" "sslCAInfo = $TLS_DIR/ca.pem" >"$GIT_CONFIG_GLOBAL"; }
wanted=http://sets.invalid/company.git::server@^1
instead "$TLS_URL"
learn
recovers() {
  instead "$TLS_URL"
  eka prefetch "$wanted"
  equal "$1: the next run succeeds" "0 $right" "$status $(holds)"
}

# refused WHAT URL REGEX: with the sets at URL, eka fails.
refused() {
  instead "$2"
  fresh_cache
  serve_forget
  eka prefetch "$wanted"
  equal "$1: exit code" 4 "$status"
  while read -r line; do matches "$1: what is said" "$line" "$err"; done <<<"company\.git
server
help: 
$3"
  equal "$1: no request was sent" 0 "$(serve_log | count '.path != ""')"
  sound "$1"
  recovers "$1"
}
refused "a self-signed certificate" "$TLS_SELF" "certificate"
refused "another host's certificate" "$TLS_OTHER" "certificate"
refused "a certificate that has expired" "$TLS_EXPIRED" "certificate"
refused "a client without a certificate" "$TLS_MUTUAL" "certificate|HTTP status 400"
# The server there does not use TLS.
refused "a server without TLS" "https://${SERVE_URL#http://}" "TLS|SSL|ssl"
refused "an unknown host" "https://nowhere.invalid" "nowhere\.invalid"

# Configuration that would disable the check is ignored.
instead "$TLS_SELF"
printf '\tsslVerify = false\n' >>"$GIT_CONFIG_GLOBAL"
fresh_cache
GIT_SSL_NO_VERIFY=1 eka prefetch "$wanted"
equal "a self-signed certificate, and sslVerify = false: exit code" 4 "$status"

# In the closure: one set is unreachable; the error names it and the atom that needs it.
printf '%s\n' "[url \"$SERVE_URL/\"]" "insteadOf = http://sets.invalid/" \
  "[url \"https://nowhere.invalid/\"]" "insteadOf = http://sets.invalid/tools" >"$GIT_CONFIG_GLOBAL"
fresh_cache
eka prefetch "$wanted"
equal "a set whose host is unknown: exit code" 4 "$status"
matches "a set whose host is unknown: the remote" "tools\.git" "$err"
matches "a set whose host is unknown: the atom" "atom-nix" "$err"
matches "a set whose host is unknown: hint" "help: " "$err"
sound "a set whose host is unknown"
recovers "a set whose host is unknown"
finish
