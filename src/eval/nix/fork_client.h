// Runs evaluators as children of a fork server (sandbox/fork_server.h).
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "coro/process/descriptor.h"
#include "coro/process/process.h"
#include "coro/task/task.h"
#include "eval/nix/installation.h"

namespace eka::eval {

// A coroutine class of the reactor. Must be destroyed before the executor on which it was started.
class ForkClient {
 public:
  // Starts a server; `writable` are the directories with the scratch directories of all evaluations. Throws
  // Error(Kind::failure) with the reason if there can be none on this machine.
  static coro::Task<std::unique_ptr<ForkClient>> start(const Installation& installation,
                                                       std::vector<std::filesystem::path> writable);
  // Kills all children.
  ~ForkClient();
  ForkClient(const ForkClient&) = delete;
  ForkClient& operator=(const ForkClient&) = delete;

  // Like coro::run() with the command of nixec, whose input is a NixecRequest: uses its `input`, `output_limit` and
  // `on_errors`; standard output is discarded. After `wall_limit`, the child is killed and the exit says SIGALRM.
  // Throws Error(Kind::failure) with message server_ended if the server does not exist any more. Cancelling kills the
  // child.
  coro::Task<coro::Exit> run(coro::Command command, std::chrono::seconds wall_limit);

  static constexpr const char* server_ended = "the fork server ended";

 private:
  ForkClient(std::unique_ptr<coro::Process> server, coro::Descriptor socket);

  std::unique_ptr<coro::Process> server_;
  coro::Descriptor socket_;
};

}  // namespace eka::eval
