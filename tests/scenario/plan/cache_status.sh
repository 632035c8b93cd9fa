#!/bin/bash
# --json=eval-jobs --check-cache-status: the Nix store and its substituters are asked for outputs, and a program that reads
# the lines builds what is missing, only that.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

serve_start "$www"
own_store
without_caches=$NIX_CONFIG
begin_set
# derivation_text NAME INPUT…
derivation_text() {
  local name=$1
  shift
  echo "derivation { name = \"$name\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; args = [ \"-c\" \"echo \$0 > \$out\" $* ]; }"
}
lib=$(derivation_text lib)
add_atom lib "{ main = $lib; }"
add_atom app "{ main = $(derivation_text app "($lib)"); }"
add_atom top "{ main = $(derivation_text top "($(derivation_text app "($lib)"))"); }"
add_atom bad '{ main = throw "no"; }'
commit_set lib app top bad

status_of() { jq -r --arg attr "$1" 'select(.attr == $attr) | .cacheStatus' "$scratch/out"; }
needed() { jq -r --arg attr "$1" --arg what "$2" 'select(.attr == $attr) | .[$what][] | sub("^/nix/store/[^-]*-"; "")' "$scratch/out" | xargs; }
jobs() { eka plan --json=eval-jobs --check-cache-status "$@" ::lib ::app ::top ::bad; }

jobs
equal "exit code" 0 "$status"
conforms "valid under the schema" eval-jobs.schema.json "$scratch/out"
equal "nothing exists" "notBuilt notBuilt notBuilt" "$(status_of lib) $(status_of app) $(status_of top)"
equal "what has to be built first, in order" "lib.drv app.drv" "$(needed top neededBuilds)"
equal "nothing can be downloaded" "" "$(needed top neededSubstitutes)"
equal "isCached follows" "false false false" "$(jq -r 'select(has("isCached")) | .isCached' <<<"$out" | xargs)"

# A program like nix-fast-build, by its documentation: it skips what is in a cache or in the store, and builds the rest.
consume() {
  local line
  while IFS= read -r line; do
    if jq -e 'has("error")' <<<"$line" >/dev/null; then echo "failed $(jq -r .attr <<<"$line")"; continue; fi
    case $(jq -r '.cacheStatus // "unknown"' <<<"$line") in cached | local) echo "skipped $(jq -r .attr <<<"$line")"; continue ;; esac
    nix-store --store "$NIX_REMOTE" --option build-users-group '' --realise "$(jq -r .drvPath <<<"$line")" >/dev/null 2>>"$scratch/nix.err" &&
      echo "built $(jq -r .attr <<<"$line")"
  done
}
equal "it builds each, and reports the failure" "built app,built lib,built top,failed bad" "$(consume <"$scratch/out" | sort | paste -sd,)"
jobs
equal "then all are in the store" "local local local" "$(status_of lib) $(status_of app) $(status_of top)"
equal "and nothing is needed" "" "$(needed top neededBuilds)$(needed top neededSubstitutes)"
equal "the program builds nothing" "failed bad,skipped app,skipped lib,skipped top" "$(consume <"$scratch/out" | sort | paste -sd,)"

# A binary cache that has lib and app: in another store, only top has to be built.
app=$(jq -r 'select(.attr == "app") | .outputs.out' "$scratch/out")
lib_out=$(jq -r 'select(.attr == "lib") | .outputs.out' "$scratch/out")
cache=$www/files/cache
nix --extra-experimental-features nix-command copy --store "$NIX_REMOTE" --to "file://$cache" "$app" "$lib_out" >"$scratch/nix.err" 2>&1 ||
  cat "$scratch/nix.err"
export NIX_REMOTE=$scratch/other
mkdir "$NIX_REMOTE"
fresh_cache
NIX_CONFIG="$without_caches
substituters = $SERVE_URL/files/cache"
serve_forget
jobs
equal "over HTTP: cached, or not" "cached cached notBuilt" "$(status_of lib) $(status_of app) $(status_of top)"
equal "nothing else has to be built" "" "$(needed top neededBuilds)"
equal "what is downloaded" "app lib" "$(needed top neededSubstitutes)"
conforms "valid under the schema" eval-jobs.schema.json "$scratch/out"
equal "each path is asked for once, and nothing is downloaded" "3 narinfo" \
  "$(serve_log | jq -r 'select(.path | startswith("/files/cache")) | .path | sub(".*\\."; "")' | sort | uniq -c | xargs)"
equal "offline: the cache is not asked" "notBuilt 0" "$(serve_forget; jobs --offline; status_of lib) $(serve_log | count '.path | startswith("/files/cache")')"
NIX_CONFIG="$without_caches
substituters = file://$cache?priority=10" jobs
equal "in a directory" "cached cached notBuilt" "$(status_of lib) $(status_of app) $(status_of top)"

# A path that the cache lacks.
lib_info=$cache/$(basename "${lib_out%%-*}").narinfo
mv "$lib_info" "$scratch/lib.narinfo"
NIX_CONFIG="$without_caches
substituters = file://$cache" jobs
equal "a cache without lib" "notBuilt" "$(status_of lib)"
mv "$scratch/lib.narinfo" "$lib_info"

# Caches that fail, or cannot be asked, are no error.
NIX_CONFIG="$without_caches
substituters = ssh://builder http://127.0.0.1:9/cache file://$cache" EKA_NET_RETRY=1 jobs
equal "a cache that fails: exit code" 0 "$status"
equal "the next is asked" cached "$(status_of app)"
equal "it is noted once" 1 "$(grep -c 'substituter http://127.0.0.1:9/cache failed' <<<"$err")"
equal "one of another kind, too" 1 "$(grep -c 'substituter ssh://builder is not asked' <<<"$err")"
echo "StorePath: /nix/store/$(printf '%032d' 0)-x" >"$lib_info"
NIX_CONFIG="$without_caches
substituters = file://$cache" jobs
equal "a cache that describes another path: exit code" 0 "$status"
matches "it is noted" 'describes another store path' "$err"
finish
