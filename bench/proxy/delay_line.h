// Data in transit to one end of a connection: delivered in order, each piece after its delay.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "coro/task/wakeup.h"
#include "proxy/link.h"
#include "proxy/tcp.h"

namespace eka::proxy {

class DelayLine {
 public:
  enum class End { close, reset };

  // `link` must outlive it. Nothing is delivered before `opens`.
  DelayLine(Link& link, Time opens) : link_(link), last_(opens) {}
  DelayLine(const DelayLine&) = delete;
  DelayLine& operator=(const DelayLine&) = delete;

  // Waits while too much is in transit. For one coroutine at a time.
  coro::Task<> put(std::string bytes);
  // Marks the end of the data; delivered after everything else.
  void end(End how);

  // Writes delivered data to `to` until the end; the caller then resets or closes the connection. Returns false if the
  // other side has disconnected. For one coroutine at a time.
  coro::Task<bool> deliver(Socket& to, End& how);

 private:
  struct Parcel {
    Time due;
    std::string bytes;  // empty: the end
    End how = End::close;
  };
  void add(std::string bytes, End how);
  coro::Task<Parcel> next();

  Link& link_;
  Time last_;  // delivery time of the last piece
  std::deque<Parcel> parcels_;
  std::size_t size_ = 0;
  coro::Wakeup arrived_;
  coro::Wakeup room_;
};

}  // namespace eka::proxy
