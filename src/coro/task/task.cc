#include "coro/task/task.h"

#include <utility>

#include "base/error.h"

namespace eka::coro {

Task<> checkpoint() {
  co_await asio::post(asio::use_awaitable);
  co_await throw_if_cancelled();
}

Task<> throw_if_cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) throw Cancelled();
}

bool is_cancellation(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Cancelled&) {
    return true;
  } catch (const asio::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

void rethrow(std::exception_ptr failure) {
  if (is_cancellation(failure)) throw Cancelled();
  std::rethrow_exception(std::move(failure));
}

}  // namespace eka::coro
