#include "cli/setup/cache_travel.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "atom/json/json.h"
#include "base/count_text.h"
#include "cli/command/lock_file.h"
#include "cli/command/settings.h"
#include "cli/command/wanted.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/terminal.h"
#include "engine/maintain/cache_key.h"
#include "engine/maintain/maintain.h"
#include "engine/travel/export_cache.h"
#include "engine/travel/import_cache.h"
#include "engine/workspace/new_atom.h"

namespace eka::cli {
namespace {

namespace fs = std::filesystem;
using atom::Json;

struct TravelOptions {
  std::string file;
  std::vector<std::string> uris;
  std::vector<std::string> locks;
  bool evaluations = false;
  bool trust = false;
  bool json = false;
  std::int64_t wait = 10;
};

std::int64_t json_number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

// --- export

// The file appears complete, or not at all.
class NewFile {
 public:
  explicit NewFile(fs::path place) : place_(std::move(place)), part_(place_.string() + ".part") {
    out_.open(part_, std::ios::binary | std::ios::trunc);
    require();
  }
  ~NewFile() {
    std::error_code ignored;
    if (!kept_) fs::remove(part_, ignored);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::string_view bytes) {
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    require();
  }
  void keep() {
    out_.close();
    require();
    fs::rename(part_, place_);
    kept_ = true;
  }

 private:
  void require() const {
    if (!out_) throw Error(Kind::failure, "cannot write " + place_.string());
  }

  fs::path place_, part_;
  std::ofstream out_;
  bool kept_ = false;
};

int export_to_file(const Common& common, const TravelOptions& options) {
  const auto preferences = read_preferences(common);
  engine::ExportRequest request{read_wanted(options.uris, preferences.aliases), {}, options.evaluations};
  for (const auto& name : options.locks) request.locks.push_back(read_lock(name));
  std::unique_ptr<NewFile> file;
  if (options.file != "-") file = std::make_unique<NewFile>(options.file);
  const std::function<void(std::string_view)> write = [&](std::string_view bytes) {
    if (file) {
      file->write(bytes);
    } else {
      print_bytes(bytes);
    }
  };
  const auto report = with_engine<engine::ExportReport>(preferences.settings, common, [&](engine::Context& context) {
    return engine::export_cache(context, request, write);
  });
  if (file) file->keep();
  if (common.quiet == 0) {
    print_error("exported {}, {}, {}, {}: {}\n", count_text(report.atoms, "atom"),
                count_text(report.sources, "other source"), count_text(report.versions, "version name"),
                count_text(report.evaluations, "evaluation"), count_text(report.bytes, "byte"));
  }
  return 0;
}

// --- import

int import_from_file(const Common& common, const TravelOptions& options) {
  const auto preferences = read_preferences(common);
  engine::ImportRequest request{options.file, options.trust};
  const auto report = with_engine<engine::ImportReport>(
      preferences.settings, common, [&](engine::Context& context) { return engine::import_cache(context, request); });
  if (options.json) {
    print(Text::pretty(Json::Object{{"atoms", json_number(report.atoms)},
                                    {"sources", json_number(report.sources)},
                                    {"versions", json_number(report.versions)},
                                    {"evaluations", json_number(report.evaluations)},
                                    {"not_trusted", json_number(report.not_trusted)},
                                    {"bytes", json_number(report.bytes)}}));
  } else if (common.quiet == 0) {
    print_error("imported {}, {}, {}, {}\n", count_text(report.atoms, "atom"),
                count_text(report.sources, "other source"), count_text(report.versions, "version name"),
                count_text(report.evaluations, "evaluation"));
  }
  if (report.not_trusted != 0) {
    print_error(warning_text(
        fmt::format("{} of version names or evaluations {} not used: no key in cache.trusted-keys has signed them; use "
                    "--trust if you trust the author of the file",
                    count_text(report.not_trusted, "record"), report.not_trusted == 1 ? "is" : "are"),
        Palette(common.color)));
  }
  return 0;
}

// --- key

int print_key(const Common& common, const TravelOptions& options) {
  const auto preferences = read_preferences(common);
  auto locks = options.locks;
  if (locks.empty()) {
    for (const auto& file : engine::lock_files_of(engine::find_set(working_directory())))
      locks.push_back(file.string());
  }
  std::vector<atom::Lock> read;
  for (const auto& name : locks) read.push_back(read_lock(name).lock);
  print("{}\n", engine::cache_key(preferences.settings.platforms.build, read));
  return 0;
}

// --- clear

int clear_all(const Common& common, const TravelOptions& options) {
  const auto root = read_preferences(common).settings.cache_root;
  const auto bytes = with_runtime<std::uint64_t>([&](coro::Runtime& runtime) {
    return engine::clear_cache({root, std::chrono::seconds(options.wait), runtime.pool()});
  });
  if (common.quiet == 0) print_error("removed {} bytes from {}\n", bytes, root.string());
  return 0;
}

using Run = int (*)(const Common&, const TravelOptions&);

CLI::App* add_travel_command(CLI::App& cache, Action& action, const char* name, const char* what, const char* example,
                             const std::shared_ptr<TravelOptions>& options, Run run) {
  auto* command = cache.add_subcommand(name, what);
  command->footer(fmt::format("Example:\n  eka cache {}\n", example));
  command->callback(
      [options, run, &action] { action = [options, run](const Common& common) { return run(common, *options); }; });
  return command;
}

void add_locks(CLI::App& command, TravelOptions& options, const char* help) {
  command.add_option("--lock", options.locks, help)->type_name("FILE")->allow_extra_args(false);
}

}  // namespace

void add_cache_travel(CLI::App& cache, Action& action) {
  const auto options = std::make_shared<TravelOptions>();
  auto* out =
      add_travel_command(cache, action, "export",
                         "write closures, or the whole cache, to a file: a git bundle that `eka cache import` reads",
                         "export ci.bundle --lock server/atom.lock", options, export_to_file);
  out->add_option("file", options->file, "the file to write; -: standard output")->type_name("FILE")->required();
  out->add_option("uri", options->uris, atom_uri_help)->type_name("URI");
  add_locks(*out, *options, "export the closure of a lock file (repeatable)");
  out->add_flag("--evaluations", options->evaluations,
                "include cached evaluations, with their derivations; signed if cache.signing-key is set");
  auto* in = add_travel_command(cache, action, "import", "add what `eka cache export` has written, after verifying it",
                                "import ci.bundle", options, import_from_file);
  in->add_option("file", options->file, "a file, an https or http URL, or - for standard input")
      ->type_name("FILE")
      ->required();
  in->add_flag("--trust", options->trust,
               "use names of versions and evaluations in it, although no key in cache.trusted-keys has signed them");
  in->add_flag("--json", options->json, "print JSON");
  add_locks(
      *add_travel_command(cache, action, "key",
                          "print a key for caches of CI systems: it changes when a lock file names something else",
                          "key --lock server/atom.lock", options, print_key),
      *options, "a lock file (repeatable; default: all of the set in the working directory)");
  add_travel_command(cache, action, "clear", "remove everything from the cache; waits for other eka processes to end",
                     "clear", options, clear_all)
      ->add_option("--wait", options->wait,
                   "maximum time to wait while other eka processes use the cache (default: 10)")
      ->type_name("SECONDS")
      ->check(number_between(0, 86400));
}

}  // namespace eka::cli
