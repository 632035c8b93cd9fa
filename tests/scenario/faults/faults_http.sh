#!/bin/bash
# Faulty HTTP responses of a server or a gateway: the right exit code, a helpful message, and a cache that the next run
# can use.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"
faults_begin

# The fault affects a remote in the closure, not the one in the typed URI.
tools="about=/tools.git/"
# Transient faults that persist: no need for long retries.
export EKA_NET_RETRY=1

fails "connection refused" 4 "127\.0\.0\.1:$PROXY_PORT
company\.git::server" refuse
fails "the connection is reset at once" 4 'company\.git::server' reset:at=0
fails "401" 4 'tools\.git
atom-nix
401
help: .*credential helper' "status:code=401,$tools"
fails "403" 4 'tools\.git
atom-nix
403
help: .*(right|token)' "status:code=403,$tools"
fails "404" 4 'tools\.git
atom-nix
404
help: .*URL' "status:code=404,$tools"
# The host limits its requests, so any of its repositories may be the first to give up.
fails "429 permanently" 4 ': rate limited .*429
help: ' "status:code=429,$tools"
fails "429 for an hour" 4 ': rate limited .*429
help: the server accepts the next request in 3600 s' "status:code=429,retry-after=3600,$tools"
fails "500 permanently" 4 'tools\.git
500
help: ' "status:code=500,$tools"
fails "a command is redirected" 4 'tools\.git
redirect' "status:code=302,location=$PROXY_URL/base.git/git-upload-pack,$tools"
fails "an HTML page instead of a response" 4 'tools\.git' "status:code=200,$tools"
unset EKA_NET_RETRY

for code in 408 429 500 502 503; do survives "$code once" "status:code=$code,times=1,$tools"; done
equal "a retry is counted once" 1 "$(
  fresh_cache
  proxy_start --fault "status:code=502,times=1,$tools"
  eka prefetch --json "$uri"
  jq '[.remotes[].retries] | add' <<<"$out"
)"
begin=$SECONDS
survives "429 for two seconds" "status:code=429,retry-after=2,times=1,$tools"
check "429 for two seconds: the delay is respected" test $((SECONDS - begin)) -ge 2
survives "not there yet" reset:at=0,connections=2

# Redirects affect the handshake, so the cache must not know the host.
service='info/refs?service=git-upload-pack'
wanted=$PROXY_URL/moved.git::server@^1
moved="about=/moved.git/"
survives "redirected on the same host" "status:code=301,location=$PROXY_URL/company.git/$service,$moved,times=1"
survives "redirected to another host" "status:code=302,location=$SERVE_URL/company.git/$service,$moved,times=1"
recovers() { :; }  # there is no moved.git
fails "redirected to a file" 4 'moved\.git
redirect refused: file:///' "status:code=302,location=file://$www/company.git/$service,$moved"
fails "redirected to a user" 4 'moved\.git
redirect refused: the URL contains a user name' "status:code=302,location=http://me@127.0.0.1:$PROXY_PORT/company.git/$service,$moved"
fails "redirected in a loop" 4 'moved\.git
redirects' "status:code=302,location=$PROXY_URL/moved.git/$service,$moved"
finish
