#!/bin/bash
# What servers say about a push, and how the user's environment reaches git: over HTTP, ssh and file.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"
source "$here/ssh.sh"

git config --file "$HOME/.gitconfig" user.name scenario
git config --file "$HOME/.gitconfig" user.email scenario@eka.invalid
unset GIT_CONFIG_GLOBAL

serve_start "$www" push
ssh_start
export GIT_SSH_COMMAND="ssh -F $SSH_DIR/client"
set=$www/set.git
git init -q --bare "$set"
mkdir set && cd set
git init -q -b main && git remote add origin "$SERVE_URL/set.git"
eka init
equal "init" 0 "$status"
for label in a b c; do write_atom $label $label 0.1.0; done
printf '[set]\npackages = ["a", "b", "c"]\n' >ekala.toml
git add -A && git commit -qm "Three atoms"

refs() { git --git-dir="$set" for-each-ref --format='%(refname)' refs/eka/atoms | sed 's|.*/atoms/||' | paste -sd,; }
forget() { git --git-dir="$set" for-each-ref --format='delete %(refname)' refs/eka | git --git-dir="$set" update-ref --stdin; }
# hook NAME: installs standard input.
hook() { { echo '#!/bin/sh'; cat; } >"$set/hooks/$1" && chmod +x "$set/hooks/$1"; }
unhook() { rm -f "$set"/hooks/*; }
unhook

for url in "$SERVE_URL/set.git" "ssh://$SSH_HOST$set" "file://$set"; do
  echo "- ${url%%:*}: a hook that refuses the whole push"
  hook pre-receive <<'END'
echo "the freeze ends on Monday" >&2
exit 1
END
  eka publish --all -t "$url"
  equal "refused" "4 refused,refused,refused" "$status $(cut -d' ' -f1 <<<"$out" | paste -sd,)"
  matches "git's reason" 'pre-receive hook declined' "$err"
  matches "the server's reason" 'remote: the freeze ends on Monday' "$err"
  equal "nothing is published" "" "$(refs)"
  unhook

  echo "- ${url%%:*}: a hook that refuses some refs"
  hook update <<'END'
case $1 in refs/eka/atoms/b/*) echo "b belongs to $1" >&2; echo "ask the owner of b" >&2; exit 1 ;; esac
END
  git --git-dir="$set" config receive.advertiseAtomic false
  eka publish --all -t "$url"
  equal "others are published" "4 published a,published c,refused b" "$status $(cut -d' ' -f1,2 <<<"$out" | sort | paste -sd,)"
  equal "the server's words, once" 1 "$(grep -c 'remote: ask the owner of b' <<<"$err")"
  matches "with the ref" 'refs/eka/atoms/b/0\.1\.0: .*hook declined' "$err"
  matches "what was accepted of it" 'the remote has accepted refs/eka/meta/b/0\.1\.0/manifest' "$err"
  equal "what is published" "a/0.1.0,c/0.1.0" "$(refs)"
  unhook
  git --git-dir="$set" config --unset receive.advertiseAtomic
  eka publish --all -t "$url"
  equal "later" "0 published b,skipped a,skipped c" "$status $(cut -d' ' -f1,2 <<<"$out" | sort | paste -sd,)"
  forget

  echo "- ${url%%:*}: a server that is content"
  hook post-receive <<'END'
echo "thank you, see https://ci.invalid/1" >&2
END
  eka publish a -t "$url"
  equal "published" "0 published a" "$status $(cut -d' ' -f1,2 <<<"$out")"
  equal "its words, once" 1 "$(grep -c '^remote: thank you, see https://ci.invalid/1' <<<"$err")"
  unhook
  forget
done

echo "- refs that the server does not list"
git --git-dir="$set" config transfer.hideRefs refs/eka/meta
eka publish a --no-check
equal "a ref that the server hides from pushes is refused" 4 "$status"
matches "with its name and the reason" 'refs/eka/meta/a/0\.1\.0/manifest: .*hidden ref' "$err"
matches "what was accepted" 'the remote has accepted refs/eka/atoms/a/0\.1\.0' "$err"
git --git-dir="$set" config --unset transfer.hideRefs
eka publish a --no-check
equal "publishing it again completes it" "0 skipped a" "$status $(cut -d' ' -f1,2 <<<"$out")"
equal "with all refs" 3 "$(git --git-dir="$set" for-each-ref refs/eka | wc -l)"
forget
git --git-dir="$set" config uploadpack.hideRefs refs/eka/atoms
eka publish a
equal "refs that are accepted and hidden" "0 published a" "$status $(cut -d' ' -f1,2 <<<"$out")"
matches "are named" 'warning: a 0\.1\.0: the remote accepted its refs but does not list them' "$err"
git --git-dir="$set" config --unset uploadpack.hideRefs
forget

echo "- variables that bind git to another repository"
mkdir "$scratch/elsewhere" && git init -q --bare "$scratch/elsewhere/bare.git"
GIT_NAMESPACE=elsewhere eka publish a
equal "GIT_NAMESPACE: exit code" 0 "$status"
equal "GIT_NAMESPACE: published" "a/0.1.0" "$(refs)"
equal "GIT_NAMESPACE: not into a namespace" "" "$(git --git-dir="$set" for-each-ref refs/namespaces)"
forget
GIT_NAMESPACE=elsewhere eka publish a -t "file://$set"
equal "GIT_NAMESPACE, file: published" "0 a/0.1.0" "$status $(refs)"
forget
GIT_COMMON_DIR=$scratch/elsewhere/bare.git GIT_DIR=$scratch/elsewhere/bare.git GIT_WORK_TREE=/ \
  GIT_ALTERNATE_OBJECT_DIRECTORIES=/nowhere GIT_SHALLOW_FILE=/nowhere GIT_PREFIX=x/ GIT_OBJECT_DIRECTORY=/nowhere eka publish a
equal "others" "0 a/0.1.0" "$status $(refs)"
forget

echo "- configuration in the environment, with a password in the URL"
with_password=${SERVE_URL/:\/\//://user:secret@}/set.git
hook pre-receive <<'END'
i=0; while [ $i -lt "${GIT_PUSH_OPTION_COUNT:-0}" ]; do eval "echo option: \$GIT_PUSH_OPTION_$i" >&2; i=$((i + 1)); done
END
git --git-dir="$set" config receive.advertisePushOptions true
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=push.pushOption GIT_CONFIG_VALUE_0=kept
eka publish a -t "$with_password"
equal "published" "0 published a" "$status $(cut -d' ' -f1,2 <<<"$out")"
matches "the user's configuration applies" 'remote: option: kept' "$err"
check "the password is not shown" test -z "$(grep secret <<<"$out$err")"
unset GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0

echo "- a remote that is not configured"
git remote remove origin
eka publish a
equal "exit code" 2 "$status"
matches "names the remote" 'error: this repository has no remote `origin`' "$err"
check "and no path" test -z "$(grep -F "$scratch" <<<"$err")"
mkdir origin
eka publish a
matches "also beside a directory of that name" 'error: this repository has no remote `origin`' "$err"

finish
