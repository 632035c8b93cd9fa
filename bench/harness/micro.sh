# Single steps, measured alone by eka-micro. To be sourced by run.sh; one line more in the results.
experiment_micro() {
  if [[ ! -x ${EKA_MICRO:-} ]]; then
    say "micro: there is no eka-micro (libbenchmark-dev was not there when eka was built)"
    return 0
  fi
  say "micro: $runs times each step"
  "$EKA_MICRO" --benchmark_format=json --benchmark_repetitions="$runs" --benchmark_min_time="$micro_seconds" \
    2>"$scratch/said" >"$scratch/micro.json" || { cat "$scratch/said" >&2; return 1; }
  jq -c '{us: 1, ns: 0.001, ms: 1000} as $in_us
    | {experiment: "micro", steps: [.benchmarks[] | select(.run_type == "iteration")
        | {name, wall_us: (.real_time * $in_us[.time_unit]), cpu_us: (.cpu_time * $in_us[.time_unit]),
           bytes_per_second: (.bytes_per_second // null)}]}' "$scratch/micro.json" >>"$results"
}
