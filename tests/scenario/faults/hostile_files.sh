#!/bin/bash
# Files designed to take forever or to fill the disk: each is rejected with a reason, SIGINT stops the work on it
# quickly, and other atoms are unaffected.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

serve_start "$www"
mkdir -p "$www/files" "$scratch/members"

# interrupted ARGUMENT…: sends SIGINT after 1.5 seconds; sets $waited to the time from then to the exit.
interrupted() {
  local pid began
  "$EKA" "$@" </dev/null >"$scratch/out" 2>"$scratch/err" &
  pid=$!
  sleep 1.5
  began=$(date +%s%N)
  kill -INT "$pid" 2>/dev/null || true
  status=0
  wait "$pid" || status=$?
  waited=$((($(date +%s%N) - began) / 1000000))
}

# bomb MEMBER COUNT NAME: a compressed archive with COUNT copies of the file MEMBER.
bomb() {
  gzip -9 -c "$1" >"$scratch/members/member.gz"
  for ((i = 0; i < $2; i++)); do cat "$scratch/members/member.gz"; done >"$www/files/$3"
}
# headers TYPE CONTENT: a megabyte of tar headers of that type.
headers() {
  perl -e '
    my ($type, $content) = @ARGV;
    my $header = pack("a100a8a8a8a12a12A8aa100a8", "d/x", "0000644", "0000000", "0000000",
      sprintf("%011o", length $content), "00000000000", "        ", $type, "", "ustar\00000");
    my $sum = 0; $sum += $_ for unpack("C*", $header);
    substr($header, 148, 8) = sprintf("%06o\0 ", $sum);
    $header .= "\0" x (512 - length $header);
    $content .= "\0" x (-length($content) % 512);
    print(($header . $content) x int(1048576 / length($header . $content)))' "$1" "$2"
}
headers 0 '' >"$scratch/members/empty"
headers g $'11 a=bcdef\n' >"$scratch/members/global"
bomb "$scratch/members/empty" 4000 empty.tar.gz
bomb "$scratch/members/global" 4000 global.tar.gz
at_most "the archive of 4 GB of headers is small" $((32 << 20)) "$(stat -c %s "$www/files/empty.tar.gz")"
# The maximum number of entries, all different, which takes a while.
perl -e '
  for my $i (1 .. 450000) {
    my $header = pack("a100a8a8a8a12a12A8aa100a8", "d/$i", "0000644", "0000000", "0000000",
      sprintf("%011o", 512), "00000000000", "        ", "0", "", "ustar\00000");
    my $sum = 0; $sum += $_ for unpack("C*", $header);
    substr($header, 148, 8) = sprintf("%06o\0 ", $sum);
    print $header . "\0" x (512 - length $header) . sprintf("%-512d", $i);
  }
  print "\0" x 1024' | gzip -1 >"$www/files/slow.tar.gz"

begin_set
add_atom good "{ main = derivation { name = \"good\"; system = cfg.platforms.build; builder = \"/bin/sh\"; }; }"
add_atom empty "{ }" "x.tar = \"$SERVE_URL/files/empty.tar.gz\""
add_atom global "{ }" "x.tar = \"$SERVE_URL/files/global.tar.gz\""
add_atom slow "{ }" "x.tar = \"$SERVE_URL/files/slow.tar.gz\""
add_atom large "{ main = builtins.deepSeq (builtins.genList (i: builtins.toFile \"f\" ((let f = n: if n == 0 then \"a\" else
  let x = f (n - 1); in x + x; in f 20) + toString i)) 4000) (derivation { name = \"l\"; system = cfg.platforms.build;
  builder = \"/bin/sh\"; }); }"
commit_set good empty global slow large

eka resolve empty
equal "an archive of headers only: exit code" 6 "$status"
matches "reason" 'exceeds the maximum number of entries|exceeds the expansion limit' "$err"
eka resolve global
equal "headers that never become entries: exit code" 6 "$status"
interrupted resolve slow
equal "450,000 entries, and SIGINT: exit code" 130 "$status"
at_most "time until the exit, in ms" 15000 "$waited"

echo "- a disk that an evaluation fills"
eka resolve good large
equal "resolved" 0 "$status"
export EKA_PLAN_DISK=100M
eka plan ::good ::large
equal "one evaluation fails: exit code" 5 "$status"
matches "the limit is reported" 'evaluation wrote more than 100 MiB into its store' "$err"
matches "hint" 'plan.disk' "$err"
matches "the other is planned" "$(drv_named good)" "$out"
eka plan -c ::good ::large
equal "in one process: exit code" 5 "$status"
matches "the other is planned" "$(drv_named good)" "$out"
for ((i = 0; i < 50; i++)); do
  left=$(du -sm "$XDG_CACHE_HOME" | cut -f1)
  ((left < 100)) && break
  sleep 0.1
done
at_most "size left in the cache, in MB" 99 "$left"
unset EKA_PLAN_DISK

echo "- manifests and locks"
deep=$(printf 'a.%.0s' {1..50000})
printf '[package]\nlabel = "good"\nversion = "1.0.0"\n%sa = 1\n' "$deep" >"$scratch/atom.toml"
eka inspect manifest "$scratch/atom.toml"
equal "a key of 50,000 parts: exit code" 2 "$status"
matches "reason" 'levels deep' "$err"
{
  printf 'version = 0\n[compose]\nuse = "static"\n[[deps]]\nrequires = ['
  for i in {1..280000}; do printf '"%d",' "$i"; done
  printf ']\n'
} >"$scratch/atom.lock"
eka inspect lock "$scratch/atom.lock"
equal "280,000 requires: exit code" 6 "$status"
finish
