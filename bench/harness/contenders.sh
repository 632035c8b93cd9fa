# The compared clients. Each function fetches what $world_dir/wanted lists from the URL pattern $1 ("%" is the name of
# the set) into the new directory $2, measured by run_measured, and writes the object directories to $2/stores.
# Preparation (repositories, argument lists) is not measured.
#
# git is measured in its best case: exact revisions, so that it lists no refs; no tags; separate refs, so that there is no
# contention for locks; parallel with xargs.

# run_measured COMMAND…: runs the command and writes its resource usage to $scratch/cost.
run_measured() {
  rm -f "$scratch/cost"
  "$EKA_BENCH" measure -o "$scratch/cost" -- "$@" </dev/null >"$scratch/said" 2>&1
}

url_of() { echo "${1/\%/$2}"; }

wanted_by_set() { cut -d' ' -f1 "$world_dir/wanted" | sort -u; }

# One empty repository for each set.
empty_repositories() {
  local set template=$scratch/template.git
  [[ -e $template/HEAD ]] || git init -q --bare --template= "$template"
  while read -r set; do
    cp -r "$template" "$1/$set"
    echo "$1/$set/objects"
  done < <(wanted_by_set) >"$1/stores"
}

contend_eka() {
  lock_for "$1" >"$2/atom.lock"
  echo "$2/cache/git/objects" >"$2/stores"
  EKA_CACHE_ROOT=$2/cache run_measured "$EKA" -q prefetch --lock "$2/atom.lock"
}

# The same with a host known from an earlier run: no handshake.
prepare_eka_known() {
  local facts=$scratch/known.$line_port
  [[ ! -e $facts ]] || return 0
  EKA_CACHE_ROOT=$facts "$EKA" -q inspect set "$(url_of "$1" "$(head -n 1 <(wanted_by_set))")" >/dev/null
}
contend_eka_known() {
  mkdir "$2/cache"
  cp -r "$scratch/known.$line_port"/eka.db* "$2/cache"
  contend_eka "$1" "$2"
}

# Another build of eka, for a comparison of two versions in one run.
contend_eka_other() { EKA=$EKA_OTHER contend_eka "$@"; }
query_eka_other() { EKA=$EKA_OTHER query_eka "$@"; }

contend_git_per_remote() {
  empty_repositories "$2"
  awk -v url="$1" -v dir="$2" '
    { if ($1 != set) { if (NR > 1) print line; set = $1; at = url; sub("%", set, at)
        line = "--git-dir=" dir "/" set " fetch -q --no-tags --no-write-fetch-head " at }
      line = line " " $4 ":refs/eka/atoms/" $2 "/" $3 }
    END { print line }' "$world_dir/wanted" >"$2/jobs"
  run_measured xargs -a "$2/jobs" -P "$places" -L 1 git
}

contend_git_per_atom() {
  empty_repositories "$2"
  awk -v url="$1" -v dir="$2" '
    { at = url; sub("%", $1, at)
      print "--git-dir=" dir "/" $1 " fetch -q --no-tags --no-write-fetch-head " at " " $4 ":refs/eka/atoms/" $2 "/" $3 }' \
    "$world_dir/wanted" >"$2/jobs"
  run_measured xargs -a "$2/jobs" -P "$places" -L 1 git
}

contend_libgit2_loop() {
  empty_repositories "$2"
  awk -v url="$1" '
    { if ($1 != set) { if (NR > 1) print line; set = $1; at = url; sub("%", set, at); line = set " " at }
      ref = "refs/eka/atoms/" $2 "/" $3
      line = line " " ref ":" ref }
    END { print line }' "$world_dir/wanted" >"$2/jobs"
  run_measured sh -c 'exec "$0" fetch "$1" <"$2"' "$EKA_LIBGIT2_LOOP" "$2" "$2/jobs"
}

# With a separate store, so that the store of the machine is neither needed nor modified.
contend_nix_fetchgit() {
  awk -v url="$1" '
    BEGIN { print "map (a: (builtins.fetchGit a).rev) [" }
    { at = url; sub("%", $1, at)
      printf "{ url = \"%s\"; ref = \"refs/eka/atoms/%s/%s\"; rev = \"%s\"; name = \"source\"; }\n", at, $2, $3, $4 }
    END { print "]" }' "$world_dir/wanted" >"$2/all.nix"
  mkdir -p "$2/home" "$2/conf"
  NIX_STORE_DIR=$2/store NIX_STATE_DIR=$2/state NIX_LOG_DIR=$2/log NIX_CONF_DIR=$2/conf NIX_USER_CONF_FILES='' \
    XDG_CACHE_HOME=$2/home run_measured nix-instantiate --eval --strict "$2/all.nix" || return
  ls -d "$2"/home/nix/gitv3/*/objects >"$2/stores"
}

# Ref queries: all refs below refs/eka/atoms/ of all of $world_dir/sets, sorted, to $2/refs.
query_eka() {
  local urls
  mapfile -t urls < <(while read -r set; do url_of "$1" "$set"; done <"$world_dir/sets")
  EKA_CACHE_ROOT=$2/cache run_measured "$EKA" -q inspect set "${urls[@]}" || return
  awk '{ print $4, "refs/eka/atoms/" $2 "/" $3 }' "$scratch/said" | sort >"$2/refs"
}

query_git_ls_remote() {
  while read -r set; do url_of "$1" "$set"; done <"$world_dir/sets" | sed "s|\$| refs/eka/atoms/*|" >"$2/jobs"
  run_measured xargs -a "$2/jobs" -P "$places" -L 1 git ls-remote -q || return
  awk '{ print $1, $2 }' "$scratch/said" | sort >"$2/refs"
}

query_libgit2_loop() {
  while read -r set; do url_of "$1" "$set"; done <"$world_dir/sets" >"$2/jobs"
  run_measured sh -c 'exec "$0" list <"$1"' "$EKA_LIBGIT2_LOOP" "$2/jobs" || return
  grep ' refs/eka/atoms/' "$scratch/said" | sort >"$2/refs"
}
