# Shared by all scenarios. To be sourced first; requires EKA and EKA_WORLD, the programs under test, in the environment
# (meson sets them).
#
# A scenario prints each check, ends with "finish", and prints "<name>: N passed, N failed". One that aborts counts as
# failed. All its files are in $scratch, which is removed.
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

# Ignore the machine's configuration, proxies and language.
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
while IFS='=' read -r name _; do
  case $name in EKA | EKA_WORLD | EKA_PROXY | EKA_BENCH | EKA_LIBGIT2_LOOP | EKA_MICRO | EKA_SANITIZED | EKA_SLOW_RESOLVER | EKA_NO_LOCKS) ;; EKA_* | GIT_* | NIX_*) unset "$name" ;; esac
done < <(env)
# A handler that blocks the reactor for longer than this (in milliseconds) aborts eka with a stack trace.
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

# check WHAT COMMAND…: checks that the command succeeds.
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
# conforms WHAT SCHEMA[#DEFINITION] FILE: every JSON document in the file is valid under docs/SCHEMA.
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

# eka ARGUMENT…: runs it; sets $status to its exit code, $out and $err to its output.
status=0
eka() {
  status=0
  "$EKA" "$@" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
}

fresh_cache() { XDG_CACHE_HOME=$(mktemp -d "$scratch/cache.XXXXXX"); }

# make_world ARGUMENT…: runs "eka-world ARGUMENT…" in $www; sets $world to its summary.
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

# The number of requests in the log (on standard input) that satisfy a jq condition.
count() { jq -s "map(select($1)) | length"; }

drv_named() { echo "^/nix/store/[0-9a-z]{32}-$1\\.drv\$"; }

# release REPOSITORY DIRECTORY LABEL VERSION: publishes a directory as an atom, using only git, on a new source commit
# after main. For atoms that eka-world refuses to create. Prints the revision.
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

# unpack REPOSITORY REVISION DIRECTORY: writes the files of a revision.
unpack() {
  mkdir -p "$3"
  git --git-dir="$1" archive "$2" | tar -x -C "$3"
}

# Processes that belong to this scenario, one per line. Forks only for candidates, since it inspects all processes.
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
      # Inside the sandbox, only the mounts contain the scenario's name.
      *" --store /eka/"*) [[ $(cat "$directory/mountinfo" 2>/dev/null) == *"${scratch##*/}"* ]] || continue ;;
      *) [[ $(readlink "$directory/exe" 2>/dev/null) == "$EKA" ]] && [[ $(readlink "$directory/cwd" 2>/dev/null) == "$scratch"* ]] || continue ;;
    esac
    echo "${directory#/proc/}: $words"
  done
}
# The processes left after a grace period.
left_processes() {
  local tries
  for tries in {1..50}; do
    [[ -n $(processes) ]] || return 0
    sleep 0.1
  done
  processes
}

www=$scratch/www
