#!/bin/bash
# --help of every command is complete, and flags can also be set by variables and configuration.
source "$(dirname "$0")/../scenario.sh"

# commands WORD…: prints the command and all its subcommands, one per line. None is deeper than three words.
commands() {
  local below name
  echo "$*"
  (($# < 4)) || return 0
  below=$("$EKA" "$@" --help | sed -n '/^Subcommands:/,/^\([^ ].*\)\?$/s/^  \([a-z]*\) .*/\1/p')
  for name in $below; do commands "$@" "$name"; done
}
all=$(commands)
matches "commands are found at every depth" $'\nadd direct nix\n.*\ncache gc' "$all"
equal "none is deeper than three words" "" "$(grep -E '( .*){3}' <<<"$all" || true)"
while read -r -a words; do
  eka "${words[@]}" --help
  equal "${words[*]} --help: exit code" 0 "$status"
  matches "${words[*]} --help: its usage" "Usage: eka${words[*]:+ }${words[*]} \\[OPTION\\]" "$out"
  equal "${words[*]} --help: no notation of CLI11" "" \
    "$(grep -E '[{}]|Excludes:|Needs:|REQUIRED|:INT|:UINT|:TEXT|\[default|=true|=false' <<<"$out" || true)"
  equal "${words[*]} --help: one blank line before each section" "" "$(awk '/^[^ ]/ && before ~ /^ / || !/./ && !length(before) { print NR ": " $0 } { before = $0 }' <<<"$out")"
  equal "${words[*]} --help: 80 columns" "" "$(grep -E '^.{81}' <<<"$out" || true)"
  equal "${words[*]} --help: every option is described" "" "$(awk '/^ {2,6}-/ && !/  [a-z`(].*/ { option = $0; getline; if ($0 !~ /^ {30}/) print option }' <<<"$out")"
done <<<"$all"

echo "- without arguments"
"$EKA" >"$scratch/out" 2>"$scratch/err" && status=0 || status=$?
equal "eka: exit code, standard output" "2 " "$status $(cat "$scratch/out")"
equal "eka: its help on standard error" "$("$EKA" --help)" "$(cat "$scratch/err")"

echo "- variables and configuration"
mkdir set && cd set
git init -q . && mkdir a
printf '[package]\nlabel = "a"\nversion = "1.2.0"\n\n[compose.as]\nnix = "default.nix"\n' >a/atom.toml
echo '{ main = derivation { name = "a"; system = cfg.platforms.build; builder = "/bin/sh"; }; }' >a/default.nix
echo 'set.packages = ["a"]' >ekala.toml
git add -A && git -c user.name=x -c user.email=x commit -qm x
export NIX_REMOTE=$scratch/store NIX_CONFIG='substituters ='
mkdir -p "$NIX_REMOTE"

EKA_UI_COLOR=always eka plan ::none
matches "EKA_UI_COLOR" $'\e\\[' "$err"
EKA_UI_COLOR=always eka --color never plan ::none
equal "the flag takes precedence" "" "$(grep $'\e' <<<"$err" || true)"
eka plan ::a
matches "a summary in a pipe" '^planned 1 atom \(1 evaluated, 0 remembered\) in ' "$err"
EKA_PLAN_FRESH=true EKA_UI_PROGRESS=none eka plan --json ::a
equal "EKA_PLAN_FRESH" evaluated "$(jq -r '.plans[0].from' <<<"$out")"
equal "EKA_UI_PROGRESS" "" "$err"
EKA_PLAN_FRESH=true EKA_UI_QUIET=1 eka plan ::a
equal "EKA_UI_QUIET" "" "$err"
EKA_UI_VERBOSE=1 eka plan ::a
matches "EKA_UI_VERBOSE" 'found ::a' "$err"
EKA_NET_OFFLINE=true eka plan http://127.0.0.1:1/set.git::a
equal "EKA_NET_OFFLINE" 7 "$status"
EKA_UI_COLOR=blue eka plan ::a
equal "an invalid value: exit code" 2 "$status"
matches "an invalid value: the valid ones are listed" 'auto, always, never' "$err"
mkdir -p "$XDG_CONFIG_HOME"
printf '[ui]\nprogress = "none"\n[net]\noffline = true\n' >"$XDG_CONFIG_HOME/eka.toml"
EKA_PLAN_FRESH=true eka plan ::a
equal "the same in eka.toml" "" "$err"
eka plan http://127.0.0.1:1/set.git::a
equal "net.offline in eka.toml" 7 "$status"
finish
