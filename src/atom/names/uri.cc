// A URI is parsed from its end: the requirement after the label, the label after the last "::"; the remainder names a
// set. It is split into a Place (scheme, user, and the rest). The rest may begin with an alias, which also expands to a
// Place: fields of the outer one take precedence, and expansion repeats until no alias is left. Only then is a URL
// composed, and parsed by the strict parser used for all URLs.
#include "atom/names/uri.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "base/text.h"

namespace eka::atom {
namespace {

constexpr std::size_t uri_length_limit = 8192;
constexpr auto npos = std::string_view::npos;

struct Place {
  std::string scheme;  // without "://"
  std::string user;    // including its password; without "@"
  std::string rest;
};

Place take_apart(std::string_view text) {
  Place place;
  if (const auto at = text.find("://"); at != npos) {
    const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; };
    if (std::ranges::all_of(text.substr(0, at), allowed)) {
      place.scheme = text.substr(0, at);
      text.remove_prefix(at + 3);
    }
  }
  if (const auto at = text.find('@'); at < text.find('/') && place.scheme != "file") {
    place.user = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  place.rest = text;
  return place;
}

// Whether only digits precede the path or the end.
bool is_port(std::string_view tail) {
  const auto digits = tail.substr(0, tail.find('/'));
  return !digits.empty() && std::ranges::all_of(digits, is_digit);
}

// Whether this is "host.tld" or an address, as written without a scheme. Not "x.git", which is a directory.
bool looks_like_host(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == npos || !is_host(name)) return false;
  const std::string_view last = name.substr(dot + 1);
  if (std::ranges::count(name, '.') == 3 && std::ranges::all_of(name, [](char c) { return is_digit(c) || c == '.'; })) {
    return true;
  }
  return last.size() >= 2 && last != "git" && (std::ranges::all_of(last, is_letter) || last.starts_with("xn--"));
}

// The end of the host, or of the alias in its place, at the start of `rest`; IPv6 is in brackets.
std::size_t host_end(std::string_view rest) {
  const std::size_t from = rest.starts_with('[') ? std::min(rest.find(']'), rest.size()) : 0;
  return std::min(rest.find_first_of(":/", from), rest.size());
}

class Expander {
 public:
  explicit Expander(const Aliases& aliases) : aliases_(aliases) {}

  Result<Url> url(std::string_view text) {
    const std::size_t name = std::min(text.find_first_of(":/@["), text.size());
    if (name > 0 && text.substr(name).starts_with("::")) {
      return fail(Kind::usage, "invalid URL “" + redacted(text) + "”: git remote helpers are not supported");
    }
    auto place = expand(take_apart(text));
    if (!place) return std::unexpected(std::move(place).error());
    return Url::parse(write(*place));
  }

 private:
  // The same place without an alias at its start.
  Result<Place> expand(Place place) {
    if (place.scheme == "file" || place.rest.starts_with('[')) return place;
    const std::size_t end = host_end(place.rest);
    const std::string name = place.rest.substr(0, end);
    const bool whole = end == place.rest.size();
    const bool colon = !whole && place.rest[end] == ':';
    if (!whole && !colon) return place;
    const std::string tail = whole ? std::string() : place.rest.substr(end + 1);
    if (colon && is_port(tail)) return place;
    if (const auto found = aliases_.entries().find(name); found != aliases_.entries().end()) {
      return replace(place, name, found->second, tail);
    }
    if (whole || (place.scheme.empty() && !place.user.empty()) || name.find('.') != npos) return place;
    return unknown(name);
  }

  Result<Place> replace(const Place& outer, const std::string& name, const std::string& expansion,
                        const std::string& tail) {
    if (std::ranges::find(chain_, name) != chain_.end()) return cycle(name);
    chain_.push_back(name);
    auto place = expand(take_apart(expansion));
    if (!place) return place;
    chain_.pop_back();
    if (!outer.scheme.empty()) place->scheme = outer.scheme;
    if (!outer.user.empty()) place->user = outer.user;
    if (tail.empty()) return place;
    if (!place->rest.ends_with('/') && !place->rest.ends_with(':')) place->rest += '/';
    place->rest += tail.starts_with('/') ? tail.substr(1) : tail;
    return place;
  }

  std::unexpected<Error> cycle(const std::string& name) const {
    std::string path;
    for (auto link = std::ranges::find(chain_, name); link != chain_.end(); ++link) path += *link + " → ";
    return fail(Kind::usage, "alias “" + name + "” is recursive: " + path + name);
  }

  std::unexpected<Error> unknown(const std::string& name) const {
    std::string message = "unknown alias “" + printable(name, 80) + "”";
    if (!chain_.empty()) message += " in the expansion of alias “" + chain_.back() + "”";
    std::vector<std::string> near;
    for (const auto& [known, ignored] : aliases_.entries()) {
      if (edit_distance(name, known) <= 1 + name.size() / 3) near.push_back(known);
    }
    for (std::size_t i = 0; i < near.size(); ++i) message += (i == 0 ? "; similar aliases: “" : "”, “") + near[i];
    if (!near.empty()) message += "”";
    return std::unexpected(
        Error(Kind::usage, std::move(message))
            .with_hint("aliases are defined in [uri.aliases] of eka.toml; if this is a host, add a scheme such as "
                       "https://; if it is a file path, start it with ./"));
  }

  // Text for Url::parse: with a scheme, in ssh's short form, or as a file path.
  static std::string write(const Place& place) {
    const std::string user = place.user.empty() ? "" : place.user + "@";
    if (!place.scheme.empty()) return place.scheme + "://" + user + place.rest;
    const std::size_t end = host_end(place.rest);
    const bool colon = end < place.rest.size() && place.rest[end] == ':';
    const bool port = colon && is_port(std::string_view(place.rest).substr(end + 1));
    if (place.user.find(':') != npos) return "https://" + user + place.rest;
    if (!place.user.empty()) return (colon && !port ? user : "ssh://" + user) + place.rest;
    if (port || place.rest.starts_with('[') || (!colon && looks_like_host(std::string_view(place.rest).substr(0, end))))
      return "https://" + place.rest;
    return place.rest;
  }

  const Aliases& aliases_;
  std::vector<std::string> chain_;  // the aliases being expanded, outermost first
};

constexpr std::string_view rev_mark = "rev:";

std::unexpected<Error> refuse_uri(std::string_view text, const std::string& why, std::string hint = {}) {
  Error error(Kind::usage, "invalid atom URI “" + redacted(text) + "”: " + why);
  return std::unexpected(std::move(error).with_hint(std::move(hint)));
}

// "<place>::<label>@<requirement>", of which only the label is required.
struct Parts {
  explicit Parts(std::string_view text) {
    const auto separator = text.rfind("::");
    separated = separator != npos;
    if (separated) place = text.substr(0, separator);
    name = separated ? text.substr(separator + 2) : text;
    const auto at = name.find('@');
    label = name.substr(0, at);
    if (at != npos) requirement = name.substr(at + 1);
  }

  Result<std::optional<Requirement>> read_requirement(std::string_view text) const {
    if (!requirement) return std::optional<Requirement>();
    auto read = Requirement::parse(*requirement);
    if (!read) return refuse_uri(text, read.error().message());
    return std::optional(*std::move(read));
  }

  Result<std::optional<Url>> read_set(const Aliases& aliases) const {
    if (place.empty()) return std::optional<Url>();
    auto url = Expander(aliases).url(place);
    if (url) url = url->for_repository();
    if (!url) return std::unexpected(std::move(url).error());
    return std::optional(*std::move(url));
  }

  bool separated = false;
  std::string_view place;
  std::string_view name;  // the label, and the requirement
  std::string_view label;
  std::optional<std::string_view> requirement;
};

// Whether a text without "::" is a path, such as ./server.
bool is_path(std::string_view text) {
  return text.find(':') == npos && (text == "." || text == ".." || text.starts_with("~") || text.find('/') != npos);
}

// The directory of an atom, or of a set: only the file system could tell.
std::unexpected<Error> refuse_path(std::string_view text, std::string_view path) {
  const std::string place(path);
  std::string_view last = path;
  while (last.ends_with('/')) last.remove_suffix(1);
  last.remove_prefix(std::min(last.rfind('/') + 1, last.size()));
  const auto label = Label::parse(last);
  return refuse_uri(text, "it is a path without “::” and a label",
                    label ? "for the atom in it write ::" + label->str() + "; for an atom of the set in it write " +
                                place + "::<label>"
                          : "use the form " + place + "::<label>");
}

}  // namespace

Aliases Aliases::defaults() {
  Aliases aliases;
  aliases.entries_ = {{"gh", "github.com"},   {"gl", "gitlab.com"},   {"bb", "bitbucket.org"},
                      {"cb", "codeberg.org"}, {"sh", "sr.ht"},        {"ekl", "gh:ekala-project"},
                      {"eka", "ekl:eka"},     {"atom", "ekl:atom"},   {"cogs", "ekl:corepkgs"},
                      {"nxs", "gh:nixos"},    {"pkgs", "nxs:nixpkgs"}};
  return aliases;
}

Result<void> Aliases::set(std::string_view name, std::string_view expansion) {
  auto label = Label::parse(name);
  if (!label) {
    return fail(Kind::usage, "invalid alias “" + printable(name, 80) + "”: " + label.error().message());
  }
  if (expansion.empty()) return fail(Kind::usage, "the expansion of alias “" + label->str() + "” is empty");
  if (expansion.size() > uri_length_limit || printable(expansion, 4 * uri_length_limit) != expansion) {
    return fail(Kind::usage, "the expansion of alias “" + label->str() + "” is not a valid address");
  }
  entries_.insert_or_assign(label->str(), std::string(expansion));
  return {};
}

Result<AtomUri> AtomUri::parse(std::string_view text, const Aliases& aliases) {
  if (text.size() > uri_length_limit) return refuse_uri(text.substr(0, 80), "too long");
  const Parts parts(text);
  auto label = Label::parse(parts.label);
  if (!label) {
    if (!parts.separated && is_path(parts.name)) return refuse_path(text, parts.label);
    // Without the separator, the text may be anything, including a password, so it is not quoted.
    if (!parts.separated && parts.name.find(':') != npos) {
      return refuse_uri(text, "no “::” before the label", "use the form <repository>::<label>");
    }
    return refuse_uri(text, label.error().message(),
                      parts.separated ? "" : "use the form <repository>::<label>, or only a label");
  }
  AtomUri uri{std::nullopt, *std::move(label), std::nullopt};
  if (parts.requirement && parts.requirement->starts_with(rev_mark)) {
    uri.rev = parts.requirement->substr(rev_mark.size());
    const bool digits = uri.rev.find_first_not_of("0123456789abcdef") == npos;
    if (!digits || uri.rev.size() < shortest_rev || uri.rev.size() > 40) {
      return refuse_uri(text, "a revision has 7 to 40 hexadecimal digits in lower case",
                        "it is the revision of a published atom, as in lock files and `eka show`");
    }
  } else {
    auto requirement = parts.read_requirement(text);
    if (!requirement) return std::unexpected(std::move(requirement).error());
    uri.requirement = *std::move(requirement);
  }
  auto set = parts.read_set(aliases);
  if (!set) return std::unexpected(std::move(set).error());
  uri.set = *std::move(set);
  return uri;
}

bool AtomPattern::is_pattern(std::string_view text) {
  return LabelPattern::is_pattern(Parts(text).label);
}

Result<AtomPattern> AtomPattern::parse(std::string_view text, const Aliases& aliases) {
  if (text.size() > uri_length_limit) return refuse_uri(text.substr(0, 80), "too long");
  const Parts parts(text);
  if (!parts.separated && is_path(parts.name)) return refuse_path(text, parts.label);
  auto labels = LabelPattern::parse(parts.label);
  if (!labels) return refuse_uri(text, labels.error().message());
  auto requirement = parts.read_requirement(text);
  if (!requirement) return std::unexpected(std::move(requirement).error());
  auto set = parts.read_set(aliases);
  if (!set) return std::unexpected(std::move(set).error());
  return AtomPattern{*std::move(set), *std::move(labels), *std::move(requirement)};
}

std::string AtomUri::str() const {
  std::string out = (set ? set->str() : "") + "::" + label.str();
  if (!rev.empty()) return out + "@" + std::string(rev_mark) + rev;
  return requirement ? out + "@" + requirement->str() : out;
}

Result<Url> parse_direct_uri(std::string_view text, const Aliases& aliases) {
  if (text.size() > uri_length_limit) return fail(Kind::usage, "the URI of the source is too long");
  return Expander(aliases).url(text);
}

}  // namespace eka::atom
