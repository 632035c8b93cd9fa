#!/bin/bash
# One world over every transport: the same closure, and git's network configuration applies to all of them.
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
# Its locks name a host that does not exist: every route to it is configured.
far=http://sets.invalid
SERVE_URL=$far make_world demo
for repository in "$www"/*.git; do git --git-dir="$repository" config uploadpack.allowAnySHA1InWant false; done
repositories=$(ls -d "$www"/*.git | wc -l)
uri=$far/company.git::server@^1
export GIT_CONFIG_GLOBAL=$scratch/gitconfig
export EKA_NET_RETRY=1

# way CONFIGURATION-LINE…: sets git's configuration.
way() { printf '%s\n' "$@" >"$GIT_CONFIG_GLOBAL"; }
instead() { way "[url \"$1\"]" "insteadOf = $far/"; }
# The contents of the cache, independent of the URLs they were fetched from.
holds() {
  git --git-dir="$XDG_CACHE_HOME/eka/git" for-each-ref --format='%(refname) %(objectname)' refs |
    sed -E 's|^refs/atoms-[0-9]+/[^/]+/||' | sort
}
# brings WHAT: fetches the closure into an empty cache, and compares it with the first one.
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
check "http: the closure is not empty" test "$(wc -l <<<"$right")" -ge 5
plans "http"
equal "http: the rewritten URL is reported" 1 "$(fresh_cache; "$EKA" -v prefetch "$uri" 2>&1 | grep -c "company.git is rewritten to $SERVE_URL")"

instead "$SERVE_URL/old/"
serve_forget
brings "http, v0"
plans "http, v0"
log=$(serve_log)
at_most "http, v0: v2 is assumed once per run" 2 "$(count '.command != "-"' <<<"$log")"
check "http, v0: the server was used" test "$(count '.path | startswith("/old/")' <<<"$log")" -gt 0

instead "$DAEMON_URL/"
brings "git"
at_most "git: one connection per repository" "$repositories" "$(daemon_connections)"
plans "git"

# ssh, with each way to configure the program.
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
at_most "ssh: one session per repository" "$repositories" "$(ssh_calls)"
equal "ssh: the server saw the same number" "$(ssh_calls)" "$(grep -c 'Accepted publickey' "$SSH_DIR/log")"
plans "ssh"

# user@host:path cannot contain a port.
cat >>"$SSH_DIR/client" <<END
Host sets
  HostName 127.0.0.1
  Port ${SSH_HOST##*:}
END
instead "$(id -un)@sets:$www/"
brings "scp-like"

# ssh_by WHAT: checks that the recorded program was used.
ssh_by() {
  : >"$scratch/ssh-calls"
  brings "$1"
  check "$1: it was executed" test "$(ssh_calls)" -gt 0
}
unset GIT_SSH_COMMAND
way "[url \"ssh://$SSH_HOST$www/\"]" "insteadOf = $far/" "[core]" "sshCommand = $scratch/my-ssh"
ssh_by "core.sshCommand"
instead "ssh://$SSH_HOST$www/"
GIT_SSH=$scratch/my-ssh ssh_by "GIT_SSH"
printf '#!/bin/sh\nexit 1\n' >"$scratch/no-ssh"; chmod +x "$scratch/no-ssh"
way "[url \"ssh://$SSH_HOST$www/\"]" "insteadOf = $far/" "[core]" "sshCommand = $scratch/no-ssh"
GIT_SSH_COMMAND=$scratch/my-ssh GIT_SSH=$scratch/no-ssh ssh_by "GIT_SSH_COMMAND before the others"

# A proxy: the request names a host that does not resolve.
way "[http]" "proxy = $PROXY_URL"
serve_forget
brings "http.proxy"
check "http.proxy: it received the far host" test "$(serve_log | count '.host == "sets.invalid"')" -gt 0
way "[http \"$far\"]" "proxy = $PROXY_URL"
brings "http.<url>.proxy"
way
http_proxy=$PROXY_URL brings "http_proxy"
fresh_cache
http_proxy=$PROXY_URL no_proxy=sets.invalid eka prefetch "$uri"
equal "no_proxy: the host does not resolve" 4 "$status"
matches "no_proxy: the host is named" "sets\.invalid" "$err"
way "[http]" "proxy ="
fresh_cache
http_proxy=$PROXY_URL eka prefetch "$uri"
equal "an empty http.proxy: no proxy" 4 "$status"

# TLS: a private certificate authority, and a client certificate.
instead "$TLS_URL/"
fresh_cache
eka prefetch "$uri"
equal "https: an unknown authority" 4 "$status"
matches "https: hint" "help: .*(sslCAInfo|GIT_SSL_CAINFO)" "$err"
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
