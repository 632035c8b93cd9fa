# Sends signals at points of a run. To be sourced after scenario.sh.
#
#   strikes_begin         seeds the points and prints how to reproduce them (SEED in the environment)
#   random_below N        sets $random to a random number from 0 to N - 1
#   timed ARGUMENT…       runs eka; sets $took to the duration in microseconds
#   strike [--in STAGE] SIGNAL MICROSECONDS ARGUMENT…
#                         runs eka with these arguments, and sends it the signal after this time, counted from its start
#                         or from the beginning of STAGE. Sets $status to its exit code, and $struck_in to the stage in
#                         which it was struck: evaluating, admitting, else empty
strikes_begin() {
  local seed=${SEED:-$RANDOM}
  RANDOM=$seed
  echo "the points are those of SEED=$seed"
}
random_below() { random=$(((RANDOM * 32768 + RANDOM) % $1)); }

timed() {
  local begin=${EPOCHREALTIME/[.,]/}
  eka "$@"
  took=$((${EPOCHREALTIME/[.,]/} - begin))
}

# Detected by its children. Starts no process, which would take as long as a stage.
find_stage() {  # PID
  local task children child words
  struck_in=
  for task in /proc/"$1"/task/*; do
    children=
    { read -r children <"$task/children"; } 2>/dev/null || true
    for child in $children; do
      words=()
      { mapfile -d '' words <"/proc/$child/cmdline"; } 2>/dev/null || true
      case ${words[*]} in
        */nix\ copy*) struck_in=admitting ;;
        *nixec* | *bwrap*) struck_in=evaluating ;;
      esac
    done
  done
}

strike() {
  local from= signal after victim
  if [[ $1 == --in ]]; then
    from=$2
    shift 2
  fi
  signal=$1 after=$2
  shift 2
  "$EKA" "$@" </dev/null >"$scratch/out" 2>"$scratch/err" &
  victim=$!
  if [[ $from ]]; then
    find_stage "$victim"
    until [[ $struck_in == "$from" ]] || ! kill -0 "$victim" 2>/dev/null; do find_stage "$victim"; done
  fi
  sleep "$(printf '%d.%06d' $((after / 1000000)) $((after % 1000000)))"
  find_stage "$victim"
  kill -"$signal" "$victim" 2>/dev/null || true
  status=0
  wait "$victim" 2>/dev/null || status=$?
}
