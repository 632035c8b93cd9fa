# What the value of an atom must be, and the words for when it is not.
#
# A breach is thrown as one line, "eka-contract <JSON>", with at least { breach, label, version, found }: the engine
# says it to people.
let
  # What a value is, as a person would call it.
  kind =
    value:
    if builtins.isAttrs value then
      if value.type or null == "derivation" then "a derivation" else "a set"
    else
      {
        lambda = "a function";
        list = "a list";
        string = "a string";
        path = "a path";
        int = "an integer";
        float = "a floating point number";
        bool = "a boolean";
        null = "null";
      }
      .${builtins.typeOf value} or "something else";

  # The names of the derivations that a list or a set holds.
  derivations =
    value:
    if builtins.isAttrs value then
      builtins.filter (name: is_derivation value.${name}) (builtins.attrNames value)
    else if builtins.isList value then
      map (derivation: derivation.name or "?") (builtins.filter is_derivation value)
    else
      [ ];
  # Of a value that may fail.
  is_derivation =
    value:
    let
      tried = builtins.tryEval (builtins.isAttrs value && value.type or null == "derivation");
    in
    tried.success && tried.value;

  breach =
    name: atom: value: details:
    throw (
      "eka-contract "
      + builtins.toJSON (
        {
          breach = name;
          inherit (atom) label version;
          found = kind value;
        }
        // details
      )
    );
in
{
  # The one derivation of a root.
  plannable =
    atom: value:
    if !(builtins.isAttrs value) then
      breach "not-a-set" atom value { }
    else if !(value ? main) then
      breach "no-main" atom value { names = builtins.attrNames value; }
    else if !(builtins.isAttrs value.main && value.main.type or null == "derivation") then
      breach "main-not-a-derivation" atom value.main { names = derivations value.main; }
    else if !(builtins.isString (value.main.drvPath or null)) then
      breach "main-without-drv-path" atom value.main { }
    else
      {
        inherit (atom) label;
        inherit (value.main) drvPath;
      };

  # A composer's value, fit to be called on `atom`'s behalf.
  composer =
    atom: composer: value:
    if builtins.isFunction value || value ? __functor then
      value
    else
      breach "composer-not-a-function" atom value { composer = composer.label; };

  # "x" of "/nix/store/<32 characters>-x".
  name_of =
    path:
    let
      base = baseNameOf path;
    in
    builtins.substring 33 (builtins.stringLength base) base;
}
