# The tables of a JSON schema: one for the document, one for each definition. Input: the schema.
def kind:
  if has("$ref") then "[`\(.["$ref"] | split("/")[-1])`](#\(.["$ref"] | split("/")[-1]))"
  elif has("const") then "`\(.const | tojson)`"
  elif has("enum") then [.enum[] | "`\(tojson)`"] | join(", ")
  elif .type == "array" and has("items") then "list: \(.items | kind)"
  elif .type == "object" and (.additionalProperties | type) == "object" then "map: \(.additionalProperties | kind)"
  elif (.type | type) == "array" then .type | join(" or ")
  else .type // (if has("oneOf") then [.oneOf[] | kind] | join(" or ") else "" end)
  end;
def cell: gsub("(?<c>[|*])"; "\\\(.c)") | gsub("<"; "&lt;");
def rows($prefix):
  (.required // []) as $required
  | (.properties // {}) | to_entries[]
  | .key as $key | .value
  | "| `\($prefix)\($key)` | \(kind | cell) | \(if any($required[]; . == $key) then "always" else "" end) | \(.description // "" | cell) |",
    rows("\($prefix)\($key)."),
    (.items? | objects | rows("\($prefix)\($key)[]."));
def described:
  (.description // empty | "\(.)\n"),
  if has("properties") then "| key | value | present | |", "|---|---|---|---|", rows(""), "" else "\(kind)\n" end;

described,
((."$defs" // {}) | to_entries[] | "### \(.key)\n", (.value | described))
