# Checks the value of an atom against the evaluation contract.
#
# A violation is thrown as one line, "eka-contract <JSON>", with at least { breach, label, version, found }. eka turns it
# into an error message.
let
  # The type of a value, for error messages.
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

  # The names of the derivations in a list or a set.
  derivations =
    value:
    if builtins.isAttrs value then
      builtins.filter (name: is_derivation value.${name}) (builtins.attrNames value)
    else if builtins.isList value then
      map (derivation: derivation.name or "?") (builtins.filter is_derivation value)
    else
      [ ];
  # For values whose evaluation may fail.
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

  # The attributes of `meta` that JSON can represent, or null. As for nix-env: no functions, and no derivations, whose
  # JSON would be a store path.
  meta_of =
    derivation:
    let
      is_plain =
        value:
        if builtins.isList value then
          builtins.all is_plain value
        else if builtins.isAttrs value then
          !(value ? outPath) && builtins.all is_plain (builtins.attrValues value)
        else
          builtins.isString value || builtins.isInt value || builtins.isFloat value || builtins.isBool value;
      meta = derivation.meta or null;
      plain = builtins.filter (name: is_plain meta.${name}) (builtins.attrNames meta);
    in
    if builtins.isAttrs meta then
      builtins.listToAttrs (
        map (name: {
          inherit name;
          value = meta.${name};
        }) plain
      )
    else
      null;
in
{
  # The derivation of a root.
  plannable =
    with_meta: atom: value:
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
      }
      // (if with_meta then { meta = meta_of value.main; } else { });

  # The value of a composer, checked to be a function.
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
