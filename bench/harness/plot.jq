# Output of report.jq -> SVG: cost by number of atoms, from the tables of the experiment "growth".
# Left: CPU time of the client; right: wall time. Dots are medians, bars reach from minimum to maximum.
def colours: ["#1b6ca8", "#c4511d", "#3d8c40", "#7a4fa3", "#8a8a8a"];
def nice: # the next of 1, 2, 5 times a power of ten
  if . <= 0 then 1
  else . as $v | (log10 | floor) as $e | first((1, 2, 5, 10) | . * pow(10; $e) | select(. >= $v)) end;
def round1: . * 10 | round / 10;

def panel($left; $title; $figure; $tables; $names):
  ($tables | map(.atoms) | max) as $most_x
  | ([$tables[].contenders[] | .[$figure].max // empty] | max | nice) as $most_y
  | def x: $left + 360 * . / $most_x | round1;
    def y: 330 - 260 * . / $most_y | round1;
    "<text x=\"\($left)\" y=\"45\" class=\"title\">\($title)</text>",
    (range(0; 5) | $most_y * . / 4
      | "<line x1=\"\($left)\" x2=\"\($left + 360)\" y1=\"\(y)\" y2=\"\(y)\" class=\"grid\"/>",
        "<text x=\"\($left - 8)\" y=\"\(y + 4)\" class=\"right\">\(round1)</text>"),
    ($tables[].atoms | "<text x=\"\(x)\" y=\"350\" class=\"middle\">\(.)</text>"),
    "<text x=\"\($left + 180)\" y=\"372\" class=\"middle\">atoms in the closure</text>",
    ($names | to_entries[] | .value as $name | colours[.key % 5] as $colour
      | [$tables[] | {atoms, at: .contenders[$name][$figure]} | select(.at)] as $points
      | "<polyline fill=\"none\" stroke=\"\($colour)\" stroke-width=\"2\" points=\"\($points | map("\(.atoms | x),\(.at.median | y)") | join(" "))\"/>",
        ($points[]
          | "<line x1=\"\(.atoms | x)\" x2=\"\(.atoms | x)\" y1=\"\(.at.min | y)\" y2=\"\(.at.max | y)\" stroke=\"\($colour)\"/>",
            "<circle cx=\"\(.atoms | x)\" cy=\"\(.at.median | y)\" r=\"3.5\" fill=\"\($colour)\"/>"));

[.tables[] | select(.experiment == "growth")] as $growth
| ($growth | group_by(.sets) | max_by(length) // [] | sort_by(.atoms)) as $tables
| ([$tables[].contenders | to_entries[] | select(.value.correct) | .key] | unique) as $names
| "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"920\" height=\"430\" viewBox=\"0 0 920 430\">",
  "<style>text{font:12px sans-serif;fill:#333}.title{font-size:14px;font-weight:bold}.right{text-anchor:end}.middle{text-anchor:middle}.grid{stroke:#ddd}</style>",
  "<rect width=\"920\" height=\"430\" fill=\"white\"/>",
  (if $tables == [] then "<text x=\"60\" y=\"60\">no run of the experiment growth</text>"
   else
     panel(70; "client processor time, ms"; "cpu_ms"; $tables; $names),
     panel(520; "wall time, ms"; "wall_ms"; $tables; $names),
     "<text x=\"70\" y=\"20\">A locked closure in \($tables[0].sets) sets over \($tables[0].transport), \($tables[0].latency_ms) ms round trip</text>",
     ($names | to_entries[]
       | "<rect x=\"\(70 + 180 * .key)\" y=\"395\" width=\"14\" height=\"14\" fill=\"\(colours[.key % 5])\"/>",
         "<text x=\"\(90 + 180 * .key)\" y=\"407\">\(.value | gsub("_"; " "))</text>")
   end),
  "</svg>"
