# Peak memory for many remotes in one run and for one large pack. Sourced by run.sh; needs memory_remotes and memory_mib.
# Targets: 150 MiB of resident memory for 2,000 remotes, 100 MiB for a pack of 2 GiB.
experiment_memory() {
  closure_contest http 0 0 "$memory_remotes" "$memory_remotes" eka
  transport=http latency=0 bandwidth=0 sets=1 atoms=1
  say "memory: a pack of $memory_mib MiB"
  heavy_world "$memory_mib"
  line_start "$(server_of http)" 0 0
  contest carry has_all_objects "$(url_pattern "$(basename "$world_dir")/www/%.git")" eka
  line_stop
}

carry_eka() {
  echo "$2/cache/git/objects" >"$2/stores"
  EKA_CACHE_ROOT=$2/cache run_measured "$EKA" -q prefetch "$(url_of "$1" set-00)::root@=2.0.0"
}

# heavy_world MIB: creates a set whose atom `root` has a version 2.0.0 with MIB of incompressible data in files of 8 MiB.
heavy_world() {
  local mib=$1 git tree origin commit file
  world_dir=$scratch/worlds/heavy-$mib
  [[ ! -e $world_dir/wanted ]] || return 0
  "$EKA_WORLD" make "$world_dir/www" --url-base http://world.invalid --sets 1 --atoms 1 --versions 1 --files 1 \
    --file-size 100 --deps 0 --levels 1 --seed "$world_seed" >/dev/null
  git=(git --git-dir="$world_dir/www/set-00.git" -c user.name=bench -c user.email=bench@eka.invalid)
  {
    printf 'commit refs/heads/main\ncommitter bench <bench@eka.invalid> 1700000000 +0000\ndata 4\nmore\n'
    printf 'from refs/heads/main^0\nM 100644 inline atoms/root/atom.toml\ndata <<end\n%s\nend\n' \
      "$("${git[@]}" cat-file blob main:atoms/root/atom.toml | sed 's/^version = .*/version = "2.0.0"/')"
    for ((file = 0; file < mib / 8; file++)); do
      printf 'M 100644 inline atoms/root/data/heavy-%d\ndata 8388608\n' "$file"
      openssl enc -aes-128-ctr -K "$(printf '%032x' "$file")" -iv 00 </dev/zero 2>/dev/null | head -c 8388608 || true
      echo
    done
  } | "${git[@]}" -c core.compression=0 -c pack.compression=0 fast-import --quiet
  origin=$("${git[@]}" rev-parse main)
  tree=$("${git[@]}" rev-parse main:atoms/root)
  commit=$(printf 'tree %s\nauthor  <> 0 +0000\ncommitter  <> 0 +0000\norigin %s\nformat pre1\n\npublish(root): 2.0.0' \
    "$tree" "$origin" | "${git[@]}" hash-object -t commit -w --stdin)
  "${git[@]}" update-ref refs/eka/atoms/root/2.0.0 "$commit"
  "${git[@]}" update-ref refs/eka/meta/root/2.0.0/origin "$origin"
  "${git[@]}" update-ref refs/eka/meta/root/2.0.0/manifest "$("${git[@]}" rev-parse main:atoms/root/atom.toml)"
  echo "set-00 root 2.0.0 $commit" >"$world_dir/wanted"
  ls -d "$world_dir/www/set-00.git/objects" | expected_objects
}
