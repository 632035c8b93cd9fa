#!/bin/bash
# Logins: their sources, the feedback to helpers, and that secrets are only sent to the server.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"
source "$here/login.sh"

serve_start "$www"
make_world demo
login_start

uri=$LOGIN_URL/company.git::server@^1
export GIT_CONFIG_GLOBAL=$scratch/gitconfig EKA_NET_RETRY=1
# The locks name the server without login: in the following, insteadOf redirects to the one with login.
configure() { printf '%s\n' "[url \"$LOGIN_URL/\"]" "insteadOf = $SERVE_URL/" "$@" >"$GIT_CONFIG_GLOBAL"; }

# A helper that records its input, and knows the login in $scratch/knows.
cat >"$scratch/helper" <<END
#!/bin/sh
words=\$(cat)  # helpers may run concurrently, so the record is written at once
printf '%s\n' "verb=\$1" "\$words" "" >>"$scratch/asked"
if test "\$1" = get; then cat "$scratch/knows"; fi
END
chmod +x "$scratch/helper"
helper=("[credential]" "helper = $scratch/helper")
knows() {
  printf '%s\n' "$@" >"$scratch/knows"
  : >"$scratch/asked"
}
asked() { grep -c "^verb=$1\$" "$scratch/asked" || true; }

# clean WHAT: no secret is in the output, in the cache, or in the current directory.
clean() {
  local found
  found=$(grep -rlaF -e "$secret" -e "$wrong" -e "$(printf 'joe:%s' "$secret" | base64)" -- \
    "$scratch/out" "$scratch/err" "$XDG_CACHE_HOME" "$scratch/tree" 2>/dev/null || true)
  equal "$1: no secret is left anywhere" "" "$found"
}
let_in() {
  fresh_cache
  eka -v prefetch "$uri"
  equal "$1: exit code" 0 "$status"
  clean "$1"
}
shut_out() {
  fresh_cache
  eka -v prefetch "$uri"
  equal "$1: exit code" 4 "$status"
  matches "$1: the atom's remote" "company\.git" "$err"
  matches "$1: the reason" "401" "$err"
  matches "$1: the hint" "help: .*credential helper" "$err"
  clean "$1"
}

echo "- no login is known"
mkdir "$scratch/tree"
cd "$scratch/tree"
configure
shut_out "no login"

echo "- a helper"
configure "${helper[@]}"
knows username=joe "password=$secret"
let_in "a helper"
equal "the helper is asked once for all sets of a host" 1 "$(asked get)"
equal "it is told once that the login was accepted" "1 0" "$(asked store) $(asked erase)"
check "it receives the host" grep -q "^host=${LOGIN_URL#http://}\$" "$scratch/asked"
knows username=joe "password=$wrong"
shut_out "a helper that is wrong"
equal "it learns that" "0 1" "$(asked store) $(asked erase)"
knows
shut_out "a helper that knows nothing"

echo "- by path"
configure "${helper[@]}" "useHttpPath = true"
knows username=joe "password=$secret"
let_in "useHttpPath"
sets=$(awk '/^verb=/ { get = ($0 == "verb=get") } get && /^path=.*\.git$/' "$scratch/asked" | sort -u | wc -l)
equal "with useHttpPath it is asked for each set" "$(asked get)" "$sets"
check "there are several sets" test "$sets" -ge 2

echo "- netrc"
configure "${helper[@]}"
knows username=joe "password=$secret"
printf 'machine 127.0.0.1 login joe password %s\n' "$secret" >"$HOME/.netrc"
let_in "netrc"
equal "with netrc no helper is asked" 0 "$(asked get)"
printf 'machine 127.0.0.1 login joe password %s\n' "$wrong" >"$HOME/.netrc"
let_in "netrc that is wrong, then a helper"
equal "a helper is asked" 1 "$(asked get)"
configure
shut_out "netrc that is wrong"
rm "$HOME/.netrc"

echo "- in the URL"
typed=$uri
uri=http://joe:$secret@${typed#http://}
printf '%s\n' "[http]" >"$GIT_CONFIG_GLOBAL"
let_in "in the URL"
eka plan --json "$uri"
equal "a plan of it" 0 "$status"
clean "a plan of it"
uri=http://joe:$wrong@${typed#http://}
fresh_cache
eka -v prefetch "$uri"
equal "a wrong one: exit code" 4 "$status"
clean "a wrong one"
uri=http://joe:$wrong@127.0.0.1:1/company.git::server
fresh_cache
eka -v prefetch "$uri"
equal "a missing server: exit code" 4 "$status"
clean "and no server there"
uri=http://joe@${typed#http://}
configure "${helper[@]}"
knows username=joe "password=$secret"
let_in "the user in the URL, the password from a helper"
check "the helper receives the user" grep -q '^username=joe$' "$scratch/asked"

echo "- there is no prompt on a terminal"
uri=$typed
configure "${helper[@]}"
knows
fresh_cache
status=0
# A terminal without a user.
GIT_ASKPASS= SSH_ASKPASS= timeout 60 script -qec "$(printf '%q ' "$EKA" prefetch "$uri")" "$scratch/terminal" </dev/null \
  >"$scratch/out" 2>"$scratch/err" || status=$?
equal "a terminal: exit code" 4 "$status"
check "a terminal: no prompt" test "$(grep -ciE 'username for|password for' "$scratch/terminal")" = 0

echo "- URLs that could deceive a helper are rejected before it is asked"
configure "${helper[@]}"
knows username=joe "password=$secret"
for url in 'https:///h' "https://h/%0ahost=$LOGIN_URL" 'https://h/%00x' 'https://h%2Fx/y' 'https://me@you@h/x' \
  'https://u%0ahost=h@x/y' 'https://h%0d/x' "ext::sh -c id"; do
  for command in prefetch plan; do
    fresh_cache
    eka "$command" "$url::server"
    equal "$url: exit code of $command" 2 "$status"
  done
done
equal "the helper was not asked" "0 0 0" "$(asked get) $(asked store) $(asked erase)"

echo "- locks and downloads"
configure "${helper[@]}"
knows username=joe "password=$secret"
mkdir -p "$www/files"
echo 'a patch' >"$www/files/fix.patch"
begin_set
set=$PWD
add_atom app \
  '{ main = derivation { name = "app"; system = cfg.platforms.build; builder = "/bin/sh"; fix = atoms.deps.pins.fix.src; }; }' \
  "fix.url = \"$LOGIN_URL/files/fix.patch\""
commit_set app
fresh_cache
eka resolve app
cd "$scratch"
equal "a file behind a login is locked" 0 "$status"
check "its URL is in the lock" grep -q "$LOGIN_URL/files/fix.patch" "$set/app/atom.lock"
equal "the helper was called once, and learns the outcome" "1 1" "$(asked get) $(asked store)"
clean "a lock"
# With a redirected URL: insteadOf also applies to downloads.
printf '%s\n' "[url \"$SERVE_URL/\"]" "insteadOf = $LOGIN_URL/" >"$GIT_CONFIG_GLOBAL"
fresh_cache
eka plan "$set::app"
equal "the file by insteadOf" 0 "$status"
configure "${helper[@]}"
knows username=joe "password=$wrong"
fresh_cache
eka plan "$set::app"
equal "a wrong password for a file" 4 "$status"
matches "the message names it" "fix\.patch" "$err"
equal "the helper learns it" 1 "$(asked erase)"
clean "a wrong password for a file"
finish
