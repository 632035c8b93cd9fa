# What the scenarios of faults share: the closure of one atom of the demo world, fetched over a bad line. To be
# sourced after scenario.sh; sources proxy.sh.
#
#   faults_begin         a server, a proxy before it, the demo world at $PROXY_URL; $uri
#   fails WHAT CODE REGEX FAULT…   with these faults, and an empty cache, eka ends so, and says so on standard error
#   survives WHAT FAULT…           eka fetches the closure nevertheless
#
# After each: the cache is sound, nothing is left running, and (fails) a run over a good line succeeds. What is said
# must match every line of REGEX. What eka is asked for is $wanted; its environment may be set by the caller.
source "$here/proxy.sh"

faults_begin() {
  serve_start "$www"
  proxy_start
  SERVE_URL=$PROXY_URL make_world demo
  uri=$PROXY_URL/company.git::server@^1
  wanted=$uri
  learn
}

# What the cache holds, whatever the URLs that it came from.
holds() {
  git --git-dir="$XDG_CACHE_HOME/eka/git" for-each-ref --format='%(refname) %(objectname)' refs |
    sed -E 's|^refs/atoms-[0-9]+/[^/]+/||' | sort
}

# What is right: $wanted over a good line.
learn() {
  fresh_cache
  proxy_start
  eka prefetch "$wanted"
  equal "over a good line: exit code" 0 "$status"
  right=$(holds)
}

git_finds_sound() { git --git-dir="$1" fsck --full --strict --no-dangling --no-progress >"$scratch/fsck" 2>&1; }

# sound WHAT: the state that a run left behind.
sound() {
  local git=$XDG_CACHE_HOME/eka/git
  if [[ -d $git ]]; then
    check "$1: git finds the cache sound" git_finds_sound "$git"
    eka_verify=0
    "$EKA" cache verify >"$scratch/verify" 2>&1 </dev/null || eka_verify=$?
    equal "$1: eka finds the cache sound" "0" "$eka_verify"
    equal "$1: nothing is left half way" "" "$(find "$git" -path '*incoming/*' | head)"
  fi
  equal "$1: nothing is left running" "" "$(left_processes)"
}

faulty_run() {
  local fault faults=()
  for fault in "$@"; do faults+=(--fault "$fault"); done
  fresh_cache
  proxy_start "${faults[@]}"
  eka prefetch "$wanted"
}

recovers() {
  proxy_start
  eka prefetch "$wanted"
  equal "$1: and the next run succeeds" "0 $right" "$status $(holds)"
}

fails() {
  local what=$1 code=$2 regex=$3 line
  shift 3
  faulty_run "$@"
  matches "$what: exit code" "^($code)$" "$status"
  while read -r line; do matches "$what: what is said" "$line" "$err"; done <<<"$regex"
  sound "$what"
  recovers "$what"
}

survives() {
  local what=$1
  shift
  faulty_run "$@"
  equal "$what: all there all the same" "0 $right" "$status $(holds)"
  check "$what: it happened" test "$(proxy_counts | jq .faults)" -gt 0
  sound "$what"
}

# record FILE REPOSITORY REVISION [LENGTH]: the whole answer to a fetch of the revision, as the server gives it, for the
# fault "answer"; with a Content-Length of its own choosing. What is asked for besides is in $RECORD_ARGUMENTS, as
# pkt-lines.
record() {
  local body=$scratch/recorded.body
  printf '0012command=fetch\n0001%s0032want %s\n0009done\n0000' "${RECORD_ARGUMENTS-000dofs-delta}" "$3" |
    curl -s -S -H 'Git-Protocol: version=2' -H 'Content-Type: application/x-git-upload-pack-request' --data-binary @- \
      -o "$body" "http://127.0.0.1:$SERVE_PORT/$2.git/git-upload-pack"
  {
    printf 'HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\n'
    if [[ -n ${4:-} ]]; then printf 'Content-Length: %s\r\n' $(($(stat -c %s "$body") + $4)); fi
    printf 'Connection: close\r\n\r\n'
    cat "$body"
  } >"$1"
}
