#!/bin/bash
# The cache directory is full, read-only, not a directory, or removed. Each case has the right exit code, a helpful
# message, and a next run that succeeds with a valid cache.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"

serve_start "$www"
proxy_start
SERVE_URL=$PROXY_URL make_world make --sets 3 --atoms 9 --versions 1 --files 4 --file-size 150000 --deps 2 --levels 2 --seed 5
uri=$PROXY_URL/set-00.git::root
wanted=$uri
learn
check "the closure is large enough" test "$(du -sk "$XDG_CACHE_HOME/eka" | cut -f1)" -gt 2000

# complains WHAT CODE WORDS: the last run had this exit code, and named the reason, the atom and a remedy.
complains() {
  equal "$1: exit code" "$2" "$status"
  matches "$1: message" "$3" "$err"
  matches "$1: names the atom" "set-00\.git::root" "$err"
  matches "$1: hint" "help: .*(EKA_CACHE_ROOT|cache\.root)" "$err"
}
# mends WHAT: the cache is valid, and the next run succeeds.
mends() {
  if [[ -d $XDG_CACHE_HOME/eka ]]; then sound "$1"; fi
  recovers "$1"
}

echo "- no file may grow (RLIMIT_FSIZE)"
for kilobytes in 100 600; do
  fresh_cache
  status=0
  (ulimit -f "$kilobytes" && exec "$EKA" prefetch "$uri") </dev/null >"$scratch/out" 2>"$scratch/err.piped" || status=$?
  err=$(cat "$scratch/err.piped")
  complains "files of $kilobytes KiB" 1 "File too large"
  mends "files of $kilobytes KiB"
done

mountable=
mkdir "$scratch/small"
if ((EUID == 0)) && mount -t tmpfs -o size=64k none "$scratch/small" 2>"$scratch/mount.err"; then
  mountable=yes
  at_exit 'umount "$scratch/small"'
else
  skip "a full file system, a read-only one: mounting takes root ($(cat "$scratch/mount.err" 2>/dev/null))"
fi

small() {  # SIZE: mounts an empty file system of this size for the cache
  umount "$scratch/small"
  mount -t tmpfs -o "size=$1" none "$scratch/small"
  XDG_CACHE_HOME=$scratch/small
}
if [[ $mountable ]]; then
  echo "- the file system is full"
  for size in 16k 512k 2m; do
    small "$size"
    eka prefetch "$uri"
    complains "$size" 1 "No space left on device|disk is full"
    mount -o remount,size=400m "$scratch/small"
    mends "$size"
  done

  echo "- the file system is read-only"
  small 400m
  mount -o remount,ro "$scratch/small"
  eka prefetch "$uri"
  equal "read-only and empty: exit code" 1 "$status"
  matches "read-only and empty: message" "$scratch/small.*Read-only file system" "$err"
  matches "read-only and empty: hint" "help: .*(EKA_CACHE_ROOT|cache\.root)" "$err"
  mount -o remount,rw "$scratch/small"
  mends "read-only and empty"
  mount -o remount,ro "$scratch/small"
  eka --offline prefetch "$uri"
  equal "read-only and filled: it is used" "0" "$status"
  mount -o remount,rw "$scratch/small"
  mends "read-only and filled"
fi

echo "- the directory does not exist"
XDG_CACHE_HOME=$scratch/not/there/yet
recovers "not there yet"
XDG_CACHE_HOME=$scratch/gone
mkdir "$XDG_CACHE_HOME"
eka prefetch "$uri"
rm -rf "$XDG_CACHE_HOME"
recovers "removed since"
touch "$scratch/file"
XDG_CACHE_HOME=$scratch/file
eka prefetch "$uri"
equal "a file in its place: exit code" 1 "$status"
matches "a file in its place: the message names it" "$scratch/file" "$err"
matches "a file in its place: hint" "help: " "$err"
check "a file in its place: it is not modified" test -f "$scratch/file"
rm "$scratch/file"
recovers "a file in its place, until it is removed"

echo "- it is removed while eka runs"
fresh_cache
proxy_start --fault "stall:body=1000,about=command=fetch,times=1"
EKA_NET_STALL=1 "$EKA" prefetch "$uri" </dev/null >"$scratch/out" 2>"$scratch/err" &
running=$!
for _ in {1..500}; do
  if (($(proxy_counts | jq .faults) > 0)); then break; fi
  sleep 0.01
done
rm -rf "$XDG_CACHE_HOME/eka"
status=0
wait "$running" || status=$?
err=$(cat "$scratch/err")
# Whether eka still writes there depends on when the other remotes respond.
matches "removed in between: an error or success" "^(0|1)\$" "$status"
if ((status != 0)); then
  matches "removed in between: message" "No such file or directory" "$err"
  matches "removed in between: names the atom" "set-00\.git::root" "$err"
  matches "removed in between: hint" "help: .*run it again" "$err"
fi
mends "removed in between"

echo "- the clock is set back: the cache is from the future"
fresh_cache
eka prefetch "$uri"
find "$XDG_CACHE_HOME/eka" -exec touch --no-dereference -d '+400 days' {} +
sound "from the future"
eka --offline prefetch "$uri"
equal "from the future: it is used" "0 $right" "$status $(holds)"
eka cache gc
equal "from the future: recently used atoms are kept" "0 $right" "$status $(holds)"
echo "- the clock is set forward: the cache is old"
find "$XDG_CACHE_HOME/eka" -exec touch --no-dereference -d '10 years ago' {} +
sound "from the past"
eka --offline prefetch "$uri"
equal "from the past: it is used" "0 $right" "$status $(holds)"

echo "- the working directory is removed"
mkdir "$scratch/left"
cd "$scratch/left"
rmdir "$scratch/left"
fresh_cache
for local in ::root ./set::root; do
  eka plan "$local"
  equal "the working directory is gone: $local: exit code" 2 "$status"
  matches "the working directory is gone: $local: message" "cannot determine the working directory: No such file" "$err"
  matches "the working directory is gone: $local: hint" "help: .*removed" "$err"
done
eka prefetch "$uri"
cd "$scratch"
equal "the working directory is gone: other commands succeed" "0 $right" "$status $(holds)"

finish
