// The operations from a pack to materialized trees, each with many small objects and with few large ones. Hashing and
// writing use one atom of each.
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "coro/run/runtime.h"
#include "git/libgit2/libgit2.h"
#include "micro/benchmark.h"
#include "micro/suites.h"
#include "store/object/objects.h"
#include "store/pack/intake.h"
#include "store/pack/pack_scanner.h"
#include "store/tree/nar.h"
#include "store/tree/tree_writer.h"

namespace {

using namespace eka;

constexpr std::size_t piece = 64 << 10;

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

void count_bytes(benchmark::State& state, std::size_t bytes_each) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes_each));
}

// The scanner, which inflates every object once.
void scan(benchmark::State& state, const bench::Sample& sample) {
  for (auto _ : state) {
    store::PackScanner scanner;
    for (std::size_t at = 0; at < sample.pack.size(); at += piece) {
      scanner.push(bytes(std::string_view(sample.pack).substr(at, piece)));
    }
    scanner.finish();
  }
  count_bytes(state, sample.pack.size());
}

// Only libgit2's indexer.
void index(benchmark::State& state, bench::Workplace& place, const bench::Sample& sample) {
  const git::Libgit2 library;
  for (auto _ : state) {
    const auto directory = place.directory();
    git_indexer* raw = nullptr;
    git::check(git_indexer_new(&raw, directory.c_str(), 0444, nullptr, nullptr), eka::Kind::failure, "indexing");
    const git::IndexerHandle indexer(raw);
    git_indexer_progress progress{};
    git::check(git_indexer_append(raw, sample.pack.data(), sample.pack.size(), &progress), eka::Kind::failure,
               "indexing");
    git::check(git_indexer_commit(raw, &progress), eka::Kind::failure, "indexing");
  }
  count_bytes(state, sample.pack.size());
}

coro::Task<> take_in(const bench::Sample* sample, std::filesystem::path incoming, std::filesystem::path packs,
                     coro::Pool* pool) {
  const store::PackPlaces places{std::move(incoming), std::move(packs)};
  const auto intake = store::make_intake(places, *pool, [](const std::vector<atom::ObjectId>&) {});
  for (std::size_t at = 0; at < sample->pack.size(); at += piece) {
    const auto part = bytes(std::string_view(sample->pack).substr(at, piece));
    co_await intake->write(part);
  }
  std::vector<atom::ObjectId> wants(1, sample->commit);
  co_await intake->accept(std::move(wants));
}

// The complete import of a pack: scan, index, walk from the requested objects, sync, rename.
void intake(benchmark::State& state, bench::Workplace& place, const bench::Sample& sample) {
  const git::Libgit2 library;
  coro::Runtime runtime(1);
  for (auto _ : state) {
    runtime.run(take_in(&sample, place.directory(), place.directory(), &runtime.pool()));
  }
  count_bytes(state, sample.pack.size());
}

void write_tree(benchmark::State& state, bench::Workplace& place, const bench::Sample& sample) {
  auto objects = store::Objects::of_pack(sample.index);
  for (auto _ : state) {
    const auto directory = place.directory();
    store::write_tree(objects, sample.tree, directory);
    store::seal(directory);
  }
}

void hash_nar(benchmark::State& state, const bench::Sample& sample) {
  auto objects = store::Objects::of_pack(sample.index);
  std::size_t size = 0;
  store::write_nar(objects, sample.tree, [&](std::string_view part) { size += part.size(); });
  for (auto _ : state) benchmark::DoNotOptimize(store::hash_nar(objects, sample.tree));
  count_bytes(state, size);
}

}  // namespace

namespace eka::bench {

void add_store(Workplace& place, const Sample& many, const Sample& large) {
  const auto add = [](const std::string& name, auto&& function) {
    return benchmark::RegisterBenchmark(name.c_str(), function)->Unit(benchmark::kMicrosecond);
  };
  for (const auto& one : {std::pair("many", &many), std::pair("large", &large)}) {
    const std::string suffix = std::string("/") + one.first;
    const Sample* sample = one.second;
    add("pack_scanning" + suffix, [sample](auto& state) { scan(state, *sample); });
    add("pack_indexing" + suffix, [sample, &place](auto& state) { index(state, place, *sample); });
    add("pack_intake" + suffix, [sample, &place](auto& state) {
      intake(state, place, *sample);
    })->MeasureProcessCPUTime();  // it runs on the pool
    add("tree_writing" + suffix, [sample, &place](auto& state) { write_tree(state, place, *sample); });
    add("nar_hashing" + suffix, [sample](auto& state) { hash_nar(state, *sample); });
  }
}

}  // namespace eka::bench
