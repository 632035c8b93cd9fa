// Builds tar archives, including invalid ones.
#pragma once

#include <string>
#include <string_view>

namespace eka::test {

class TarBuilder {
 public:
  // `type` as in ustar: '0' file, '1' hard link, '2' symbolic link, '3' device, '5' directory, '6' pipe.
  TarBuilder& entry(char type, std::string_view name, unsigned mode, std::string_view content = {},
                    std::string_view link = {});
  TarBuilder& file(std::string_view name, std::string_view content, unsigned mode = 0644) {
    return entry('0', name, mode, content);
  }
  TarBuilder& directory(std::string_view name) { return entry('5', name, 0755); }
  TarBuilder& link(std::string_view name, std::string_view target) { return entry('2', name, 0777, {}, target); }
  // A header that declares `size` bytes, without content.
  TarBuilder& lying_file(std::string_view name, unsigned long long size);
  std::string finish() const { return bytes_ + std::string(1024, '\0'); }

 private:
  void header(char type, std::string_view name, unsigned mode, unsigned long long size, std::string_view link);
  std::string bytes_;
};

}  // namespace eka::test
