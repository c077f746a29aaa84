#ifndef BRAINALIGN_CORE_LINALG_MULTIPLYING_THREADS_H_
#define BRAINALIGN_CORE_LINALG_MULTIPLYING_THREADS_H_

namespace brainalign {

// Makes what libraries need to multiply on `threads` threads at once, while there is memory:
// OpenBLAS works in a buffer of its own for each thread that is inside it, and asks for one for
// ever where the system has no memory for it; oneDNN crashes where it has none for its kernels.
// Both keep what they have once made.
//
// Returns how many threads may multiply at once: fewer, also none, where there is no memory for
// more. Any thread may call it.
int PrepareToMultiply(int threads);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_MULTIPLYING_THREADS_H_
