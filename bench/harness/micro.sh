# Single operations, measured by eka-micro. Sourced by run.sh; adds one line to the results.
experiment_micro() {
  if [[ ! -x ${EKA_MICRO:-} ]]; then
    say "micro: skipped, eka-micro was not built (libbenchmark-dev is missing)"
    return 0
  fi
  say "micro: $runs runs of each operation"
  "$EKA_MICRO" --benchmark_format=json --benchmark_repetitions="$runs" --benchmark_min_time="$micro_seconds" \
    2>"$scratch/said" >"$scratch/micro.json" || { cat "$scratch/said" >&2; return 1; }
  jq -c '{us: 1, ns: 0.001, ms: 1000} as $in_us
    | {experiment: "micro", steps: [.benchmarks[] | select(.run_type == "iteration")
        | {name, wall_us: (.real_time * $in_us[.time_unit]), cpu_us: (.cpu_time * $in_us[.time_unit]),
           bytes_per_second: (.bytes_per_second // null)}]}' "$scratch/micro.json" >>"$results"
}
