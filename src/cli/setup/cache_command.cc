// eka cache stat|verify|gc: contents, integrity and cleanup of the cache; the other subcommands are in cache_travel.cc.
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "atom/config/config_keys.h"
#include "atom/json/json.h"
#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/setup/cache_travel.h"
#include "engine/maintain/maintain.h"
#include "git/object/working_file.h"

namespace eka::cli {
namespace {

using atom::Json;

struct CacheOptions {
  bool json = false;
  bool repair = false;
  std::int64_t older_than = 30L * 24 * 3600;
  std::string max_size;
  std::vector<std::string> keep_locks;
  std::int64_t wait = 10;
};

std::string size_text(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  const double number = static_cast<double>(bytes);
  if (bytes < 10'000'000) return fmt::format("{:.1f} kB", number / 1e3);
  if (bytes < 10'000'000'000) return fmt::format("{:.1f} MB", number / 1e6);
  return fmt::format("{:.1f} GB", number / 1e9);
}

std::int64_t number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

// Runs a function of engine/maintain on the configured cache. Returns an empty report if there is no cache.
template <class Report>
Report with_cache(const Common& common, const CacheOptions& options,
                  const std::function<coro::Task<std::optional<Report>>(engine::CacheAt)>& work) {
  const auto root = read_preferences(common).settings.cache_root;
  const auto report = with_runtime<std::optional<Report>>(
      [&](coro::Runtime& runtime) { return work({root, std::chrono::seconds(options.wait), runtime.pool()}); });
  return report.value_or(Report{});
}

// --- stat

Json size_json(const store::SizeCount& size) {
  return Json::Object{{"entries", number(size.entries)}, {"bytes", number(size.bytes)}};
}

Json stock_json(const store::Stock& stock) {
  Json out;
  out["bytes"] = number(stock.bytes);
  out["sets"] = number(stock.sets);
  out["atoms"] = number(stock.atoms);
  out["packs"] = size_json(stock.packs);
  out["packs"]["objects"] = number(stock.packed_objects);
  out["loose"] = size_json(stock.loose);
  out["trees"] = size_json(stock.trees);
  out["damaged"] = size_json(stock.damaged);
  out["database"]["bytes"] = number(stock.database_bytes);
  out["database"]["facts"] = Json::Object{};
  for (const auto& [name, count] : stock.facts) out["database"]["facts"][name] = number(count);
  out["others"] = Json::Object{};
  for (const auto& [name, size] : stock.others) out["others"][name] = size_json(size);
  return out;
}

void print_size(std::string_view name, const store::SizeCount& size, std::string_view what) {
  print("{:<10} {:>9} {:<14} {:>12}\n", name, size.entries, what, size_text(size.bytes));
}

int stat(const Common& common, const CacheOptions& options) {
  const auto stock = with_cache<store::Stock>(common, options, engine::count_cache);
  const auto root = read_preferences(common).settings.cache_root;
  if (options.json) {
    Json document = stock_json(stock);
    document["root"] = root.string();
    print(Text::pretty(document));
    return 0;
  }
  print("{}: {}\n", root.string(), size_text(stock.bytes));
  print("{:<10} {:>9} {:<14} {:>12}\n", "atoms", stock.atoms, fmt::format("of {} sets", stock.sets), "");
  print_size("packs", stock.packs, fmt::format("({} objects)", stock.packed_objects));
  print_size("loose", stock.loose, "objects");
  print_size("trees", stock.trees, "materialized");
  if (stock.damaged.entries != 0) print_size("damaged", stock.damaged, "moved aside");
  std::uint64_t facts = 0;
  for (const auto& [name, count] : stock.facts) facts += count;
  print_size("eka.db", {facts, stock.database_bytes}, "facts");
  for (const auto& [name, size] : stock.others) print_size(name, size, "entries");
  return 0;
}

// --- verify

int verify(const Common& common, const CacheOptions& options) {
  const auto found = with_cache<store::Audit>(common, options, [&](engine::CacheAt cache) {
    return engine::verify_cache(cache, options.repair ? store::Repair::yes : store::Repair::no);
  });
  const bool sound = found.findings.empty();
  if (options.json) {
    Json document;
    document["sound"] = sound;
    document["repaired"] = !sound && options.repair;
    document["packs"] = number(found.packs);
    document["objects"] = number(found.objects);
    document["atoms"] = number(found.atoms);
    document["trees"] = number(found.trees);
    document["left_behind"] = number(found.left);
    document["findings"] = Json::Array{};
    for (const auto& finding : found.findings) {
      document["findings"].push_back(
          Json::Object{{"kind", finding.kind}, {"what", finding.what}, {"why", finding.why}});
    }
    print(Text::pretty(document));
  } else {
    for (const auto& finding : found.findings) {
      print("{} {}: {}{}\n", finding.kind, finding.what, finding.why, options.repair ? " (moved aside)" : "");
    }
    if (sound) {
      print("no errors: {} objects in {} packs, {} atoms, {} trees\n", found.objects, found.packs, found.atoms,
            found.trees);
    }
  }
  if (sound || options.repair) return 0;
  const Palette palette(common.color);
  const Error damaged(Kind::integrity, fmt::format("the cache is damaged: {} errors", found.findings.size()));
  const auto remedy = "run `eka cache verify --repair` to move damaged data aside; the next run fetches it again";
  print_error(describe(Error(damaged).with_hint(remedy), palette));
  return exit_code(Kind::integrity);
}

// --- gc

Error incomplete(const std::vector<std::string>& remaining) {
  constexpr std::size_t most = 5;
  std::string text = fmt::format("not everything could be removed: {} of the unused entries remain", remaining.size());
  for (std::size_t i = 0; i < remaining.size() && i < most; ++i) text += "\n" + remaining[i];
  if (remaining.size() > most) text += "\n…";
  return Error(Kind::failure, text);
}

int gc(const Common& common, const CacheOptions& options) {
  engine::CleanOptions clean{std::chrono::seconds(options.older_than), std::nullopt, {}};
  if (!options.max_size.empty()) clean.most_bytes = unwrap(atom::parse_size(options.max_size));
  for (const auto& name : options.keep_locks) clean.keep_locks.push_back(git::read_required_file(name));
  const auto done = with_cache<store::Collection>(
      common, options, [&](engine::CacheAt cache) { return engine::clean_cache(cache, clean, coro::Clock::system()); });
  const int code = done.remaining.empty() ? 0 : exit_code(Kind::failure);
  if (options.json) {
    Json document;
    document["bytes"] = Json::Object{{"before", number(done.bytes_before)}, {"after", number(done.bytes_after)}};
    const auto pair = [](std::uint64_t kept, std::uint64_t dropped) {
      return Json::Object{{"kept", number(kept)}, {"dropped", number(dropped)}};
    };
    document["atoms"] = pair(done.atoms_kept, done.atoms_dropped);
    document["trees"] = pair(done.trees_kept, done.trees_dropped);
    document["objects"] = pair(done.objects_kept, done.objects_dropped);
    document["facts"] = Json::Object{{"dropped", number(done.facts_dropped)}};
    document["others"] = Json::Object{{"dropped", number(done.others_dropped)}};
    document["remaining"] = Json::Array{};
    for (const auto& why : done.remaining) document["remaining"].push_back(why);
    print(Text::pretty(document));
    return code;
  }
  print("removed {} of {} atoms, {} of {} trees, {} objects; kept {} of {}\n", done.atoms_dropped,
        done.atoms_dropped + done.atoms_kept, done.trees_dropped, done.trees_dropped + done.trees_kept,
        done.objects_dropped, size_text(done.bytes_after), size_text(done.bytes_before));
  if (!done.remaining.empty()) print_error(describe(incomplete(done.remaining), Palette(common.color)));
  return code;
}

// Replaces a time such as 30d by its seconds. Returns an error message, or an empty string.
std::string in_seconds(std::string& text) {
  constexpr std::int64_t longest = 1'000'000'000;
  constexpr std::string_view units = "smhdw";
  constexpr std::array<std::int64_t, 5> lengths = {1, 60, 3600, 24L * 3600, 7L * 24 * 3600};
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, count);
  const auto unit = rest == end ? 0 : units.find(*rest);
  if (failure != std::errc() || count < 0 || count > longest || end - rest > 1 || unit == std::string_view::npos) {
    return fmt::format("invalid value “{}”: must be a time such as 30d, 12h or 0s", text);
  }
  text = std::to_string(count * lengths.at(unit));
  return "";
}

std::string size_error(const std::string& text) {
  const auto size = atom::parse_size(text);
  return size ? "" : size.error().message();
}

CLI::App* add_one(CLI::App& app, Action& action, const char* name, const char* what, const char* example,
                  const std::shared_ptr<CacheOptions>& options, int (*run)(const Common&, const CacheOptions&)) {
  auto* command = app.add_subcommand(name, what);
  command->add_flag("--json", options->json, "print JSON");
  command
      ->add_option("--wait", options->wait,
                   "maximum time to wait while other eka processes use the cache (default: 10)")
      ->type_name("SECONDS")
      ->check(number_between(0, 86400));
  command->footer(fmt::format("Example:\n  eka cache {}\n", example));
  command->callback(
      [options, run, &action] { action = [options, run](const Common& common) { return run(common, *options); }; });
  return command;
}

}  // namespace

void add_cache(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("cache", "show, verify and clean up the cache; carry it to other machines");
  command->require_subcommand(1);
  command->footer("Examples:\n  eka cache stat\n  eka cache gc --older-than 7d\n");
  const auto options = std::make_shared<CacheOptions>();
  add_one(*command, action, "stat", "show contents and size of the cache", "stat --json", options, stat);
  add_one(*command, action, "verify", "check the integrity of all cached data; exit code 6 if any is damaged",
          "verify --repair", options, verify)
      ->add_flag("--repair", options->repair, "move damaged data aside, so that the next run fetches it again");
  auto* collect =
      add_one(*command, action, "gc", "remove data that was not used recently; waits for other eka processes to end",
              "gc --older-than 7d --max-size 2GiB", options, gc);
  collect
      ->add_option("--max-size", options->max_size,
                   "remove more, what was used longest ago first, until the cache has at most this size, such as 2GiB")
      ->type_name("SIZE")
      ->check(CLI::Validator(size_error, "", "size"));
  collect->add_option("--keep-lock", options->keep_locks, "keep what this lock file names (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  collect
      ->add_option("--older-than", options->older_than,
                   "minimum time since the data was last used, such as 30d, 12h or 0s (default: 30d)")
      ->type_name("TIME")
      ->transform(CLI::Validator(in_seconds, "", "age"));
  add_cache_travel(*command, action);
}

}  // namespace eka::cli
