# A plan with everything cached. Sourced by run.sh; needs warm_sets and warm_atoms.
#
# Besides the time, counts sockets and started programs. Unix sockets are not counted, because the Nix daemon may be asked
# whether a derivation still exists.
experiment_warm() {
  local url number directory=$scratch/worlds/warm uri
  transport=http latency=100 bandwidth=0 sets=$warm_sets atoms=$warm_atoms
  say "warm: plan of $atoms atoms in $sets sets, $latency ms"
  line_start "$(server_of http)" "$latency" "$bandwidth"
  url=$(url_pattern warm)
  "$EKA_WORLD" make "$directory" --url-base "$url" --sets "$sets" --atoms $((atoms + 1)) --versions 1 \
    --files "$files" --file-size "$file_size" --deps 3 --levels 5 --seed $((world_seed + 1)) >/dev/null
  uri=$url/set-00.git::root@=1.0.0
  export EKA_CACHE_ROOT=$scratch/warm-cache
  "$EKA" -q plan "$uri" >"$scratch/planned"
  if [[ -n ${EKA_OTHER:-} ]]; then EKA_CACHE_ROOT=$scratch/warm-cache-other "$EKA_OTHER" -q plan "$uri" >/dev/null; fi
  for ((number = 1; number <= runs; number++)); do
    one_run plan_warm eka "$number" planned_the_same "$uri"
    if [[ -n ${EKA_OTHER:-} ]]; then one_run plan_warm_other eka_other "$number" planned_the_same "$uri"; fi
  done
  warm_calls "$uri"
  unset EKA_CACHE_ROOT
  line_stop
}

plan_warm() { run_measured "$EKA" -q plan "$1"; }
plan_warm_other() { EKA_CACHE_ROOT=$scratch/warm-cache-other run_measured "$EKA_OTHER" -q plan "$1"; }

planned_the_same() { cmp -s "$scratch/planned" "$scratch/said"; }

# Adds a line with the counts of strace.
warm_calls() {
  if ! strace -f -o "$scratch/probe" -e trace=execve true 2>/dev/null; then
    say "strace is not permitted: sockets and programs are not counted"
    return 0
  fi
  strace -f -qq -e trace=socket,execve,execveat -o "$scratch/calls" "$EKA" -q plan "$1" </dev/null >/dev/null
  jq -nc --argjson sockets "$(grep -cE 'socket\(AF_INET6?' "$scratch/calls" || true)" \
    --argjson programs "$(($(grep -cE 'execve(at)?\(' "$scratch/calls") - 1))" \
    --argjson git "$(grep -cE 'execve(at)?\([^"]*"[^"]*/git[^/"]*"' "$scratch/calls" || true)" \
    '{experiment: "warm", calls: {$sockets, $programs, $git}}' >>"$results"
}
