#include "base/error.h"

#include <filesystem>
#include <new>

#include "base/text.h"

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

Error error_of(const std::exception& exception) {
  if (const auto* error = dynamic_cast<const Error*>(&exception)) return *error;
  if (const auto* failed = dynamic_cast<const std::filesystem::filesystem_error*>(&exception)) {
    std::string where;
    for (const auto& path : {failed->path1(), failed->path2()}) {
      if (!path.empty()) where += printable(path.native()) + ": ";
    }
    return Error(Kind::failure, where + failed->code().message());
  }
  if (dynamic_cast<const std::bad_alloc*>(&exception) != nullptr) return Error(Kind::failure, "out of memory");
  return Error(Kind::failure, exception.what());
}

}  // namespace eka
