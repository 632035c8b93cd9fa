#!/bin/bash
# What a person sees on a terminal while eka works: at three widths, after a resize, without colors and without UTF-8; what
# is written to a pipe; and that plans are printed as they finish and survive Ctrl-C. The terminal is tmux.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
uri=$SERVE_URL/company.git::server

# Stopped backends accept connections but never respond.
stop() { kill -STOP "${SERVE_PIDS[@]:0:${#SERVE_PIDS[@]}-1}"; }
resume() { kill -CONT "${SERVE_PIDS[@]:0:${#SERVE_PIDS[@]}-1}"; }
at_exit resume

# Each terminal has a server of its own: one that is ending would be in the way of the next.
terminals=0
terminal() { tmux -f /dev/null -L "eka-${scratch##*.}-$terminals" "$@" 2>/dev/null; }
at_exit 'terminal kill-server || true'
# run_in_terminal WIDTH [NAME=VALUE…] COMMAND: in a new terminal of 20 lines that stays when the command has ended.
run_in_terminal() {
  local width=$1
  shift
  terminal kill-server || true
  terminals=$((terminals + 1))
  terminal new-session -d -x "$width" -y 20 env "${@:1:$#-1}" sh -c "trap : INT; ${*: -1}; echo \"exit \$?\"; exec sleep 1000"
}
# screen_with REGEX: waits until the screen matches; sets $screen to its text.
screen_with() {
  local tries
  for tries in {1..200}; do
    screen=$(terminal capture-pane -p)
    if grep -qE "$1" <<<"$screen"; then return 0; fi
    sleep 0.1
  done
  return 1
}
shown() { check "$1" screen_with "$2"; }
longest_line() { wc -L <<<"$screen"; }
# The screen with durations and ports replaced, which differ from run to run.
steady() { sed -E "s/[0-9]+\.[0-9] s$/N s/; s/:$SERVE_PORT/:PORT/; s/…[0-9]+/…N/" <<<"$screen"; }

command -v tmux >/dev/null || { echo "NOT OK: tmux is missing (scripts/deps test)"; exit 1; }

stop
for width in 40 80 200; do
  run_in_terminal "$width" "$EKA plan $uri"
  shown "$width columns: what is waited for is shown" '^  querying '
  at_most "$width columns: no line is longer" $((width - 1)) "$(longest_line)"
  before=$screen
  sleep 1
  screen_with '^  querying '
  check "$width columns: it is redrawn although nothing happens" test "$before" != "$screen"
  case $width in
    40) expected="finding  0 of 1 atom  N s
  querying http:/…N/company.git  N s" ;;
    *) expected="finding  [>                   ]  0 of 1 atom  0 of 1 remote  N s
  querying http://127.0.0.1:PORT/company.git  N s" ;;
  esac
  equal "$width columns: the screen" "$expected" "$(steady)"
done

# A terminal that becomes narrower wraps what is drawn; nothing of it stays.
terminal resize-window -x 40 -y 20
shown "resized: the lines fit" '^  querying http:/…[0-9]+/company.git '
equal "resized: nothing is left of the wider lines" 2 "$(wc -l <<<"$screen")"
terminal resize-window -x 100 -y 20
shown "wider again" '^  querying http://127.0.0.1:[0-9]+/company.git '
equal "wider again: nothing else" 2 "$(wc -l <<<"$screen")"

terminal send-keys C-c
shown "Ctrl-C: the program ends" 'exit 130'
equal "Ctrl-C: the lines are erased" "" "$(grep -E 'querying|finding' <<<"$screen" || true)"

run_in_terminal 40 LC_ALL=C "$EKA plan $uri"
shown "without UTF-8: cut with full stops" '^  querying http:/\.\.\./company.git  '
run_in_terminal 80 TERM=dumb "$EKA plan $uri"
sleep 1
resume
shown "TERM=dumb: it ends" 'exit 0'
equal "TERM=dumb: no live lines" "" "$(grep -E 'querying|finding' <<<"$screen" || true)"

# To its end: the path and one line of summary.
fresh_cache
run_in_terminal 120 "XDG_CACHE_HOME=$XDG_CACHE_HOME" "$EKA plan $uri"
shown "to the end" 'exit 0'
matches "the path and the summary stay, nothing else" \
  "^/nix/store/[0-9a-z]{32}-[^ ]*\.drv
planned 1 atom \(1 evaluated, 0 remembered\) from [0-9]+ remotes? in [0-9.]+ s, [0-9.]+ k?B
exit 0$" "$screen"
eka plan "$uri"
matches "remembered" "^planned 1 atom \(0 evaluated, 1 remembered\)" "$err"
eka -q plan "$uri"
equal "-q: nothing" "" "$err"
run_in_terminal 120 "XDG_CACHE_HOME=$XDG_CACHE_HOME" "$EKA prefetch $uri $uri"
shown "prefetch: an atom of two closures is counted once" "^cached [0-9]+ atoms of 2 closures"
equal "prefetch: as many as one closure has" "$(sed -n 's/^cached \([0-9]*\) .*/\1/p' <<<"$screen")" \
  "$(eka prefetch "$uri"; sed -n 's/^cached \([0-9]*\) .*/\1/p' <<<"$err")"

# Colors.
NO_COLOR= CLICOLOR_FORCE=1 eka plan ::none
matches "CLICOLOR_FORCE: colors in a pipe" $'\e\\[' "$err"
NO_COLOR=1 CLICOLOR_FORCE=1 eka plan ::none
equal "NO_COLOR takes precedence" "" "$(grep $'\e' <<<"$err" || true)"

# In a pipe: a line every five seconds.
stop
timeout --foreground --preserve-status --signal=INT --kill-after=20 7 "$EKA" plan --fresh-eval "$SERVE_URL/vendor.git::lib" \
  </dev/null >"$scratch/out" 2>"$scratch/err" || true
resume
equal "a pipe: one line in seven seconds" "finding: 0 of 1 atom, 0 of 1 remote, N s; querying $SERVE_URL/vendor.git for N s" \
  "$(sed -E 's/[0-9]+\.[0-9] s/N s/g' "$scratch/err")"

# Plans are printed as soon as they are made, and are remembered after Ctrl-C.
mkdir set && cd set
git init -q .
for label in quick endless; do
  mkdir "$label"
  printf '[package]\nlabel = "%s"\nversion = "1.0.0"\n\n[compose.as]\nnix = "default.nix"\n' "$label" >"$label/atom.toml"
done
drv='derivation { name = "quick"; system = cfg.platforms.build; builder = "/bin/sh"; }'
echo "{ main = $drv; }" >quick/default.nix
cat >endless/default.nix <<'END'
let long = builtins.foldl' (a: _: a + builtins.length (builtins.genList (x: x) 1000000)) 0 (builtins.genList (x: x) 1000000);
in { main = derivation { name = toString long; system = cfg.platforms.build; builder = "/bin/sh"; }; }
END
echo 'set.packages = ["quick", "endless"]' >ekala.toml
git add -A && git -c user.name=x -c user.email=x commit -qm x
fresh_cache
"$EKA" plan ::quick ::endless </dev/null >"$scratch/out" 2>"$scratch/err" &
running=$!
for tries in {1..200}; do
  [[ ! -s $scratch/out ]] || break
  sleep 0.1
done
matches "the first plan is printed while the second is made" "$(drv_named quick)" "$(cat "$scratch/out")"
check "the second is still being made" kill -0 "$running"
kill -INT "$running"
status=0
wait "$running" || status=$?
equal "interrupted" 130 "$status"
eka plan --json ::quick
equal "the finished plan is not evaluated again" cache "$(jq -r '.plans[0].from' <<<"$out")"
finish
