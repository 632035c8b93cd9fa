#include "net/login/netrc.h"

#include <algorithm>

namespace eka::net {
namespace {

constexpr std::string_view blanks = " \t\r\n";

class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  // Empty at the end. Words may be enclosed in double quotes; "\" escapes the next character in them.
  std::string next() {
    skip_blanks();
    if (rest_.empty()) return {};
    if (rest_.front() == '"') return quoted();
    const auto end = std::min(rest_.find_first_of(blanks), rest_.size());
    std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return word;
  }
  void skip_macro() {
    const auto end = rest_.find("\n\n");
    rest_.remove_prefix(std::min(end, rest_.size()));
  }

 private:
  void skip_blanks() {
    while (true) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
      if (!rest_.starts_with('#')) return;
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    }
  }
  std::string quoted() {
    std::string word;
    for (rest_.remove_prefix(1); !rest_.empty(); rest_.remove_prefix(1)) {
      if (rest_.front() == '"') {
        rest_.remove_prefix(1);
        break;
      }
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      word += rest_.front();
    }
    return word;
  }

  std::string_view rest_;
};

bool same_host(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::optional<Login> login_in_netrc(std::string_view text, std::string_view host, std::string_view user) {
  Words words(text);
  std::optional<Login> entry;  // the entry being read, if it is for this host
  const auto fits = [&] {
    return entry && !entry->password.empty() && (user.empty() || entry->user.empty() || entry->user == user);
  };
  for (std::string word = words.next(); !word.empty(); word = words.next()) {
    if (word == "machine" || word == "default") {
      if (fits()) break;
      entry.reset();
      if (word == "default" || same_host(words.next(), host)) entry.emplace();
    } else if (word == "login" || word == "password" || word == "account") {
      const std::string value = words.next();
      if (entry && word == "login") entry->user = value;
      if (entry && word == "password") entry->password = value;
    } else if (word == "macdef") {
      words.skip_macro();
    }
  }
  if (!fits()) return std::nullopt;
  if (!user.empty()) entry->user = user;
  return entry;
}

}  // namespace eka::net
