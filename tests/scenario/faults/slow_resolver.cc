// For LD_PRELOAD: a resolver that does not respond, as if its name servers were unreachable.
#include <netdb.h>
#include <unistd.h>

extern "C" int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
  ::sleep(300);
  return EAI_AGAIN;
}
