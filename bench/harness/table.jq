# Output of report.jq -> text tables. With another document in $against: the change since then.
def pad($n): . + (" " * ([$n - length, 0] | max));
def left($n): (" " * ([$n - length, 0] | max)) + .;
def number: if . == null then "-" elif . >= 100 then (round | tostring) else (. * 10 | round / 10 | tostring) end;
def bytes:
  if . == null then "-" elif . >= 1048576 then (. / 1048576 | number) + "M" elif . >= 1024 then (. / 1024 | number) + "k"
  else tostring end;
def ratio: if . == null then "-" else (. * 100 | round / 100 | tostring) + "x" end;
def spread: if . == null then "-" else "\(.median | number) (\(.min | number)-\(.max | number))" end;
def over($a; $b): if $a == null or $b == null or $b == 0 then null else $a / $b end;

def title:
  "\(.experiment): \(if .atoms > 0 then "\(.atoms) atoms in " else "" end)\(.sets) sets over \(.transport), "
  + "\(.latency_ms) ms\(if .bandwidth > 0 then ", \(.bandwidth * 8 / 1000000 | number) Mbit/s" else "" end)";

def header:
  ("" | pad(16)) + ("wall ms" | left(20)) + ("x eka" | left(9)) + ("x limit" | left(9)) + ("x floor" | left(9)) + ("cpu ms" | left(20))
  + ("x eka" | left(9)) + ("peak" | left(8)) + ("requests" | left(9)) + ("conns" | left(7)) + ("down" | left(8))
  + ("server ms" | left(10));

def row($eka):
  (.key | pad(16))
  + if .value.correct | not then "   failed: it does not have what it should"
    else .value
    | (.wall_ms | spread | left(20)) + (over(.wall_ms.median; $eka.wall_ms.median) | ratio | left(9))
    + (.over_limit | ratio | left(9)) + (.over_floor | ratio | left(9)) + (.cpu_ms | spread | left(20))
    + (over(.cpu_ms.median; $eka.cpu_ms.median) | ratio | left(9)) + ((.peak_kib.median * 1024) | bytes | left(8))
    + (.requests.median | number | left(9)) + (.connections.median | number | left(7))
    + (.bytes_down.median | bytes | left(8)) + (.server_cpu_ms.median | number | left(10))
    end;

# The same table of the other document, if it exists.
def twin($against):
  . as $t
  | first($against.tables[]?
      | select([.experiment, .transport, .latency_ms, .bandwidth, .sets, .atoms]
               == [$t.experiment, $t.transport, $t.latency_ms, $t.bandwidth, $t.sets, $t.atoms])) // null;

def since($against):
  twin($against) as $twin
  | if $twin == null then empty
    else .contenders | to_entries[] | . as $now
    | $twin.contenders[.key] // {}
    | select(.correct and $now.value.correct)
    | "  since then: \($now.key | pad(16)) wall \(over($now.value.wall_ms.median; .wall_ms.median) | ratio), "
      + "cpu \(over($now.value.cpu_ms.median; .cpu_ms.median) | ratio), "
      + "requests \(over($now.value.requests.median; .requests.median) | ratio), "
      + "bytes \(over($now.value.bytes_down.median; .bytes_down.median) | ratio)"
    end;

(.tables[]
  | .contenders.eka as $eka
  | "", title,
    (([.contenders[] | .limit_ms // empty] | max) as $limit
     | if $limit then "  limit: \($limit | number) ms" else empty end),
    header, (.contenders | to_entries | sort_by([(.key | startswith("eka") | not), .key])[] | row($eka)),
    (if $against[0] then since($against[0]) else empty end)),
(if .warm_calls then
   "", "warm plan: \(.warm_calls.sockets) network sockets, \(.warm_calls.programs) programs started, \(.warm_calls.git) of them git"
 else empty end),
(if .micro then
   "", ("micro" | pad(24)) + ("wall us" | left(26)) + ("cpu us" | left(26)) + ("MB/s" | left(9)),
   (.micro[]
    | (.name | pad(24)) + (.wall_us | spread | left(26)) + (.cpu_us | spread | left(26))
      + (if .bytes_per_second then .bytes_per_second.median / 1000000 else null end | number | left(9)))
 else empty end)
