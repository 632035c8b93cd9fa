// A type that counts its instances, to detect frames that are never destroyed.
#pragma once

namespace eka::coro {

class Counted {
 public:
  explicit Counted(int& living) : living_(&living) { ++*living_; }
  Counted(const Counted& other) : living_(other.living_) { ++*living_; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*living_; }

 private:
  int* living_;
};

}  // namespace eka::coro
