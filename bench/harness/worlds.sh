# Creates package sets to fetch and their lock files. To be sourced.
#
#   closure_world SETS ATOMS FILES FILE_SIZE   creates (once) a world in $world_dir whose root locks ATOMS atoms in SETS
#                                              sets; the lock is $world_dir/atom.lock, with http://world.invalid/<set>.git
#                                              as the URL of a set; the locked atoms are listed in $world_dir/wanted, one
#                                              line "SET LABEL VERSION REV" each
#   sets_world SETS                            creates (once) this number of small sets in $world_dir; lists their names
#                                              in $world_dir/sets
#   lock_for URL-BASE                          prints the lock with this URL; "%" is replaced by the set's name
#   objects_of DIRECTORY…                      a digest of all objects reachable from the wanted revisions, read only
#                                              from these object directories; fails if one is missing
world_seed=${world_seed:-1}

closure_world() {
  local sets=$1 atoms=$2 files=$3 file_size=$4 rev
  world_dir=$scratch/worlds/closure-$sets-$atoms-$files-$file_size
  [[ ! -e $world_dir/wanted ]] || return 0
  mkdir -p "$world_dir"
  # The root is not in its own lock file.
  "$EKA_WORLD" make "$world_dir/www" --url-base http://world.invalid --sets "$sets" --atoms $((atoms + 1)) --versions 1 \
    --files "$files" --file-size "$file_size" --deps 3 --levels 5 --seed "$world_seed" --json >"$world_dir/world.json"
  rev=$(jq -r '.atoms[] | select(.label == "root") | .versions[-1].rev' "$world_dir/world.json")
  git --git-dir="$world_dir/www/set-00.git" cat-file blob "$rev:atom.lock" >"$world_dir/atom.lock"
  "$EKA" inspect lock --json "$world_dir/atom.lock" >"$world_dir/lock.json"
  jq -r '.sets as $sets | .atoms[] |
      "\($sets[.set].mirrors[] | select(. != "::") | split("/")[-1] | rtrimstr(".git")) \(.label) \(.version) \(.rev)"' \
    "$world_dir/lock.json" | sort >"$world_dir/wanted.new"
  rm -rf "$world_dir/lock.json"
  # Servers usually keep repositories of this size packed.
  pack_all "$world_dir/www"
  mv "$world_dir/wanted.new" "$world_dir/wanted"
  ls -d "$world_dir"/www/*.git/objects | expected_objects
}

sets_world() {
  local sets=$1
  world_dir=$scratch/worlds/sets-$sets
  [[ ! -e $world_dir/sets ]] || return 0
  mkdir -p "$world_dir"
  "$EKA_WORLD" make "$world_dir/www" --url-base http://world.invalid --sets "$sets" --atoms $((sets * 4 + 1)) --versions 3 \
    --files 1 --file-size 100 --deps 2 --levels 3 --seed "$world_seed" --json >"$world_dir/world.json"
  pack_all "$world_dir/www"
  jq -r '.sets[].name' "$world_dir/world.json" >"$world_dir/sets"
}

pack_all() {
  find "$1" -maxdepth 1 -name '*.git' -print0 | xargs -0 -P 2 -I {} git --git-dir={} repack -adq
  find "$1" -maxdepth 1 -name '*.git' -print0 | xargs -0 -P 2 -I {} git --git-dir={} pack-refs --all
}

lock_for() {
  local base=$1
  sed "s|http://world.invalid/\\([^\"]*\\)\\.git|${base/\%/\\1}|g" "$world_dir/atom.lock"
}

objects_of() {
  local empty=$scratch/empty.git
  [[ -e $empty/HEAD ]] || git init -q --bare "$empty"
  printf '%s\n' "$@" >"$empty/objects/info/alternates"
  cut -d' ' -f4 "$world_dir/wanted" |
    git --git-dir="$empty" rev-list --objects --no-object-names --stdin 2>"$scratch/rev-list.err" | sort -u | sha256sum |
    cut -d' ' -f1
}

expected_objects() {
  local directories
  mapfile -t directories
  objects_of "${directories[@]}" >"$world_dir/objects"
  [[ ! -s $scratch/rev-list.err ]] || { cat "$scratch/rev-list.err" >&2; return 1; }
}
