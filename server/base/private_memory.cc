#include "server/base/private_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>

namespace belfry {

void KeepMemoryPrivate() {
  if (std::getenv("BELFRY_ALLOW_CORE_DUMPS") != nullptr) return;
  // The limit is for files; the kernel ignores it when cores go to a program, and minds the flag.
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace belfry
