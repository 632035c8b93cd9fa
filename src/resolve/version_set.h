// A set of versions of one package, as a bit set. It also represents PubGrub's terms.
//
// Member 0 of each domain means "the package is not in the solution"; member i + 1 is version i, ascending. A positive
// term ("the version of a is in S") is S; a negative term ("the version of a is not in S") is the complement of S,
// which contains member 0. So there is only one kind of term, with the operations of sets. Requirements become sets by
// calling Requirement::matches for every version, which implements Cargo's rule for pre-releases exactly; ranges could
// not.
//
// Sets of packages with up to 63 versions need one word and no allocation.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace eka::resolve {

class VersionSet {
 public:
  using Member = std::uint32_t;
  static constexpr Member absent = 0;

  VersionSet() = default;
  // The empty set in a domain of `size` members.
  explicit VersionSet(std::uint32_t size) : size_(size) {
    if (is_wide()) adopt(new Word[width()]());
  }
  static VersionSet all(std::uint32_t size) { return VersionSet(size).complement(); }
  static VersionSet only(std::uint32_t size, Member member) {
    VersionSet set(size);
    set.insert(member);
    return set;
  }

  VersionSet(const VersionSet& other) : size_(other.size_), word_(other.word_) {
    if (!is_wide()) return;
    adopt(new Word[width()]);
    std::memcpy(words(), other.words(), width() * sizeof(Word));
  }
  VersionSet(VersionSet&& other) noexcept : size_(std::exchange(other.size_, 0)), word_(other.word_) {}
  VersionSet& operator=(VersionSet other) noexcept {
    std::swap(size_, other.size_);
    std::swap(word_, other.word_);
    return *this;
  }
  ~VersionSet() {
    if (is_wide()) delete[] words();
  }

  std::uint32_t size() const { return size_; }  // of the domain
  bool contains(Member m) const { return (data()[m / 64] >> (m % 64) & 1) != 0; }
  void insert(Member m) { data()[m / 64] |= Word{1} << (m % 64); }
  void erase(Member m) { data()[m / 64] &= ~(Word{1} << (m % 64)); }

  bool is_positive() const { return !contains(absent); }
  bool is_empty() const {
    return none([](Word a, Word) { return a; }, *this);
  }
  bool is_all() const { return complement().is_empty(); }
  bool subset_of(const VersionSet& other) const {
    return none([](Word a, Word b) { return a & ~b; }, other);
  }
  bool disjoint_from(const VersionSet& other) const {
    return none([](Word a, Word b) { return a & b; }, other);
  }
  std::uint32_t count() const {
    int sum = 0;
    for (std::size_t i = 0; i < width(); ++i) sum += std::popcount(data()[i]);
    return static_cast<std::uint32_t>(sum);
  }
  // The highest member; the set must not be empty.
  Member highest() const {
    std::size_t i = width() - 1;
    while (data()[i] == 0) --i;
    return static_cast<Member>(i * 64 + 63 - static_cast<std::size_t>(std::countl_zero(data()[i])));
  }

  VersionSet complement() const {
    VersionSet out = *this;
    for (std::size_t i = 0; i < width(); ++i) out.data()[i] = ~data()[i];
    if (size_ % 64 != 0) out.data()[width() - 1] &= (Word{1} << (size_ % 64)) - 1;
    return out;
  }
  VersionSet& operator&=(const VersionSet& other) {
    return combine([](Word a, Word b) { return a & b; }, other);
  }
  VersionSet& operator|=(const VersionSet& other) {
    return combine([](Word a, Word b) { return a | b; }, other);
  }
  VersionSet& operator-=(const VersionSet& other) {
    return combine([](Word a, Word b) { return a & ~b; }, other);
  }
  friend VersionSet operator&(VersionSet a, const VersionSet& b) { return std::move(a &= b); }
  friend VersionSet operator|(VersionSet a, const VersionSet& b) { return std::move(a |= b); }
  friend VersionSet operator-(VersionSet a, const VersionSet& b) { return std::move(a -= b); }
  friend bool operator==(const VersionSet& a, const VersionSet& b) {
    return a.size_ == b.size_ && a.none([](Word x, Word y) { return x ^ y; }, b);
  }

 private:
  using Word = std::uint64_t;

  bool is_wide() const { return size_ > 64; }
  std::size_t width() const { return (size_ + 63) / 64; }
  // NOLINTNEXTLINE(performance-no-int-to-ptr): one word holds either, which keeps small sets small
  Word* words() const { return reinterpret_cast<Word*>(static_cast<std::uintptr_t>(word_)); }
  void adopt(Word* words) { word_ = reinterpret_cast<std::uintptr_t>(words); }
  Word* data() { return is_wide() ? words() : &word_; }
  const Word* data() const { return is_wide() ? words() : &word_; }

  // True if `f` is zero for each pair of words.
  template <class F>
  bool none(F f, const VersionSet& other) const {
    if (!is_wide()) return f(word_, other.word_) == 0;
    for (std::size_t i = 0; i < width(); ++i) {
      if (f(words()[i], other.words()[i]) != 0) return false;
    }
    return true;
  }
  template <class F>
  VersionSet& combine(F f, const VersionSet& other) {
    if (!is_wide()) {
      word_ = f(word_, other.word_);
    } else {
      for (std::size_t i = 0; i < width(); ++i) words()[i] = f(words()[i], other.words()[i]);
    }
    return *this;
  }

  std::uint32_t size_ = 0;
  Word word_ = 0;  // the members; for more than 64, the address of an owned array of words
};

}  // namespace eka::resolve
