// Parsing of pkt-lines, and hashing.
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "atom/hash/blake3.h"
#include "atom/hash/digest.h"
#include "git/wire/ls_refs.h"
#include "git/wire/pkt_line.h"
#include "micro/benchmark.h"
#include "micro/suites.h"

namespace {

using namespace eka;

constexpr std::size_t curl_piece = 16 << 10;  // the piece size of libcurl

// An advertisement of 10,000 refs.
std::string advertisement() {
  git::PacketWriter out;
  for (int i = 0; i < 10'000; ++i) {
    out.data(fmt::format("{:040x} refs/eka/atoms/atom-{:04}/1.{}.0\n", i + 1, i / 4, i % 4));
  }
  return std::move(out.flush()).take();
}

void packets(benchmark::State& state) {
  const std::string stream = advertisement();
  for (auto _ : state) {
    git::PacketReader reader;
    std::size_t count = 0;
    for (std::size_t at = 0; at < stream.size(); at += curl_piece) {
      reader.feed(std::string_view(stream).substr(at, curl_piece));
      while (unwrap(reader.next())) ++count;
    }
    if (count != 10'001) state.SkipWithError("packets are missing");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
  state.SetItemsProcessed(state.iterations() * 10'001);
}

void refs(benchmark::State& state) {
  const std::string stream = advertisement();
  for (auto _ : state) {
    git::LsRefsParser parser({"refs/eka/atoms/"}, git::LsRefsLimits{});
    for (std::size_t at = 0; at < stream.size(); at += curl_piece) {
      unwrap(parser.feed(std::string_view(stream).substr(at, curl_piece)));
    }
    if (unwrap(std::move(parser).finish()).size() != 10'000) state.SkipWithError("refs are missing");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
  state.SetItemsProcessed(state.iterations() * 10'000);
}

template <class Hash>
void hash(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(Hash::of(text));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

struct Blake3 {
  static atom::Blake3Digest of(std::string_view text) { return atom::Blake3().update(text).digest(); }
};

}  // namespace

namespace eka::bench {

void add_wire() {
  benchmark::RegisterBenchmark("pkt_lines", packets)->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("refs", refs)->Unit(benchmark::kMicrosecond);
  for (const std::int64_t size : {std::int64_t{100}, std::int64_t{1} << 20}) {
    benchmark::RegisterBenchmark("blake3", hash<Blake3>)->Arg(size);
    benchmark::RegisterBenchmark("sha1", hash<atom::Sha1>)->Arg(size);
    benchmark::RegisterBenchmark("sha256", hash<atom::Sha256>)->Arg(size);
  }
}

}  // namespace eka::bench
