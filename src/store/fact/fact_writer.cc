#include "store/fact/fact_writer.h"

#include <chrono>
#include <exception>
#include <mutex>
#include <utility>

#include "store/fact/database.h"

namespace eka::store {
namespace {

// Nobody waits for the pool, so that other processes are waited for.
constexpr std::chrono::milliseconds wait_for_others{200};
// The end of a run does not wait for them for long.
constexpr std::chrono::milliseconds wait_at_end{20};

void add_to(FactChanges& changes, FactChanges more) {
  more.merge(changes);  // keeps the newer of two
  changes = std::move(more);
}

}  // namespace

struct FactWriter::State {
  explicit State(std::filesystem::path the_file) : file(std::move(the_file)) {}

  // Writes until nothing waits, or another process is writing. Called with `writing` held.
  void write(std::chrono::milliseconds limit);
  // Whether there is something to write.
  bool take();
  // Whether all that was taken is written.
  bool is_written();

  const std::filesystem::path file;

  std::mutex writing;  // held while the file is written
  std::optional<Database> database;
  bool is_closed = false;

  std::mutex mutable changes;  // of the members below; never held while the file is used
  FactChanges waiting;
  FactChanges being_written;
  bool is_scheduled = false;
  std::string warning;
};

// `being_written` changes only here and in is_written(), so that it can be read without the lock in between.
void FactWriter::State::write(std::chrono::milliseconds limit) {
  while (take()) {
    if (!database) database.emplace(file);
    database->wait_at_most(limit);
    database->change_all(being_written);
    if (!is_written()) return;
  }
}

bool FactWriter::State::take() {
  const std::lock_guard lock(changes);
  add_to(being_written, std::exchange(waiting, {}));
  is_scheduled = !being_written.empty();
  return is_scheduled;
}

bool FactWriter::State::is_written() {
  const std::lock_guard lock(changes);
  if (warning.empty()) warning = database->warning();
  if (database->is_written()) being_written.clear();
  is_scheduled = being_written.empty();  // if not, the next change tries again
  return is_scheduled;
}

FactWriter::FactWriter(std::filesystem::path file, coro::Pool& pool)
    : pool_(pool), state_(std::make_shared<State>(std::move(file))) {}

FactWriter::~FactWriter() {
  const std::lock_guard lock(state_->writing);
  state_->is_closed = true;
  try {
    state_->write(wait_at_end);
    state_->database.reset();
  } catch (const std::exception&) {
    // Out of memory. These facts are found out again.
  }
}

void FactWriter::add(const FactChanges& added) {
  const std::lock_guard lock(state_->changes);
  add_to(state_->waiting, added);
  if (std::exchange(state_->is_scheduled, true)) return;
  pool_.run_detached([state = state_] {
    const std::lock_guard writing(state->writing);
    if (!state->is_closed) state->write(wait_for_others);
  });
}

std::optional<FactChange> FactWriter::find(Fact fact, std::string_view key) const {
  const std::lock_guard lock(state_->changes);
  if (state_->waiting.empty() && state_->being_written.empty()) return std::nullopt;
  const std::pair name(fact, std::string(key));
  for (const auto* changes : {&state_->waiting, &state_->being_written}) {
    if (const auto found = changes->find(name); found != changes->end()) return found->second;
  }
  return std::nullopt;
}

FactChanges FactWriter::all() const {
  const std::lock_guard lock(state_->changes);
  FactChanges out = state_->being_written;
  add_to(out, state_->waiting);
  return out;
}

std::string FactWriter::warning() const {
  const std::lock_guard lock(state_->changes);
  return state_->warning;
}

}  // namespace eka::store
