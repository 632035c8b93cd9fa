#include "cli/ci/report_errors.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <set>
#include <utility>

#include "atom/hash/base_n.h"
#include "atom/hash/blake3.h"
#include "base/text.h"
#include "cli/output/complain.h"
#include "cli/output/print.h"

namespace eka::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_description = 16 << 10;

// The text that people see, without "error: ".
std::string told(const Error& error) {
  constexpr std::string_view start = "error: ";
  std::string text = describe(error, Palette(Color::never)).bytes();
  if (text.starts_with(start)) text.erase(0, start.size());
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

const char* check_name(Kind kind) {
  switch (kind) {
    case Kind::failure:
      return "failure";
    case Kind::usage:
      return "usage";
    case Kind::unsatisfiable:
      return "unsatisfiable";
    case Kind::remote:
      return "remote";
    case Kind::evaluation:
      return "evaluation";
    case Kind::integrity:
      return "integrity";
    case Kind::offline:
      return "offline";
  }
  return "failure";
}

// One for errors that differ only in their contexts, such as those of all atoms of an unreachable remote.
void annotate(const std::vector<Error>& errors, const Places& places) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& error : errors) {
    const auto place = places.of(error);
    if (!seen.emplace(error.message(), place ? place->file : "").second) continue;
    std::vector<std::pair<std::string, std::string>> properties;
    if (place) {
      properties = {{"file", place->file}, {"line", std::to_string(place->line)}};
      if (place->column > 0) properties.emplace_back("col", std::to_string(place->column));
    }
    properties.emplace_back("title", std::string("eka: ") + check_name(error.kind()));
    print_workflow_command("error", properties, told(error));
  }
}

// `text` without what every edit changes: lines and columns (":3:5"), and the tree in development versions
// ("-dev.ae9dd151d245").
std::string lasting(std::string_view text) {
  constexpr std::string_view development = "-dev.";
  std::string out;
  while (!text.empty()) {
    const bool is_version = text.starts_with(development);
    const std::size_t start = is_version ? development.size() : 1;
    out += text.substr(0, start);
    if (is_version || text.front() == ':') {
      const auto digits = is_version ? "0123456789abcdef" : "0123456789";
      text.remove_prefix(std::min(text.find_first_not_of(digits, start), text.size()));
    } else {
      text.remove_prefix(start);
    }
  }
  return out;
}

// GitLab compares reports by fingerprints. Later lines of a message quote the source.
std::string identity_of(const Error& error) {
  const std::string& message = error.message();
  std::string out = check_name(error.kind());
  out += "\n" + lasting(message.substr(0, message.find('\n')));
  for (const auto& context : error.context()) out += "\n" + lasting(context);
  return out;
}

void write_report(const std::string& name, const Text& text) {
  std::ofstream out(name, std::ios::binary | std::ios::trunc);
  out << text.bytes();
  out.close();
  if (!out) throw Error(Kind::failure, "cannot write the code quality report to " + printable(name));
}

}  // namespace

void report_errors(const std::vector<Error>& errors, const Palette& palette, const ErrorReport& report) {
  print_error(describe(errors, palette));
  const bool annotates = reads_workflow_commands() && !errors.empty();
  if (!annotates && report.code_quality.empty()) return;
  const Places places(workspace_of_job(), report.sets);
  if (annotates) annotate(errors, places);
  if (!report.code_quality.empty()) write_report(report.code_quality, Text::pretty(code_quality(errors, places)));
}

int with_code_quality(const ErrorReport& report, const std::function<int()>& work) {
  try {
    return work();
  } catch (const Error& error) {
    if (report.code_quality.empty()) throw;
    try {
      const Places places(workspace_of_job(), report.sets);
      write_report(report.code_quality, Text::pretty(code_quality({error}, places)));
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
      // The first error is the one that matters.
    }
    throw;
  }
}

std::vector<fs::path> working_trees(const std::vector<engine::Wanted>& items) {
  std::set<fs::path> out;
  for (const auto& item : items) {
    if (item.working_tree) out.insert(*item.working_tree);
  }
  return {out.begin(), out.end()};
}

atom::Json code_quality(const std::vector<Error>& errors, const Places& places) {
  atom::Json out{atom::Json::Array{}};
  std::set<std::string> seen;
  for (const auto& error : errors) {
    auto place = places.of(error);
    if (!place) place = places.otherwise();
    const std::string file = place ? place->file : "ekala.toml";
    const std::string fingerprint = atom::hex(atom::Blake3().update(file + "\n" + identity_of(error)).digest());
    if (!seen.insert(fingerprint).second) continue;
    atom::Json issue;
    issue["description"] = printable(told(error), longest_description, true);
    issue["check_name"] = std::string("eka/") + check_name(error.kind());
    issue["fingerprint"] = fingerprint;
    issue["severity"] = "major";
    issue["location"]["path"] = file;
    issue["location"]["lines"]["begin"] = std::uint64_t{place ? place->line : 1};
    out.push_back(std::move(issue));
  }
  return out;
}

}  // namespace eka::cli
