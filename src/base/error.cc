#include "base/error.h"

namespace eka {

Error& Error::within(std::string what) & {
  context_.push_back(std::move(what));
  return *this;
}

Error&& Error::within(std::string what) && {
  context_.push_back(std::move(what));
  return std::move(*this);
}

Error&& Error::with_hint(std::string hint) && {
  hint_ = std::move(hint);
  return std::move(*this);
}

Error&& Error::retryable() && {
  retryable_ = true;
  return std::move(*this);
}

}  // namespace eka
