#include "tests/store/cache_fixture.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

#include "store/disk/disk.h"
#include "tests/store/pack_builder.h"

namespace eka::test {

namespace fs = std::filesystem;

coro::Task<> take_in(store::Cache* cache, std::string pack, std::vector<atom::ObjectId> wants, std::size_t piece,
                     std::vector<atom::ObjectId> bases) {
  const auto intake = co_await cache->objects().begin_intake(std::move(bases));
  for (std::size_t at = 0; at < pack.size(); at += piece) {
    co_await intake->write(bytes_of(std::string_view(pack).substr(at, piece)));
  }
  co_await intake->accept(std::move(wants));
}

namespace {

coro::Task<store::Audit> audit_of(coro::Pool* pool, fs::path root, store::Repair repair) {
  const store::Places places(root);
  co_return co_await coro::offload(*pool, [&](coro::Stop stop) { return store::audit(places, repair, stop); });
}

}  // namespace

CacheFixture::CacheFixture() {
  reopen();
}

CacheFixture::~CacheFixture() = default;

void CacheFixture::reopen() {
  cache_.reset();
  cache_ = another();
}

std::unique_ptr<store::Cache> CacheFixture::another() {
  return run(store::Cache::open(root_, runtime_.pool()));
}

void CacheFixture::accept(const std::string& pack, std::vector<atom::ObjectId> wants, std::size_t piece,
                          std::vector<atom::ObjectId> bases) {
  run(take_in(cache_.get(), pack, std::move(wants), piece, std::move(bases)));
}

void CacheFixture::hold(const atom::ObjectId& genesis, atom::Label label, atom::Version version,
                        const atom::ObjectId& rev, const store::Giver& giver) {
  run(cache_->names().hold(giver, genesis, {{std::move(label), std::move(version), rev}}));
}

std::vector<store::CachedAtom> CacheFixture::given(const atom::ObjectId& genesis, const atom::Label& label,
                                                   const store::Giver& giver) {
  return run(cache_->names().given(giver, genesis, {label})).front();
}

std::optional<Error> CacheFixture::refusal(const std::string& pack, std::vector<atom::ObjectId> wants,
                                           std::size_t piece, std::vector<atom::ObjectId> bases) {
  try {
    accept(pack, std::move(wants), piece, std::move(bases));
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

std::vector<std::string> CacheFixture::leftovers() const {
  auto found = leftovers_now();
  for (int attempt = 0; attempt < 300 && !found.empty(); ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    found = leftovers_now();
  }
  return found;
}

std::vector<std::string> CacheFixture::leftovers_now() const {
  std::vector<std::string> found;
  for (const fs::path& place :
       {root_ / "git" / "incoming", root_ / "trees" / ".incoming", root_ / "sources" / ".incoming"}) {
    // Quarantines are removed in the background: a directory may vanish before it is entered.
    std::error_code gone;
    for (fs::recursive_directory_iterator entry(place, gone), end; entry != end; entry.increment(gone)) {
      found.push_back(entry->path());
    }
  }
  for (const auto& entry : fs::directory_iterator(root_)) {
    const std::string name = entry.path().filename();
    if (name != "git" && name != "trees" && name != "working" && name != "lock" && name != "sources" &&
        !name.starts_with("eka.db"))
      found.push_back(entry.path());
  }
  for (const auto& entry : fs::directory_iterator(root_ / "git" / "objects" / "pack")) {
    const fs::path& file = entry.path();
    const bool is_whole = (file.extension() == ".pack" || file.extension() == ".idx") &&
                          fs::exists(fs::path(file).replace_extension(".pack")) &&
                          fs::exists(fs::path(file).replace_extension(".idx"));
    if (!is_whole) found.push_back(file);
  }
  return found;
}

store::Audit CacheFixture::audit(store::Repair repair) {
  return run(audit_of(&pool(), root_, repair));
}

std::size_t CacheFixture::pack_count() const {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(root_ / "git" / "objects" / "pack")) {
    if (entry.path().extension() == ".idx") ++count;
  }
  return count;
}

std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error(command);
  std::string output;
  char block[4096];
  while (const std::size_t count = std::fread(block, 1, sizeof block, pipe)) output.append(block, count);
  if (::pclose(pipe) != 0) throw std::runtime_error(command);
  return output;
}

}  // namespace eka::test
