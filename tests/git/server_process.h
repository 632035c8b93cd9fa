// A server program for the length of a test. It ends with its owner, or with us.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace eka::git::test {

// Starts it without input; what it says goes to the end of `log`.
pid_t start_server(const std::vector<std::string>& argv, const std::filesystem::path& log,
                   const std::map<std::string, std::string>& environment = {});

class ServerProcess {
 public:
  ServerProcess() = default;
  explicit ServerProcess(pid_t pid) : pid_(pid) {}
  ~ServerProcess() { end(); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  void take(pid_t pid) {
    end();
    pid_ = pid;
  }
  // True once it has ended by itself.
  bool has_ended();
  void end();

 private:
  pid_t pid_ = -1;
};

// Whether somebody answers at 127.0.0.1:port.
bool answers(int port);

}  // namespace eka::git::test
