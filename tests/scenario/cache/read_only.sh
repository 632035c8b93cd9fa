#!/bin/bash
# A filled read-only cache: its contents are used, nothing is written, and missing entries are errors with a hint.
# Tested with a read-only mount and with directories not writable by the user.
source "$(dirname "$0")/../scenario.sh"
source "$here/proxy.sh"
source "$here/building.sh"

serve_start "$www"
own_store
make_world make --sets 3 --atoms 12 --versions 2 --files 4 --file-size 500 --deps 3 --levels 3 --seed 5
set=$SERVE_URL/set-00.git
cache=$XDG_CACHE_HOME/eka
eka plan "$set::root" "$set::root@=1.0.0"
equal "a cache is filled" 0 "$status"
planned=$(head -n 1 <<<"$out")
older=$(tail -n 1 <<<"$out")
eka inspect set "$set"
rev=$(awk '$1 == "root" { rev = $3 } END { print rev }' <<<"$out")
git --git-dir="$www/set-00.git" show "$rev:atom.lock" >"$scratch/atom.lock"
eka graph "$set::root"
graph=$out
state() { (cd "$cache" && find . -printf '%p %m %s %T@ %C@\n' | sort && find . -type f ! -name lock -exec sha256sum {} + | sort); }
# An atom that has not been requested yet.
mkdir "$scratch/absent"
printf '[package]\nlabel = "absent"\nversion = "1.0.0"\n\n[compose.as]\nnix = "default.nix"\n' >"$scratch/absent/atom.toml"
release "$www/set-00.git" "$scratch/absent" absent 1.0.0 >/dev/null
absent=$set::absent

# as_reader COMMAND…: runs it as a user who may only read the cache. Set by each of the two ways.
eka() {
  status=0
  as_reader "$EKA" "$@" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
}

serves() {  # WHAT REASON REFUSED…
  local what=$1 reason=$2 before command
  shift 2
  before=$(state)
  serve_forget
  eka -v --offline plan "$set::root"
  equal "$what: a plan" "0 $planned" "$status $out"
  matches "$what: -v says why nothing is cached" "cache is read-only \(.*: $reason\): results of this run are not cached" "$err"
  eka --offline plan "$set::root@=1.0.0"
  equal "$what: no message without -v" "0 $older " "$status $out $(grep -v '^offline: ' <<<"$err" | grep -i 'read' || true)"
  eka --offline prefetch "$set::root"
  equal "$what: prefetch" 0 "$status"
  eka --offline prefetch --lock "$scratch/atom.lock"
  equal "$what: prefetch of a lock" 0 "$status"
  eka --offline graph "$set::root"
  equal "$what: graph" "0 $graph" "$status $out"
  equal "$what: no remote is queried" "" "$(serve_log)"
  eka plan "$set::root"
  equal "$what: a plan that queries versions" "0 $planned" "$status $out"
  equal "$what: no handshake with a known host" "ls-refs" "$(serve_log | jq -rs 'map(.command) | join(" ")')"
  eka inspect set "$set"
  equal "$what: inspect" 0 "$status"
  eka cache stat --json
  equal "$what: eka cache stat" "0 true" "$status $(jq '.database.facts.whole > 0' <<<"$out")"
  eka cache verify
  equal "$what: eka cache verify" 0 "$status"

  for command; do
    # shellcheck disable=SC2086
    eka $command
    equal "$what: writing: exit code of eka ${command%% http*}" 1 "$status"
    matches "$what: the message names the directory and the reason" "the cache at $cache: it is read-only \(.*: $reason\)" "${err//$'\n'/ }"
    matches "$what: hint" "help: .*EKA_CACHE_ROOT.* such as a copy of this one" "${err//$'\n'/ }"
  done
  eka --offline prefetch "$absent"
  equal "$what: offline and absent: exit code" 7 "$status"
  equal "$what: the cache is unchanged" "$before" "$(state)"
}

# The suggested remedy.
copy_serves() {
  cp -r "$cache" "$scratch/copy.$1"
  chmod -R u+w "$scratch/copy.$1"
  status=0
  EKA_CACHE_ROOT=$scratch/copy.$1 as_reader "$EKA" plan --fresh-eval "$set::root" >"$scratch/out" 2>"$scratch/err" || status=$?
  equal "$1: a plan with a copy of the cache" "0 $planned" "$status $(cat "$scratch/out")"
}

echo "- a file system mounted read-only"
# In a separate mount namespace; for unprivileged users also in a user namespace.
namespace=(unshare -m)
((EUID == 0)) || namespace=(unshare -rm)
as_reader() {
  "${namespace[@]}" bash -c 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"' - "$cache" "$@"
}
if as_reader true 2>"$scratch/mount.err"; then
  serves "mounted read-only" "Read-only file system" "prefetch $absent" "plan $absent" "plan --fresh-eval $set::root" \
    "verify $set::root" "cache gc" "cache verify --repair"
  copy_serves "mounted"
  mv "$cache/gcroots" "$scratch/gcroots"
  eka --offline plan "$set::root"
  equal "a plan without a garbage collector root" "0 $planned" "$status $out"
  matches "the missing root is reported" "cannot protect derivations from Nix.s garbage collector: cannot create the directory $cache/gcroots: Read-only" "$err"
  mv "$scratch/gcroots" "$cache/gcroots"
  eka_db=$cache/eka.db

  # Killed while its facts were only in the write-ahead log.
  sets_known() { "$EKA" cache stat --json | jq .database.facts.genesis; }
  known=$(sets_known)
  proxy_start --fault "stall:body=10,about=command=fetch,times=1"
  "$EKA" prefetch "$PROXY_URL/set-00.git::absent" </dev/null >"$scratch/killed" 2>&1 &
  running=$!
  for _ in {1..1000}; do
    if (($(proxy_counts | jq .faults) > 0)); then break; fi
    sleep 0.01
  done
  kill -KILL "$running"
  wait "$running" 2>/dev/null || true
  check "a killed run has left a log" test -s "$eka_db-wal"
  eka cache stat --json
  equal "the log is read" "0 $((known + 1))" "$status $(jq .database.facts.genesis <<<"$out")"

  # An invalid database in a read-only cache is not set aside.
  "$EKA" cache stat >/dev/null
  cp "$eka_db" "$scratch/kept.db"
  echo "not a database, but long enough to be looked at by whoever reads the first hundred bytes of a file, and a bit more" >"$eka_db"
  eka --offline prefetch "$set::root"
  equal "a damaged eka.db: exit code" 4 "${status/7/4}"
  matches "a damaged eka.db: message" "cannot use eka.db" "$err"
  check "a damaged eka.db: it is not renamed" test ! -e "$eka_db.damaged"
  cp "$scratch/kept.db" "$eka_db"
else
  skip "mounting: $(cat "$scratch/mount.err")"
fi

echo "- directories not writable by the user"
as_reader() { "$@"; }
if ((EUID == 0)); then
  # Root may write anywhere, so another user has to try. User 65534 owns the cache.
  chmod a+rx "$scratch"
  chown -R 65534 "$XDG_CACHE_HOME" "$HOME" "$XDG_CONFIG_HOME" "$NIX_REMOTE"
  mkdir -m 0777 "$scratch/theirs"
  as_reader() { setpriv --reuid 65534 --regid 65534 --clear-groups env TMPDIR="$scratch/theirs" "$@"; }
fi
chmod -R a-w "$cache"
if as_reader "$EKA" --version >/dev/null 2>"$scratch/reader.err"; then
  serves "closed" "Permission denied" "prefetch $absent" "cache gc"
else
  skip "closed directories: $(cat "$scratch/reader.err")"
fi
chmod -R u+w "$cache"
finish
