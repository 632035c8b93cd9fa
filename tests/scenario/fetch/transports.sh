#!/bin/bash
# One world by every transport: the same closure, and what the user's git configuration says of the way counts for all.
source "$(dirname "$0")/../scenario.sh"
source "$here/ssh.sh"
source "$here/daemon.sh"
source "$here/tls.sh"
source "$here/proxy.sh"

serve_start "$www"
ssh_start
daemon_start "$www"
tls_start
proxy_start
# Its locks name a host that there is not: every way to it is one of the configuration.
far=http://sets.invalid
SERVE_URL=$far make_world demo
for repository in "$www"/*.git; do git --git-dir="$repository" config uploadpack.allowAnySHA1InWant false; done
repositories=$(ls -d "$www"/*.git | wc -l)
uri=$far/company.git::server@^1
export GIT_CONFIG_GLOBAL=$scratch/gitconfig
export EKA_NET_RETRY=1

# way CONFIGURATION-LINE…: what git's configuration is from here on.
way() { printf '%s\n' "$@" >"$GIT_CONFIG_GLOBAL"; }
instead() { way "[url \"$1\"]" "insteadOf = $far/"; }
# What the cache holds, whatever the URLs that it came from.
holds() {
  git --git-dir="$XDG_CACHE_HOME/eka/git" for-each-ref --format='%(refname) %(objectname)' refs |
    sed -E 's|^refs/atoms-[0-9]+/[^/]+/||' | sort
}
# brings WHAT: the closure is fetched into an empty cache, and is the same as the first.
brings() {
  fresh_cache
  eka prefetch "$uri"
  equal "$1: exit code" 0 "$status"
  if [[ -z ${right:-} ]]; then right=$(holds); fi
  equal "$1: the same atoms" "$right" "$(holds)"
}
plans() {
  eka plan --json "$uri"
  equal "$1: a plan of it" 0 "$status"
  if [[ -z ${planned:-} ]]; then planned=$(jq -r '.plans[0].drv' <<<"$out"); fi
  equal "$1: the same derivation" "$planned" "$(jq -r '.plans[0].drv' <<<"$out")"
}

instead "$SERVE_URL/"
brings "http"
check "http: there is something" test "$(wc -l <<<"$right")" -ge 5
plans "http"
equal "http: the rewritten URL is reported" 1 "$(fresh_cache; "$EKA" -v prefetch "$uri" 2>&1 | grep -c "company.git is rewritten to $SERVE_URL")"

instead "$SERVE_URL/old/"
serve_forget
brings "http, v0"
plans "http, v0"
log=$(serve_log)
at_most "http, v0: v2 is presumed once a run" 2 "$(count '.command != "-"' <<<"$log")"
check "http, v0: it was asked" test "$(count '.path | startswith("/old/")' <<<"$log")" -gt 0

instead "$DAEMON_URL/"
brings "git"
at_most "git: a connection for each repository" "$repositories" "$(daemon_connections)"
plans "git"

# ssh, in each of the ways to name the program.
cat >"$scratch/my-ssh" <<END
#!/bin/sh
printf '%s\n' "\$*" >>"$scratch/ssh-calls"
exec ssh -F "$SSH_DIR/client" "\$@"
END
chmod +x "$scratch/my-ssh"
: >"$scratch/ssh-calls"
ssh_calls() { wc -l <"$scratch/ssh-calls"; }
export GIT_SSH_COMMAND="$scratch/my-ssh"
instead "ssh://$SSH_HOST$www/"
brings "ssh"
at_most "ssh: a session for each repository" "$repositories" "$(ssh_calls)"
equal "ssh: which is what the server saw" "$(ssh_calls)" "$(grep -c 'Accepted publickey' "$SSH_DIR/log")"
plans "ssh"

# user@host:path has no place for a port.
cat >>"$SSH_DIR/client" <<END
Host sets
  HostName 127.0.0.1
  Port ${SSH_HOST##*:}
END
instead "$(id -un)@sets:$www/"
brings "scp-like"

# ssh_by WHAT: that the program was the recorded one.
ssh_by() {
  : >"$scratch/ssh-calls"
  brings "$1"
  check "$1: it was run" test "$(ssh_calls)" -gt 0
}
unset GIT_SSH_COMMAND
way "[url \"ssh://$SSH_HOST$www/\"]" "insteadOf = $far/" "[core]" "sshCommand = $scratch/my-ssh"
ssh_by "core.sshCommand"
instead "ssh://$SSH_HOST$www/"
GIT_SSH=$scratch/my-ssh ssh_by "GIT_SSH"
printf '#!/bin/sh\nexit 1\n' >"$scratch/no-ssh"; chmod +x "$scratch/no-ssh"
way "[url \"ssh://$SSH_HOST$www/\"]" "insteadOf = $far/" "[core]" "sshCommand = $scratch/no-ssh"
GIT_SSH_COMMAND=$scratch/my-ssh GIT_SSH=$scratch/no-ssh ssh_by "GIT_SSH_COMMAND before the others"

# A proxy: the request names the host, which has no address.
way "[http]" "proxy = $PROXY_URL"
serve_forget
brings "http.proxy"
check "http.proxy: asked for the far host" test "$(serve_log | count '.host == "sets.invalid"')" -gt 0
way "[http \"$far\"]" "proxy = $PROXY_URL"
brings "http.<url>.proxy"
way
http_proxy=$PROXY_URL brings "http_proxy"
fresh_cache
http_proxy=$PROXY_URL no_proxy=sets.invalid eka prefetch "$uri"
equal "no_proxy: there is no such host" 4 "$status"
matches "no_proxy: and it is named" "sets\.invalid" "$err"
way "[http]" "proxy ="
fresh_cache
http_proxy=$PROXY_URL eka prefetch "$uri"
equal "an empty http.proxy: no proxy" 4 "$status"

# TLS: an authority of one's own, and a certificate of one's own.
instead "$TLS_URL/"
fresh_cache
eka prefetch "$uri"
equal "https: an unknown authority" 4 "$status"
matches "https: what to do" "help: .*(sslCAInfo|GIT_SSL_CAINFO)" "$err"
GIT_SSL_CAINFO=$TLS_DIR/ca.pem brings "GIT_SSL_CAINFO"
GIT_SSL_CAINFO=$TLS_DIR/ca.pem plans "GIT_SSL_CAINFO"
way "[url \"$TLS_URL/\"]" "insteadOf = $far/" "[http]" "sslCAInfo = $TLS_DIR/ca.pem"
brings "http.sslCAInfo"
way "[url \"$TLS_MUTUAL/\"]" "insteadOf = $far/" "[http]" "sslCAInfo = $TLS_DIR/ca.pem"
fresh_cache
eka prefetch "$uri"
equal "a client without a certificate" 4 "$status"
way "[url \"$TLS_MUTUAL/\"]" "insteadOf = $far/" "[http \"$TLS_MUTUAL\"]" "sslCAInfo = $TLS_DIR/ca.pem" \
  "sslCert = $TLS_DIR/client.pem" "sslKey = $TLS_DIR/client.key"
brings "http.sslCert and http.sslKey"
finish
