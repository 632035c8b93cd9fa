#!/bin/bash
# From an empty directory to published atoms that can be planned: init, new, publish; over file, HTTP and ssh.
source "$(dirname "$0")/../scenario.sh"
source "$here/ssh.sh"

git config --file "$HOME/.gitconfig" user.name scenario
git config --file "$HOME/.gitconfig" user.email scenario@eka.invalid
unset GIT_CONFIG_GLOBAL

www=$scratch/www
serve_start "$www" push
for name in over-http over-file over-ssh; do git init -q --bare "$www/$name.git"; done

# write_atom DIRECTORY LABEL VERSION
write_atom() {
  printf '[package]\nlabel = "%s"\nversion = "%s"\n\n[compose.as]\nnix = "default.nix"\n' "$2" "$3" >"$1/atom.toml"
  cat >"$1/default.nix" <<'EOF'
{ main = derivation { name = cfg.package.label; system = cfg.platforms.build; builder = "/bin/sh"; src = ./.; }; }
EOF
}

echo "- a new set"
mkdir set && cd set
eka init
equal "init without a repository: exit code" 2 "$status"
matches "hint" "--init-git" "$err"
eka init --init-git
equal "init --init-git" 0 "$status"
genesis=$out
equal "prints the genesis" "$(git rev-parse HEAD)" "$genesis"
mkdir below && eka init below --init-git
check "no nested repository is created" test ! -e below/.git
git reset -q --hard "$genesis" && rm -rf below
eka init --init-git
equal "init again changes nothing" "$genesis $(git rev-parse HEAD)" "$out $genesis"

echo "- atoms in it"
eka new a
equal "new" 0 "$status"
eka new sub/b -V 1.2.0 -l bee
equal "new with a label and a version" 0 "$status"
matches "the label is in the manifest" 'label = "bee"' "$(cat sub/b/atom.toml)"
eka new other -l bee
equal "a label in use is rejected" 2 "$status"
matches "both directories are named" 'sub/b.*other' "$err"
eka new sub/b -l other
equal "an existing atom is rejected" 2 "$status"
equal "both atoms are listed" 'packages = ["a", "sub/b"]' "$(grep ^packages ekala.toml)"
write_atom a a 0.1.0
write_atom sub/b bee 1.2.0
git add -A && git commit -qm "Two atoms"
two_atoms=$(git rev-parse HEAD)

echo "- publishing over HTTP"
git remote add origin "$SERVE_URL/over-http.git"
eka publish --all
equal "a remote that is not a set is rejected" 4 "$status"
eka init
equal "init initializes the remote" 0 "$status"
equal "the remote has the genesis" "$genesis" "$(git --git-dir="$www/over-http.git" rev-parse refs/ekala/init)"
before=$(git status --porcelain; git for-each-ref; git ls-files -s)
serve_forget
eka publish --all
equal "publish --all" 0 "$status"
equal "the published atoms are printed" "published a,published bee" "$(cut -d' ' -f1,2 <<<"$out" | paste -sd,)"
equal "one push for all refs" 1 "$(serve_log | count '.method == "POST" and (.path | endswith("git-receive-pack")) and .received > 4')"
equal "the user's repository is unchanged" "$before" "$(git status --porcelain; git for-each-ref; git ls-files -s)"
first=$out
eka publish --all
equal "publish again: all skipped" "skipped,skipped" "$(cut -d' ' -f1 <<<"$out" | paste -sd,)"
equal "the same revisions" "$(cut -d' ' -f4 <<<"$first")" "$(cut -d' ' -f4 <<<"$out")"

echo "- published atoms can be planned"
fresh_cache
eka plan "$SERVE_URL/over-http.git::a" "$SERVE_URL/over-http.git::bee@^1"
equal "plan" 0 "$status"
matches "a derivation" '-a\.drv' "$out"

echo "- published versions never change"
echo '# more' >>a/default.nix
git commit -qam "Change a"
eka publish a
equal "other content for the same version is rejected" 6 "$status"
matches "the reason" "already published with different content: raise the version in a/atom.toml" "$err"
eka publish --all -r HEAD~1
equal "the older commit is still identical" 0 "$status"
sed -i 's/0\.1\.0/0.2.0/' a/atom.toml && git commit -qam "a 0.2.0"
eka publish a
equal "a new version is published" "0 published a 0.2.0" "$status $(cut -d' ' -f1-3 <<<"$out")"
eka publish --all
equal "an unchanged atom is identical from a later commit" "0 skipped,skipped" \
  "$status $(cut -d' ' -f1 <<<"$out" | paste -sd,)"

echo "- problems on other platforms"
mkdir odd
write_atom odd odd 0.1.0
echo one >odd/README; echo two >odd/readme
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12345\n' 0 >odd/large.bin
sed -i 's/packages = \[/packages = ["gone", "odd", /' ekala.toml
git add -A && git commit -qm "odd 0.1.0"
eka publish odd
equal "it is published" "0 published odd 0.1.0" "$status $(cut -d' ' -f1-3 <<<"$out")"
matches "names that differ in case only are reported" 'odd: `README` and `readme` differ only in case' "$err"
matches "LFS pointers are reported" 'odd: `large.bin` is a Git LFS pointer' "$err"
matches "a listed directory without an atom is reported" 'lists `gone`, but gone/atom.toml does not exist' "$err"
git update-index --add --cacheinfo 160000,"$genesis",odd/module
sed -i 's/0\.1\.0/0.2.0/' odd/atom.toml && git add odd/atom.toml && git commit -qm "odd 0.2.0"
eka publish odd a
equal "a submodule is rejected, others are not" "2 skipped a,refused odd" "$status $(cut -d' ' -f1,2 <<<"$out" | sort -r | paste -sd,)"
matches "the submodule is named" '"module" is a submodule, which eka does not support' "$err"
git reset -q --hard HEAD~2
git --git-dir="$www/over-http.git" update-ref -d refs/eka/atoms/odd/0.1.0

echo "- another set's remote"
mkdir "$scratch/stranger" && cd "$scratch/stranger"
eka init --init-git
equal "another set" 0 "$status"
git remote add origin "$SERVE_URL/over-http.git"
eka init
equal "a remote with another genesis is rejected" 6 "$status"
matches "both geneses are named" "$genesis.*$(git rev-parse HEAD)" "$err"
cd "$scratch/set"

echo "- over file"
eka init -t "file://$www/over-file.git"
equal "init" 0 "$status"
eka publish --all -r "$two_atoms" -t "file://$www/over-file.git"
equal "publish" 0 "$status"
equal "exactly the same atoms" "$(git --git-dir="$www/over-http.git" for-each-ref refs/eka/atoms | grep -v a/0.2.0)" \
  "$(git --git-dir="$www/over-file.git" for-each-ref refs/eka/atoms)"

echo "- over ssh"
ssh_start
export GIT_SSH_COMMAND="ssh -F $SSH_DIR/client"
eka init -t "ssh://$SSH_HOST$www/over-ssh.git"
equal "init" 0 "$status"
eka publish --all -r "$two_atoms" -t "ssh://$SSH_HOST$www/over-ssh.git"
equal "publish" 0 "$status"
equal "the same atoms" "$(git --git-dir="$www/over-file.git" for-each-ref refs/eka)" \
  "$(git --git-dir="$www/over-ssh.git" for-each-ref refs/eka)"

echo "- listing the set"
eka inspect set "$SERVE_URL/over-http.git"
equal "inspect set" "a 0.1.0,a 0.2.0,bee 1.2.0" "$(cut -d' ' -f1,2 <<<"$out" | paste -sd,)"
eka inspect id "$genesis" bee
id=$out
eka plan --json "$SERVE_URL/over-http.git::bee"
equal "inspect id agrees with plan" "$(jq -r '.plans[0].id' <<<"$out")" "$id"

finish
