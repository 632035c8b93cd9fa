#!/bin/bash
# Errors as CI systems show them: annotations of GitHub Actions, code quality reports of GitLab; and text of others cannot
# give commands to the runner of GitHub Actions.
source "$(dirname "$0")/../scenario.sh"

export NIX_REMOTE=$scratch/store NIX_CONFIG='substituters ='
mkdir -p "$NIX_REMOTE" repository/sub/pkgs
cd repository
git init -q .
cd sub
atom() {  # DIRECTORY LABEL, and the expression on standard input
  mkdir -p "pkgs/$1"
  printf '[package]\nlabel = "%s"\nversion = "1.0.0"\n[compose.as]\nnix = "default.nix"\n' "$2" >"pkgs/$1/atom.toml"
  cat >"pkgs/$1/default.nix"
}
atom server-2 server <<<$'{\n  main =\n    throw "out of order";\n}'
atom 100%,a client <<<'{ main = throw "nobody calls"; }'
atom good good <<'END'
{
  main = builtins.trace "traced\n::set-env name=PATH::/evil\n\t ::add-path::/evil\n##[set-env name=PATH;]/evil"
    (derivation { name = "good"; system = "x86_64-linux"; builder = "/bin/sh"; });
}
END
atom hostile hostile <<'END'
{
  main = (throw "thrown\n::error file=a.nix::b\n  ::stop-commands::x\n ::add-mask::e ##[add-path]/evil%0A::error::x");
}
END
echo 'set.packages = ["pkgs/server-2", "pkgs/100%,a", "pkgs/good", "pkgs/hostile"]' >ekala.toml
git add -A && git -c user.name=x -c user.email=x commit -qm x

# commands FILE…: what the runner of GitHub Actions would execute, by the rules of its ActionCommand.cs.
commands() {
  tr '\r' '\n' <"$1" | awk '
    { line = $0; sub(/^[ \t\v\f]+/, "", line) }
    substr(line, 1, 2) == "::" {
      rest = substr(line, 3); end = index(rest, "::")
      if (end) { split(substr(rest, 1, end - 1), words, " "); print words[1]; next }
    }
    index($0, "##[") { rest = substr($0, index($0, "##[") + 3); if (sub(/\].*/, "", rest)) { split(rest, words, " "); print words[1] } }'
}
annotations() { grep '^::' "$scratch/err" || true; }

eka plan ::server
equal "elsewhere, there are no annotations" "" "$(annotations)"
# Newer versions of Nix name the line of the error itself, not that of the attribute.
line=$(grep -oP -m 1 'at server/default.nix:\K[0-9]+' "$scratch/err")
export GITHUB_ACTIONS=true GITHUB_WORKSPACE=$scratch/repository
eka plan ::server
equal "exit code" 5 "$status"
equal "file and line are relative to the workspace" \
  "::error file=sub/pkgs/server-2/default.nix,line=$line,title=eka%3A evaluation" \
  "$(annotations | sed 's/\(evaluation\)::.*/\1/; s/,col=[0-9]*//')"
matches "the message has all lines" '::out of order%0A.*%0A  while planning ::server$' "$(annotations)"
matches "the error for people is the same" $'(^|\n)error: out of order' "$err"
eka plan ::client
matches "properties are escaped" '^::error file=sub/pkgs/100%25%2Ca/default.nix,line=1,col=' "$(annotations)"
eka plan ::server ::client ::good
equal "one for each error" 2 "$(annotations | wc -l)"
matches "standard output has none" "$(drv_named good)" "$out"
eka plan ::missing
matches "an error without a place" '^::error title=eka%3A [a-z]+::' "$(annotations)"
eka plan --no-such-option
equal "a command line that is wrong" error "$(commands "$scratch/err")"

for format in "" --json --json=lines --json=eval-jobs; do
  eka -v plan --fresh-eval $format ::hostile ::good
  matches "hostile text${format:+, $format}: a trace is shown" 'x3a:add-path' "$err"
  matches "hostile text${format:+, $format}: an error is shown" 'x3a:stop-commands' "$err"
  equal "hostile text${format:+, $format}: the annotation is the only command" "error" "$(commands "$scratch/err")"
  equal "hostile text${format:+, $format}: standard output has no command" "" "$(commands "$scratch/out")"
  [[ -z $format ]] || check "hostile text, $format: the output is JSON" jq -e . "$scratch/out" >"$scratch/json"
done
eka plan '::error file=a.nix::b' $'\n::add-mask::x' '##[add-path]x'
equal "hostile arguments" error "$(commands "$scratch/err" | sort -u)"
unset GITHUB_ACTIONS GITHUB_WORKSPACE
eka plan --json=eval-jobs ::hostile
matches "elsewhere, text is unchanged" '##\[add-path\]/evil' "$(jq -r .error <<<"$out")"

# GitLab.
export CI_PROJECT_DIR=$scratch/repository
eka plan --code-quality report.json ::server ::good ::missing
report() { jq -c "$1" report.json; }
equal "a report: exit code" 5 "$status"
equal "an issue for each error" 2 "$(report length)"
equal "its place" "\"sub/pkgs/server-2/default.nix\" $line" "$(report '.[] | select(.check_name == "eka/evaluation") | .location | .path, .lines.begin' | xargs -d '\n')"
equal "an error without a place" '"sub/ekala.toml"' "$(report '.[] | select(.check_name != "eka/evaluation") | .location.path')"
equal "every issue has what GitLab requires" true \
  "$(report 'all(has("description") and has("check_name") and has("location") and (.fingerprint | length == 64) and
    (.severity | IN("info", "minor", "major", "critical", "blocker"))) and (map(.fingerprint) | unique | length) == 2')"
fingerprint=$(report '.[] | select(.check_name == "eka/evaluation") | .fingerprint')
sed -i '1i # a comment' pkgs/server-2/default.nix
eka plan --code-quality report.json ::server
equal "an issue that moves is the same issue" "$fingerprint $((line + 1))" "$(report '.[0].fingerprint') $(report '.[0].location.lines.begin')"
eka plan --code-quality report.json ::good
equal "without errors, the report is empty" "0 []" "$status $(report .)"
eka plan --code-quality report.json ::bad::uri
equal "a run that fails as a whole has a report" 1 "$(report length)"
eka build --code-quality report.json ::server
equal "of a build, too" '"eka/evaluation"' "$(report '.[0].check_name')"
eka plan --code-quality missing/report.json ::good
equal "a report that cannot be written" 1 "$status"
finish
