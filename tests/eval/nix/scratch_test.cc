// Scratch directories of killed evaluations, and their removal.
#include "eval/nix/scratch.h"

#include <atomic>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tests/eval/world.h"

using namespace eka;
using eval::TemporaryDirectory;

namespace {

namespace fs = std::filesystem;

}  // namespace

TEST_CASE("a scratch directory is kept while its owner is alive, and removed by its destructor") {
  const TemporaryDirectory home;
  fs::path root;
  {
    coro::Pool pool(1);
    const eval::Scratch scratch(home.path(), pool);
    eval::Scratch::sweep(home.path());
    CHECK(fs::is_directory(scratch.store()));
    root = scratch.empty_root();
  }
  // Only the mount point for the roots of sandboxes remains.
  CHECK(fs::is_empty(root));
  CHECK(fs::remove(root));
  CHECK(fs::is_empty(home.path()));
}

TEST_CASE("directories of dead processes are removed, even while a dying evaluator still writes there") {
  const TemporaryDirectory home;
  const fs::path store = home.path() / "eval-left" / "store";
  fs::create_directories(store);
  for (int i = 0; i < 500; ++i) std::ofstream(store / ("early" + std::to_string(i)));
  std::atomic<bool> writes = false;
  const std::jthread dying([&] {
    for (int i = 0; i < 5000 && std::ofstream(store / std::to_string(i)); ++i) {
      writes = true;
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  while (!writes) std::this_thread::yield();
  eval::Scratch::sweep(home.path());
  CHECK(fs::is_empty(home.path()));
}
