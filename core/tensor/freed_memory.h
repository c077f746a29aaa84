#ifndef BRAINALIGN_CORE_TENSOR_FREED_MEMORY_H_
#define BRAINALIGN_CORE_TENSOR_FREED_MEMORY_H_

namespace brainalign {

// Has the allocator keep up to 256 MiB that were freed, instead of giving each
// large matrix back to the system and fetching it anew a moment later: page faults
// were a sixth of the time of small problems. For programs, once, at their start;
// the library leaves its host's allocator alone.
void KeepFreedMemory();

// Gives what is freed and still kept back to the system, where the allocator can.
void ReturnFreedMemory();

// Has all threads take from, and give back to, two arenas. Otherwise each of a server's
// many threads keeps what it has freed from the others: 16 uploads at once then held 300 MiB
// and more, of which 200 were free. For programs, once, at their start.
void ShareFreedMemory();

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_FREED_MEMORY_H_
