#!/bin/bash
# SIGINT and SIGTERM while a server does not respond: eka exits with the corresponding code and leaves nothing behind.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
uri=$SERVE_URL/company.git::server

interrupt() {  # SIGNAL AFTER: runs eka, sends the signal; --foreground: to eka alone, not to its children
  status=0
  timeout --foreground --preserve-status --signal="$1" --kill-after=20 "$2" "$EKA" plan "$uri" \
    </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
}
litter() { find "$XDG_CACHE_HOME/eka/git" -path '*incoming/*' 2>/dev/null | head; }

# Stopped backends accept connections but never respond.
stop() { kill -STOP "${SERVE_PIDS[@]:0:${#SERVE_PIDS[@]}-1}"; }
resume() { kill -CONT "${SERVE_PIDS[@]:0:${#SERVE_PIDS[@]}-1}"; }
at_exit resume

stop
interrupt INT 1
equal "SIGINT: exit code" 130 "$status"
equal "SIGINT: nothing on standard output" "" "$out"
equal "SIGINT: no process is left running" "" "$(left_processes)"
equal "SIGINT: nothing is left in the cache" "" "$(litter)"
interrupt TERM 1
equal "SIGTERM: exit code" 143 "$status"
equal "SIGTERM: no process is left running" "" "$(left_processes)"
resume

# During an evaluation that does not end.
mkdir "$scratch/endless"
cat >"$scratch/endless/atom.toml" <<END
[package]
label = "endless"
version = "1.0.0"

[compose.as]
nix = "default.nix"
END
cat >"$scratch/endless/default.nix" <<'END'
let count = n: if n < 0 then n else count (n + 1); in
{ main = derivation { name = toString (builtins.foldl' (a: _: a + builtins.length (builtins.genList (x: x) 1000000)) 0 (builtins.genList (x: x) 1000000)); system = cfg.platforms.build; builder = "/bin/sh"; }; }
END
release "$www/company.git" "$scratch/endless" endless 1.0.0 >/dev/null
uri=$SERVE_URL/company.git::endless
interrupt INT 3
equal "SIGINT while it evaluates: exit code" 130 "$status"
equal "SIGINT while it evaluates: no process is left running" "" "$(left_processes)"

uri=$SERVE_URL/company.git::server
eka plan "$uri"
equal "the next run succeeds" 0 "$status"
finish
