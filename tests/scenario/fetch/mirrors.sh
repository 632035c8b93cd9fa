#!/bin/bash
# Objects come from any mirror: the fastest first, the next one after a failure; none of them is trusted.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"
faults_begin

# A second mirror of base: the same server through a slower proxy. (A subshell would stop it.)
slow() {
  local PROXY_NAME=slow PROXY_PORT=${slow_port:-0} PROXY_PID=${slow_pid:-} PROXY_URL=${slow_url:-}
  "$@"
  slow_port=$PROXY_PORT slow_pid=$PROXY_PID slow_url=$PROXY_URL
}
at_exit 'slow proxy_stop'
latency=(--latency 200)
slow proxy_start "${latency[@]}"

# An atom like "store", whose lock names both mirrors.
unpack "$www/company.git" "$(version_of company store 0.9.0 rev)" "$scratch/store"
sed -i "s|\"$PROXY_URL/base.git\"|&, \"$slow_url/base.git\"|; s|^version = \"0.9.0\"|version = \"0.9.9\"|" \
  "$scratch/store/atom.lock" "$scratch/store/atom.toml"
check "the lock names two mirrors" grep -q "mirrors = .*$PROXY_URL/base.git.*$slow_url/base.git" "$scratch/store/atom.lock"
release "$www/company.git" "$scratch/store" store 0.9.9 >/dev/null
wanted=$PROXY_URL/company.git::store@=0.9.9
learn

base="about=/base.git/,about=command=fetch"
# fetches PORT: the number of fetches of base from a mirror since serve_forget.
fetches() { serve_log | count ".path == \"/base.git/git-upload-pack\" and .command == \"fetch\" and (.host | endswith(\":$1\"))"; }

serve_forget
faulty_run
equal "two good mirrors: the closure is complete" "0 $right" "$status $(holds)"
equal "the faster receives one fetch" 1 "$(fetches "$PROXY_PORT")"
equal "the slower receives no request" 0 "$(fetches "$slow_port")"

serve_forget
rm -rf "$XDG_CACHE_HOME/eka/git"
eka prefetch "$wanted"
equal "with cached hosts: the closure is complete" "0 $right" "$status $(holds)"
equal "with cached hosts: there is no second race" 0 "$(serve_log | count '.method == "GET"')"

# After a failure, also in the middle of a pack, the slower mirror is used.
for fault in reset:at=0 reset:body=200 truncate:body=200 corrupt:body=200 status:code=403 status:code=503; do
  serve_forget
  survives "the faster fails: $fault" "$fault,$base"
  matches "the faster fails: $fault: it is reported" "$PROXY_URL/base.git failed" "$err"
  equal "the faster fails: $fault: the slower is used" 1 "$(fetches "$slow_port")"
done
record "$scratch/other" base "$(version_of base hello 1.0.0 rev)"
survives "the faster mirror returns a different pack" "answer:file=$scratch/other,$base"

# A host that has failed is tried last for a while.
survives "a failure to be remembered" "status:code=403,$base"
rm -rf "$XDG_CACHE_HOME/eka/git"
serve_forget
proxy_start
eka prefetch "$wanted"
equal "a failure is remembered: the closure is complete" "0 $right" "$status $(holds)"
equal "a failure is remembered: the other mirror is used" "0 1" "$(fetches "$PROXY_PORT") $(fetches "$slow_port")"

# If both have failed, transient failures are retried, and all failures are reported.
slow proxy_start "${latency[@]}" --fault "status:code=404,$base"
survives "one is missing, the other recovers" "status:code=503,times=1,$base"
fails_everywhere() {
  faulty_run "$3"
  equal "$1: exit code" "$2" "$status"
  matches "$1: the first is named" "$PROXY_URL/base.git: " "$err"
  matches "$1: the second is named" "$slow_url/base.git: " "$err"
  matches "$1: the atom is named" "fetching settings 1.0.0" "$err"
  matches "$1: the requested URI is named" "prefetching $PROXY_URL" "$err"
  sound "$1"
}
fails_everywhere "both fail" 4 "status:code=403,$base"
fails_everywhere "one is gone, the other lies" 6 "answer:file=$scratch/other,$base"
slow proxy_start "${latency[@]}"
recovers "both fail"
finish
