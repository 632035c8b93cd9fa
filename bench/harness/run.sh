#!/bin/bash
# Runs the experiments and writes each run as one JSON line; report.jq computes medians.
#
#   bench/harness/run.sh PROFILE RUNS RESULTS [EXPERIMENT…]
#
# PROFILE is "full" or "tiny" (takes seconds; for the test of these scripts). Experiments: closure, small, transports,
# refs, growth, warm, micro, real, memory; all but the last two by default. The programs under test are in the
# environment: EKA, EKA_WORLD, EKA_BENCH, EKA_PROXY, EKA_LIBGIT2_LOOP and, if built, EKA_MICRO; EKA_OTHER is another build
# of eka, which takes part in all but micro and memory. EKA_BENCH_TREE is the collection of packages for real, instead of a
# generated one, and EKA_BENCH_ATTRIBUTES names the packages to evaluate. Usually called by scripts/bench.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../tests/scenario/serve.sh"
source "$here/../../tests/scenario/ssh.sh"

profile=$1 runs=$2 results=$3
shift 3
experiments=("$@")
((${#experiments[@]})) || experiments=(closure small transports refs growth warm micro)
for program in EKA EKA_WORLD EKA_BENCH EKA_PROXY EKA_LIBGIT2_LOOP; do
  printf -v "$program" '%s' "$(realpath "${!program:?the path of that program}")"
done
if [[ -n ${EKA_MICRO:-} ]]; then EKA_MICRO=$(realpath "$EKA_MICRO"); fi
if [[ -n ${EKA_OTHER:-} ]]; then EKA_OTHER=$(realpath "$EKA_OTHER"); fi
results=$(realpath "$results")
collection_tree=${EKA_BENCH_TREE:-} collection_attributes=${EKA_BENCH_ATTRIBUTES:-}
if [[ -n $collection_tree ]]; then collection_tree=$(realpath "$collection_tree"); fi
places=50  # parallel processes of xargs

scratch=$(mktemp -d /tmp/eka-bench.XXXXXX)
at_exit 'chmod -R u+w "$scratch" 2>/dev/null; rm -rf "$scratch"'
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
while IFS='=' read -r name _; do
  case $name in EKA | EKA_WORLD | EKA_BENCH | EKA_PROXY | EKA_LIBGIT2_LOOP | EKA_MICRO | EKA_OTHER) ;; EKA_* | GIT_* | NIX_*) unset "$name" ;; esac
done < <(env)
export LC_ALL=C.UTF-8 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_TERMINAL_PROMPT=0
export HOME=$scratch/home XDG_CONFIG_HOME=$scratch/config XDG_CACHE_HOME=$scratch/cache
mkdir -p "$HOME" "$XDG_CONFIG_HOME" "$XDG_CACHE_HOME" "$scratch/worlds"
cd "$scratch"
source "$here/network.sh"
source "$here/worlds.sh"
source "$here/contenders.sh"

say() { echo "bench: $*" >&2; }

# Parameters of a table, used by compete and contest.
experiment='' transport=http latency=0 bandwidth=0 sets=0 atoms=0

# url_pattern PATH-BELOW-WORLDS: the URL through the running proxy.
url_pattern() {
  case $transport in
    http) echo "http://127.0.0.1:$line_port/$1" ;;
    git) echo "git://127.0.0.1:$line_port/$1" ;;
    ssh) echo "ssh://$(id -un)@127.0.0.1:$line_port$scratch/worlds/$1" ;;
  esac
}

server_of() {
  case $1 in
    http) echo "127.0.0.1:$SERVE_PORT" ;;
    git) echo "127.0.0.1:$GIT_DAEMON_PORT" ;;
    ssh) echo "127.0.0.1:${SSH_HOST##*:}" ;;
  esac
}

# one_run FUNCTION CONTENDER NUMBER CHECK URL: CHECK is called with the directory and succeeds if it is complete.
one_run() {
  local function=$1 contender=$2 number=$3 check=$4 url=$5 directory before after server_before status=0 correct=true
  # Removed only at the end: on ext4, recently freed inodes slow down the creation of files.
  directory=$(mktemp -d "$scratch/run.XXXXXX")
  before=$(line_counts)
  server_before=$(server_cpu_ms)
  "$function" "$url" "$directory" || status=$?
  after=$(line_counts)
  if ((status)) || ! "$check" "$directory"; then
    correct=false
    say "$experiment: $contender fetched wrong data (exit $status):"
    tail -n 5 "$scratch/said" >&2 || true
  fi
  [[ -s $scratch/cost ]] || echo '{"wall_ms":0,"cpu_ms":0,"peak_kib":0,"exit_code":127}' >"$scratch/cost"
  jq -nc --arg experiment "$experiment" --arg transport "$transport" --arg contender "$contender" \
    --argjson latency_ms "$latency" --argjson bandwidth "$bandwidth" --argjson sets "$sets" --argjson atoms "$atoms" \
    --argjson run "$number" --argjson correct $correct --argjson server_before "$server_before" --argjson server_after "$(server_cpu_ms)" \
    --argjson before "$before" --argjson after "$after" --slurpfile cost "$scratch/cost" '
    {$experiment, $transport, $latency_ms, $bandwidth, $sets, $atoms, $contender, $run, $correct,
     server_cpu_ms: (if $server_before then $server_after - $server_before else null end)}
    + $cost[0]
    + ($after | {connections, requests, bytes_up, bytes_down} | with_entries(.value -= $before[.key]))' >>"$results"
  [[ $correct == true ]]
}

# contest PREFIX CHECK URL CONTENDER…: runs the clients in turns, so that other load on the machine affects all equally.
# A client that fails is not run again.
contest() {
  local prefix=$1 check=$2 url=$3 number contender
  local -A out=()
  shift 3
  if [[ -n ${EKA_OTHER:-} && $1 == eka ]]; then set -- eka eka_other "${@:2}"; fi
  for ((number = 1; number <= runs; number++)); do
    for contender in "$@"; do
      [[ -z ${out[$contender]:-} ]] || continue
      if declare -F "prepare_$contender" >/dev/null; then "prepare_$contender" "$url"; fi
      one_run "${prefix}_$contender" "$contender" "$number" "$check" "$url" || out[$contender]=yes
    done
  done
}

has_all_objects() {
  local stores
  mapfile -t stores <"$1/stores"
  [[ $(objects_of "${stores[@]}") == "$(cat "$world_dir/objects")" ]]
}

# The expected refs, in the format of $directory/refs.
has_all_refs() {
  [[ -e $world_dir/refs ]] || while read -r set; do
    git --git-dir="$world_dir/www/$set.git" for-each-ref --format='%(objectname) %(refname)' refs/eka/atoms/
  done <"$world_dir/sets" | sort >"$world_dir/refs"
  cmp -s "$world_dir/refs" "$1/refs"
}

# closure_contest TRANSPORT LATENCY BANDWIDTH SETS ATOMS CONTENDER…
closure_contest() {
  transport=$1 latency=$2 bandwidth=$3 sets=$4 atoms=$5
  shift 5
  say "$experiment: $atoms atoms in $sets sets, $transport, $latency ms: $*"
  closure_world "$sets" "$atoms" "$files" "$file_size"
  line_start "$(server_of "$transport")" "$latency" "$bandwidth"
  contest contend has_all_objects "$(url_pattern "$(basename "$world_dir")/www/%.git")" "$@"
  line_stop
}

refs_contest() {
  latency=$1 bandwidth=$2 sets=$3
  shift 3
  transport=http atoms=0
  say "$experiment: $sets sets, $latency ms: $*"
  sets_world "$sets"
  line_start "$(server_of http)" "$latency" "$bandwidth"
  contest query has_all_refs "$(url_pattern "$(basename "$world_dir")/www/%.git")" "$@"
  line_stop
}

source "$here/warm.sh"
source "$here/memory.sh"
source "$here/real.sh"
source "$here/micro.sh"

if [[ $profile == tiny ]]; then
  files=2 file_size=100
  experiment_closure() { closure_contest http 0 0 3 12 eka eka_known git_per_remote git_per_atom; }
  experiment_small() { closure_contest http 20 0 2 6 eka git_per_remote git_per_atom nix_fetchgit libgit2_loop; }
  experiment_transports() { closure_contest git 0 0 2 6 git_per_remote libgit2_loop; }
  experiment_refs() { refs_contest 20 0 4 eka git_ls_remote libgit2_loop; }
  experiment_growth() {
    closure_contest http 0 0 2 6 eka git_per_remote
    closure_contest http 0 0 2 12 eka git_per_remote
  }
  warm_sets=2 warm_atoms=6
  memory_remotes=5 memory_mib=16 micro_seconds=0.01
  deep_sets=3 deep_atoms=9 deep_plans=4 collection_packages=30 collection_files=120
else
  files=4 file_size=1000
  experiment_closure() {
    closure_contest http 100 $((100000000 / 8)) 50 500 eka eka_known git_per_remote git_per_atom
    closure_contest http 20 $((100000000 / 8)) 50 500 eka eka_known git_per_remote
    closure_contest http 0 0 50 500 eka eka_known git_per_remote
  }
  experiment_small() {
    closure_contest http 100 0 10 50 eka eka_known git_per_remote git_per_atom nix_fetchgit libgit2_loop
  }
  experiment_transports() {
    closure_contest git 100 0 10 50 eka git_per_remote libgit2_loop
    closure_contest ssh 100 0 10 50 eka git_per_remote
  }
  experiment_refs() {
    refs_contest 100 0 200 eka git_ls_remote
    refs_contest 20 0 20 eka git_ls_remote libgit2_loop
  }
  experiment_growth() {
    local size
    for size in 125 250 500 1000; do closure_contest http 0 0 50 "$size" eka git_per_remote; done
    for size in 25 100; do closure_contest http 0 0 "$size" 500 eka git_per_remote; done
  }
  warm_sets=50 warm_atoms=500
  memory_remotes=2000 memory_mib=2048 micro_seconds=0.2
  deep_sets=50 deep_atoms=500 deep_plans=100 collection_packages=5000 collection_files=40000
fi

serve_start "$scratch/worlds"
needs_transports=
for experiment in "${experiments[@]}"; do [[ $experiment != transports ]] || needs_transports=yes; done
if [[ -n $needs_transports ]]; then
  git_daemon_start "$scratch/worlds"
  if [[ $profile != tiny ]]; then
    ssh_start
    # The port of the proxy is not in any known_hosts file.
    echo "bench $(cut -d' ' -f1,2 "$SSH_DIR/host.pub")" >>"$SSH_DIR/known"
    echo "  HostKeyAlias bench" >>"$SSH_DIR/client"
    export GIT_SSH_COMMAND="ssh -F $SSH_DIR/client"
  fi
fi
servers_counted
for experiment in "${experiments[@]}"; do "experiment_$experiment"; done
