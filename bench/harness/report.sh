#!/bin/bash
# Runs -> tables.   report.sh RESULTS JSON SVG [AGAINST]: writes JSON and SVG, prints the tables.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
results=$1 json=$2 svg=$3 against=${4:-}

processor=$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)
machine=$(jq -nc --arg processor "$processor" --arg system "$(uname -srm)" --argjson cores "$(nproc)" \
  --argjson memory_kib "$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)" --arg git "$(git --version)" \
  --arg date "$(date -u +%FT%TZ)" '{$processor, $system, $cores, $memory_kib, $git, $date}')
jq -s --argjson machine "$machine" -f "$here/report.jq" "$results" >"$json"
jq -r -f "$here/plot.jq" "$json" >"$svg"
against_file=/dev/null
if [[ -n $against ]]; then against_file=$against; fi
jq -r --slurpfile against "$against_file" -f "$here/table.jq" "$json"
