// One connection through the proxy: four coroutines, a delay line in each direction, and at most one fault at a time.
//
// Assumes that clients do not use HTTP pipelining, so all data from the server belongs to the last request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "coro/task/task_group.h"
#include "proxy/delay_line.h"
#include "proxy/fault.h"
#include "proxy/request_reader.h"
#include "proxy/tcp.h"

namespace eka::proxy {

struct Counts {
  std::uint64_t connections = 0;
  std::uint64_t open = 0;
  std::uint64_t most_open = 0;
  std::uint64_t requests = 0;  // HTTP only
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
};

// State shared by all connections of a proxy.
struct Shared {
  Shared(const Line& line, std::vector<Fault> faults) : up(line, 0), down(line, 1), plan(std::move(faults)) {}

  Link up;
  Link down;
  FaultPlan plan;
  Counts counts;
};

class Connection {
 public:
  // `shared` must outlive it.
  Connection(Shared& shared, Socket client, Socket server);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs until either side closes the connection.
  coro::Task<> run();

 private:
  coro::Task<> read_client();
  coro::Task<> read_server();
  coro::Task<> write_client();
  coro::Task<> write_server();

  coro::Task<> take(RequestReader::Piece piece);
  void meet(RequestReader::Piece& piece);
  coro::Task<> answer();
  coro::Task<> answer_endlessly();
  coro::Task<> pass(std::string bytes, Fault::Direction direction);
  coro::Task<> trickle(std::string bytes, DelayLine& line);
  void hang_up(DelayLine::End how);

  Shared& shared_;
  Socket client_;
  Socket server_;
  DelayLine up_;
  DelayLine down_;
  std::optional<coro::TaskGroup> group_;

  std::uint64_t number_;
  RequestReader requests_;
  bool is_http_ = false;
  bool begun_ = false;
  std::optional<Fault> fault_;    // the fault of the current request
  std::optional<Cutter> cutter_;  // applies it, if it affects a stream of bytes
  bool stalled_ = false;
  bool over_ = false;  // nothing more is sent to the client
};

}  // namespace eka::proxy
