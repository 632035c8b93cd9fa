// An owned file descriptor.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace eka::eval {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

// A file without a name that holds `content` and stands at its beginning; closed on exec unless `inherited`. Throws
// Error(Kind::failure).
Descriptor memory_file(const char* name, std::string_view content, bool inherited);

}  // namespace eka::eval
