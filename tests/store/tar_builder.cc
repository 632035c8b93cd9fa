#include "tests/store/tar_builder.h"

#include <algorithm>
#include <cstdio>

namespace eka::test {
namespace {

void put(std::string& block, std::size_t at, std::string_view text, std::size_t room) {
  std::copy_n(text.begin(), std::min(room, text.size()), block.begin() + static_cast<std::ptrdiff_t>(at));
}

std::string octal(unsigned long long number, int digits) {
  char text[24];
  std::snprintf(text, sizeof text, "%0*llo", digits, number);
  return text;
}

}  // namespace

TarBuilder& TarBuilder::entry(char type, std::string_view name, unsigned mode, std::string_view content,
                              std::string_view link) {
  if (name.size() > 100) {  // GNU tar's format
    header('L', "././@LongLink", 0644, name.size() + 1, {});
    bytes_.append(name).append(512 - name.size() % 512, '\0');
  }
  header(type, name, mode, content.size(), link);
  bytes_.append(content).append((512 - content.size() % 512) % 512, '\0');
  return *this;
}

TarBuilder& TarBuilder::lying_file(std::string_view name, unsigned long long size) {
  header('0', name, 0644, size, {});
  return *this;
}

void TarBuilder::header(char type, std::string_view name, unsigned mode, unsigned long long size,
                        std::string_view link) {
  std::string block(512, '\0');
  put(block, 0, name, 100);
  put(block, 100, octal(mode, 7), 7);
  put(block, 108, octal(0, 7), 7);
  put(block, 116, octal(0, 7), 7);
  put(block, 124, octal(size, 11), 11);
  put(block, 136, octal(1, 11), 11);
  put(block, 148, "        ", 8);
  block[156] = type;
  put(block, 157, link, 100);
  put(block, 257, "ustar  ", 8);
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put(block, 148, octal(sum, 6) + '\0', 7);
  bytes_ += block;
}

}  // namespace eka::test
