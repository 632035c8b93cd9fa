# Inputs as people have them: a deep graph with full locks, and a collection of packages. Sourced by run.sh; needs
# deep_sets, deep_atoms, deep_plans, collection_packages and collection_files, or collection_tree.
#
#   real fetch        a deep graph: its closure into an empty cache
#   real remembered   plans of its deepest atoms, all cached
#   real collection   evaluation of a collection in a fresh store, with its files on disk
#   real change       the same in a working tree, after one file has changed
#   real cold         the collection into an empty cache

experiment_real() {
  real_graph
  real_collection
}

real_graph() {
  local directory=$scratch/worlds/deep base
  transport=http latency=0 bandwidth=0 sets=$deep_sets atoms=$deep_atoms
  line_start "$(server_of http)" 0 0
  base=$(url_pattern deep/www)
  world_dir=$directory
  mkdir -p "$directory"
  "$EKA_WORLD" graph "$directory/www" --url-base "$base" --sets "$sets" --depth "$atoms" --fan-out 2 \
    --files 2 --file-size 500 --seed "$world_seed" --json >"$directory/world.json"
  pack_all "$directory/www"
  jq -r '.atoms[] | select(.label != "root") | "\(.set) \(.label) \(.versions[0] | "\(.version) \(.rev)")"' \
    "$directory/world.json" | sort >"$directory/wanted"
  ls -d "$directory"/www/*.git/objects | expected_objects

  experiment='real fetch'
  say "$experiment: a graph of depth $atoms in $sets sets"
  contest deep has_all_objects "$base/%.git" eka git_per_remote

  experiment='real remembered' transport=local
  mapfile -t planned_uris < <(jq -r --argjson n "$deep_plans" '[.atoms[] | select(.label != "root")][-$n:][] | "\(.set) \(.label)"' \
    "$directory/world.json" | awk -v base="$base" '{ print base "/" $1 ".git::" $2 "@=1.0.0" }')
  atoms=${#planned_uris[@]}
  say "$experiment: $atoms plans"
  real_store "$scratch/deep-store"
  EKA_CACHE_ROOT=$scratch/deep-cache "$EKA" -q plan -c "${planned_uris[@]}" >"$scratch/planned"
  if [[ -n ${EKA_OTHER:-} ]]; then
    EKA_CACHE_ROOT=$scratch/deep-cache-other "$EKA_OTHER" -q plan -c "${planned_uris[@]}" >/dev/null
  fi
  contest again planned_the_same - eka
  line_stop
}

# A store of its own for Nix and eka.
real_store() {
  mkdir -p "$1"
  export NIX_REMOTE=$1 NIX_CONFIG="substituters =
build-users-group ="
}

deep_eka() {
  echo "$2/cache/git/objects" >"$2/stores"
  EKA_CACHE_ROOT=$2/cache run_measured "$EKA" -q prefetch "$(url_of "$1" set-00)::root@=1.0.0"
}
deep_eka_other() { EKA=$EKA_OTHER deep_eka "$@"; }
deep_git_per_remote() { contend_git_per_remote "$@"; }

again_eka() { EKA_CACHE_ROOT=$scratch/deep-cache run_measured "$EKA" -q plan "${planned_uris[@]}"; }
again_eka_other() { EKA_CACHE_ROOT=$scratch/deep-cache-other run_measured "$EKA_OTHER" -q plan "${planned_uris[@]}"; }

real_collection() {
  local directory=$scratch/worlds/collection what=(--packages "$collection_packages" --files "$collection_files")
  if [[ -n ${collection_tree:-} ]]; then
    what=(--tree "$collection_tree" ${collection_attributes:+--attributes "$collection_attributes"})
  fi
  transport=http latency=0 bandwidth=0 sets=1 atoms=1
  line_start "$(server_of http)" 0 0
  world_dir=$directory
  mkdir -p "$directory"
  "$EKA_WORLD" nixlike "$directory/www" --url-base "$(url_pattern collection/www)" "${what[@]}" --seed "$world_seed" \
    --json >"$directory/world.json"
  pack_all "$directory/www"
  jq -r '.atoms[0] | "\(.set) \(.label) \(.versions[0] | "\(.version) \(.rev)")"' "$directory/world.json" \
    >"$directory/wanted"
  ls -d "$directory"/www/*.git/objects | expected_objects
  collection_uri=$(url_pattern collection/www/collection.git)::collection@=1.0.0

  experiment='real cold'
  say "$experiment: a collection of $(git --git-dir="$directory/www/collection.git" ls-tree -r main | wc -l) files"
  contest cold has_all_objects "$(url_pattern "collection/www/%.git")" eka git_per_remote

  git clone -q "$directory/www/collection.git" "$scratch/tree"
  collection_directory=$scratch/tree/atoms/collection
  collection_drv=
  real_store "$scratch/collection-store"
  EKA_CACHE_ROOT=$scratch/collection-cache "$EKA" -q plan "$collection_uri" >/dev/null
  (cd "$scratch/tree" && EKA_CACHE_ROOT=$scratch/collection-cache "$EKA" -q plan ::collection >/dev/null)
  experiment='real collection' transport=local
  say "$experiment"
  contest evaluate same_derivation - eka nix
  experiment='real change'
  say "$experiment"
  contest change same_derivation - eka nix
  line_stop
}

cold_eka() {
  echo "$2/cache/git/objects" >"$2/stores"
  EKA_CACHE_ROOT=$2/cache run_measured "$EKA" -q prefetch "$(url_of "$1" collection)::collection@=1.0.0"
}
cold_eka_other() { EKA=$EKA_OTHER cold_eka "$@"; }
cold_git_per_remote() { contend_git_per_remote "$@"; }

evaluate_eka() {
  real_store "$2/store"
  EKA_CACHE_ROOT=$scratch/collection-cache run_measured "$EKA" -q plan --fresh-eval "$collection_uri"
}
evaluate_eka_other() { EKA=$EKA_OTHER evaluate_eka "$@"; }
evaluate_nix() {
  real_store "$2/store"
  run_measured nix-instantiate "$collection_directory/main.nix" --argstr system "$(uname -m)-linux"
}

# A comment is added, so that the derivation stays the same.
change_one_file() { echo "# $RANDOM$RANDOM" >>"$collection_directory/default.nix"; }
change_eka() {
  change_one_file
  real_store "$2/store"
  cd "$scratch/tree"
  EKA_CACHE_ROOT=$scratch/collection-cache run_measured "$EKA" -q plan ::collection
  cd "$scratch"
}
change_eka_other() { EKA=$EKA_OTHER change_eka "$@"; }
change_nix() {
  change_one_file
  evaluate_nix "$@"
}

# All clients give the derivation that the first one gave.
same_derivation() {
  local drv
  drv=$(grep -o '/nix/store/[0-9a-z]*-main\.drv' "$scratch/said" | tail -n 1) || return 1
  [[ -n $collection_drv ]] || collection_drv=$drv
  [[ $drv == "$collection_drv" ]]
}
