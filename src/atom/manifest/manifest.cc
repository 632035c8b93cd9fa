#include "atom/manifest/manifest.h"

#include <algorithm>
#include <set>

#include "atom/names/inner_path.h"
#include "atom/toml/toml.h"
#include "base/text.h"

namespace eka::atom {
namespace {

constexpr std::size_t manifest_size_limit = std::size_t{1} << 20;
constexpr std::size_t mirror_limit = 64;  // per set: mirrors are compared pairwise
constexpr std::string_view local_mirror = "::";

std::vector<Tag> read_tags(TomlTable& table) {
  std::vector<Tag> tags;
  std::set<Tag> seen;
  for (const TomlString& text : table.strings("tags").value_or(std::vector<TomlString>{})) {
    Tag tag = table.document().check(text.where, Tag::parse(text.text));
    if (!seen.insert(tag).second) {
      table.document().refuse(text.where, "duplicate tag “" + tag.str() + "”");
    }
    tags.push_back(std::move(tag));
  }
  return tags;
}

// Whether the file name has a ".tar" part: x.tar, x.tar.gz, but not tar.gz.
bool is_tarball(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::string_view file = url.substr(std::min(url.rfind('/') + 1, url.size()));
  const auto at = file.find(".tar");
  return at != std::string_view::npos && at > 0 && (at + 4 == file.size() || file[at + 4] == '.');
}

// Whether git accepts `text` as a ref name and does not parse it as an option.
bool is_ref(std::string_view text) {
  const auto bad = [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f ||
           std::string_view("~^:?*[\\").find(c) != std::string::npos;
  };
  return !text.empty() && text.size() <= 1024 && !text.starts_with('-') && !text.starts_with('/') &&
         !text.ends_with('/') && !text.ends_with('.') && !text.ends_with(".lock") && std::ranges::none_of(text, bad) &&
         text.find("..") == std::string_view::npos && text.find("@{") == std::string_view::npos &&
         text.find("//") == std::string_view::npos;
}

class ManifestReader {
 public:
  explicit ManifestReader(const TomlDocument& document) : document_(document) {}

  Manifest read() {
    TomlTable root = document_.root();
    TomlTable package = root.required_table("package");
    const TomlString label = package.required_string("label");
    const TomlString version = package.required_string("version");
    manifest_.label = document_.check(label.where, Label::parse(label.text));
    manifest_.version = read_version(version);
    if (auto meta = package.table("meta")) read_meta(*meta);
    if (auto sets = package.table("sets")) read_sets(*sets);
    package.finish();
    read_composer(root);
    if (auto deps = root.table("deps")) read_dependencies(*deps);
    root.finish();
    if (std::holds_alternative<AsStatic>(manifest_.composer) && manifest_.has_dependencies()) {
      document_.refuse(root.where("deps"), "static atoms cannot have dependencies");
    }
    return std::move(manifest_);
  }

 private:
  Version read_version(const TomlString& text) const {
    Version version = document_.check(text.where, Version::parse(text.text));
    if (version.str().ends_with(".lock")) {
      document_.refuse(text.where, "the version must not end with “.lock”, because git ref names cannot");
    }
    return version;
  }

  void read_meta(TomlTable& meta) {
    if (auto description = meta.string("description")) manifest_.description = std::move(description->text);
    manifest_.tags = read_tags(meta);
    meta.finish();
  }

  void read_sets(TomlTable& sets) {
    for (const TomlString& key : sets.keys()) {
      Tag tag = document_.check(key.where, Tag::parse(key.text));
      SetSource source{.where = key.where};
      const auto listed = mirrors(sets, key.text);
      if (listed.size() > mirror_limit) {
        document_.refuse(key.where,
                         "set “" + tag.str() + "” has more than " + std::to_string(mirror_limit) + " mirrors");
      }
      for (const TomlString& mirror : listed) read_mirror(source, mirror);
      if (!source.local && source.mirrors.empty()) {
        document_.refuse(key.where, "the set “" + tag.str() + "” has no mirror; its own set is “::”");
      }
      if (!manifest_.sets.emplace(tag, std::move(source)).second) {
        document_.refuse(key.where, "duplicate set “" + tag.str() + "”");
      }
    }
  }

  static std::vector<TomlString> mirrors(TomlTable& sets, const std::string& key) {
    if (sets.holds_array(key)) return sets.required_strings(key);
    return {sets.required_string(key)};
  }

  void read_mirror(SetSource& source, const TomlString& text) const {
    if (text.text == local_mirror) {
      if (source.local) document_.refuse(text.where, "duplicate mirror");
      source.local = true;
      return;
    }
    Url url = document_.check(text.where, Url::parse_repository(text.text));
    if (std::ranges::find(source.mirrors, url) != source.mirrors.end()) {
      document_.refuse(text.where, "duplicate mirror");
    }
    source.mirrors.push_back(std::move(url));
  }

  void read_composer(TomlTable& root) {
    auto compose = root.table("compose");
    const std::string ways = "add one of `[compose.with.<label>]`, `compose.as.nix` and `compose.as.static`";
    if (!compose) {
      manifest_.composer = without_composer(root, ways);
      return;
    }
    std::vector<Composer> found;
    if (auto with = compose->table("with")) {
      for (const TomlString& key : with->keys()) found.push_back(read_with(*with, key));
    }
    if (auto as = compose->table("as")) {
      if (auto entry = as->string("nix")) found.push_back(AsNix{read_entry(*entry)});
      if (auto entry = as->string("static")) found.push_back(AsStatic{read_entry(*entry)});
      as->finish();
    }
    compose->finish();
    if (found.size() != 1) {
      document_.refuse(compose->where(), found.empty() ? "missing composer" : "more than one composer", ways);
    }
    manifest_.composer = std::move(found.front());
  }

  // Manifests did not have a composer before November 2025. A program that evaluates locks has none: it is called by
  // itself, with a lock.
  NoComposer without_composer(TomlTable& root, const std::string& ways) const {
    if (auto locker = root.table("locker")) {
      const std::string why = "the atom evaluates lock files ([locker]): it has no composer, and no value of its own";
      return refusal(root.where("locker"), why, "such an atom cannot be planned, and nothing can depend on it");
    }
    return refusal(root.where("package"), "missing composer", ways + "; manifests of before November 2025 had none");
  }

  NoComposer refusal(Position where, const std::string& why, const std::string& hint) const {
    try {
      document_.refuse(where, why, hint);
    } catch (const Error& error) {
      return {error.message(), error.hint()};
    }
  }

  WithAtom read_with(TomlTable& with, const TomlString& key) {
    TomlTable table = with.required_table(key.text);
    WithAtom composer{.label = document_.check(key.where, Label::parse(key.text)),
                      .from = declared_set(table.required_string("from")),
                      .requirement = {},
                      .where = key.where};
    if (auto text = table.string("version")) {
      composer.requirement = document_.check(text->where, Requirement::parse(text->text));
    }
    if (auto text = table.string("entry")) composer.entry = read_entry(*text);
    table.finish();
    return composer;
  }

  std::string read_entry(const TomlString& text) const {
    return document_.check(text.where, parse_inner_path(text.text));
  }

  Tag declared_set(const TomlString& text) const {
    Tag tag = document_.check(text.where, Tag::parse(text.text));
    if (manifest_.sets.contains(tag)) return tag;
    std::vector<std::string> known;
    known.reserve(manifest_.sets.size());
    for (const auto& [declared, ignored] : manifest_.sets) known.push_back(declared.str());
    const std::string near = nearest(tag.str(), known);
    document_.refuse(text.where, "the set “" + tag.str() + "” is not declared in [package.sets]" +
                                     (near.empty() ? "" : "; did you mean “" + near + "”?"));
  }

  void read_dependencies(TomlTable& deps) {
    if (auto from = deps.table("from")) {
      for (const TomlString& key : from->keys()) read_from(*from, key);
    }
    if (auto direct = deps.table("direct")) {
      if (auto nix = direct->table("nix")) {
        for (const TomlString& key : nix->keys()) read_direct(*nix, key);
      }
      direct->finish();
    }
    deps.finish();
  }

  void read_from(TomlTable& from, const TomlString& key) {
    const Tag set = declared_set(key);
    if (manifest_.dependencies.contains(set)) {
      document_.refuse(key.where, "duplicate set “" + set.str() + "”");
    }
    auto& atoms = manifest_.dependencies[set];
    TomlTable table = from.required_table(key.text);
    for (const TomlString& name : table.keys()) {
      Label label = document_.check(name.where, Label::parse(name.text));
      const TomlString text = table.required_string(name.text);
      Dependency dependency{document_.check(text.where, Requirement::parse(text.text)), name.where};
      if (!atoms.emplace(label, std::move(dependency)).second) {
        document_.refuse(name.where, "duplicate atom “" + label.str() + "” in this set");
      }
    }
    if (atoms.empty()) manifest_.dependencies.erase(set);
  }

  void read_direct(TomlTable& nix, const TomlString& key) {
    const Label name = document_.check(key.where, Label::parse(key.text));
    TomlTable table = nix.required_table(key.text);
    std::vector<DirectSource> found;
    if (auto url = table.string("git")) found.push_back({read_git(table, check_url(*url, true)), key.where});
    if (auto url = table.string("tar")) found.push_back({TarSource{check_url(*url, false)}, key.where});
    if (auto url = table.string("url")) found.push_back({FileSource{check_url(*url, false)}, key.where});
    if (auto url = table.string("build")) {
      const bool unpack = table.boolean("unpack").value_or(is_tarball(url->text));
      found.push_back({BuildSource{check_url(*url, false), unpack}, key.where});
    }
    table.finish();
    if (found.size() != 1) {
      document_.refuse(key.where, "“" + name.str() + "” must have exactly one of the keys git, tar, url and build");
    }
    if (!manifest_.direct.emplace(name.str(), std::move(found.front())).second) {
      document_.refuse(key.where, "duplicate source “" + name.str() + "”");
    }
  }

  GitSource read_git(TomlTable& table, std::string url) const {
    const auto ref = table.string("ref");
    const auto version = table.string("version");
    if (ref && version) document_.refuse(version->where, "“ref” and “version” cannot be used together");
    if (version) return {std::move(url), document_.check(version->where, Requirement::parse(version->text))};
    if (ref && !is_ref(ref->text)) {
      document_.refuse(ref->where, "invalid git ref name “" + printable(ref->text, 80) + "”");
    }
    return {std::move(url), ref ? ref->text : "HEAD"};
  }

  // Returns the URL as written, since placeholders are filled later, after checking that it is a valid URL.
  std::string check_url(const TomlString& text, bool git) const {
    const auto dependency = [this](const Tag& set, const Label& label) -> Result<Version> {
      if (names(set, label)) return Version(0, 0, 0);
      return fail(Kind::usage,
                  "{" + set.str() + "." + label.str() + "} does not refer to a dependency of this manifest");
    };
    const std::string filled = document_.check(text.where, fill_placeholders(text.text, dependency));
    const Url url = document_.check(text.where, git ? Url::parse_repository(filled) : Url::parse(filled));
    const bool fetchable = url.scheme() == Url::Scheme::https || url.scheme() == Url::Scheme::http || url.is_local();
    if (!git && !fetchable) document_.refuse(text.where, "unsupported URL scheme: must be https, http or file");
    return text.text;
  }

  bool names(const Tag& set, const Label& label) const {
    const auto atoms = manifest_.dependencies.find(set);
    if (atoms != manifest_.dependencies.end() && atoms->second.contains(label)) return true;
    const auto* composer = std::get_if<WithAtom>(&manifest_.composer);
    return composer != nullptr && composer->from == set && composer->label == label;
  }

  const TomlDocument& document_;
  Manifest manifest_{.label = Label::parse("x").value(), .version = Version(0, 0, 0), .composer = AsNix{}};
};

}  // namespace

Result<Manifest> Manifest::parse(std::string_view text, std::string_view name) {
  try {
    const TomlDocument document(text, name, Kind::usage, TomlLimits{.bytes = manifest_size_limit});
    return ManifestReader(document).read();
  } catch (const Error& error) {
    return std::unexpected(error);
  }
}

Result<void> Manifest::check_composer() const {
  const auto* const none = std::get_if<NoComposer>(&composer);
  if (none == nullptr) return {};
  return std::unexpected(Error(Kind::usage, none->why).with_hint(none->hint));
}

bool Manifest::has_dependencies() const {
  return std::holds_alternative<WithAtom>(composer) || !dependencies.empty() || !direct.empty();
}

Result<std::string> fill_placeholders(std::string_view url, const VersionOf& version_of) {
  const auto refuse = [](std::string why) { return fail(Kind::usage, std::move(why)); };
  std::string out;
  for (;;) {
    const auto open = std::min(url.find_first_of("{}"), url.size());
    out += url.substr(0, open);
    url.remove_prefix(open);
    if (url.empty()) return out;
    const auto close = url.find('}');
    if (url.front() == '}' || close == std::string_view::npos) return refuse("unmatched brace in the URL");
    const std::string_view inside = url.substr(1, close - 1);
    url.remove_prefix(close + 1);
    const auto dot = inside.rfind('.');  // a tag may contain dots, a label may not
    if (dot == std::string_view::npos)
      return refuse("{" + printable(inside, 80) + "} does not have the form {set.label}");
    const auto set = Tag::parse(inside.substr(0, dot));
    const auto label = Label::parse(inside.substr(dot + 1));
    if (!set) return refuse(set.error().message());
    if (!label) return refuse(label.error().message());
    const auto version = version_of(*set, *label);
    if (!version) return std::unexpected(version.error());
    out += version->str();
  }
}

Result<SetManifest> SetManifest::parse(std::string_view text, std::string_view name) {
  try {
    const TomlDocument document(text, name, Kind::usage, TomlLimits{.bytes = manifest_size_limit});
    SetManifest manifest;
    std::set<std::string> seen;
    TomlTable root = document.root();
    TomlTable set = root.required_table("set");
    for (const TomlString& path : set.required_strings("packages")) {
      std::string package = document.check(path.where, parse_inner_path(path.text));
      if (!seen.insert(package).second) {
        document.refuse(path.where, "duplicate package “" + printable(package, 200) + "”");
      }
      manifest.packages.push_back(std::move(package));
    }
    set.finish();
    if (auto metadata = root.table("metadata")) {
      manifest.tags = read_tags(*metadata);
      metadata->finish();
    }
    root.finish();
    return manifest;
  } catch (const Error& error) {
    return std::unexpected(error);
  }
}

}  // namespace eka::atom
