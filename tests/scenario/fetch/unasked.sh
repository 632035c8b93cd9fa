#!/bin/bash
# URLs named by a lock: only GET requests are sent there until the server has responded as git.
source "$(dirname "$0")/../scenario.sh"
source "$here/login.sh"

serve_start "$www"
make_world demo
login_start
company=$SERVE_URL/company.git
repository=$www/company.git

# A copy of server 1.4.0 with a modified lock; sets `uri`.
number=0
with_lock() {  # SED-SCRIPT
  local directory
  number=$((number + 1))
  directory=$scratch/copy-$number
  unpack "$repository" refs/eka/atoms/server/1.4.0 "$directory"
  sed -i "s/^version = \"1\.4\.0\"/version = \"7.0.$number\"/" "$directory/atom.toml"
  sed -i "$1" "$directory/atom.lock"
  release "$repository" "$directory" server "7.0.$number" >/dev/null
  uri=$company::server@=7.0.$number
}
posts() { serve_log | count ".method == \"POST\" and (.path | startswith(\"$1\"))"; }

other=$(grep -o "$SERVE_URL/[a-z-]*\.git" <(git --git-dir="$repository" show refs/eka/atoms/server/1.4.0:atom.lock) |
  grep -v company | sort -u | head -1)
matches "the lock names another set" "\.git" "$other"

echo "- a URL that is not a repository"
export EKA_NET_RETRY=1
with_lock "s|\"$other\"|\"$SERVE_URL/shutdown\"|"
fresh_cache
serve_forget
eka prefetch "$uri"
equal "exit code" 4 "$status"
matches "it is named" "$SERVE_URL/shutdown" "$err"
equal "commands sent there" 0 "$(posts /shutdown)"
check "discovery was sent" test "$(serve_log | count '.path | startswith("/shutdown/info/refs")')" -gt 0

echo "- a query"
with_lock "s|\"$other\"|\"$SERVE_URL/shutdown?x=\"|"
fresh_cache
serve_forget
eka prefetch "$uri"
check "it is rejected" test "$status" != 0
matches "the reason" "a query" "$err"
equal "requests sent there" 0 "$(serve_log | count '.path | startswith("/shutdown")')"
eka plan "$SERVE_URL/shutdown?x=::server"
equal "on the command line: exit code" 2 "$status"
equal "no requests either" 0 "$(serve_log | count '.path | startswith("/shutdown")')"
export GIT_CONFIG_GLOBAL=$scratch/gitconfig
printf '%s\n' "[url \"$SERVE_URL/shutdown?x=\"]" "insteadOf = http://sets.invalid/" >"$GIT_CONFIG_GLOBAL"
eka plan "http://sets.invalid/a.git::server"
equal "by insteadOf: exit code" 2 "$status"
equal "no requests either" 0 "$(serve_log | count '.path | startswith("/shutdown")')"

echo "- a repository whose name does not end in .git"
unset GIT_CONFIG_GLOBAL
ln -s "$(basename "$other")" "$www/plain"
with_lock "s|\"$other\"|\"$SERVE_URL/plain\"|"
fresh_cache
serve_forget
eka prefetch "$uri"
equal "exit code" 0 "$status"
equal "discovery is sent once" 1 "$(serve_log | count '.method == "GET" and (.path | startswith("/plain/"))')"
equal "then a command" 1 "$(posts /plain)"

echo "- a helper for one path"
helper=$scratch/helper
cat >"$helper" <<END
#!/bin/sh
cat >/dev/null
echo "\$1" >>"$scratch/asked"
if test "\$1" = get; then printf '%s\n' username=joe "password=$secret"; fi
END
chmod +x "$helper"
export GIT_CONFIG_GLOBAL=$scratch/gitconfig
printf '%s\n' "[credential \"$LOGIN_URL/company.git\"]" "helper = $helper" "[url \"$LOGIN_URL/\"]" "insteadOf = $SERVE_URL/" \
  >"$GIT_CONFIG_GLOBAL"
fresh_cache
serve_forget
eka prefetch "$company::server@=1.4.0"
equal "the helper has no login for another set: exit code" 4 "$status"
matches "the other set is named" "$(basename "$other")" "$err"
equal "the helper was asked once, for its own path" 1 "$(grep -c '^get$' "$scratch/asked")"
equal "no one else was served" 0 "$(serve_log | count '.path | startswith("/company.git") | not')"
finish
