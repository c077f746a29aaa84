#ifndef BRAINALIGN_CORE_LINALG_MULTIPLYING_THREADS_H_
#define BRAINALIGN_CORE_LINALG_MULTIPLYING_THREADS_H_

namespace brainalign {

// Allocates what the libraries need for products on `threads` threads at once, before memory runs
// out. OpenBLAS has a buffer for each thread, and loops forever if the system has no memory for
// one. oneDNN crashes if there is none for its kernels. Both keep what they have allocated.
//
// Returns the number of threads that may multiply at once. It is smaller, possibly 0, if there is
// no memory for more. Thread-safe.
int PrepareToMultiply(int threads);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_MULTIPLYING_THREADS_H_
