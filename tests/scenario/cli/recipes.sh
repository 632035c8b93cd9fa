#!/bin/bash
# The recipes of docs/ci.md: their commands are extracted and run, against a real server, in checkouts of depth 1.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"
source "$here/sets.sh"
source "$here/remote_cache.sh"
source "$here/builder.sh"

serve_start "$www" push
own_store
make_set base
publish base hello 1.0.0
make_set company
git clone -q "$SERVE_URL/company.git" work
cd work
for label in app tool; do
  write_atom $label $label 1.0.0 "base/hello ^1"
  sed -i 's|builder = "/bin/sh";|builder = "/bin/sh"; args = [ "-c" "echo $name >$out" ];|' $label/default.nix
done
sed -i '/needs = /d' app/default.nix tool/default.nix
echo 'set.packages = ["app", "tool"]' >ekala.toml
eka resolve --all
git add -A && git commit -qm "add atoms" && git push -q origin HEAD:main
cd "$scratch"
mkdir -p bin shared
ln -s "$EKA" bin/eka
export PATH=$scratch/bin:$PATH REPOSITORY=$SERVE_URL/company.git SHARED=$scratch/shared BUILDERS=
page=$here/../../docs/ci.md

# shell_block N: the Nth block of shell commands.
shell_block() { awk -v wanted="$1" '/^```sh$/ { n++; on = n == wanted; next } /^```/ { on = 0 } on' "$page"; }
# github JOB: the commands of the steps of a job, without those that prepare the machine.
github() {
  awk -v job="$1" '
    /^# \.github\/workflows\// { on = 1 } /^```/ { on = 0 }
    !on { next }
    /^  [a-z]+:$/ { current = substr($1, 1, length($1) - 1) }
    current != job { next }
    multi && /^          / { print substr($0, 11); next }
    { multi = 0 }
    /^(      - |        )run: \|$/ { multi = 1; next }
    match($0, /^(      - |        )run: /) { print substr($0, RLENGTH + 1) }' "$page" | grep -v '^sudo '
}
# gitlab JOB: its script.
gitlab() {
  awk -v job="$1" '
    /^# \.gitlab-ci\.yml$/ { on = 1 } /^```/ { on = 0 }
    !on { next }
    /^[a-z]+:/ { current = substr($1, 1, length($1) - 1); script = 0 }
    /^  [a-z]+:/ { script = /^  script:$/ }
    current == job && script && match($0, /^    - /) { print substr($0, RLENGTH + 1) }' "$page"
}
# steps WHAT TEXT: runs it as a CI system does, in a shell that ends with the first failure.
steps() {
  status=0
  bash -euo pipefail -c "$2" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  equal "$1: every command succeeds" 0 "$status"
}
checkout() { cd "$scratch" && git clone -q --depth 1 "$REPOSITORY" "$1" && cd "$1"; }
labels() { jq -r '[.plans[] | .label] | join(" ")' "$1"; }
# The requests for packs: a checkout has one.
packs() { serve_log | count '.command == "fetch"'; }

# The shell script, twice.
equal "the script is found" 1 "$(shell_block 1 | grep -c 'eka prefetch')"
mkdir first second
cd "$scratch/first"
export XDG_CACHE_HOME=$scratch/first/cache
# This machine builds nothing itself.
builder_start
NIX_CONFIG+=$'\nmax-jobs = 0' BUILDERS="$there x86_64-linux" SHARD=1/1 steps "the script" "$(shell_block 1)"
check "the script: it is built on the other machine" built_there app-1.0.0
equal "the script: all atoms are planned" "app tool" "$(labels checkout/plan.json)"
for path in $(grep '^/nix/store/' "$scratch/out"); do check "the script: it is built: ${path##*-}" test -e "$NIX_REMOTE$path"; done
cd "$scratch/second"
export XDG_CACHE_HOME=$scratch/second/cache
serve_forget
SHARD=1/1 steps "on another machine" "$(shell_block 1)"
equal "on another machine: the dependencies come from the exported cache" 0 "$(serve_log | count '.command == "fetch" and (.path | contains("base"))')"

# The script with a shared cache, on two other machines.
equal "the script with a shared cache is found" 1 "$(shell_block 2 | grep -c 'EKA_CACHE_PUSH')"
remote_cache_start
as_writer
unset EKA_CACHE_PUSH
for name in third fourth; do
  mkdir "$scratch/$name"
  cd "$scratch/$name"
  XDG_CACHE_HOME=$scratch/$name/cache SHARD=1/1 steps "with a shared cache, the $name machine" "$(shell_block 2)"
done
origins() { jq -r '[.plans[] | .label, .from] | join(" ")' "$scratch/$1/checkout/plan.json"; }
equal "with a shared cache: the first one evaluates" "app evaluated tool evaluated" "$(origins third)"
equal "with a shared cache: the other one does not" "app cache tool cache" "$(origins fourth)"
unset EKA_CACHE_REMOTE EKA_CACHE_TRUSTED_KEYS EKA_CACHE_SIGNING_KEY

# GitHub Actions: three machines, which restore the cache of the first, then one that builds.
export GITHUB_ACTIONS=true
equal "the workflow is found" 1 "$(github plan | grep -c 'eka prefetch')"
for shard in 1 2 3; do
  checkout "github-$shard"
  mkdir "$scratch/home-$shard"
  [[ $shard == 1 ]] || cp -a "$scratch/home-1/eka" "$scratch/home-$shard/"
  serve_forget
  GITHUB_WORKSPACE=$PWD GITHUB_OUTPUT=$scratch/home-$shard/output XDG_CACHE_HOME=$scratch/home-$shard SHARD=$shard steps "GitHub, machine $shard" "$(github plan)"
  [[ $shard == 1 ]] || equal "GitHub, machine $shard: nothing is fetched" 0 "$(packs)"
done
checkout github-build
cp "$scratch"/github-[123]/plan-*.json .
GITHUB_STEP_SUMMARY=$scratch/summary steps "GitHub, build" "$(github build)"
equal "GitHub, build: the plans are merged" "app tool" "$(labels plan.json)"
equal "GitHub, build: the summary" '* `app` 1.0.0-dev,* `tool` 1.0.0-dev' "$(sed 's/\.[0-9a-f]*$//' "$scratch/summary" | paste -sd,)"
equal "GitHub, build: outputs are printed" 2 "$(grep -c '^/nix/store/' "$scratch/out")"
equal "GitHub: the key of the cache" 1 "$(sort -u "$scratch"/home-[123]/output | grep -c '^key=.')"

# A pull request that changes one atom. (The last step posts the comment.)
checkout github-base
base=$(git rev-parse HEAD)
sed -i 's/^version = .*/version = "1.1.0"/' tool/atom.toml
git commit -qam "change tool"
git push -q origin HEAD:refs/pull/1/head
git clone -q "$REPOSITORY" "$scratch/github-changes" && cd "$scratch/github-changes"
git fetch -q --depth 1 origin refs/pull/1/head && git checkout -q FETCH_HEAD
comments() { github changes | grep '^gh '; }
equal "GitHub, changes: the comment is posted" 1 "$(comments | grep -c 'body-file changes.md')"
BASE=$base GITHUB_STEP_SUMMARY=$scratch/changes steps "GitHub, changes" "$(github changes | grep -v '^gh ')"
matches "GitHub, changes: the changed atom" '`tool`.*1\.1\.0' "$(cat changes.md)"
check "GitHub, changes: no other" bash -c '! grep -q "| .app" changes.md'
equal "GitHub, changes: the summary" "$(cat changes.md)" "$(cat "$scratch/changes")"
unset GITHUB_ACTIONS

# GitLab.
equal "the pipeline is found" 1 "$(gitlab plan | grep -c 'eka prefetch')"
mkdir "$scratch/gitlab"
for index in 1 2 3; do
  checkout "gitlab-$index"
  CI_PROJECT_DIR=$PWD XDG_CACHE_HOME=$PWD/.cache CI_NODE_INDEX=$index CI_NODE_TOTAL=3 steps "GitLab, machine $index" "$(gitlab plan)"
  equal "GitLab, machine $index: a code quality report" "[]" "$(jq -c . "quality-$index.json")"
  cp "plan-$index.json" "$scratch/gitlab"
done
checkout gitlab-build
cp "$scratch"/gitlab/plan-*.json .
CI_PROJECT_DIR=$PWD XDG_CACHE_HOME=$PWD/.cache steps "GitLab, build" "$(gitlab build)"
equal "GitLab, build: the plans are merged" "app tool" "$(labels plan.json)"

# A program in the place of nix-eval-jobs, with the arguments of those that start it.
checkout jobs
bash -euo pipefail -c "$(shell_block 3)"
check "the program is there" test -x bin/nix-eval-jobs
stand_in() {
  status=0
  bin/nix-eval-jobs "$@" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
}
attrs() { jq -r .attr "$scratch/out" | sort | xargs; }
stand_in --gc-roots-dir "$scratch/gcroots" --force-recurse --max-memory-size 4096 --workers 4 --flake '.#checks.x86_64-linux' \
  --check-cache-status
equal "nix-fast-build" "0 app tool" "$status $(attrs)"
conforms "nix-fast-build: valid under the schema" eval-jobs.schema.json "$scratch/out"
equal "nix-fast-build: what it reads" true "$(jq -s 'all(has("attr") and has("drvPath") and has("outputs") and has("system") and has("cacheStatus"))' "$scratch/out")"
stand_in --option eval-cache false --workers 8 --max-memory-size 2048 --option accept-flake-config true \
  --gc-roots-dir "$scratch/gcroots" --force-recurse --check-cache-status --show-trace --flake "$PWD#checks" \
  --reference-lock-file other.lock
equal "buildbot-nix" "0 app tool" "$status $(attrs)"
equal "buildbot-nix: what it requires" true \
  "$(jq -s 'all((.attrPath | type) == "array" and (.neededBuilds | type) == "array" and (.neededSubstitutes | type) == "array" and
    (.name | type) == "string" and (.inputDrvs | type) == "object")' "$scratch/out")"
stand_in --option restrict-eval true "<src/release.nix>" -I "src=/nix/store/x-src" --argstr atoms "./::app" --arg other '{ }' \
  --gc-roots-dir "$scratch/gcroots" --max-jobs 1 --meta --constituents --force-recurse \
  --option allow-import-from-derivation false --workers 1 --max-memory-size 4096
equal "Hydra" "0 app" "$status $(attrs)"
check "Hydra: meta" jq -e 'has("meta")' "$scratch/out"
finish
