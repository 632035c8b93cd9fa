#include "engine/share/recalled.h"

#include "engine/share/lines.h"

namespace eka::engine {
namespace {

// One line for the derivation, one for each output ("<name> <path>", neither of which can contain a space), an empty
// line, one for the version, one for `meta` if it was asked for, one for each remote; then the outline of the lock, if
// there is one.
constexpr std::string_view version_key = "version ";
constexpr std::string_view meta_key = "meta ";
constexpr std::string_view remote_key = "remote ";

}  // namespace

std::string Recalled::text() const {
  std::string out = drv_path + "\n";
  for (const auto& output : outputs) out += output.name + " " + output.path + "\n";
  out += "\n" + std::string(version_key) + version + "\n";
  if (meta) out += std::string(meta_key) + *meta + "\n";
  for (const auto& remote : remotes) out += std::string(remote_key) + remote + "\n";
  if (lock) out += *lock;
  return out;
}

std::optional<Recalled> Recalled::parse(std::string_view text) {
  Recalled out;
  out.drv_path = take_line(text);
  while (true) {
    const auto line = take_line(text);
    if (line.empty()) break;
    const auto space = line.find(' ');
    if (space == line.npos) return std::nullopt;
    out.outputs.push_back({std::string(line.substr(0, space)), std::string(line.substr(space + 1))});
  }
  const auto version = take_line(text);
  if (!version.starts_with(version_key)) return std::nullopt;
  out.version = version.substr(version_key.size());
  if (text.starts_with(meta_key)) out.meta = take_line(text).substr(meta_key.size());
  while (text.starts_with(remote_key)) out.remotes.emplace_back(take_line(text).substr(remote_key.size()));
  if (!text.empty()) out.lock = text;
  if (!out.drv_path.ends_with(".drv") || out.outputs.empty()) return std::nullopt;
  return out;
}

}  // namespace eka::engine
