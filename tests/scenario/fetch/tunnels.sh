#!/bin/bash
# https through a proxy with CONNECT: a real tinyproxy, set by git's configuration or by the environment. A proxy that
# rejects the tunnel is named in the error, with a hint.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"
source "$here/tls.sh"

command -v tinyproxy >/dev/null || { echo "tinyproxy is not installed (scripts/deps test)" >&2; exit 1; }

# tinyproxy_start NAME DIRECTIVE…: starts one that logs to $scratch/NAME.log; sets $port.
tinyproxy_start() {
  local name=$1 attempt pid
  shift
  for attempt in {1..20}; do
    port=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue; fi
    printf '%s\n' "Port $port" "Listen 127.0.0.1" "LogFile \"$scratch/$name.log\"" "LogLevel Connect" "$@" \
      >"$scratch/$name.conf"
    : >"$scratch/$name.log"
    setpriv --pdeathsig TERM tinyproxy -d -c "$scratch/$name.conf" </dev/null >"$scratch/$name.out" 2>&1 &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
      if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        at_exit "kill $pid 2>/dev/null; wait $pid 2>/dev/null"
        return 0
      fi
      sleep 0.02
    done
  done
  echo "tinyproxy does not start: $(cat "$scratch/$name.out" "$scratch/$name.log")" >&2
  return 1
}
# tunnels NAME: the number of requested tunnels.
tunnels() { grep -c 'CONNECT 127.0.0.1:' "$scratch/$1.log" || true; }
forget() { : >"$scratch/$1.log"; }

serve_start "$www"
tls_start
tls_port=${TLS_URL##*:}
tinyproxy_start open "ConnectPort $tls_port"
open=http://127.0.0.1:$port
secret=s3cret-of-the-proxy
tinyproxy_start closed "BasicAuth joe $secret"
closed=127.0.0.1:$port
tinyproxy_start elsewhere "ConnectPort 1"  # does not allow other ports
elsewhere=http://127.0.0.1:$port

SERVE_URL=http://sets.invalid make_world demo
uri=http://sets.invalid/company.git::server@^1
export GIT_CONFIG_GLOBAL=$scratch/gitconfig EKA_NET_RETRY=1
# Sets git's configuration.
way() {
  printf '%s\n' "[url \"$TLS_URL/\"]" "insteadOf = http://sets.invalid/" "[http]" "sslCAInfo = $TLS_DIR/ca.pem" "$@" \
    >"$GIT_CONFIG_GLOBAL"
}
# The contents of the cache, independent of the URLs they were fetched from.
holds() {
  git --git-dir="$XDG_CACHE_HOME/eka/git" for-each-ref --format='%(refname) %(objectname)' refs |
    sed -E 's|^refs/atoms-[0-9]+/[^/]+/||' | sort
}
brings() {
  fresh_cache
  eka -v prefetch "$uri"
  equal "$1: the closure is fetched" "0 $right" "$status $(holds)"
}
# tunnelled WHAT: the atom is fetched through the open proxy, without being rejected first.
tunnelled() {
  forget open
  brings "$1"
  check "$1: through the proxy ($(tunnels open) tunnels)" test "$(tunnels open)" -ge 1
  matches "$1: -v reports it" "uses proxy $open" "$err"
}
# direct WHAT: the atom is fetched without a proxy.
direct() {
  forget open
  brings "$1"
  equal "$1: no proxy was used" 0 "$(tunnels open)"
}
# refused WHAT REGEX…
refused() {
  local what=$1 line
  shift
  fresh_cache
  eka prefetch "$uri"
  equal "$what: exit code" 4 "$status"
  for line in 'company\.git' server 'help: ' "$@"; do matches "$what: what is said" "$line" "$err"; done
  equal "$what: no password is printed" "" "$(grep -F "$secret" "$scratch/err" "$scratch/out" || true)"
}

way
fresh_cache
eka prefetch "$uri"
equal "without a proxy: exit code" 0 "$status"
right=$(holds)
check "without a proxy: the closure is not empty" test "$(wc -l <<<"$right")" -ge 5

echo "- set by git's configuration"
way "proxy = $open"
tunnelled "http.proxy"
way "[http \"$TLS_URL\"]" "proxy = $open"
tunnelled "http.<url>.proxy"
way "proxy = $open"
no_proxy=127.0.0.1 direct "http.proxy and no_proxy"
way "proxy ="
https_proxy=$open direct "an empty http.proxy, whatever the environment says"

echo "- set by the environment"
way
https_proxy=$open tunnelled "https_proxy"
HTTPS_PROXY=$open tunnelled "HTTPS_PROXY"
all_proxy=$open tunnelled "all_proxy"
http_proxy=$open direct "http_proxy is not for https"
https_proxy=$open no_proxy=elsewhere.invalid,127.0.0.1 direct "https_proxy and no_proxy"
https_proxy=$open NO_PROXY='*' direct "https_proxy and NO_PROXY=*"
https_proxy=$open no_proxy=other.invalid tunnelled "https_proxy and a no_proxy for others"

echo "- a proxy that requires a login"
https_proxy=http://joe:$secret@$closed brings "a login in its URL"
check "a login in its URL: through the proxy" test "$(tunnels closed)" -ge 1
equal "a login in its URL: no password is printed" "" "$(grep -rlF "$secret" "$scratch/err" "$scratch/out" "$XDG_CACHE_HOME" || true)"
https_proxy=http://$closed refused "407" "proxy http://$closed: authentication required" 407 "help: .*http\.proxy"
way "proxy = http://joe:not-$secret@$closed"
refused "407, with a login that is wrong" "proxy http://joe:\*\*\*@$closed: authentication required"
way

echo "- a proxy that rejects the tunnel"
https_proxy=$elsewhere refused "403" "proxy $elsewhere: connecting to https://127\.0\.0\.1:$tls_port" 403 \
  "help: .*no_proxy"
once=$(tunnels elsewhere)
forget elsewhere
EKA_NET_RETRY=30 https_proxy=$elsewhere refused "403, with retries"
equal "403, with retries: it is not retried" "$once" "$(tunnels elsewhere)"
https_proxy=http://127.0.0.1:1 refused "no proxy there" "127\.0\.0\.1:1" "help: .*the proxy http://127\.0\.0\.1:1"
https_proxy=http://proxy.invalid refused "an unknown proxy" "proxy\.invalid"

echo "- single files use the proxy, too"
mkdir -p "$www/files"
echo 'a patch' >"$www/files/fix.patch"
begin_set
add_atom app '{ main = derivation { name = "app"; system = cfg.platforms.build; builder = "/bin/sh"; }; }' \
  'fix.url = "http://sets.invalid/files/fix.patch"'
commit_set app
fresh_cache
forget open
https_proxy=$open eka resolve app
equal "a file: it is locked" 0 "$status"
equal "a file: through one tunnel" 1 "$(tunnels open)"
https_proxy=$elsewhere eka resolve --fresh app
cd "$scratch"
equal "a file through a proxy that rejects the tunnel: exit code" 4 "$status"
matches "a file through a proxy that rejects the tunnel: both are named" "fix\.patch" "$err"
matches "a file through a proxy that rejects the tunnel: both are named" "proxy $elsewhere" "$err"
finish
