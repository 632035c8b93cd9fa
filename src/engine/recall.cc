#include "engine/recall.h"

#include <algorithm>

#include "atom/base_n.h"
#include "atom/blake3.h"
#include "engine/layout.h"

namespace eka::engine {
namespace {

// Raised when what a digest covers, or how its value is written, changes.
constexpr int digest_format = 1;

// One line for the derivation, then one for each output: "<name> <path>". Neither can hold a space.
std::string write(const Recalled& evaluation) {
  std::string out = evaluation.drv_path;
  for (const auto& output : evaluation.outputs) out += "\n" + output.name + " " + output.path;
  return out;
}

std::optional<Recalled> read(const std::string& text) {
  Recalled out;
  std::size_t start = text.find('\n');
  out.drv_path = text.substr(0, start);
  while (start != std::string::npos) {
    const auto end = text.find('\n', start + 1);
    const auto line = text.substr(start + 1, end == std::string::npos ? end : end - start - 1);
    const auto space = line.find(' ');
    if (space == std::string::npos) return std::nullopt;
    out.outputs.push_back({line.substr(0, space), line.substr(space + 1)});
    start = end;
  }
  if (!out.drv_path.ends_with(".drv") || out.outputs.empty()) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::string> evaluation_digest(Parts& parts, const ReadAtom& root) {
  if (root.lock && root.lock->format != 0) return std::nullopt;
  const auto& nix = parts.evaluator().installation();
  atom::Json document;
  document["format"] = digest_format;
  document["config"] = configuration(parts.settings.platforms);
  document["set"] = root.published.set.hex();
  document["label"] = root.published.label.str();
  document["tree"] = root.tree.hex();
  document["expressions"] = nix.expressions_digest;
  document["nix"] = nix.nix_version;
  document["store"] = "/nix/store";
  return atom::hex(atom::Blake3().update(document.canonical()).digest());
}

coro::Task<std::optional<Recalled>> recall(Parts& parts, std::string digest) {
  const auto text = parts.cache->remembered_evaluation(digest);
  if (!text) co_return std::nullopt;
  auto found = read(*text);
  if (!found) co_return std::nullopt;
  const bool valid = co_await parts.evaluator().exists(found->drv_path);
  if (!valid) co_return std::nullopt;
  co_return found;
}

void remember(Parts& parts, const std::string& digest, const Recalled& evaluation) {
  parts.cache->remember_evaluation(digest, write(evaluation));
}

}  // namespace eka::engine
