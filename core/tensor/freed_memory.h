#ifndef BRAINALIGN_CORE_TENSOR_FREED_MEMORY_H_
#define BRAINALIGN_CORE_TENSOR_FREED_MEMORY_H_

namespace brainalign {

// Makes the allocator keep up to 256 MiB of freed memory, instead of returning each large matrix to
// the system and requesting it again a moment later. Page faults were a sixth of the time of small
// problems. Programs call it once, at their start. The library itself never changes the allocator.
void KeepFreedMemory();

// Returns freed memory to the system, if the allocator can.
void ReturnFreedMemory();

// Limits the allocator to two arenas, which all threads share. Otherwise each of a server's many
// threads keeps its freed memory for itself: 16 uploads at once then held more than 300 MiB, of
// which 200 MiB were free. Programs call it once, at their start.
void ShareFreedMemory();

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_FREED_MEMORY_H_
