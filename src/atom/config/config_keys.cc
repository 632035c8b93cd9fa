#include "atom/config/config_keys.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "atom/hash/signature.h"
#include "atom/names/url.h"
#include "base/ascii.h"
#include "base/take_until.h"
#include "base/text.h"

namespace eka::atom {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

std::unexpected<Error> refuse(std::string_view text, std::string_view wanted) {
  return fail(Kind::usage, "invalid value “" + printable(text, 80) + "”: must be " + std::string(wanted));
}

// Parses digits followed by one of `units`; rejects 0 and values out of range.
Result<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units, std::uint64_t limit,
                                     std::string_view wanted) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (error != std::errc() || unit == units.end() || value == 0 || value > limit / unit->factor) {
    return refuse(text, wanted);
  }
  return value * unit->factor;
}

template <class T>
Result<void> assign(T& target, Result<T> value) {
  if (!value) return std::unexpected(std::move(value).error());
  target = *std::move(value);
  return {};
}

Result<void> assign_text(std::string& target, std::string_view text) {
  if (text.empty() || printable(text, 8192) != text) return refuse(text, "non-empty text without control characters");
  target = text;
  return {};
}

// Directories separated by ":"; "~/" is expanded later.
Result<void> assign_paths(std::vector<std::string>& target, std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::string_view path = take_until(text, ':');
    if ((!path.starts_with('/') && !path.starts_with("~/") && path != "~") || printable(path, 8192) != path) {
      return refuse(path, "an absolute path");
    }
    out.emplace_back(path);
  }
  target = std::move(out);
  return {};
}

Json array_of(const std::vector<std::string>& texts) {
  Json::Array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return Json(std::move(out));
}

// Empty: none.
Result<void> assign_remote(std::string& target, std::string_view text) {
  if (!text.empty()) {
    const auto url = Url::parse(text);
    if (!url) return std::unexpected(url.error());
    const bool is_http = url->scheme() == Url::Scheme::https || url->scheme() == Url::Scheme::http;
    if (!is_http) return refuse(without_password(text), "an https or http URL");
  }
  target = text;
  return {};
}

// Public keys separated by spaces.
Result<void> assign_keys(std::vector<std::string>& target, std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::string_view word = take_until(text, ' ');
    if (word.empty()) continue;
    if (const auto key = PublicKey::parse(word); !key) return std::unexpected(key.error());
    out.emplace_back(word);
  }
  target = std::move(out);
  return {};
}

constexpr std::string_view no_cutoff = "none";

Result<void> assign_cutoff(std::optional<Cutoff>& target, std::string_view text) {
  target.reset();
  if (text == no_cutoff) return {};
  auto cutoff = Cutoff::parse(text);
  if (!cutoff) return std::unexpected(std::move(cutoff).error());
  target = *std::move(cutoff);
  return {};
}

Result<void> assign_platform(std::string& target, std::string_view text) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '-'; };
  const bool shape = text.size() <= 100 && std::ranges::all_of(text, allowed) && text.find('-') != std::string::npos;
  if (!shape || text.starts_with('-') || text.ends_with('-')) return refuse(text, "a platform such as x86_64-linux");
  target = text;
  return {};
}

Result<bool> parse_truth(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::unexpected(refuse(text, "true or false"));
}

Result<ShareContext> parse_share_context(std::string_view text) {
  if (text == "set") return ShareContext::set;
  const auto truth = parse_truth(text);
  if (!truth) return std::unexpected(refuse(text, "true, false or set"));
  return *truth ? ShareContext::all : ShareContext::none;
}

Json shown(ShareContext share) {
  return share == ShareContext::set ? Json("set") : Json(share == ShareContext::all);
}

Result<unsigned> parse_jobs(std::string_view text) {
  static constexpr Unit plain[] = {{"", 1}};
  const auto value = parse_quantity(text, plain, 65536, "a number from 1 to 65536");
  if (!value) return std::unexpected(value.error());
  return static_cast<unsigned>(*value);
}

constexpr std::string_view color_words = "auto|always|never";
constexpr std::string_view progress_words = "auto|bar|plain|none";
constexpr std::string_view sandbox_words = "strict|container";

// `words` are separated by "|".
Result<std::string> parse_word(std::string_view text, std::string_view words) {
  std::string wanted = "one of";
  while (!words.empty()) {
    const auto word = take_until(words, '|');
    if (word == text) return std::string(text);
    wanted += (wanted == "one of" ? " " : ", ") + std::string(word);
  }
  return std::unexpected(refuse(text, wanted));
}

// 0 to 9.
Result<unsigned> parse_level(std::string_view text) {
  if (text.size() == 1 && is_digit(text[0])) return static_cast<unsigned>(text[0] - '0');
  return std::unexpected(refuse(text, "a number from 0 to 9"));
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  static constexpr std::uint64_t kilo = 1024;
  static constexpr Unit units[] = {{"", 1},
                                   {"K", kilo},
                                   {"KiB", kilo},
                                   {"M", kilo * kilo},
                                   {"MiB", kilo * kilo},
                                   {"G", kilo * kilo * kilo},
                                   {"GiB", kilo * kilo * kilo},
                                   {"T", kilo * kilo * kilo * kilo},
                                   {"TiB", kilo * kilo * kilo * kilo}};
  return parse_quantity(text, units, std::uint64_t{1} << 50, "a number of bytes or a size such as 4GiB");
}

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  static constexpr Unit units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}};
  const auto value =
      parse_quantity(text, units, std::uint64_t{366} * 86400, "a positive number of seconds or a time such as 10m");
  if (!value) return std::unexpected(value.error());
  return std::chrono::seconds(*value);
}

std::string config_variable(std::string_view path) {
  std::string out = "EKA_";
  for (const char c : path) out += c == '.' || c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

std::string ConfigKey::variable() const {
  return config_variable(path);
}

std::span<const ConfigKey> ConfigKeys::all() {
  using C = Config;
  using Text = std::string_view;
  using enum ConfigType;
  static constexpr auto keys = std::to_array<ConfigKey>({
      {"cache.root", "directory of the cache (default: $XDG_CACHE_HOME/eka or ~/.cache/eka)", text,
       [](C& c, Text t) { return assign_text(c.cache_root_, t); }, [](const C& c) { return Json(c.cache_root_); }},
      {"cache.remote",
       "URL of a cache that is shared with other machines (https, http): evaluations that others have stored there are "
       "used",
       text,
       [](C& c, Text t) { return assign_remote(c.cache_.remote, t); },
       [](const C& c) { return Json(without_password(c.cache_.remote)); },
       {},
       true},
      {"cache.push",
       "store the evaluations of this machine in cache.remote",
       truth,
       [](C& c, Text t) { return assign(c.cache_.push, parse_truth(t)); },
       [](const C& c) { return Json(c.cache_.push); },
       {},
       true},
      {"cache.trusted-keys",
       "public keys, as Nix writes them (name:base64); evaluations in cache.remote are used if one of these keys has "
       "signed them",
       words,
       [](C& c, Text t) { return assign_keys(c.cache_.trusted_keys, t); },
       [](const C& c) { return array_of(c.cache_.trusted_keys); },
       {},
       true},
      {"cache.signing-key",
       "file with the secret key, as Nix writes it, that signs what cache.push stores",
       text,
       [](C& c, Text t) { return assign_text(c.cache_.signing_key, t); },
       [](const C& c) { return Json(c.cache_.signing_key); },
       {},
       true},
      {"cache.trust",
       "use evaluations in cache.remote even if they are not signed: everybody who can write there is trusted",
       truth,
       [](C& c, Text t) { return assign(c.cache_.trust, parse_truth(t)); },
       [](const C& c) { return Json(c.cache_.trust); },
       {},
       true},
      {"plan.sharectx", "evaluate all atoms in one process; \"set\": those of one package set that have the same lock",
       truth_or_text, [](C& c, Text t) { return assign(c.plan_.sharectx, parse_share_context(t)); },
       [](const C& c) { return shown(c.plan_.sharectx); }},
      {"plan.memory", "memory for all evaluations together: bytes, or a size such as 4GiB", number,
       [](C& c, Text t) { return assign(c.plan_.memory_bytes, parse_size(t)); },
       [](const C& c) { return Json(c.plan_.memory_bytes); }},
      {"plan.disk", "disk space for the store of one evaluation: bytes, or a size such as 1GiB", number,
       [](C& c, Text t) { return assign(c.plan_.disk_bytes, parse_size(t)); },
       [](const C& c) { return Json(c.plan_.disk_bytes); }},
      {"plan.timeout", "time limit of one evaluation: seconds, or a time such as 10m", number,
       [](C& c, Text t) { return assign(c.plan_.timeout, parse_duration(t)); },
       [](const C& c) { return Json(std::int64_t{c.plan_.timeout.count()}); }},
      {"plan.jobs", "maximum number of parallel evaluations", number,
       [](C& c, Text t) { return assign(c.plan_.jobs, parse_jobs(t)); },
       [](const C& c) { return Json(std::uint64_t{c.plan_.jobs}); }},
      {"plan.fresh", "ignore cached evaluations", truth,
       [](C& c, Text t) { return assign(c.plan_.fresh, parse_truth(t)); },
       [](const C& c) { return Json(c.plan_.fresh); }},
      {"plan.ifd",
       "allow import-from-derivation: Nix builds during evaluation, with your Nix settings, and the result is not "
       "cached",
       truth, [](C& c, Text t) { return assign(c.plan_.ifd, parse_truth(t)); },
       [](const C& c) { return Json(c.plan_.ifd); }},
      {"plan.gcroot", "protect derivations from Nix's garbage collector", truth,
       [](C& c, Text t) { return assign(c.plan_.gcroot, parse_truth(t)); },
       [](const C& c) { return Json(c.plan_.gcroot); }},
      {"plan.sandbox", "isolation of evaluations: strict, or container (without namespaces)", text,
       [](C& c, Text t) { return assign(c.plan_.sandbox, parse_word(t, sandbox_words)); },
       [](const C& c) { return Json(c.plan_.sandbox); }, sandbox_words, true},
      {"net.connect", "time limit for establishing a connection: seconds, or a time such as 20s", number,
       [](C& c, Text t) { return assign(c.net_.connect, parse_duration(t)); },
       [](const C& c) { return Json(std::int64_t{c.net_.connect.count()}); }},
      {"net.stall", "time without data after which a transfer is aborted", number,
       [](C& c, Text t) { return assign(c.net_.stall, parse_duration(t)); },
       [](const C& c) { return Json(std::int64_t{c.net_.stall.count()}); }},
      {"net.retry", "time during which failed requests are repeated", number,
       [](C& c, Text t) { return assign(c.net_.retry, parse_duration(t)); },
       [](const C& c) { return Json(std::int64_t{c.net_.retry.count()}); }},
      {"net.deadline", "time limit of a whole run (default: none)", number,
       [](C& c, Text t) { return assign(c.net_.deadline, parse_duration(t)); },
       [](const C& c) { return Json(std::int64_t{c.net_.deadline.count()}); }},
      {"net.offline", "work offline: use only cached data", truth,
       [](C& c, Text t) { return assign(c.net_.offline, parse_truth(t)); },
       [](const C& c) { return Json(c.net_.offline); }},
      {"resolve.newest-before",
       "select only versions of atoms that were published before this date (2026-11-20, 2026-11-20T10:30:00Z), or "
       "that are older than this age (12h, 7d, 2w); locked versions are kept (default: none)",
       text, [](C& c, Text t) { return assign_cutoff(c.resolve_.newest_before, t); },
       [](const C& c) {
         const auto& cutoff = c.resolve_.newest_before;
         return Json(cutoff ? cutoff->text() : std::string(no_cutoff));
       }},
      {"ui.color", "use colors: auto, always or never", text,
       [](C& c, Text t) { return assign(c.ui_.color, parse_word(t, color_words)); },
       [](const C& c) { return Json(c.ui_.color); }, color_words},
      {"ui.progress", "how to show progress: auto, bar, plain or none", text,
       [](C& c, Text t) { return assign(c.ui_.progress, parse_word(t, progress_words)); },
       [](const C& c) { return Json(c.ui_.progress); }, progress_words},
      {"ui.verbose", "verbosity: as many as -v is given, 0 to 9", number,
       [](C& c, Text t) { return assign(c.ui_.verbose, parse_level(t)); },
       [](const C& c) { return Json(std::uint64_t{c.ui_.verbose}); }},
      {"ui.quiet", "1: print errors only", number, [](C& c, Text t) { return assign(c.ui_.quiet, parse_level(t)); },
       [](const C& c) { return Json(std::uint64_t{c.ui_.quiet}); }},
      {"sources.local",
       "directories whose files package sets on this machine may use as sources",
       paths,
       [](C& c, Text t) { return assign_paths(c.sources_.local, t); },
       [](const C& c) { return array_of(c.sources_.local); },
       {},
       true},
      {"platforms.build", "platform that runs the builds, such as x86_64-linux", text,
       [](C& c, Text t) { return assign_platform(c.platforms_.build, t); },
       [](const C& c) { return Json(c.platforms_.build); }},
      {"platforms.target", "target platform", text,
       [](C& c, Text t) { return assign_platform(c.platforms_.target, t); },
       [](const C& c) { return Json(c.platforms_.target); }},
      {"platforms.legacy_target", "platform that atoms receive as cfg.platforms.legacy_target", text,
       [](C& c, Text t) { return assign_platform(c.platforms_.legacy_target, t); },
       [](const C& c) { return Json(c.platforms_.legacy_target); }},
      {"manifest.default.composer.set.tag", "name of the set with the composer that `eka new` writes to manifests",
       text, [](C& c, Text t) { return assign(c.default_composer_.set, Tag::parse(t)); },
       [](const C& c) { return Json(c.default_composer_.set.str()); }},
      {"manifest.default.composer.set.address", "URI of the set with the composer that `eka new` writes to manifests",
       text, [](C& c, Text t) { return assign_text(c.default_composer_.address, t); },
       [](const C& c) { return Json(c.default_composer_.address); }},
      {"manifest.default.composer.atom.label", "label of the composer that `eka new` writes to manifests", text,
       [](C& c, Text t) { return assign(c.default_composer_.label, Label::parse(t)); },
       [](const C& c) { return Json(c.default_composer_.label.str()); }},
  });
  return keys;
}

}  // namespace eka::atom
