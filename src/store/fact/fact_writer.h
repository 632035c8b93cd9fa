// Writes changes of facts on the pool, so that the reactor never waits for the disk.
//
// Changes are written in the order in which they are added, those that wait together in one transaction. Until then,
// find() returns them. A change that cannot be written because another process is writing is tried again with the next
// one, and at the end.
//
// add(), find(), all() and warning() are called by one thread, the owner of the database; none of them waits for the
// disk. The destructor waits for a transaction that is being written, and writes the rest.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "coro/run/pool.h"
#include "store/fact/fact.h"

namespace eka::store {

class FactWriter {
 public:
  // Opens a connection of its own when the first change is added. `pool` must outlive this object.
  FactWriter(std::filesystem::path file, coro::Pool& pool);
  ~FactWriter();
  FactWriter(const FactWriter&) = delete;
  FactWriter& operator=(const FactWriter&) = delete;

  void add(const FactChanges& changes);
  // The change to `key` that is not written yet, if there is one.
  std::optional<FactChange> find(Fact fact, std::string_view key) const;
  FactChanges all() const;
  // The first problem, as Database::warning().
  std::string warning() const;

 private:
  struct State;
  coro::Pool& pool_;
  std::shared_ptr<State> state_;  // also held by the function on the pool, which may start after the destructor
};

}  // namespace eka::store
