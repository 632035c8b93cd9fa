#include "cli/plan/diff_report.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/count_text.h"
#include "base/text.h"
#include "cli/output/report_json.h"

namespace eka::cli {
namespace {

using engine::AtomChange;
using engine::InputChange;
using ChangeKind = AtomChange::Kind;

constexpr std::array shown_order = {ChangeKind::changed, ChangeKind::added, ChangeKind::removed};

const char* name_of_kind(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::added:
      return "added";
    case ChangeKind::removed:
      return "removed";
    case ChangeKind::changed:
      return "changed";
    case ChangeKind::unchanged:
      break;
  }
  return "unchanged";
}

const char* name_of_kind(InputChange::Kind kind) {
  switch (kind) {
    case InputChange::Kind::file:
      return "file";
    case InputChange::Kind::atom:
      return "atom";
    case InputChange::Kind::source:
      break;
  }
  return "source";
}

std::map<ChangeKind, std::size_t> count_kinds(const engine::CompareReport& report) {
  std::map<ChangeKind, std::size_t> out;
  for (const auto& atom : report.atoms) ++out[atom.kind];
  return out;
}

std::string diff_summary(const engine::CompareReport& report) {
  auto counts = count_kinds(report);
  return fmt::format("{} changed, {} added, {} removed, {} unchanged: {} to build", counts[ChangeKind::changed],
                     counts[ChangeKind::added], counts[ChangeKind::removed], counts[ChangeKind::unchanged],
                     count_text(report.builds, "derivation"));
}

std::string versions_of(const AtomChange& atom, const char* arrow) {
  if (!atom.before) return atom.after->version.str();
  if (!atom.after || atom.before->version == atom.after->version) return atom.before->version.str();
  return atom.before->version.str() + arrow + atom.after->version.str();
}

std::string builds_of_change(const AtomChange& atom) {
  if (failure_of(atom.after) != nullptr) return "cannot be planned";
  if (failure_of(atom.before) != nullptr) return "could not be planned before";
  if (!atom.builds) return {};
  return fmt::format("{} of {}", atom.builds->added, count_text(atom.builds->all, "derivation"));
}

// A revision or a hash, short enough to be read.
std::string shortened(const std::string& pin) {
  constexpr std::size_t enough = 19;  // "sha256-" and 12 more
  return pin.starts_with("sha256-") ? pin.substr(0, enough) : pin.substr(0, 12);
}

// "default.nix (added)", "one 1.0.0 -> 1.2.0 (base)"
std::string describe_input(const InputChange& input, const char* arrow) {
  if (input.kind == InputChange::Kind::file) {
    return input.name + (!input.before ? " (added)" : !input.after ? " (removed)" : "");
  }
  const auto text = [&](const std::optional<std::string>& state) {
    if (!state) return std::string("none");
    return input.kind == InputChange::Kind::atom ? *state : shortened(*state);
  };
  const auto before = text(input.before);
  const auto after = text(input.after);
  auto out = input.name + " " + (before == after ? before + ", another revision" : before + arrow + after);
  return input.set.empty() ? out : out + " (" + input.set + ")";
}

atom::Json state_json(const AtomChange::State& state) {
  atom::Json out;
  out["version"] = state.version.str();
  if (!state.plan) return out;
  if (*state.plan) {
    out["drv"] = (*state.plan)->drv_path;
  } else {
    out["error"] = error_json(state.plan->error());
  }
  return out;
}

atom::Json input_json(const InputChange& input) {
  atom::Json out;
  out["kind"] = name_of_kind(input.kind);
  out["name"] = input.name;
  out["before"] = input.before ? atom::Json(*input.before) : atom::Json();
  out["after"] = input.after ? atom::Json(*input.after) : atom::Json();
  if (!input.set.empty()) out[input.kind == InputChange::Kind::atom ? "set" : "of"] = input.set;
  return out;
}

atom::Json change_json(const AtomChange& atom) {
  atom::Json out;
  out["label"] = atom.label.str();
  out["change"] = name_of_kind(atom.kind);
  if (atom.before) out["before"] = state_json(*atom.before);
  if (atom.after) out["after"] = state_json(*atom.after);
  if (atom.kind == ChangeKind::changed) {
    out["inputs"] = atom::Json::Array{};
    for (const auto& input : atom.inputs) out["inputs"].push_back(input_json(input));
  }
  if (atom.builds) {
    out["builds"] = atom::Json::Object{};
    out["builds"]["new"] = std::uint64_t{atom.builds->added};
    out["builds"]["all"] = std::uint64_t{atom.builds->all};
  }
  return out;
}

// As code in a cell of a table. Names of files may contain anything.
std::string markdown_code(const std::string& text) {
  std::string out;
  for (const char c : printable(text, 200)) {
    if (c == '|') out += '\\';
    out += c == '`' ? '\'' : c;
  }
  return "`" + out + "`";
}

std::string markdown_inputs(const AtomChange& atom) {
  constexpr std::size_t most = 8;
  std::vector<std::string> out;
  for (const auto& input : atom.inputs) {
    if (out.size() < most) out.push_back(markdown_code(describe_input(input, " → ")));
  }
  const auto rest = atom.inputs.size() - out.size();
  return fmt::format("{}{}", fmt::join(out, "<br>"), rest > 0 ? fmt::format("<br>and {} more", rest) : "");
}

}  // namespace

const Error* failure_of(const std::optional<AtomChange::State>& state) {
  return state && state->plan && !*state->plan ? &state->plan->error() : nullptr;
}

Text diff_text(const engine::CompareReport& report) {
  Text out;
  for (const auto kind : shown_order) {
    for (const auto& atom : report.atoms) {
      if (atom.kind != kind) continue;
      const auto to_build = builds_of_change(atom);
      const bool is_count = atom.builds.has_value();
      out += fmt::format("{:<9} {} {}{}{}\n", name_of_kind(kind), atom.label.str(), versions_of(atom, " -> "),
                         to_build.empty() ? "" : ": " + to_build, is_count ? " to build" : "");
      for (const auto& input : atom.inputs) {
        out += fmt::format("          {:<6} {}\n", name_of_kind(input.kind),
                           printable(describe_input(input, " -> "), 300));
      }
    }
  }
  return out + diff_summary(report) + "\n";
}

atom::Json diff_document(const engine::CompareRequest& request, const engine::CompareReport& report) {
  auto counts = count_kinds(report);
  atom::Json document;
  document["format"] = 1;
  document["base"] = atom::Json::Object{{"revision", request.base}, {"commit", report.base.hex()}};
  document["head"] = atom::Json::Object{{"revision", request.head}, {"commit", report.head.hex()}};
  document["atoms"] = atom::Json::Array{};
  for (const auto& atom : report.atoms) document["atoms"].push_back(change_json(atom));
  document["total"] = atom::Json::Object{};
  for (const auto kind : {ChangeKind::added, ChangeKind::removed, ChangeKind::changed, ChangeKind::unchanged}) {
    document["total"][name_of_kind(kind)] = std::uint64_t{counts[kind]};
  }
  document["total"]["builds"] = std::uint64_t{report.builds};
  document["remotes"] = costs_json(report.remotes);
  return document;
}

Text diff_markdown(const engine::CompareRequest& request, const engine::CompareReport& report) {
  constexpr std::size_t most_rows = 200;
  const auto name = [](const std::string& revision, const atom::ObjectId& commit) {
    return fmt::format("{} ({})", markdown_code(revision), commit.hex().substr(0, 12));
  };
  std::vector<std::string> rows;
  for (const auto kind : shown_order) {
    for (const auto& atom : report.atoms) {
      if (atom.kind != kind) continue;
      rows.push_back(fmt::format("| {} | {} | {} | {} | {} |\n", markdown_code(atom.label.str()), name_of_kind(kind),
                                 versions_of(atom, " → "), builds_of_change(atom), markdown_inputs(atom)));
    }
  }
  Text out(fmt::format("**{}** from {} to {}\n", diff_summary(report), name(request.base, report.base),
                       name(request.head, report.head)));
  if (rows.empty()) return out;
  out += "\n| atom | change | version | to build | inputs |\n|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < std::min(rows.size(), most_rows); ++i) out += rows[i];
  if (rows.size() > most_rows) out += fmt::format("\nand {} more atoms\n", rows.size() - most_rows);
  return out;
}

}  // namespace eka::cli
