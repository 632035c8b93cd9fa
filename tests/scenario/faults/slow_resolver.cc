// To be loaded into a program (LD_PRELOAD): a resolver that does not answer, as one does whose name servers are gone.
#include <netdb.h>
#include <unistd.h>

extern "C" int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
  ::sleep(300);
  return EAI_AGAIN;
}
