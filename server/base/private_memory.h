// Keeps what a process holds in memory, tokens and texts of incidents, out of core dumps.
#ifndef BELFRY_SERVER_BASE_PRIVATE_MEMORY_H_
#define BELFRY_SERVER_BASE_PRIVATE_MEMORY_H_

namespace belfry {

// From now on no core is dumped, not even into a collector, and other processes of the same user
// cannot read this one's memory. BELFRY_ALLOW_CORE_DUMPS in the environment, with any value, leaves
// both allowed: for those who look for a fault with data that is nobody's. Call it first in main().
void KeepMemoryPrivate();

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_PRIVATE_MEMORY_H_
