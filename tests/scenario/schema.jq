# Validates a JSON document against a schema; prints one sentence per violation. Supports the part of JSON Schema 2020-12
# used by docs/, fails on unknown keywords, and is stricter in one way: a property that the schema does not describe is a
# violation, so that eka prints nothing undocumented.
#
#   jq -r --slurpfile schema FILE --arg part DEFINITION-OR-NOTHING -f schema.jq DOCUMENT
def kind: if type == "number" and . == floor then "integer" else type end;
def known: ["$schema", "$defs", "title", "description", "type", "required", "properties", "additionalProperties",
  "items", "enum", "const", "minimum", "maximum", "pattern", "oneOf", "$ref"];
def resolved: if has("$ref") then .["$ref"] as $ref | $schema[0]["$defs"][$ref | ltrimstr("#/$defs/")] else . end;

def breaches($s; $at):
  . as $value
  | ($s | resolved) as $s
  | (($s | keys) - known | map("\($at): the schema uses \(.), which is not known here")[]),
    (if $s | has("type") | not then empty
     elif ([$s.type] | flatten) as $types | any($types[]; . == ($value | type) or . == ($value | kind)) then empty
     else "\($at) is \($value | kind), not \($s.type)" end),
    (if ($s | has("const")) and $value != $s.const then "\($at) is not \($s.const)" else empty end),
    (if ($s | has("enum")) and ($s.enum | index([$value]) | not) then "\($at) is none of \($s.enum)" else empty end),
    (if ($s | has("minimum")) and $value < $s.minimum then "\($at) is below \($s.minimum)" else empty end),
    (if ($s | has("maximum")) and $value > $s.maximum then "\($at) is above \($s.maximum)" else empty end),
    (if ($s | has("pattern")) and ($value | test($s.pattern) | not) then "\($at) is not like \($s.pattern)" else empty end),
    (if $s | has("oneOf") then
       ([$s.oneOf[] as $one | [$value | breaches($one; $at)] | length == 0] | map(select(.)) | length) as $fits
       | if $fits == 1 then empty else "\($at) fits \($fits) of the alternatives" end
     else empty end),
    (if ($value | type) == "object" and ($s | has("oneOf") | not) then
       ($s.required // [] | .[] | . as $name | select($value | has($name) | not) | "\($at) has no \($name)"),
       ($value | keys[] | . as $name
        | if $s.properties // {} | has($name) then $value[$name] | breaches($s.properties[$name]; "\($at).\($name)")
          elif ($s.additionalProperties | type) == "object" then
            $value[$name] | breaches($s.additionalProperties; "\($at).\($name)")
          elif ($s | has("properties")) or ($s | has("required")) then "\($at).\($name) is not in the schema"
          else empty end)
     else empty end),
    (if ($value | type) == "array" and ($s | has("items")) then
       range($value | length) as $i | $value[$i] | breaches($s.items; "\($at)[\($i)]")
     else empty end);

breaches(if $part == "" then $schema[0] else {"$ref": "#/$defs/\($part)"} end; "document")
