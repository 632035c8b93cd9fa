# Shared by fault scenarios: fetches the closure of one atom of the demo world over a faulty network. To be sourced
# after scenario.sh; sources proxy.sh.
#
#   faults_begin         starts a server behind a proxy with the demo world at $PROXY_URL; sets $uri
#   fails WHAT CODE REGEX FAULT…   with these faults and an empty cache, eka exits with CODE and an error matching REGEX
#   survives WHAT FAULT…           eka fetches the closure nevertheless
#
# After each: the cache is valid, no process is left running, and (fails) a run without faults succeeds. Standard error
# must match every line of REGEX. $wanted is the requested URI; the caller may set the environment.
source "$here/proxy.sh"

faults_begin() {
  serve_start "$www"
  proxy_start
  SERVE_URL=$PROXY_URL make_world demo
  uri=$PROXY_URL/company.git::server@^1
  wanted=$uri
  learn
}

# The contents of the cache, independent of the URLs they were fetched from.
holds() {
  git --git-dir="$XDG_CACHE_HOME/eka/git" for-each-ref --format='%(refname) %(objectname)' refs |
    sed -E 's|^refs/atoms-[0-9]+/[^/]+/||' | sort
}

# The expected contents: $wanted fetched without faults.
learn() {
  fresh_cache
  proxy_start
  eka prefetch "$wanted"
  equal "without faults: exit code" 0 "$status"
  right=$(holds)
}

git_finds_sound() { git --git-dir="$1" fsck --full --strict --no-dangling --no-progress >"$scratch/fsck" 2>&1; }

# sound WHAT: checks the state that a run left behind.
sound() {
  local git=$XDG_CACHE_HOME/eka/git
  if [[ -d $git ]]; then
    check "$1: git finds the cache valid" git_finds_sound "$git"
    eka_verify=0
    "$EKA" cache verify >"$scratch/verify" 2>&1 </dev/null || eka_verify=$?
    equal "$1: eka finds the cache valid" "0" "$eka_verify"
    equal "$1: no incomplete data is left" "" "$(find "$git" -path '*incoming/*' | head)"
  fi
  equal "$1: no process is left running" "" "$(left_processes)"
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
  equal "$1: the next run succeeds" "0 $right" "$status $(holds)"
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
  equal "$what: the closure is complete" "0 $right" "$status $(holds)"
  check "$what: the fault occurred" test "$(proxy_counts | jq .faults)" -gt 0
  sound "$what"
}

# record FILE REPOSITORY REVISION [LENGTH]: saves the server's complete response to a fetch of the revision, for the
# fault "answer", with a Content-Length of LENGTH. $RECORD_ARGUMENTS contains additional arguments of the request as
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
