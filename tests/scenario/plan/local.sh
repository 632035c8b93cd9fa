#!/bin/bash
# Atoms of a working tree: planned in their present state, without modifying it.
source "$(dirname "$0")/../scenario.sh"

git config --file "$HOME/.gitconfig" user.name scenario
git config --file "$HOME/.gitconfig" user.email scenario@eka.invalid
unset GIT_CONFIG_GLOBAL

mkdir set && cd set
eka init --init-git
eka new a
printf '[package]\nlabel = "a"\nversion = "1.2.0"\n\n[compose.as]\nnix = "default.nix"\n' >a/atom.toml
cat >a/default.nix <<'EOF'
{ main = derivation { name = "a-${cfg.package.version}"; system = cfg.platforms.build; builder = "/bin/sh"; src = ./.; }; }
EOF
printf '*.log\n!keep.log\nbuild/\n' >a/.gitignore
mkdir -p a/build a/deep/er
echo out >a/build/out; echo noise >a/x.log; echo kept >a/keep.log; echo text >a/deep/er/file
printf '#!/bin/sh\n' >a/run; chmod +x a/run; ln -s deep/er/file a/link
git add -A && git commit -qm "An atom"
expected=$(git rev-parse HEAD:a)

echo "- clean"
eka plan --json ::a
equal "plan ::label" 0 "$status"
equal "its version contains its tree id" "1.2.0-dev.${expected:0:12}" "$(jq -r '.plans[0].version' <<<"$out")"
eka plan a
first=$out
matches "a bare label is the same" "$(drv_named a-1.2.0)" "$first"

echo "- dirty"
echo more >>a/deep/er/file
touch a/new; mkdir a/other; echo new >a/other/new
before=$(find . -path ./.git -prune -o -printf '%p %m %s %T@ %l\n' | sort; git for-each-ref; git ls-files -s)
eka plan --json ::a
equal "plan" 0 "$status"
dirty=$(GIT_INDEX_FILE=$scratch/index git add -A && GIT_INDEX_FILE=$scratch/index git write-tree --prefix=a/)
equal "the tree is the one that git creates" "1.2.0-dev.${dirty:0:12}" "$(jq -r '.plans[0].version' <<<"$out")"
equal "the directory is untouched" "$before" \
  "$(find . -path ./.git -prune -o -printf '%p %m %s %T@ %l\n' | sort; git for-each-ref; git ls-files -s)"
found=$(jq -r '.plans[0].drv' <<<"$out")
if [[ $found != "$first" ]]; then ok "another derivation"; else not_ok "another derivation" "$found"; fi
cd a && eka plan a
equal "from a subdirectory of the set" "$found" "$out"
cd "$scratch" && eka plan ./set::a
equal "from outside, by path" "$found" "$out"

echo "- ignored files have no effect"
echo louder >set/a/x.log; echo again >set/a/build/out
eka plan ./set::a
equal "the same derivation" "$found" "$out"

echo "- unchanged files are not read"
cd set && git add -A && git commit -qm "More" && git update-index -q --refresh
sleep 1.1; git update-index --force-write-index 2>/dev/null || git status >/dev/null
opened() {
  strace -f -qq -e trace=openat,openat2,open -o "$scratch/trace" "$EKA" plan ::a >/dev/null 2>&1
  grep -cE '"(.*/)?set/a/deep/er/file"|openat2\(.*"file"' "$scratch/trace" || true
}
equal "no blob is opened" 0 "$(opened)"
touch a/deep/er/file
equal "one touched file is opened" 1 "$(opened)"
cd "$scratch"

echo "- errors"
eka plan ./set::b
equal "a missing atom" 3 "$status"
eka plan ./set::a@^2
equal "another version" 3 "$status"
matches "the present version is reported" 'the working tree has `a` 1.2.0, which does not satisfy' "$err"
git init -q set/a/nested
eka plan ./set::a
equal "a nested repository" 2 "$status"
matches "it is reported as a submodule" "submodules are not supported" "$err"

finish
