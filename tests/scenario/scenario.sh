# What the scenarios share. To be sourced first thing; wants EKA and EKA_WORLD, the programs under test, in the
# environment (meson sets them).
#
# A scenario says what it checks as it goes, ends with "finish", and prints "<name>: N passed, N failed". One that
# breaks down on the way counts as failed. Everything it makes is under $scratch, which is removed.
set -euo pipefail

scenario=$(basename "$0" .sh)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/serve.sh"

EKA=$(realpath "${EKA:?the path of the built eka}")
EKA_WORLD=$(realpath "${EKA_WORLD:?the path of the built eka-world}")
passed=0
failed=0
finished=

scratch=$(mktemp -d /tmp/eka-scenario.XXXXXX)
# Materialized trees are read-only.
at_exit 'chmod -R u+w "$scratch" 2>/dev/null; rm -rf "$scratch"'
at_exit 'conclude'

# Nothing of the machine's: neither its configuration, nor its proxies, nor its language.
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
while IFS='=' read -r name _; do
  case $name in EKA | EKA_WORLD | EKA_PROXY | EKA_BENCH | EKA_LIBGIT2_LOOP | EKA_MICRO | EKA_SANITIZED | EKA_SLOW_RESOLVER) ;; EKA_* | GIT_* | NIX_*) unset "$name" ;; esac
done < <(env)
# A handler that holds the reactor for longer than this (in milliseconds) ends eka with a stack trace.
export EKA_WATCHDOG=250
[[ -z ${EKA_SANITIZED:-} ]] || EKA_WATCHDOG=1500
export LC_ALL=C.UTF-8 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export HOME=$scratch/home XDG_CONFIG_HOME=$scratch/config XDG_CACHE_HOME=$scratch/cache
mkdir -p "$HOME" "$XDG_CONFIG_HOME" "$XDG_CACHE_HOME"
cd "$scratch"

ok() { passed=$((passed + 1)); echo "ok: $1"; }
not_ok() {
  failed=$((failed + 1))
  local line
  echo "NOT OK: $1"
  shift
  for line in "$@"; do sed 's/^/    /' <<<"$line"; done
}

# check WHAT COMMAND…: that the command succeeds.
check() {
  local what=$1
  shift
  if "$@"; then ok "$what"; else not_ok "$what" "this failed: $*"; tell_last; fi
}
# equal WHAT EXPECTED FOUND
equal() {
  if [[ $2 == "$3" ]]; then ok "$1"; else not_ok "$1" "expected: $2" "found:    $3"; tell_last; fi
}
# matches WHAT REGEX TEXT
matches() {
  if [[ $3 =~ $2 ]]; then ok "$1"; else not_ok "$1" "expected to match: $2" "found: $3"; tell_last; fi
}
# at_most WHAT LIMIT FOUND
at_most() {
  if [[ $3 =~ ^[0-9]+$ ]] && (($3 <= $2)); then ok "$1 ($3, at most $2)"; else not_ok "$1" "found $3, at most $2"; fi
}
# conforms WHAT SCHEMA[#DEFINITION] FILE: that every JSON document of the file is as docs/SCHEMA says.
conforms() {
  local part=
  [[ $2 != *"#"* ]] || part=${2#*"#"}
  equal "$1" "" \
    "$(jq -r --slurpfile schema "$here/../../docs/${2%%"#"*}" --arg part "$part" -f "$here/schema.jq" "$3" 2>&1)"
}
skip() { echo "skipped: $1"; }

tell_last() {
  [[ -e $scratch/err ]] || return 0
  echo "    the last eka run: exit $status"
  head -c 4000 "$scratch/out" | sed 's/^/    stdout: /'
  head -c 4000 "$scratch/err" | sed 's/^/    stderr: /'
}

finish() { finished=yes; }
conclude() {
  if [[ -z $finished ]]; then not_ok "the scenario came to its end"; tell_last; fi
  echo "$scenario: $passed passed, $failed failed"
  if ((failed)); then exit_code=1; fi
}

# eka ARGUMENT…: runs it; its exit code is in $status, what it said in $out and $err.
status=0
eka() {
  status=0
  "$EKA" "$@" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
}

fresh_cache() { XDG_CACHE_HOME=$(mktemp -d "$scratch/cache.XXXXXX"); }

# make_world ARGUMENT…: what "eka-world ARGUMENT…" makes, in $www; its summary in $world.
make_world() {
  local command=$1
  shift
  world=$("$EKA_WORLD" "$command" "$www" --url-base "$SERVE_URL" --json "$@")
}
# of_world JQ-FILTER [JQ-OPTION…]
of_world() { jq -r "${@:2}" "$1" <<<"$world"; }
# version_of SET LABEL VERSION FIELD
version_of() {
  of_world '.atoms[] | select(.set == $s and .label == $l) | .versions[] | select(.version == $v) | .[$f]' \
    --arg s "$1" --arg l "$2" --arg v "$3" --arg f "$4"
}

# How many requests of the log (on standard input) satisfy a jq condition.
count() { jq -s "map(select($1)) | length"; }

drv_named() { echo "^/nix/store/[0-9a-z]{32}-$1\\.drv\$"; }

# release REPOSITORY DIRECTORY LABEL VERSION: publishes a directory as an atom, with git alone: on a source commit of
# its own, after main. For atoms that eka-world would be right to refuse to make. Prints the revision.
release() {
  local repository=$1 directory=$2 label=$3 version=$4 tree root origin commit
  local git=(git --git-dir="$repository" -c user.name=scenario -c user.email=scenario@eka.invalid)
  local index=$scratch/index.$RANDOM
  tree=$(cd "$directory" && GIT_INDEX_FILE=$index "${git[@]}" --work-tree=. add -f -A . &&
    GIT_INDEX_FILE=$index "${git[@]}" write-tree)
  rm -f "$index"
  root=$(printf '040000 tree %s\t%s\n' "$tree" "$label" | "${git[@]}" mktree)
  origin=$("${git[@]}" commit-tree -p refs/heads/main -m "$label" "$root")
  commit=$(printf 'tree %s\nauthor  <> 0 +0000\ncommitter  <> 0 +0000\norigin %s\nformat pre1\n\npublish(%s): %s' \
    "$tree" "$origin" "$label" "$version" | "${git[@]}" hash-object -t commit -w --stdin)
  "${git[@]}" update-ref "refs/eka/atoms/$label/$version" "$commit"
  "${git[@]}" update-ref "refs/eka/meta/$label/$version/origin" "$origin"
  "${git[@]}" update-ref "refs/eka/meta/$label/$version/manifest" "$("${git[@]}" rev-parse "$tree:atom.toml")"
  echo "$commit"
}

# unpack REPOSITORY REVISION DIRECTORY: the files of a revision.
unpack() {
  mkdir -p "$3"
  git --git-dir="$1" archive "$2" | tar -x -C "$3"
}

# Processes that work on this scenario's behalf, one a line. Forks only for those that may be: it looks at all there are.
processes() {
  local directory word words
  for directory in /proc/[0-9]*; do
    words=
    { while IFS= read -r -d '' word; do words+="$word "; done <"$directory/cmdline"; } 2>/dev/null || continue
    case $words in
      *eka-proxy*) continue ;;
      *eka* | *nixec* | *bwrap* | *nix* | *git*) ;;
      *) continue ;;
    esac
    case $words in
      bash* | /bin/bash* | */bin/bash* | *nginx* | fcgiwrap*) continue ;;
    esac
    case $words in
      *"$scratch"*) ;;
      # Inside the sandbox nothing bears our name but what is mounted there.
      *" --store /eka/"*) [[ $(cat "$directory/mountinfo" 2>/dev/null) == *"${scratch##*/}"* ]] || continue ;;
      *) [[ $(readlink "$directory/exe" 2>/dev/null) == "$EKA" ]] && [[ $(readlink "$directory/cwd" 2>/dev/null) == "$scratch"* ]] || continue ;;
    esac
    echo "${directory#/proc/}: $words"
  done
}
# What is left of them after a moment of grace.
left_processes() {
  local tries
  for tries in {1..50}; do
    [[ -n $(processes) ]] || return 0
    sleep 0.1
  done
  processes
}

www=$scratch/www
