# Signals at points of a run, for the scenarios that send them. To be sourced after scenario.sh.
#
#   strikes_begin         seeds the points and says how to have the same ones again (SEED in the environment)
#   random_below N        a random number from 0 to N - 1, in $random
#   timed ARGUMENT…       an eka run; the microseconds that it took are in $took
#   strike [--in STAGE] SIGNAL MICROSECONDS ARGUMENT…
#                         runs eka with these arguments, and sends it the signal after that time, counted from its
#                         start or from when it comes to STAGE. Its exit code is in $status; the stage that it was
#                         struck in, in $struck_in: evaluating, admitting, else empty
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

# By the children that it has. Starts no process: that would take as long as a stage.
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
