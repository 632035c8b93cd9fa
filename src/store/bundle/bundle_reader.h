// Receives a git bundle into the cache. Its pack is checked like one from a remote (pack/intake.h), including that
// everything that its refs reach is in it; nothing is visible before finish().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/download/file_sink.h"
#include "store/bundle/bundle_writer.h"
#include "store/cache/cached_objects.h"
#include "store/pack/intake.h"

namespace eka::store {

// Used on the reactor. write() and finish() throw Kind::integrity for anything but a bundle without prerequisites.
class BundleReader final : public net::FileSink {
 public:
  // Must outlive it.
  explicit BundleReader(CachedObjects& objects) : objects_(objects) {}

  coro::Task<> write(std::span<const std::byte> bytes) override;
  std::uint64_t size() const override { return size_; }
  coro::Task<> restart() override;

  // Call it at the end of the file: adds the objects to the cache and returns the refs. Does not write refs.
  coro::Task<std::vector<BundleRef>> finish();

 private:
  CachedObjects& objects_;
  std::uint64_t size_ = 0;
  std::string header_;
  std::vector<BundleRef> refs_;
  std::unique_ptr<Intake> intake_;  // of the pack, after the header
};

// The refs in the header of a bundle, without the empty line at its end.
Result<std::vector<BundleRef>> parse_bundle_header(std::string_view header);

}  // namespace eka::store
