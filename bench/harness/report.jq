# Runs (JSON lines, slurped) -> one document: for each table its clients, with median, minimum and maximum of each value.
#
# The limit of a table is the theoretical minimum: two round trips (connect, request) plus the transfer time of the bytes
# of the client that received the fewest. The servers run on the same cores: `floor_ms` is the limit plus the CPU time of
# the servers for this client, divided by the number of cores.
def over($a; $b): if $b == 0 then null else $a / $b end;
def median: sort | if length % 2 == 1 then .[(length - 1) / 2] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def spread: {median: median, min: min, max: max};
def figures: ["wall_ms", "cpu_ms", "peak_kib", "connections", "requests", "bytes_down", "bytes_up", "server_cpu_ms"];

def contender:
  . as $runs
  | {runs: length, correct: all(.correct)}
    + (if all(.correct) then reduce figures[] as $f ({}; .[$f] = ($runs | map(.[$f]) | spread)) else {} end);

def trips($transport): {http: 2, git: 2}[$transport];

def limits($table):
  ([$table.contenders[] | select(.correct) | .bytes_down.median] | min) as $bytes
  | trips($table.transport) as $trips
  | if $trips == null or (.value.correct | not) then .
    else
      ($trips * $table.latency_ms
       + (if $table.bandwidth > 0 then $bytes * 1000 / $table.bandwidth else 0 end)) as $limit
      | .value += {limit_ms: $limit}
      | if $limit > 0 then .value += {over_limit: (.value.wall_ms.median / $limit)} else . end
      | if .value.server_cpu_ms.median == null then .
        else
          ($limit + .value.server_cpu_ms.median / $machine.cores) as $floor
          | .value += {floor_ms: $floor, over_floor: over(.value.wall_ms.median; $floor)}
        end
    end;

def table:
  {experiment: .[0].experiment, transport: .[0].transport, latency_ms: .[0].latency_ms, bandwidth: .[0].bandwidth,
   sets: .[0].sets, atoms: .[0].atoms,
   contenders: (group_by(.contender) | map({key: .[0].contender, value: contender}) | from_entries)}
  | . as $table
  | if .experiment == "warm" then . else .contenders |= with_entries(limits($table)) end;

# Single operations: medians as well.
def steps:
  group_by(.name)
  | map({name: .[0].name, wall_us: (map(.wall_us) | spread), cpu_us: (map(.cpu_us) | spread)}
        + (if .[0].bytes_per_second then {bytes_per_second: (map(.bytes_per_second) | spread)} else {} end));

map(select(.contender)) as $runs
| (map(select(.steps)) | first // null) as $micro
| (map(select(.calls)) | first // null) as $calls
| {format: 1,
   machine: $machine,
   tables: ([$runs | to_entries[] | .value + {at: .key}]
     | group_by([.experiment, .transport, .latency_ms, .bandwidth, .sets, .atoms])
     | sort_by(map(.at) | min)
     | map(table))}
  + (if $micro then {micro: ($micro.steps | steps)} else {} end)
  + (if $calls then {warm_calls: $calls.calls} else {} end)
