// One evaluator process, from its scratch directory to its last answer.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "coro/process/process.h"
#include "coro/task/task_group.h"
#include "eval/evaluator.h"
#include "eval/nix/answers.h"
#include "eval/nix/fork_client.h"
#include "eval/nix/scratch.h"
#include "eval/nix/supplies.h"
#include "eval/sandbox/obstacle.h"
#include "eval/store/store_meter.h"

namespace eka::eval {

// Common to all processes of a run.
struct SandboxSetup {
  const Installation& installation;
  const std::filesystem::path& scratch_root;
  coro::Pool& pool;
  const Supplies& supplies;
  bool can_mount_root = true;         // root_mount.h
  ForkClient* fork_client = nullptr;  // evaluate in a child of this server; null: in a process of its own
  SandboxKind sandbox = SandboxKind::strict;
};

// All arguments of the constructor must outlive it. Used once.
class Session {
 public:
  Session(coro::Executor executor, const SandboxSetup& setup, const Evaluation& evaluation, const Answered& answered);

  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Throws errors that are not specific to a root, such as no space for a scratch directory. Cancelling kills the
  // process.
  coro::Task<> run();

  // After run():
  bool has_answered() const { return !roots_.empty(); }
  bool could_not_be_confined() const;  // in a child of a fork server
  bool has_lost_server() const { return has_lost_server_; }
  bool is_out_of_room() const;     // the file system of the private store is full
  bool cannot_mount_root() const;  // nothing was evaluated: only bwrap may create namespaces on this machine
  Answers answers();

 private:
  coro::Task<> converse(coro::Command command);
  coro::Task<> run_command(coro::Command command, coro::TaskGroup* both);
  coro::Task<> watch_store(coro::TaskGroup* both);
  void hear(std::string_view bytes);
  coro::Task<> look_for_wanted();
  coro::Task<> take_heard();
  coro::Task<> find_obstacle();
  std::string errors() const;
  std::string as_in_strict(std::string text) const;
  std::optional<Result<Evaluated>> take(const Answer& answer, coro::Stop stop);

  const SandboxSetup& setup_;
  const Evaluation& evaluation_;
  const Answered& answered_;
  std::string mark_;
  AnswerReader reader_;
  coro::TaskGroup group_;
  std::shared_ptr<Scratch> scratch_;
  std::deque<Answer> heard_;  // not processed yet
  bool taking_ = false;
  std::vector<Result<Evaluated>> roots_;  // in the order of their answers
  coro::Exit exit_;
  std::optional<Evaluated> wanted_;
  std::optional<StoreMeter> meter_;
  std::mutex measuring_;                // protects meter_ from concurrent threads of the pool
  std::atomic<bool> too_much_ = false;  // the size limit is exceeded
  std::optional<Obstacle> obstacle_;    // why bwrap could not set up the sandbox
  std::optional<Error> failure_;        // set if eka ended the process
  bool has_lost_server_ = false;
  std::chrono::milliseconds took_{};
};

}  // namespace eka::eval
