#include "store/bundle/bundle_reader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"

namespace eka::store {
namespace {

constexpr std::string_view bundle_title = "# v2 git bundle\n";
constexpr std::size_t longest_header = std::size_t{16} << 20;
constexpr std::size_t longest_ref_name = 4096;
constexpr std::size_t hex_size = 2 * atom::ObjectId::size;

Error malformed_bundle(const std::string& why) {
  return {Kind::integrity, "not a bundle that eka can read: " + why};
}

}  // namespace

Result<std::vector<BundleRef>> parse_bundle_header(std::string_view header) {
  if (!header.starts_with(bundle_title)) {
    const bool is_newer = header.starts_with("# v3 git bundle");
    return std::unexpected(
        malformed_bundle(is_newer ? "its format is v3" : "it does not begin with \"# v2 git bundle\""));
  }
  header.remove_prefix(bundle_title.size());
  std::vector<BundleRef> out;
  while (!header.empty()) {
    const auto line = header.substr(0, header.find('\n'));
    header.remove_prefix(std::min(line.size() + 1, header.size()));
    if (line.starts_with('-')) return std::unexpected(malformed_bundle("it needs objects that are not in it"));
    const auto id = atom::ObjectId::parse(line.substr(0, hex_size));
    if (!id || line.size() < hex_size + 2 || line.size() > hex_size + 1 + longest_ref_name || line[hex_size] != ' ') {
      return std::unexpected(malformed_bundle("invalid line “" + printable(line, 80) + "”"));
    }
    out.push_back({std::string(line.substr(hex_size + 1)), *id});
  }
  return out;
}

coro::Task<> BundleReader::write(std::span<const std::byte> bytes) {
  size_ += bytes.size();
  if (intake_) {
    co_await intake_->write(bytes);
    co_return;
  }
  const std::size_t searched = header_.empty() ? 0 : header_.size() - 1;
  header_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto end = header_.find("\n\n", searched);
  const bool is_bundle =
      std::string_view(header_).substr(0, bundle_title.size()) == bundle_title.substr(0, header_.size());
  if (end == std::string::npos && is_bundle && header_.size() <= longest_header) co_return;
  if (end == std::string::npos)
    throw malformed_bundle(is_bundle ? "too many refs" : "it does not begin with \"# v2 git bundle\"");
  refs_ = unwrap(parse_bundle_header(std::string_view(header_).substr(0, end + 1)));
  intake_ = co_await objects_.begin_intake();
  const std::string pack = header_.substr(end + 2);
  const auto rest = std::as_bytes(std::span(pack));
  if (!rest.empty()) co_await intake_->write(rest);
}

coro::Task<> BundleReader::restart() {
  size_ = 0;
  header_.clear();
  refs_.clear();
  intake_.reset();
  co_return;
}

coro::Task<std::vector<BundleRef>> BundleReader::finish() {
  if (!intake_) throw malformed_bundle("it ends in its header");
  std::set<atom::ObjectId> wanted;
  for (const auto& ref : refs_) wanted.insert(ref.id);
  std::vector<atom::ObjectId> wants(wanted.begin(), wanted.end());
  co_await intake_->accept(std::move(wants));
  co_return std::move(refs_);
}

}  // namespace eka::store
